#include <algorithm>
#include <cstdlib>
#include <mutex>
#include <optional>
#include <thread>

#include <rankpool/executor/host_name.hpp>
#include <rankpool/executor/local_worker.hpp>
#include <rankpool/executor/store_limits.hpp>
#include <rankpool/executor/thread_pool.hpp>
#include <rankpool/launch/machine.hpp>
#include <rankpool/worker/task_stack.hpp>

namespace rankpool {

class ThreadPoolExecutor::Parts {
  public:
    Parts(PoolOptions options_, Executor& executor)
        : options(std::move(options_)),
          network(2),
          transport(network.endpoint(0)),
          coordinator(new Coordinator(*transport, options.pace)) {
        if (!options.check_serialization) coordinator->share_memory();
        coordinator->bound_queue({.tasks = options.queued_tasks_max, .bytes = options.queued_bytes_max});
        coordinator->add_worker(*transport, 1, 0, true);
        if (options.ends_at != Instant::max()) coordinator->set_end(options.ends_at);
        coordinator->start(options.join_deadline);
        worker.emplace(network,
                       WorkerOptions{.rank = 0,
                                     .host = host_name(),
                                     .slots = static_cast<std::uint32_t>(options.slots),
                                     .resources = options.resources,
                                     .keep_above = options.keep_results_above,
                                     .is_beside_coordinator = true,
                                     .pace = options.pace,
                                     .stack_bytes = TaskStack::size_from(std::getenv("RANKPOOL_TASK_STACK_KIB")),
                                     .initializer = options.initializer,
                                     .seed = options.seed,
                                     .store = options.check_serialization ? store_limits(options, 1) : StoreLimits{},
                                     .ends_at = options.ends_at,
                                     .client = coordinator.get()},
                       executor);
    }

    PoolOptions options;
    LoopbackNetwork network;
    std::unique_ptr<Transport> transport;
    ClientRef<Coordinator> coordinator;
    std::optional<LocalWorker> worker;
    std::mutex closing;  // Several threads may call shutdown().
};

ThreadPoolExecutor::ThreadPoolExecutor(PoolOptions options) {
    if (options.slots == 0) options.slots = std::max<std::size_t>(current_machine().usable_cores.size(), 1);
    parts_ = std::make_unique<Parts>(std::move(options), *this);
}

ThreadPoolExecutor::~ThreadPoolExecutor() { shutdown(); }

void ThreadPoolExecutor::shutdown(ShutdownOptions options) {
    Coordinator& coordinator = *parts_->coordinator;
    coordinator.begin_shutdown(options.cancel_futures ? CancelFutures::yes : CancelFutures::no);
    if (!options.wait) return;
    coordinator.await_tasks(Instant::max());
    const std::lock_guard lock(parts_->closing);
    coordinator.close(0, duration_max);
    parts_->worker.reset();
}

void ThreadPoolExecutor::set_end(Instant end) {
    const std::lock_guard lock(parts_->closing);
    if (parts_->worker) parts_->coordinator->set_end(end);
}

std::size_t ThreadPoolExecutor::slots() const { return parts_->options.slots; }
Client& ThreadPoolExecutor::client() { return *parts_->coordinator; }
PoolCounts ThreadPoolExecutor::counts() const { return parts_->coordinator->counts(); }

}  // namespace rankpool

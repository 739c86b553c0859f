#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <limits>
#include <mutex>
#include <optional>
#include <string>

#include <rankpool/core/contract.hpp>
#include <rankpool/core/error.hpp>
#include <rankpool/executor/crash_report.hpp>
#include <rankpool/executor/exit_guard.hpp>
#include <rankpool/executor/host_name.hpp>
#include <rankpool/executor/local_worker.hpp>
#include <rankpool/executor/rank_check.hpp>
#include <rankpool/executor/rank_pool.hpp>
#include <rankpool/executor/store_limits.hpp>
#include <rankpool/launch/run_status.hpp>
#include <rankpool/transport/mpi_error.hpp>
#include <rankpool/transport/mpi_transport.hpp>
#include <rankpool/worker/task_stack.hpp>

namespace rankpool {

using namespace std::chrono_literals;

namespace {

// How long tasks may go on after the driver has failed, before the workers are told to stop.
constexpr Duration abandon_patience = 5s;

// What this_task::executor() is on ranks that only serve.
class NestedExecutor final : public Executor {
  public:
    NestedExecutor(Client& client, std::size_t slots) : client_(client), slots_(slots) {}
    void shutdown(ShutdownOptions) override {
        throw ShutdownError("a task cannot shut its pool down: that is for the program that made it");
    }
    std::size_t slots() const override { return slots_; }
    // Only rank 0 counts.
    PoolCounts counts() const override { return {.slots = slots_}; }
    Client& client() override { return client_; }

  private:
    Client& client_;
    std::size_t slots_;
};

// How many ranks share this rank's machine. Collective.
int ranks_beside(MPI_Comm comm) {
    MPI_Comm node = MPI_COMM_NULL;
    check_mpi(MPI_Comm_split_type(comm, MPI_COMM_TYPE_SHARED, 0, MPI_INFO_NULL, &node), "MPI_Comm_split_type");
    int count = 1;
    check_mpi(MPI_Comm_size(node, &count), "MPI_Comm_size");
    check_mpi(MPI_Comm_free(&node), "MPI_Comm_free");
    return count;
}

}  // namespace

class RankPoolExecutor::Parts {
  public:
    Parts(MPI_Comm comm, PoolOptions options_)
        : options(std::move(options_)), stack_bytes(TaskStack::size_from(std::getenv("RANKPOOL_TASK_STACK_KIB"))) {
        check_ranks(comm);
        // An environment variable need not be the same on every host, nor do their clocks agree.
        check_mpi(MPI_Bcast(&options.seed, 1, MPI_UINT64_T, 0, comm), "MPI_Bcast");
        std::int64_t left_ns = options.ends_at == Instant::max() ? no_end : (options.ends_at - now()).count();
        check_mpi(MPI_Bcast(&left_ns, 1, MPI_INT64_T, 0, comm), "MPI_Bcast");
        ends_at = left_ns == no_end ? Instant::max() : now() + Duration(left_ns);
        limits = store_limits(options, ranks_beside(comm));
        transport = make_mpi_transport(comm);
        if (options.slots == 0) options.slots = 1;
    }
    bool is_coordinator() const { return transport->rank() == 0; }
    bool has_local_worker() const {
        return transport->size() == 1 || options.coordinator_work == CoordinatorWork::always;
    }
    WorkerOptions worker_options(Client* client) const {
        return {.rank = transport->rank(),
                .host = host_name(),
                .slots = static_cast<std::uint32_t>(options.slots),
                .resources = options.resources,
                .keep_above = options.keep_results_above,
                .is_beside_coordinator = client != nullptr,
                .pace = options.pace,
                .stack_bytes = stack_bytes,
                .initializer = options.initializer,
                .seed = options.seed,
                .store = limits,
                .ends_at = ends_at,
                .client = client};
    }
    void coordinate(Executor& executor) {
        coordinator = ClientRef<Coordinator>(new Coordinator(*transport, options.pace));
        coordinator->bound_queue({.tasks = options.queued_tasks_max, .bytes = options.queued_bytes_max});
        for (Rank rank = 1; rank < transport->size(); ++rank) coordinator->add_worker(*transport, rank, rank);
        if (has_local_worker()) {
            local_endpoint = local_network.endpoint(0);
            local_network.ring_instead(0, transport->doorbell());
            coordinator->add_worker(*local_endpoint, 1, 0, true);
        }
        if (options.ends_at != Instant::max()) coordinator->set_end(options.ends_at);
        coordinator->start(options.join_deadline);
        if (!has_local_worker()) return;
        exit_guard.emplace(nullptr, 0);
        local_worker.emplace(local_network, worker_options(coordinator.get()), executor);
    }

    static constexpr std::int64_t no_end = std::numeric_limits<std::int64_t>::max();

    PoolOptions options;
    std::size_t stack_bytes;
    Instant ends_at = Instant::max();  // by rank 0's word
    StoreLimits limits;
    std::unique_ptr<Transport> transport;  // null once closed
    LoopbackNetwork local_network{2};
    std::unique_ptr<Transport> local_endpoint;
    ClientRef<Coordinator> coordinator;
    std::optional<ExitGuard> exit_guard;  // for the local worker's tasks
    std::optional<LocalWorker> local_worker;
    std::size_t total_slots = 0;
    bool has_served = false;
    std::mutex closing;  // Several threads may call shutdown().
};

RankPoolExecutor::RankPoolExecutor(MPI_Comm comm, PoolOptions options)
    : parts_(std::make_unique<Parts>(comm, with_environment(std::move(options)))) {
    const auto workers = static_cast<std::size_t>(parts_->transport->size() - 1) + (parts_->has_local_worker() ? 1 : 0);
    parts_->total_slots = workers * parts_->options.slots;
    if (parts_->is_coordinator()) parts_->coordinate(*this);
}

RankPoolExecutor::~RankPoolExecutor() {
    try {
        if (parts_->coordinator) {
            shutdown();
        } else if (!parts_->has_served) {
            serve();
        }
    } catch (const std::exception& error) {
        std::fprintf(stderr, "rankpool: the pool could not be shut down in order: %s\n", error.what());
        MPI_Abort(MPI_COMM_WORLD, EXIT_FAILURE);
    }
}

bool RankPoolExecutor::is_coordinator() const { return static_cast<bool>(parts_->coordinator); }

int RankPoolExecutor::serve() {
    RANKPOOL_EXPECT(!is_coordinator());
    RANKPOOL_EXPECT(!parts_->has_served);
    parts_->has_served = true;
    Worker worker(*parts_->transport, 0, parts_->worker_options(nullptr));
    NestedExecutor nested(worker.client(), parts_->total_slots);
    worker.set_executor(&nested);
    int exit_code = EXIT_FAILURE;
    {
        const ExitGuard exit_guard(&worker, parts_->transport->rank());
        const CrashReport crash_report(parts_->transport->rank());
        exit_code = worker.run();
    }
    parts_->transport->close();
    parts_->transport.reset();
    return exit_code;
}

void RankPoolExecutor::shutdown(ShutdownOptions options) {
    if (!parts_->coordinator) throw ShutdownError("only rank 0 shuts a pool down");
    parts_->coordinator->begin_shutdown(options.cancel_futures ? CancelFutures::yes : CancelFutures::no);
    if (!options.wait) return;
    parts_->coordinator->await_tasks(Instant::max());
    close(EXIT_SUCCESS);
}

void RankPoolExecutor::abandon(int exit_code) {
    if (!parts_->coordinator) return;
    parts_->coordinator->begin_shutdown(CancelFutures::yes);
    parts_->coordinator->stop_running_tasks();
    parts_->coordinator->await_tasks(now() + abandon_patience);
    close(exit_code);
}

void RankPoolExecutor::wind_down(int exit_code, Instant until) {
    if (!parts_->coordinator) return;
    parts_->coordinator->begin_shutdown(CancelFutures::yes);
    if (!parts_->coordinator->await_tasks(until)) return abandon(exit_code);
    close(exit_code);
}

void RankPoolExecutor::set_end(Instant end) {
    const std::lock_guard lock(parts_->closing);
    if (parts_->coordinator && parts_->transport) parts_->coordinator->set_end(end);
}

void RankPoolExecutor::close(int exit_code) {
    const std::lock_guard lock(parts_->closing);
    if (!parts_->transport) return;
    const std::vector<Rank> silent = parts_->coordinator->close(exit_code, parts_->options.shutdown_deadline);
    if (!silent.empty()) {
        std::string ranks;
        for (const Rank rank : silent) ranks += (ranks.empty() ? "" : ", ") + std::to_string(rank);
        std::fprintf(
            stderr,
            "rankpool: rank %s did not end within %g s of the pool's shutdown (a task there still runs, or the "
            "rank hangs); ending all ranks\n",
            ranks.c_str(), in_seconds(parts_->options.shutdown_deadline));
        if (exit_code == EXIT_SUCCESS) exit_code = EXIT_FAILURE;
        end_run_status(RunOutcome::failed, exit_code, "rank " + ranks + " did not end with the pool");
        MPI_Abort(MPI_COMM_WORLD, exit_code);
    }
    parts_->local_worker.reset();
    parts_->exit_guard.reset();
    parts_->transport->close();
    parts_->transport.reset();
}

std::size_t RankPoolExecutor::slots() const { return parts_->total_slots; }

Client& RankPoolExecutor::client() {
    if (!parts_->coordinator) {
        throw LaunchError(
            "tasks are submitted on rank 0; other ranks call serve(): "
            "if (!pool.is_coordinator()) return pool.serve();");
    }
    return *parts_->coordinator;
}

PoolCounts RankPoolExecutor::counts() const {
    return parts_->coordinator ? parts_->coordinator->counts() : PoolCounts{};
}

std::string RankPoolExecutor::explain_state(const TaskState& state) const {
    return parts_->coordinator ? parts_->coordinator->explain(state) : "only rank 0 knows";
}

}  // namespace rankpool

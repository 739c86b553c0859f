#include <algorithm>
#include <memory>
#include <new>
#include <optional>
#include <string>
#include <utility>

#include <rankpool/core/byte_stream.hpp>
#include <rankpool/core/error.hpp>
#include <rankpool/task/client.hpp>
#include <rankpool/task/failure.hpp>
#include <rankpool/task/registry.hpp>
#include <rankpool/task/state.hpp>
#include <rankpool/worker/remote_client.hpp>
#include <rankpool/worker/signal_stack.hpp>
#include <rankpool/worker/slot.hpp>

namespace rankpool {

using namespace std::chrono_literals;

namespace {

// Results wait at most so long for company in their message while further tasks run.
constexpr Duration report_delay = 50us;
// Kept for the next tasks that wait; more are given back.
constexpr std::size_t free_runners_max = 64;

/// Tells the client in this process what a task waits for, as long as it does.
class AnnouncedWait {
  public:
    AnnouncedWait(Client& client, std::uint32_t task, std::uint32_t execution, const Waitable& waitable)
        : client_(client), task_(task), execution_(execution) {
        const std::string wrong = client_.begin_wait(task_, execution_, waitable);
        if (wrong.empty()) return;
        client_.end_wait(task_, execution_);
        throw DeadlockError(wrong);
    }
    ~AnnouncedWait() { client_.end_wait(task_, execution_); }
    AnnouncedWait(const AnnouncedWait&) = delete;
    AnnouncedWait& operator=(const AnnouncedWait&) = delete;

  private:
    Client& client_;
    std::uint32_t task_;
    std::uint32_t execution_;
};

}  // namespace

Slot::Slot(Worker& worker)
    : worker_(worker), switch_(worker.options_.stack_bytes, [this](Runner& runner) { loop(runner); }) {}

Slot::~Slot() = default;

void Slot::run() {
    const SignalStack signal_stack;
    FiberWaiter::current() = this;
    loop(switch_.main());
    end_free_runners();
    FiberWaiter::current() = nullptr;
}

void Slot::loop(Runner& self) {
    for (;;) {
        if (is_ending_ || self.must_end) return;
        if (Runner* const ready = next_ready()) {
            give_back_free_runner();
            free_.push_back(&self);
            switch_.switch_to(*ready);
            continue;
        }
        std::unique_lock lock(worker_.progress_.mutex());
        if (!worker_.may_start_a_task()) {
            worker_.tell_memory();
            worker_.outbox_.flush();  // Another slot may be the one who turns, and sleep.
            const auto has_news = [&] {
                return worker_.may_start_a_task() || has_ready() || (worker_.is_stopping_ && suspended_.empty());
            };
            worker_.progress_.wait_until(lock, has_news, next_deadline());
        }
        pass_deadlines();
        if (worker_.may_start_a_task() && !has_ready()) {
            if (std::optional<HeldTask> held = worker_.take_task()) run_task(lock, std::move(*held));
            continue;
        }
        const bool is_over = worker_.is_stopping_ && worker_.queue_.is_empty() && suspended_.empty() && !has_ready();
        lock.unlock();
        if (!is_over) continue;
        is_ending_ = true;
        if (&self == &switch_.main()) return;
        free_.push_back(&self);
        switch_.switch_to(switch_.main());  // It is free: no task is suspended. It ends this runner later.
    }
}

void Slot::give_back_free_runner() {
    if (free_.size() < free_runners_max) return;
    const auto runner = std::find_if(free_.begin(), free_.end(), [&](Runner* r) { return r != &switch_.main(); });
    Runner* const ended = *runner;
    free_.erase(runner);
    ended->must_end = true;
    switch_.switch_to(*ended);  // Sees must_end, returns and comes back here.
    std::erase_if(runners_, [&](const auto& owned) { return owned.get() == ended; });
}

void Slot::end_free_runners() {
    // Each of them, resumed, sees is_ending_, returns and comes back here.
    for (const auto& runner : runners_) {
        if (runner->flow) switch_.switch_to(*runner);
    }
    free_.clear();
    runners_.clear();
}

void Slot::run_task(std::unique_lock<std::mutex>& lock, HeldTask held) {
    static const std::string local_call = "local call";
    Worker::Running running;
    running.task = held.task;
    running.execution = held.execution;
    running.start = now();
    running.stop = held.must_stop;
    if (!held.name.empty()) running.name = &held.name;
    worker_.begin(running);  // Under the lock that took it from the queue: no wish to stop it falls between the two.
    lock.unlock();
    running_ = &running;
    suspended_time_ = Duration::zero();
    this_task::Context context{
        .name = &held.name,
        .key = &held.key,
        .host = &worker_.options_.host,
        .attempt = held.attempt,
        .member = held.member,
        .members = held.members,
        .rank = worker_.options_.rank,
        .level = held.level,
        .executor = worker_.executor_,
        .stop = &running.stop,
        .id = (std::uint64_t{held.task} << 32) | held.execution,
        .ends_at = worker_.options_.ends_at,
        .log_sink = &worker_,
        .random = {.seed = worker_.options_.seed, .stream = stream_of_member(held.stream, held.member)}};
    const bool is_wanted = held.member == 0;  // The result of a task over several workers is the leader's.
    const bool may_keep = held.keep != protocol::KeepRule::never && !held.is_local && is_wanted;
    const std::uint64_t keep_above = held.keep == protocol::KeepRule::if_large ? worker_.options_.keep_above : 0;
    CallResult result(may_keep ? keep_above : CallResult::keep_nothing);
    bool raised = false;
    try {
        const FunctionEntry* const entry = held.is_local ? nullptr : &find_function(FunctionId{held.function});
        if (held.name.empty()) context.name = entry != nullptr ? &readable_name(*entry) : &local_call;
        running.name = context.name;
        this_task::current() = &context;
        if (entry == nullptr) {
            ByteReader(held.packed.view()).value<LocalCall*>()->run();
        } else {
            CallReader call(held.packed.view(), held.inputs.view(), held.objects);
            entry->thunk(call, result);
            if (!is_wanted) result.bytes.clear();
        }
    } catch (const boost::context::detail::forced_unwind&) {
        throw;
    } catch (...) {
        raised = true;
        Failure failure = capture_failure();
        if (failure.rank < 0) {
            failure.task = *context.name;
            failure.rank = worker_.options_.rank;
            failure.host = worker_.options_.host;
            failure.attempt = held.attempt;
        } else {
            pass_through(failure, *context.name);
        }
        result.stored.reset();
        result.bytes.clear();
        ByteWriter writer(result.bytes);
        encode_failure(writer, failure);
    }
    this_task::current() = nullptr;
    running_ = nullptr;
    context.log.reset();
    held.objects.clear();
    const Instant end = now();
    lock.lock();
    worker_.end(running);
    worker_.look_at_memory();
    report(running, raised, result, end - running.start - suspended_time_);
    if (end - last_poll_ > report_delay || worker_.queue_.is_empty()) {
        last_poll_ = end;
        worker_.outbox_.flush();
        worker_.progress_.turn_once(lock);
    }
}

void Slot::report(const Worker::Running& running, bool raised, CallResult& result, Duration busy) {
    const bool is_kept = static_cast<bool>(result.stored);
    const std::uint64_t size = is_kept ? result.stored->size() : 0;
    if (is_kept) {
        worker_.store_.put({TaskId{running.task}, Execution{running.execution}}, std::exchange(result.stored, nullptr));
        worker_.look_at_memory();
    }
    worker_.tell(protocol::Finished{.task = running.task,
                                    .execution = running.execution,
                                    .raised = raised,
                                    .is_kept = is_kept,
                                    .busy_ns = static_cast<std::uint64_t>(std::max(busy, Duration::zero()).count()),
                                    .outcome = is_kept ? std::as_bytes(std::span(&size, 1)) : result.bytes.view()});
}

// Before anything of a wait is noted: there may be no memory for one more.
void Slot::reserve_runner() {
    if (!free_.empty()) return;
    try {
        runners_.push_back(switch_.make_runner());
        free_.push_back(runners_.back().get());
    } catch (const std::bad_alloc&) {
        throw Error("no stack for the tasks to run while this one waits (" + std::to_string(suspended_.size()) +
                    " wait on this thread already): a smaller RANKPOOL_TASK_STACK_KIB, or a higher ulimit -v or "
                    "vm.max_map_count helps, or fewer tasks that wait");
    }
}

bool Slot::suspend_until(Waitable& waitable, Instant deadline) {
    if (waitable.is_ready()) return true;
    // A wait with a deadline ends by itself.
    const bool is_for_ever = running_ != nullptr && waitable.awaited_count != 0 && deadline == Instant::max();
    std::optional<AnnouncedWait> announced;
    if (is_for_ever && worker_.options_.client != nullptr) {
        announced.emplace(*worker_.options_.client, running_->task, running_->execution, waitable);
    }
    reserve_runner();
    Runner& self = switch_.current();
    {
        waitable.owner = &self;
        waitable.wake_by(this);
        const std::lock_guard lock(ready_mutex_);
        if (waitable.is_ready()) return true;
        self.waits_for = &waitable;
        self.wait_deadline = deadline;
        self.is_queued = false;
    }
    self.place = suspended_.size();
    suspended_.push_back(&self);
    timed_waits_ += deadline != Instant::max();
    Worker::Running* const running = std::exchange(running_, nullptr);
    const Duration suspended_before = suspended_time_;
    const Instant start = now();
    {
        const std::lock_guard lock(worker_.progress_.mutex());
        if (running != nullptr) {  // Done callbacks that wait run between tasks.
            worker_.mark_announced(*running);
            running->slot = this;
            running->waitable = &waitable;
            protocol::Suspended suspended{.task = running->task, .execution = running->execution};
            if (is_for_ever && worker_.remote_client_ != nullptr) {
                suspended.tokens = worker_.remote_client_->tokens_of(waitable);
            }
            worker_.tell(suspended);
        }
    }
    Runner* const next = free_.back();
    free_.pop_back();
    switch_.switch_to(*next);

    suspended_.back()->place = self.place;
    std::swap(suspended_[self.place], suspended_.back());
    suspended_.pop_back();
    timed_waits_ -= deadline != Instant::max();
    running_ = running;
    suspended_time_ = suspended_before + (now() - start);
    std::string deadlock;
    {
        const std::lock_guard lock(worker_.progress_.mutex());
        if (running != nullptr) {
            worker_.tell(protocol::Kind::resumed, running->task, running->execution);
            running->waitable = nullptr;
            deadlock = std::exchange(running->deadlock, {});
        }
    }
    if (!waitable.is_ready() && !deadlock.empty()) throw DeadlockError(deadlock);
    return waitable.is_ready();
}

void Slot::wake(Waitable& waitable) {
    auto* const runner = static_cast<Runner*>(waitable.owner);
    {
        const std::lock_guard lock(ready_mutex_);
        if (runner->waits_for != &waitable || runner->is_queued) return;
        runner->is_queued = true;
        ready_.push_back(runner);
    }
    worker_.progress_.wake();
}

Runner* Slot::next_ready() {
    const std::lock_guard lock(ready_mutex_);
    if (ready_.empty()) return nullptr;
    Runner* const runner = ready_.front();
    ready_.pop_front();
    runner->waits_for = nullptr;
    return runner;
}

bool Slot::has_ready() {
    const std::lock_guard lock(ready_mutex_);
    return !ready_.empty();
}

Instant Slot::next_deadline() const {
    Instant deadline = Instant::max();
    if (timed_waits_ == 0) return deadline;
    for (const Runner* runner : suspended_) deadline = std::min(deadline, runner->wait_deadline);
    return deadline;
}

void Slot::pass_deadlines() {
    if (timed_waits_ == 0) return;
    const Instant time = now();
    const std::lock_guard lock(ready_mutex_);
    for (Runner* runner : suspended_) {
        if (runner->wait_deadline > time || runner->is_queued || runner->waits_for == nullptr) continue;
        runner->is_queued = true;
        ready_.push_back(runner);
    }
}

}  // namespace rankpool

#include <algorithm>
#include <array>
#include <atomic>
#include <iostream>
#include <mutex>
#include <optional>
#include <unistd.h>

#include <rankpool/core/error.hpp>
#include <rankpool/executor/host_name.hpp>
#include <rankpool/executor/serial_executor.hpp>
#include <rankpool/task/needs.hpp>
#include <rankpool/task/task_log.hpp>

namespace rankpool {

class SerialExecutor::SerialClient final : public Client, private LogSink {
  public:
    SerialClient(SerialExecutor& executor, PoolOptions options)
        : ends_at(options.ends_at), executor_(&executor), options_(std::move(options)) {}

    void submit(const StateRef& state, const TaskOptions& task) override {
        if (is_shut) throw ShutdownError("the pool is shut down and takes no more tasks: submit before shutdown()");
        initialize();
        if (broken_) throw BrokenExecutor(*broken_);
        const std::optional<Failure> impossible = check_needs(task);
        count([](PoolCounts& all) { ++all.submitted; });
        if (impossible) {
            count([&](PoolCounts& all) {
                ++all.failed;
                all.not_started += is_out_of_time(task) ? 1U : 0U;
            });
            return state->fail(*impossible);
        }
        Bytes inputs;
        if (const TaskExtras* const extras = state->extras_if_any()) {
            for (const StateRef& input : extras->inputs) {
                detail::wait_settled(*input, Instant::max());
                if (input->status() == Status::cancelled) {
                    count([](PoolCounts& all) { ++all.cancelled; });
                    return state->cancel();
                }
                if (input->status() == Status::failed) {
                    count([](PoolCounts& all) { ++all.failed; });
                    return state->fail_packed(input->outcome());
                }
                if (!state->local()) input->append_input(inputs);
            }
        }
        for (int attempt = 1;; ++attempt) {
            if (try_once(*state, task, inputs, attempt)) return;
        }
    }
    bool shares_memory() const override { return !options_.check_serialization; }
    Rank rank_for(std::size_t) override { return 0; }
    bool cancel(TaskState&) override { return false; }
    void request_stop(TaskState&) override {}
    void fetch(TaskState&, Waitable& arrived) override { arrived.signal(); }  // Nothing is kept elsewhere.
    void leave_fetch(TaskState&, Waitable&) override {}
    void forget(const TaskState&) override {}
    bool help_until(Waitable& waitable, Instant deadline) override {
        return wait_until_ready(nullptr, waitable, deadline);
    }

    std::atomic<bool> is_shut{false};
    std::atomic<Instant> ends_at;
    std::mutex mutex;  // guards counts: tasks may be submitted from several threads
    PoolCounts counts{.workers = 1, .slots = 1};

  private:
    template <class Change>
    void count(Change change) {
        const std::lock_guard lock(mutex);
        change(counts);
    }
    /// Why the task can never run here, if so.
    std::optional<Failure> check_needs(const TaskOptions& task) const {
        const Needs needs = needs_of(task);
        if (needs.on_rank > 0) {
            throw ConfigError("a task is to run on rank " + std::to_string(needs.on_rank) +
                              ", where no tasks run: a SerialExecutor is rank 0 alone");
        }
        if (needs.ranks > 1) {
            return failure_from(InfeasibleError("this executor can never run the task: it is for " +
                                                std::to_string(needs.ranks) +
                                                " ranks together, and a SerialExecutor is one"));
        }
        const auto can_have = [&](const Resources& variant) { return missing(options_.resources, variant).empty(); };
        if (!needs.variants.empty() && std::none_of(needs.variants.begin(), needs.variants.end(), can_have)) {
            return failure_from(InfeasibleError(
                "this executor can never run the task: it lacks " +
                describe(missing(options_.resources, needs.variants.front())) +
                " (its resources come from PoolOptions::resources or RANKPOOL_RESOURCES=gpu=2,memory=64GiB)"));
        }
        if (is_out_of_time(task)) {
            return failure_from(WalltimeError(
                "the task was not started, because the pool's time is over or too short for it; run the program again "
                "for what is left"));
        }
        return std::nullopt;
    }
    bool is_out_of_time(const TaskOptions& task) const {
        const Instant end = ends_at;
        return end != Instant::max() && deadline_after(now(), needs_of(task).time) >= end;
    }
    void initialize() {
        std::call_once(initialized_, [this] {
            try {
                if (options_.initializer) options_.initializer();
            } catch (const std::exception& error) {
                broken_ = std::string("the pool's initializer failed, so no task can run: ") + error.what();
            } catch (...) {
                broken_ = "the pool's initializer failed with something that is no std::exception, so no task can run";
            }
        });
    }
    /// True if the task has ended for good.
    bool try_once(TaskState& state, const TaskOptions& task, const Bytes& inputs, int attempt) {
        static const std::string local_call = "local call";
        const bool is_local = static_cast<bool>(state.local());
        const FunctionEntry* const entry = is_local ? nullptr : &find_function(state.function);
        const std::string& name = !task.name.empty() ? task.name : (is_local ? local_call : readable_name(*entry));
        const std::atomic<bool> stop{false};
        const this_task::Context context{.name = &name,
                                         .key = &task.key,
                                         .host = &host_name(),
                                         .attempt = static_cast<std::uint32_t>(attempt),
                                         .rank = 0,
                                         .level = state.level,
                                         .executor = executor_,
                                         .stop = &stop,
                                         .id = ++executions_,
                                         .ends_at = options_.ends_at,
                                         .log_sink = this,
                                         .random = {.seed = options_.seed, .stream = state.stream}};
        struct Enter {
            const this_task::Context* outer;
            explicit Enter(const this_task::Context& inner) : outer(std::exchange(this_task::current(), &inner)) {}
            ~Enter() { this_task::current() = outer; }
        };
        CallResult result(CallResult::keep_nothing);
        const Instant start = now();
        try {
            const Enter enter(context);
            if (is_local) {
                static_cast<LocalCall*>(state.local().get())->run();
            } else {
                CallReader call(state.call().view(), inputs.view());
                entry->thunk(call, result);
            }
        } catch (...) {
            count([&](PoolCounts& all) {
                all.busy += now() - start;
                ++(attempt <= task.retries ? all.retries : all.failed);
            });
            if (attempt <= task.retries) return false;
            Failure failure = capture_failure();
            if (failure.rank < 0) {
                failure.task = name;
                failure.host = host_name();
                failure.rank = 0;
                failure.attempt = static_cast<std::uint32_t>(attempt);
            } else {
                pass_through(failure, name);
            }
            state.fail(failure);
            return true;
        }
        count([&](PoolCounts& all) {
            all.busy += now() - start;
            ++all.succeeded;
        });
        if (result.stored) {
            state.succeed_elsewhere({.id = {}, .size = result.stored->size(), .holder = 0});
            state.arrive(std::move(result.stored));
        } else {
            state.succeed(std::move(result.bytes));
        }
        return true;
    }
    void write_line(const std::string& task, std::string_view line) override {
        std::cerr << detail::log_line(0, host_name(), task, line);
    }

    SerialExecutor* executor_;
    PoolOptions options_;
    std::once_flag initialized_;
    std::optional<std::string> broken_;
    std::atomic<std::uint64_t> executions_{0};
};

SerialExecutor::SerialExecutor(PoolOptions options) : client_(new SerialClient(*this, std::move(options))) {}

SerialExecutor::~SerialExecutor() { client_->is_shut = true; }

void SerialExecutor::shutdown(ShutdownOptions) { client_->is_shut = true; }

PoolCounts SerialExecutor::counts() const {
    const std::lock_guard lock(client_->mutex);
    return client_->counts;
}

void SerialExecutor::set_end(Instant end) { client_->ends_at = end; }

Client& SerialExecutor::client() { return *client_; }

}  // namespace rankpool

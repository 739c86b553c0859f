#include <algorithm>

#include <rankpool/coordinator/coordinator.hpp>
#include <rankpool/coordinator/tell.hpp>
#include <rankpool/core/error.hpp>

namespace rankpool {

Coordinator::Coordinator(Transport& primary, PaceKind pace)
    : primary_(primary), transports_{&primary}, progress_(*this, primary, pace), now_(now()) {}

void Coordinator::add_worker(Transport& transport, Rank at, Rank rank, bool is_local) {
    const std::lock_guard lock(progress_.mutex());
    if (std::find(transports_.begin(), transports_.end(), &transport) == transports_.end()) {
        transports_.push_back(&transport);
    }
    peers_.emplace_back(transport, at, rank).is_local = is_local;
}

void Coordinator::start(Duration hello_at_most) {
    const std::lock_guard lock(progress_.mutex());
    hello_deadline_ = deadline_after(now(), hello_at_most);
    progress_.start_background();
}

bool Coordinator::turn() {
    now_ = now();
    submits_since_turn_ = 0;
    bool any = false;
    for (Transport* transport : transports_) {
        polled_ = transport;
        try {
            any |= transport->poll(*this);
        } catch (const MpiError&) {
            throw;
        } catch (const std::exception& error) {  // Ours, and nobody knows what is half done.
            any |= !broken_;
            commands_.clear();
            break_down(broken_executor_failure(std::string("the pool's coordinator met an error of its own: ") +
                                               error.what()));
        }
    }
    any |= look_at_the_clock();
    any |= end_stall();
    drop_forgotten();
    flush();
    return any;
}

void Coordinator::after_turn() { run_deferred_callbacks(); }

bool Coordinator::help_until(Waitable& waitable, Instant deadline) {
    std::unique_lock lock(progress_.mutex());
    if (is_closed_) return waitable.is_ready();
    // Whoever makes it ready from outside of this pool's crank has to wake us.
    waitable.wake_by(&wake_);
    ++waiters_;
    const bool ready = progress_.wait_until(
        lock, [&] { return waitable.is_ready() || is_closed_; }, deadline);
    --waiters_;
    if (!waitable.is_ready()) waitable.wake_by(nullptr);
    return ready && waitable.is_ready();
}

void Coordinator::attend(int more) {
    const std::lock_guard lock(progress_.mutex());
    waiters_ += more;
    progress_.attend(more);
}

void Coordinator::begin_shutdown(CancelFutures cancel_futures) {
    {
        const std::lock_guard lock(progress_.mutex());
        if (is_closed_) return;
        is_shut_ = true;
        if (cancel_futures == CancelFutures::yes && !broken_) {
            while (const StateRef state = held_.take_any().state) {
                if (!is_settled(state->status())) state->cancel();
            }
            for (const Task& task : tasks_) {  // Cancelling may settle others, never add any.
                if (task.state) cancel_locked(*task.state);
            }
            flush();
        }
        progress_.wake();  // Those who wait for room in the queue.
    }
    run_deferred_callbacks();
}

void Coordinator::stop_running_tasks() {
    const std::lock_guard lock(progress_.mutex());
    for (const Task& task : tasks_) {
        if (task.state) request_stop_locked(*task.state);
    }
    flush();
}

bool Coordinator::await_tasks(Instant deadline) {
    std::unique_lock lock(progress_.mutex());
    ++waiters_;
    const bool is_over = progress_.wait_until(
        lock, [&] { return gate_.tasks() == 0 && held_.is_empty() && seats_.is_empty(); }, deadline);
    --waiters_;
    return is_over;
}

std::vector<Rank> Coordinator::close(int exit_code, Duration at_most) {
    std::vector<Rank> silent;
    {
        std::unique_lock lock(progress_.mutex());
        if (is_closed_) return silent;
        is_shut_ = true;
        drop_all(broken_executor_failure("the pool was shut down before this task ended"));
        bring_all_here(lock, deadline_after(now(), at_most));
        {
            const std::lock_guard forgetting(forget_mutex_);
            is_forgetful_ = true;
        }
        has_said_stop_ = true;
        for (std::uint32_t i = 0; i < peers_.size(); ++i) {
            tell(WorkerId{i}, protocol::Kind::stop, 0U, static_cast<std::uint32_t>(exit_code));
        }
        flush();
        const auto all_left = [&] {
            return std::all_of(peers_.begin(), peers_.end(), [](const Peer& peer) { return peer.has_left; });
        };
        progress_.wait_until(lock, all_left, deadline_after(now(), at_most));
        for (const Peer& peer : peers_) {
            if (!peer.has_left) silent.push_back(peer.rank);
        }
        is_closed_ = true;
        for (Peer& peer : peers_) peer.submitted.clear();
        progress_.wake();
    }
    progress_.stop_background();
    journal_.reset();          // Writes what is left: futures may keep this alive for long.
    abandoned_calls_.clear();  // They may hold futures, and so this.
    run_deferred_callbacks();
    return silent;
}

PoolCounts Coordinator::counts() {
    const std::lock_guard lock(progress_.mutex());
    PoolCounts counts = counts_;
    counts.retries = scheduler_.counters().retries;
    counts.kept_results = objects_.count();
    counts.kept_bytes = objects_.bytes();
    count_memory(counts);
    for (const Peer& peer : peers_) {
        ++counts.workers;
        counts.slots += peer.hello.slots;
    }
    return counts;
}

std::string Coordinator::explain(const TaskState& state) {
    const std::lock_guard lock(progress_.mutex());
    return knows(state) ? with_ranks(scheduler_.explain(state.task)) : "the scheduler does not hold this task";
}

}  // namespace rankpool

// What happens by the clock: workers that do not come, what the scheduler wants to look at again, and the end of the
// pool's time.
#include <algorithm>
#include <cstdio>
#include <string>

#include <rankpool/coordinator/coordinator.hpp>
#include <rankpool/coordinator/tell.hpp>

namespace rankpool {

void Coordinator::set_end(Instant end) {
    const std::lock_guard lock(progress_.mutex());
    end_ = end;
    now_ = std::max(now_, now());
    scheduler_.on(scheduler::AllocationEnds{end}, now_, commands_);
    carry_out();
    flush();
    progress_.wake();
}

Instant Coordinator::next_deadline() const {
    if (gate_.tasks() == 0) return Instant::max();
    const Instant hello = is_formed_ ? Instant::max() : hello_deadline_;
    return std::min({hello, stall_ends_, scheduler_.next_deadline().value_or(Instant::max())});
}

bool Coordinator::look_at_the_clock() {
    bool any = false;
    if (!is_formed_ && now_ >= hello_deadline_ && gate_.tasks() != 0) {
        any = true;
        if (joined_ == 0) {
            break_down(broken_executor_failure(
                "no worker has joined the pool, so no task can run: does every rank call serve() after making the "
                "pool?"));
        } else {
            form_pool();  // Who has not come by now may come later, but nothing waits for that.
        }
    }
    if (broken_ || gate_.tasks() == 0) return any;
    if (scheduler_.next_deadline().value_or(Instant::max()) <= now_) {
        any = true;
        scheduler_.on(scheduler::TimePassed{}, now_, commands_);
        carry_out();
    }
    if (end_ != Instant::max() && is_stuck()) {
        any = true;
        give_up_what_waits();
    }
    return any;
}

// True if nothing more will start. Tasks that were sent out and not begun come back first.
bool Coordinator::is_stuck() const {
    const scheduler::Counters counters = scheduler_.counters();
    if (counters.ready + counters.waiting == 0) return false;
    if (now_ >= end_) return counters.assigned + counters.revoking == 0;
    return counters.put_off != 0 && counters.put_off == counters.ready &&
           counters.assigned + counters.revoking + counters.running + counters.suspended == 0;
}

void Coordinator::give_up_what_waits() {
    is_giving_up_ = true;
    for (const Task& task : tasks_) {  // Cancelling may settle others, never add any.
        if (task.state && !is_settled(task.state->status())) cancel_locked(*task.state);
    }
    is_giving_up_ = false;
}

std::string Coordinator::words_of_no_time() const {
    if (now_ >= end_) {
        return "the task was not started, because the pool's time is over; run the program again for what is left";
    }
    char left[32];
    std::snprintf(left, sizeof left, "%.3g", in_seconds(end_ - now_));
    return std::string("the task was not started, because it would not end in the ") + left +
           " s that are left of the pool's time; run the program again for what is left, with more time if this is all "
           "there was";
}

}  // namespace rankpool

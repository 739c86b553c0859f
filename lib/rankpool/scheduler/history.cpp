#include <bit>

#include <rankpool/core/contract.hpp>
#include <rankpool/scheduler/history.hpp>

namespace rankpool::scheduler {

History::History(std::uint32_t records) : records_(records), mask_(records - 1U) {
    RANKPOOL_EXPECT(std::has_single_bit(records));
}

std::string History::story(TaskId task) const {
    std::string story;
    const std::uint64_t remembered = count_ < records_.size() ? count_ : records_.size();
    for (std::uint64_t i = count_ - remembered; i != count_; ++i) {
        const Record& record = records_[i & mask_];
        if (record.task == task) story += "  " + text_of(record) + '\n';
    }
    const std::string name = "task " + std::to_string(task.value);
    if (story.empty()) return name + ": nothing is remembered\n";
    return name + ":\n" + (remembered < count_ ? "  (older transitions are forgotten)\n" : "") + story;
}

std::string History::text_of(const Record& record) {
    const std::string subject = std::to_string(record.subject);
    const std::string execution = ", execution " + std::to_string(record.execution.value);
    const std::string worker = " worker " + subject;
    switch (record.step) {
        case Step::submitted:
            return "submitted with " + subject + " inputs";
        case Step::inputs_ready:
            return "ready, as input " + subject + " succeeded";
        case Step::assigned:
            return "assigned to" + worker + execution;
        case Step::started:
            return "started on" + worker + execution;
        case Step::suspended:
            return "suspended on" + worker + execution;
        case Step::resumed:
            return "resumed on" + worker + execution;
        case Step::asked_back:
            return "asked back from" + worker + " for an idle one" + execution;
        case Step::drained:
            return "asked back from" + worker + ", which drains" + execution;
        case Step::cancel_asked:
            return "asked back from" + worker + " to be cancelled" + execution;
        case Step::cancel_refused:
            return "not cancelled, it runs on" + worker + execution;
        case Step::out_of_time:
            return "asked back from" + worker + ", as time is over" + execution;
        case Step::made_way:
            return "asked back from" + worker + ", which is kept for a task over several workers" + execution;
        case Step::copied:
            return "to be copied, as it takes long on" + worker + execution;
        case Step::stopped:
            return "stopped on" + worker + ", as nobody waits for it there" + execution;
        case Step::member_ended:
            return "ended on all its workers, as it did on" + worker + execution;
        case Step::put_off:
            return "put off, as it would not end in time";
        case Step::came_back:
            return "came back from" + worker + execution;
        case Step::not_given_back:
            return "kept by" + worker + ", it runs" + execution;
        case Step::raised:
            return "raised on" + worker + ", to be tried again" + execution;
        case Step::timed_out:
            return "met its time limit on" + worker + ", to be tried again" + execution;
        case Step::crashed:
            return "crashed on" + worker + ", to be tried again" + execution;
        case Step::worker_lost:
            return "lost with" + worker + execution;
        case Step::node_lost:
            return "lost with the node of" + worker + execution;
        case Step::worker_left:
            return "lost as" + worker + " left" + execution;
        case Step::succeeded:
            return "succeeded" + execution;
        case Step::failed:
            return "failed" + execution;
        case Step::cancelled:
            return "cancelled";
        case Step::input_failed:
            return "never ran, as input " + subject + " failed";
        case Step::input_cancelled:
            return "never ran, as input " + subject + " was cancelled";
        case Step::infeasible:
            return "never ran, as no worker has what it needs";
        case Step::quarantined:
            return "given up, as workers die of it" + execution;
    }
    return "?";
}

}  // namespace rankpool::scheduler

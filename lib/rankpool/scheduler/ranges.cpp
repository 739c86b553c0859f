// Ranges of items, carved into tasks as workers want work.
#include <rankpool/core/contract.hpp>
#include <rankpool/scheduler/scheduler.hpp>

namespace rankpool::scheduler {

void Scheduler::on(const RangeSubmitted& event, Instant now, CommandSink& commands) {
    advance(now);
    RANKPOOL_EXPECT(event.range.is_valid() && !ranges_.contains(event.range) && event.items > 0);
    Range range;
    range.function = event.function;
    range.end = event.items;
    ranges_.add(event.range, range);
    carve(event.range, commands);
}

void Scheduler::on(const RangeCancelled& event, Instant now, CommandSink&) {
    advance(now);
    if (ranges_.contains(event.range)) ranges_.remove(event.range);
}

void Scheduler::enter_range(const TaskSubmitted& event) {
    Task& task = tasks_[event.task];
    Range range = ranges_[event.range];
    task.is_chunk = true;
    task.items_log2 = range.items_log2 & 31U;
    range.is_asked = false;
    range.task = event.task;
    if (range.left() == 0) {
        ranges_.remove(event.range);
    } else {
        ranges_.set(event.range, range);
    }
}

void Scheduler::leave_range(TaskId id, CommandSink& commands) {
    const RangeId range = ranges_.range_of(id);
    if (range.is_valid()) carve(range, commands);
}

void Scheduler::carve(RangeId id, CommandSink& commands) {
    Range range = ranges_[id];
    range.items_log2 = prefill_.items_log2(range.function, range.left(), workers_.slots());
    const CarveRange command{id, range.next, std::uint64_t{1} << range.items_log2};
    range.next += command.count;
    range.is_asked = true;
    range.task = TaskId{};
    ranges_.set(id, range);
    commands.emplace_back(command);
}

}  // namespace rankpool::scheduler

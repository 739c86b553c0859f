// How tasks get from the driver to the scheduler.
#include <algorithm>
#include <simulation/cluster.hpp>

namespace rankpool::simulation {

using namespace scheduler;

void VirtualCluster::on(const Burst& event) {
    flush_reports();
    const TaskNumber rest = driver_.workload().size() - event.first;
    const TaskNumber count = options_.burst == 0 ? rest : std::min(rest, options_.burst);
    submit(event.first, count);
    if (count < rest) queue_.push(now_ + options_.burst_interval, Burst{event.first + count});
}

void VirtualCluster::submit(TaskNumber first, TaskNumber count) {
    const auto row = static_cast<TaskNumber>(watcher_ != nullptr ? 1 : row_max);
    for (; count > 0; first += std::min(row, count), count -= std::min(row, count)) {
        submit_row(first, std::min(row, count));
    }
}

void VirtualCluster::submit_row(TaskNumber first, TaskNumber count) {
    row_.clear();
    row_inputs_.clear();
    row_input_ends_.clear();
    for (TaskNumber number = first; number < first + count; ++number) prepare(number);
    std::size_t begin = 0;
    for (std::size_t i = 0; i < row_.size(); ++i) {
        row_[i].inputs = std::span<const TaskId>(row_inputs_).subspan(begin, row_input_ends_[i] - begin);
        begin = row_input_ends_[i];
    }
    meter_.begin_submitting();
    for (const TaskSubmitted& task : row_) scheduler_->on(task, now_, commands_);
    const Instant end = meter_.end_submitting(row_.size());
    if (progress_) progress_(driver_.settled(), end);
    if (watcher_ != nullptr && !row_.empty()) watcher_->decided(row_.front(), commands_, now_);
    carry_out(0, commands_.size(), now_);
    commands_.clear();
}

void VirtualCluster::prepare(TaskNumber number) {
    inputs_.clear();
    driver_.workload().add_inputs(number, inputs_);
    const TaskPlan plan = driver_.plan(number);
    if (watcher_ != nullptr) watcher_->submitted(number, plan, inputs_, now_);
    const auto is_unsuccessful = [&](TaskNumber input) {
        return !driver_.is_live(input) && !driver_.has_succeeded(input);
    };
    const auto unsuccessful = std::find_if(inputs_.begin(), inputs_.end(), is_unsuccessful);
    if (unsuccessful != inputs_.end()) {
        const Settlement settlement = driver_.refuse(number, *unsuccessful);
        if (watcher_ != nullptr) watcher_->settled(number, settlement, now_);
        return;
    }
    for (const TaskNumber input : inputs_) {
        if (driver_.is_live(input)) row_inputs_.push_back(driver_.id(input));
    }
    row_input_ends_.push_back(row_inputs_.size());
    row_.push_back({.task = driver_.enter(number),
                    .function = plan.function,
                    .priority = plan.priority,
                    .level = driver_.level(number),
                    .retries = plan.retries,
                    .path = path(number),
                    .request = plan.request,
                    .is_speculative = plan.is_speculative});
}

}  // namespace rankpool::simulation

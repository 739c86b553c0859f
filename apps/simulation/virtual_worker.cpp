#include <algorithm>
#include <simulation/virtual_worker.hpp>

#include <rankpool/core/contract.hpp>

namespace rankpool::simulation {
namespace {

using Tasks = std::vector<HeldTask>;

Tasks::iterator find(Tasks& tasks, TaskId task, Execution execution, std::size_t from = 0) {
    return std::find_if(tasks.begin() + static_cast<std::ptrdiff_t>(from), tasks.end(),
                        [&](const HeldTask& held) { return held.task == task && held.execution == execution; });
}

bool comes_before(const HeldTask& a, const HeldTask& b) {
    return a.priority != b.priority ? a.priority > b.priority : a.level > b.level;
}

}  // namespace

void VirtualWorker::hold(const HeldTask& task) {
    if (first_ == queue_.size()) {
        queue_.clear();
        first_ = 0;
    }
    auto place = queue_.end();
    while (place != queue_.begin() + first_ && comes_before(task, *std::prev(place))) --place;
    queue_.insert(place, task);
}

bool VirtualWorker::give_back(TaskId task, Execution execution) {
    const auto found = find(queue_, task, execution, first_);
    if (found == queue_.end()) return false;
    queue_.erase(found);
    return true;
}

void VirtualWorker::wake(TaskId task, Execution execution) {
    const auto found = find(suspended_, task, execution);
    RANKPOOL_EXPECT(found != suspended_.end());
    resumable_.push_back(*found);
    suspended_.erase(found);
}

HeldTask* VirtualWorker::start_next() {
    if (running_.size() >= slots_) return nullptr;
    if (!resumable_.empty()) {
        running_.push_back(resumable_.front());
        resumable_.erase(resumable_.begin());
        return &running_.back();
    }
    if (first_ == queue_.size()) return nullptr;
    running_.push_back(queue_[first_++]);
    if (first_ == 64) {  // Not at every start: what is behind would move each time.
        queue_.erase(queue_.begin(), queue_.begin() + first_);
        first_ = 0;
    }
    return &running_.back();
}

HeldTask* VirtualWorker::find_running(TaskId task, Execution execution) {
    const auto found = find(running_, task, execution);
    return found == running_.end() ? nullptr : &*found;
}

void VirtualWorker::suspend(TaskId task, Execution execution) {
    const auto found = find(running_, task, execution);
    RANKPOOL_EXPECT(found != running_.end());
    suspended_.push_back(*found);
    running_.erase(found);
}

void VirtualWorker::finish(TaskId task, Execution execution) {
    const auto found = find(running_, task, execution);
    RANKPOOL_EXPECT(found != running_.end());
    running_.erase(found);
}

void VirtualWorker::clear() { *this = VirtualWorker(slots_); }

}  // namespace rankpool::simulation

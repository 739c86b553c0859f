#include <utility>

#include <rankpool/core/contract.hpp>
#include <rankpool/scheduler/ready_queue.hpp>

namespace rankpool::scheduler {
namespace {

/// How far put_back() looks: a lost or draining worker returns rows of tasks that fit between few others.
constexpr int places_looked_at = 64;
/// Emptied lists kept for later; more priorities than this come and go at the price of an allocation.
constexpr std::size_t spare_lists_max = 64;

}  // namespace

void ReadyQueue::push(TaskTable& tasks, TaskId id) {
    list_of(tasks[id]).push_back(tasks, id);
    ++count_;
}

void ReadyQueue::put_back(TaskTable& tasks, TaskId id) {
    TaskList& list = list_of(tasks[id]);
    TaskId place = list.first;
    for (int i = 0; i < places_looked_at && place.is_valid() && tasks[place].order < tasks[id].order; ++i) {
        place = tasks[place].next;
    }
    list.insert_before(tasks, place, id);
    ++count_;
}

void ReadyQueue::remove(TaskTable& tasks, TaskId id) {
    TaskList& list = list_of(tasks[id]);
    list.remove(tasks, id);
    --count_;
    if (!list.is_empty() || lists_.size() == 1) return;
    if (spare_.size() < spare_lists_max) {
        spare_.push_back(lists_.extract(latest_key_));
    } else {
        lists_.erase(latest_key_);
    }
    latest_ = nullptr;
}

TaskList& ReadyQueue::list_of(const Task& task) {
    const std::uint64_t key = key_of(task);
    if (latest_ != nullptr && latest_key_ == key) return *latest_;
    const auto found = lists_.find(key);
    latest_ = found != lists_.end() ? &found->second : &add_list(key);
    latest_key_ = key;
    return *latest_;
}

TaskList& ReadyQueue::add_list(std::uint64_t key) {
    Lists::node_type node;
    if (count_ == 0 && !lists_.empty()) {
        node = lists_.extract(lists_.begin());
    } else if (!spare_.empty()) {
        node = std::move(spare_.back());
        spare_.pop_back();
    } else {
        return lists_.try_emplace(key).first->second;
    }
    node.key() = key;
    return lists_.insert(std::move(node)).position->second;
}

void ReadyQueue::check_invariants(const TaskTable& tasks) const {
    std::uint64_t found = 0;
    for (const auto& [key, list] : lists_) {
        RANKPOOL_ENSURE(!list.is_empty() || lists_.size() == 1);
        TaskId previous;
        for (TaskId id = list.first; id.is_valid(); id = tasks[id].next) {
            RANKPOOL_ENSURE(tasks[id].state == TaskState::ready);
            RANKPOOL_ENSURE(key_of(tasks[id]) == key);
            RANKPOOL_ENSURE(tasks[id].previous == previous);
            previous = id;
            ++found;
        }
        RANKPOOL_ENSURE(list.last == previous);
    }
    RANKPOOL_ENSURE(found == count_);
}

}  // namespace rankpool::scheduler

#pragma once

#include <algorithm>
#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <rankpool/core/bytes.hpp>
#include <rankpool/protocol/messages.hpp>
#include <rankpool/task/object_ref.hpp>
#include <rankpool/task/stored_value.hpp>

namespace rankpool {

/// A task that a worker holds and has not started.
struct HeldTask {
    std::uint32_t task = 0;
    std::uint32_t execution = 0;
    std::uint32_t function = 0;
    std::uint32_t attempt = 1;
    std::uint32_t member = 0;
    std::uint32_t members = 1;
    std::int32_t priority = 0;
    std::uint16_t level = 0;
    std::uint64_t stream = 0;
    bool is_local = false;
    bool must_stop = false;
    protocol::KeepRule keep = protocol::KeepRule::if_large;
    std::string name;
    std::string key;
    Bytes packed;
    Bytes inputs;
    std::vector<ObjectId> needs;     ///< its inputs that ranks keep, in the order of the call; all are on this rank
    std::vector<StoredRef> objects;  ///< the same in memory, once it is about to run

    bool has_its_inputs() const { return needs.size() == objects.size(); }

    static HeldTask from(const protocol::Assign& assign) {
        HeldTask held;
        held.task = assign.task;
        held.execution = assign.execution;
        held.function = assign.function;
        held.attempt = assign.attempt;
        held.member = assign.member;
        held.members = assign.members;
        held.priority = assign.priority;
        held.level = assign.level;
        held.stream = assign.stream;
        held.is_local = assign.is_local;
        held.must_stop = assign.must_stop;
        held.keep = assign.keep;
        held.name = assign.name;
        held.key = assign.key;
        held.packed = Bytes(assign.packed);
        held.inputs = Bytes(assign.inputs);
        return held;
    }
};

/// The tasks a worker holds, in the order in which they run: priority, then nesting (deeper first: their parents wait
/// for them), then arrival.
class TaskQueue {
  public:
    TaskQueue() = default;
    TaskQueue(const TaskQueue&) = delete;  // last_ points into ranks_.
    TaskQueue& operator=(const TaskQueue&) = delete;

    bool is_empty() const { return size_ == 0; }
    std::size_t size() const { return size_; }

    void push(HeldTask task) {
        tasks_like(task).push_back(std::move(task));
        ++size_;
    }
    /// The same before all others of its priority and level.
    void push_first(HeldTask task) {
        tasks_like(task).push_front(std::move(task));
        ++size_;
    }
    /// The next task. Not for an empty queue.
    const HeldTask& front() { return first()->second.front(); }
    /// Takes the next task. Not for an empty queue.
    HeldTask pop() {
        const auto place = first();
        HeldTask task = std::move(place->second.front());
        place->second.pop_front();
        --size_;
        return task;
    }
    /// Takes the next task that has inputs kept by ranks, or if none has, the next. Not for an empty queue.
    HeldTask pop_reader() {
        for (auto& [rank, tasks] : ranks_) {
            const auto found = std::find_if(tasks.begin(), tasks.end(), [](const auto& t) { return !t.needs.empty(); });
            if (found == tasks.end()) continue;
            HeldTask task = std::move(*found);
            tasks.erase(found);
            --size_;
            return task;
        }
        return pop();
    }
    /// Takes a task out of the middle; false if it is not here.
    bool remove(std::uint32_t task, std::uint32_t execution) {
        for (auto& [rank, tasks] : ranks_) {
            for (auto held = tasks.rbegin(); held != tasks.rend(); ++held) {  // Mostly the latest is asked for.
                if (held->task != task || held->execution != execution) continue;
                tasks.erase(std::next(held).base());
                --size_;
                return true;
            }
        }
        return false;
    }
    /// Tells a task that is here that somebody wants it to end early.
    void stop(std::uint32_t task, std::uint32_t execution) {
        for (auto& [rank, tasks] : ranks_) {
            for (HeldTask& held : tasks) held.must_stop |= held.task == task && held.execution == execution;
        }
    }

  private:
    using Rank = std::pair<std::int64_t, std::int32_t>;
    using Ranks = std::map<Rank, std::deque<HeldTask>>;

    std::deque<HeldTask>& tasks_like(const HeldTask& task) {
        const Rank rank{-static_cast<std::int64_t>(task.priority), -static_cast<std::int32_t>(task.level)};
        if (last_ == ranks_.end() || last_->first != rank) last_ = ranks_.try_emplace(rank).first;
        return last_->second;
    }
    Ranks::iterator first() {
        auto first = ranks_.begin();
        while (first->second.empty()) first = drop(first);
        return first;
    }
    Ranks::iterator drop(Ranks::iterator empty) {
        if (last_ == empty) last_ = ranks_.end();
        return ranks_.erase(empty);
    }

    Ranks ranks_;
    Ranks::iterator last_ = ranks_.end();
    std::size_t size_ = 0;
};

}  // namespace rankpool

#pragma once

#include <cstdint>
#include <list>
#include <optional>
#include <unordered_map>
#include <vector>

#include <rankpool/store/store.hpp>
#include <rankpool/task/state.hpp>
#include <rankpool/task/waitable.hpp>
#include <rankpool/worker/task_queue.hpp>

namespace rankpool {

/// What a worker waits for from other ranks or its disk: kept results, the tasks that need them, and others who want
/// them from us.
/// Guarded by the worker's lock.
class Fetches {
  public:
    /// A task some of whose inputs are still on their way: from other ranks at first; from disk when it is about to
    /// run, and what has come then stays in memory for it.
    struct Pending {
        HeldTask task;
        std::size_t missing = 0;
        bool is_about_to_run = false;

        /// This input is in memory now; or is lost, if there is no value.
        void give(ObjectId id, const StoredRef& value) {
            for (std::size_t i = 0; i < task.needs.size(); ++i) {
                if (task.needs[i] == id) task.objects[i] = value;
            }
        }
    };
    struct Asker {
        StateRef state;
        Waitable* arrived = nullptr;
    };
    /// One result on its way to us.
    struct Coming {
        std::vector<Pending*> tasks;
        std::vector<Asker> askers;      ///< futures read in this process
        std::vector<Rank> requesters;   ///< ranks that want it from us
        bool is_for_the_store = false;  ///< keep it when it comes
        Rank root = -1;                 ///< who is asked if the first one does not have it; -1: nobody

        /// Nobody waits with this waitable any more; its future gets the value all the same.
        void leave(const Waitable& arrived) {
            for (Asker& asker : askers) {
                if (asker.arrived == &arrived) asker.arrived = nullptr;
            }
        }
    };

    Pending& add_task(Pending task) { return pending_.emplace_back(std::move(task)); }
    /// Takes a task out that has all it needs, or that is wanted back.
    HeldTask take(Pending& task);
    Pending* find(std::uint32_t task, std::uint32_t execution);

    /// The result's entry; the flag says whether it is new, so that somebody has to be asked for it.
    std::pair<Coming*, bool> coming(ObjectId id) {
        const auto [place, is_new] = coming_.try_emplace(id);
        return {&place->second, is_new};
    }
    Coming* find_coming(ObjectId id) {
        const auto found = coming_.find(id);
        return found == coming_.end() ? nullptr : &found->second;
    }
    /// It has come, or never will.
    std::optional<Coming> arrived(ObjectId id);

    bool is_empty() const { return coming_.empty(); }
    std::list<Pending>& tasks() { return pending_; }

  private:
    std::list<Pending> pending_;
    std::unordered_map<ObjectId, Coming> coming_;
};

/// The inputs of a call that ranks keep, in the call's order.
/// @throws DecodeError  the bytes are no inputs
std::vector<ObjectRef> inputs_elsewhere(BytesView inputs);

}  // namespace rankpool

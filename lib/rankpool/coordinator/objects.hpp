#pragma once

#include <algorithm>
#include <cstdint>
#include <unordered_map>
#include <vector>

#include <rankpool/task/object_ref.hpp>
#include <rankpool/task/state.hpp>

namespace rankpool {

/// Which workers keep which results. The coordinator knows sizes and places, never the bytes.
class Objects {
  public:
    struct Object {
        std::uint64_t size = 0;
        TaskState* state = nullptr;       ///< whose result it is; it is forgotten before the state is deleted
        std::vector<WorkerId> holders;    ///< have it; never empty
        std::vector<WorkerId> receivers;  ///< were told to get it, and may have it
        std::uint32_t next = 0;           ///< the holder to be asked next, so that all of them share the work
    };

    void add(ObjectId id, std::uint64_t size, WorkerId holder, TaskState* state) {
        objects_.emplace(id, Object{.size = size, .state = state, .holders = {holder}, .receivers = {}});
        bytes_ += size;
    }
    Object* find(ObjectId id) {
        const auto found = objects_.find(id);
        return found == objects_.end() ? nullptr : &found->second;
    }
    void remove(ObjectId id) {
        const auto found = objects_.find(id);
        if (found == objects_.end()) return;
        bytes_ -= found->second.size;
        objects_.erase(found);
    }

    /// From where `worker` best gets it: itself if it has it, else one of the holders in turn.
    static WorkerId source_for(Object& object, WorkerId worker) {
        if (contains(object.holders, worker)) return worker;
        return object.holders[object.next++ % object.holders.size()];
    }
    static void note_receiver(Object& object, WorkerId worker) {
        if (!contains(object.holders, worker) && !contains(object.receivers, worker)) {
            object.receivers.push_back(worker);
        }
    }
    static void note_holder(Object& object, WorkerId worker) {
        if (!contains(object.holders, worker)) object.holders.push_back(worker);
    }

    std::size_t count() const { return objects_.size(); }
    std::uint64_t bytes() const { return bytes_; }
    std::unordered_map<ObjectId, Object>& all() { return objects_; }

  private:
    static bool contains(const std::vector<WorkerId>& workers, WorkerId worker) {
        return std::find(workers.begin(), workers.end(), worker) != workers.end();
    }
    std::unordered_map<ObjectId, Object> objects_;
    std::uint64_t bytes_ = 0;
};

}  // namespace rankpool

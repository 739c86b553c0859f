#include <algorithm>

#include <rankpool/worker/fetches.hpp>

namespace rankpool {

HeldTask Fetches::take(Pending& task) {
    const auto place =
        std::find_if(pending_.begin(), pending_.end(), [&](const Pending& candidate) { return &candidate == &task; });
    for (const ObjectId id : task.task.needs) {
        if (Coming* const coming = find_coming(id)) std::erase(coming->tasks, &task);
    }
    HeldTask held = std::move(place->task);
    pending_.erase(place);
    return held;
}

Fetches::Pending* Fetches::find(std::uint32_t task, std::uint32_t execution) {
    for (Pending& pending : pending_) {
        if (pending.task.task == task && pending.task.execution == execution) return &pending;
    }
    return nullptr;
}

std::optional<Fetches::Coming> Fetches::arrived(ObjectId id) {
    const auto found = coming_.find(id);
    if (found == coming_.end()) return std::nullopt;
    Coming coming = std::move(found->second);
    coming_.erase(found);
    return coming;
}

}  // namespace rankpool

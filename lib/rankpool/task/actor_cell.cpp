#include <atomic>
#include <string>
#include <unordered_map>

#include <rankpool/core/error.hpp>
#include <rankpool/task/actor_cell.hpp>

namespace rankpool::detail {
namespace {

struct Registry {
    std::mutex mutex;
    std::unordered_map<std::uint64_t, std::weak_ptr<ActorCell>> cells;
};
Registry& registry() {
    static auto* const all = new Registry;  // Actors may outlive static objects.
    return *all;
}
std::atomic<std::uint64_t> next_number{1};

}  // namespace

ActorCell::ActorCell() : number_(next_number++) {}

ActorCell::~ActorCell() {
    const std::lock_guard lock(registry().mutex);
    registry().cells.erase(number_);
}

void ActorCell::announce(const std::shared_ptr<ActorCell>& cell) {
    const std::lock_guard lock(registry().mutex);
    registry().cells.emplace(cell->number(), cell);
}

std::shared_ptr<ActorCell> ActorCell::find(std::uint64_t number) {
    const std::lock_guard lock(registry().mutex);
    const auto found = registry().cells.find(number);
    return found == registry().cells.end() ? nullptr : found->second.lock();
}

void ActorCell::enter() {
    const std::thread::id me = FiberWaiter::current() == nullptr ? std::this_thread::get_id() : std::thread::id();
    Waitable turn;
    {
        const std::lock_guard lock(mutex_);
        if (!is_taken_) {
            is_taken_ = true;
            thread_ = me;
            return;
        }
        if (me != std::thread::id() && me == thread_) {
            throw DeadlockError("a call of an actor calls the same actor and waits for it: it would wait for itself");
        }
        waiting_.push_back(&turn);
    }
    wait_until_ready(nullptr, turn, Instant::max());
    const std::lock_guard lock(mutex_);  // Whoever let us in has let go of `turn` now.
    thread_ = me;
}

void ActorCell::leave() {
    const std::lock_guard lock(mutex_);
    thread_ = {};
    if (waiting_.empty()) {
        is_taken_ = false;
        return;
    }
    Waitable* const next = waiting_.front();
    waiting_.pop_front();
    next->signal();
}

void throw_actor_is_gone(Rank rank, std::uint64_t number) {
    throw Error("actor " + std::to_string(number) + " of rank " + std::to_string(rank) +
                " is gone: it lives as long as a handle of whoever made it, or a task that was given one, needs it");
}

}  // namespace rankpool::detail

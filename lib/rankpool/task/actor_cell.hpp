#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <mutex>
#include <thread>
#include <utility>

#include <rankpool/core/ids.hpp>
#include <rankpool/task/stored_value.hpp>
#include <rankpool/task/waitable.hpp>

namespace rankpool::detail {

/// What holds an actor's object, on the rank where it lives: one call at a time, others wait as tasks do.
class ActorCell {
  public:
    ActorCell();
    virtual ~ActorCell();
    ActorCell(const ActorCell&) = delete;
    ActorCell& operator=(const ActorCell&) = delete;

    /// Its number in this process, never used again.
    std::uint64_t number() const { return number_; }
    /// Lets it be found by its number.
    static void announce(const std::shared_ptr<ActorCell>& cell);
    /// Null if it is gone.
    static std::shared_ptr<ActorCell> find(std::uint64_t number);

    /// While it lives, its owner has the actor for itself. In the order in which they came.
    class Turn {
      public:
        /// @throws DeadlockError  this thread has it already, and cannot let other tasks run meanwhile
        explicit Turn(ActorCell& cell) : cell_(cell) { cell_.enter(); }
        ~Turn() { cell_.leave(); }
        Turn(const Turn&) = delete;
        Turn& operator=(const Turn&) = delete;

      private:
        ActorCell& cell_;
    };

  private:
    void enter();
    void leave();

    const std::uint64_t number_;
    std::mutex mutex_;  // guards what follows
    bool is_taken_ = false;
    std::thread::id thread_;  // that has taken it, if it runs no fibers
    std::deque<Waitable*> waiting_;
};

template <class T>
class ActorCellOf final : public ActorCell {
  public:
    template <class... A>
    explicit ActorCellOf(A&&... arguments) : object(std::forward<A>(arguments)...) {}
    T object;
};

/// Names an actor, and on its own rank holds it. The result of the task that made it.
template <class T>
struct ActorRef {
    Rank rank = -1;
    std::uint64_t number = 0;
    std::shared_ptr<ActorCellOf<T>> cell = {};  ///< null on other ranks
};
template <class T>
inline constexpr bool is_resident<ActorRef<T>> = true;

[[noreturn]] void throw_actor_is_gone(Rank rank, std::uint64_t number);

}  // namespace rankpool::detail

template <class T>
struct rankpool::Codec<rankpool::detail::ActorRef<T>> {
    static void write(ByteWriter& writer, const detail::ActorRef<T>& actor) {
        writer.value(actor.rank);
        writer.value(actor.number);
    }
    static detail::ActorRef<T> read(ByteReader& reader) {
        detail::ActorRef<T> actor;
        actor.rank = reader.value<Rank>();
        actor.number = reader.value<std::uint64_t>();
        actor.cell = std::dynamic_pointer_cast<detail::ActorCellOf<T>>(detail::ActorCell::find(actor.number));
        return actor;
    }
};

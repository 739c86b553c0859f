#pragma once

#include <memory>
#include <mutex>
#include <type_traits>
#include <utility>

#include <rankpool/task/actor_cell.hpp>
#include <rankpool/task/callback.hpp>
#include <rankpool/task/submit.hpp>

namespace rankpool {
namespace detail {

/// The class of a member function, what it returns and takes.
template <class Method>
struct MethodOf;
template <class R, class C, class... P>
struct MethodOf<R (C::*)(P...)> {
    template <auto method, class T>
    struct Call {
        typename AsyncValue<std::decay_t<R>>::type operator()(const ActorRef<T>& actor, Unit, P... arguments) const {
            if (!actor.cell) throw_actor_is_gone(actor.rank, actor.number);
            const ActorCell::Turn turn(*actor.cell);
            return run_to_the_end([&]() -> decltype(auto) {
                return std::invoke(method, actor.cell->object, std::forward<P>(arguments)...);
            });
        }
    };
};
template <class R, class C, class... P>
struct MethodOf<R (C::*)(P...) const> : MethodOf<R (C::*)(P...)> {};
template <class R, class C, class... P>
struct MethodOf<R (C::*)(P...) noexcept> : MethodOf<R (C::*)(P...)> {};
template <class R, class C, class... P>
struct MethodOf<R (C::*)(P...) const noexcept> : MethodOf<R (C::*)(P...)> {};

/// What a task does that calls an actor.
template <auto method, class T>
struct ActorCall : MethodOf<decltype(method)>::template Call<method, T> {};

/// What the task does that makes one.
template <class T>
struct MakeActor {
    template <class... A>
    ActorRef<T> operator()(A&&... arguments) const {
        auto cell = std::make_shared<ActorCellOf<T>>(std::forward<A>(arguments)...);
        ActorCell::announce(cell);
        return {this_task::rank(), cell->number(), std::move(cell)};
    }
};

/// A state that is settled once `state` and `before` are, however they ended.
void settle_after(const StateRef& done, const StateRef& state, const StateRef& before);
/// One that is settled.
StateRef settled_state(Bytes value = {});
/// Of the pool that the task of this thread runs in.
Client& client_here();
/// Counts actors, so that they are spread over the ranks.
std::size_t next_actor_place();

}  // namespace detail

/// A handle of an object that lives on one rank of a pool, and is called there: Executor::make_actor().
///
/// Copies share one actor. Handles may be used from different threads, and given to tasks as arguments. The object is
/// destroyed, on its rank, when the last handle of whoever made it is gone and no call and no task that was given one
/// needs it; at the latest when the pool ends.
template <class T>
class Actor {
  public:
    /// An invalid handle; only assignment, destruction and valid() may be used.
    Actor() = default;

    bool valid() const { return static_cast<bool>(shared_); }

    /// Calls `object.method(arguments…)` on the actor's rank and returns at once with the future of what it returns.
    ///
    /// Calls by this handle and its copies run one after the other, in the order of this call; those by handles that
    /// tasks were given come in between, never at the same time. A call that waits for another call of the same actor
    /// waits for ever. What a method throws is thrown by its future; the actor goes on.
    /// Futures among the arguments stand for their results: later calls wait for them, too.
    /// @throws ShutdownError, BrokenExecutor  as Executor::submit(); and what the making of the actor has thrown, by
    /// the future
    template <auto method, class... A>
    auto call(A&&... arguments) const {
        return call<method>(TaskOptions{}, std::forward<A>(arguments)...);
    }
    template <auto method, class... A>
    auto call(TaskOptions options, A&&... arguments) const {
        RANKPOOL_EXPECT(valid());
        options.on_rank = shared_->rank;
        const StateRef done(new TaskState(nullptr));
        const StateRef before = shared_->last.exchange(done);
        Future<detail::task_result_t<detail::ActorCall<method, T>, Future<detail::ActorRef<T>>, Future<Unit>, A...>>
            future;
        try {
            future = detail::submit_task<detail::Crossing::required>(
                *shared_->client, options, detail::ActorCall<method, T>{}, shared_->made, Future<Unit>(before),
                std::forward<A>(arguments)...);
        } catch (...) {
            detail::settle_after(done, before, before);
            throw;
        }
        detail::settle_after(done, future.state_ref(), before);
        return future;
    }

    /// Where it lives.
    Rank rank() const { return shared_->rank; }

    // For rankpool's own parts.
    Actor(Client& client, Rank rank, Future<detail::ActorRef<T>> made)
        : shared_(std::make_shared<Shared>(client, rank, std::move(made))) {}
    /// What a task gets that was given a handle.
    explicit Actor(const detail::ActorRef<T>& actor);
    const StateRef& state_ref() const { return shared_->made.state_ref(); }
    operator Future<detail::ActorRef<T>>() const { return shared_->made; }  // NOLINT(google-explicit-constructor)

  private:
    struct Last {  // settled when the latest call has ended
        StateRef exchange(StateRef next) {
            const std::lock_guard lock(mutex);
            return std::exchange(state, std::move(next));
        }
        std::mutex mutex;
        StateRef state = detail::settled_state();
    };
    struct Shared {
        Shared(Client& client_, Rank rank_, Future<detail::ActorRef<T>> made_)
            : client(&client_), rank(rank_), made(std::move(made_)) {}
        ClientRef<Client> client;
        Rank rank;
        Future<detail::ActorRef<T>> made;
        Last last;
    };
    std::shared_ptr<Shared> shared_;
};

namespace detail {

template <class T>
Future<ActorRef<T>> made_already(const ActorRef<T>& actor) {
    Bytes packed;
    ByteWriter writer(packed);
    encode(writer, actor);
    return Future<ActorRef<T>>(settled_state(std::move(packed)));
}

template <class T>
struct Arrived<Actor<T>> {
    using type = Actor<T>;
    static constexpr bool is_input = true;
};
template <class T>
struct KindOf<Actor<T>> {
    using type = OneInput<ActorRef<T>>;
};

/// A handle is always the task's own.
template <class T>
struct ArrivedArgument<Actor<T>, OneInput<ActorRef<T>>> : ArrivedArgument<Actor<T>, Packed> {
    ArrivedArgument(Actor<T> actor, std::nullptr_t) : ArrivedArgument<Actor<T>, Packed>{std::move(actor)} {}
};

/// Makes an actor on the rank that the options say, or on one after the other.
template <Crossing crossing, class T, class... A>
Actor<T> make_actor(Client& client, TaskOptions options, A&&... arguments) {
    if (options.on_rank < 0) options.on_rank = client.rank_for(next_actor_place());
    if (options.name.empty()) options.name = "make_actor";
    return Actor<T>(
        client, options.on_rank,
        submit_task<crossing, Keep::always>(client, options, MakeActor<T>{}, std::forward<A>(arguments)...));
}

}  // namespace detail

template <class T>
Actor<T>::Actor(const detail::ActorRef<T>& actor)
    : Actor(detail::client_here(), actor.rank, detail::made_already(actor)) {}

}  // namespace rankpool

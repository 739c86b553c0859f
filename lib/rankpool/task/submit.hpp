#pragma once

#include <optional>
#include <tuple>
#include <utility>

#include <rankpool/task/call.hpp>
#include <rankpool/task/future.hpp>
#include <rankpool/task/this_task.hpp>

namespace rankpool::detail {

template <class A>
void note_inputs(TaskState& state, const A& argument) {
    if constexpr (!is_input<A>) {
        (void)state, (void)argument;
    } else if constexpr (requires { argument.state_ref(); }) {
        state.extras().inputs.push_back(argument.state_ref());
    } else {
        for (const auto& future : argument) state.extras().inputs.push_back(future.state_ref());
    }
}

template <class T, class A>
void pack_or_count(ByteWriter& writer, const A& argument) {
    if constexpr (!is_input<A>) {
        pack_argument<T>(writer, argument);
    } else if constexpr (!requires { argument.state_ref(); }) {
        writer.count(argument.size());
    }
}

/// Packs a call for another process.
template <class F, class... A>
void pack_call(TaskState& state, const F& function, const A&... arguments) {
    state.function = entry_for<F, A...>().id();
    ByteWriter writer(state.call());
    pack_function(writer, function);
    [&]<class... T>(std::type_identity<std::tuple<T...>>) {
        (pack_or_count<T>(writer, arguments), ...);
    }(std::type_identity<kept_arguments_t<F, A...>>());
}

/// A value of one's own of a result that others may read, too.
template <class X>
decltype(auto) own_result(const Future<X>& future) {
    if constexpr (is_copyable<X>) {
        return future.result();
    } else {
        static_assert(CrossesRanks<X>,
                      "rankpool: a result that can be neither copied nor packed cannot be an argument of a task");
        Bytes packed;
        ByteWriter writer(packed);
        encode<X>(writer, future.result());
        ByteReader reader(packed.view());
        return decode<X>(reader);
    }
}

// How a kept argument gets to a function in the same process: itself, or the value of its future.
template <class T, class Kind>
struct LocalArgument {
    T kept;
    T& get() { return kept; }
};
template <class T, class X>
struct LocalArgument<T, OneInput<X>> {
    Future<X> future;
    T get() {
        if constexpr (std::is_void_v<X>) {
            return T{};
        } else {
            return convert_argument<T>(own_result(future));
        }
    }
};
template <class T, class X>
struct LocalArgument<T, ManyInputs<X>> {
    std::vector<Future<X>> futures;
    T get() {
        std::vector<X> values;
        values.reserve(futures.size());
        for (const auto& future : futures) values.push_back(own_result(future));
        return convert_argument<T>(std::move(values));
    }
};

/// Hands over a kept argument: copied, because the task may be tried again; moved where it cannot be copied.
template <class T>
struct HandOver {
    T& kept;
    operator T() const {  // NOLINT(google-explicit-constructor): it stands for the argument
        if constexpr (is_copyable<T>) {
            return kept;
        } else {
            return std::move(kept);
        }
    }
};

template <class F, class R, class Kept, class Kinds>
class KeptCall;
template <class F, class R, class... T, class... Kind>
class KeptCall<F, R, std::tuple<T...>, std::tuple<Kind...>> final : public LocalCall {
  public:
    template <class G, class... A>
    explicit KeptCall(G&& function, A&&... arguments)
        : function_(std::forward<G>(function)),
          arguments_(std::tuple<LocalArgument<T, Kind>...>{keep<T, Kind>(std::forward<A>(arguments))...}) {}

    void run() override {
        std::apply(
            [&](auto&... argument) {
                if constexpr (std::is_void_v<R>) {
                    call(argument...);
                } else {
                    result_.emplace(call(argument...));
                }
            },
            *arguments_);
        arguments_.reset();  // Only a task that failed is tried again; the result may be kept for long.
    }
    void* result() override {
        if constexpr (std::is_void_v<R>) {
            return nullptr;
        } else {
            return &*result_;
        }
    }

    void pack_result(Bytes& bytes) override {
        if constexpr (std::is_void_v<R>) {
            (void)bytes;
        } else if constexpr (CrossesRanks<R>) {
            ByteWriter writer(bytes);
            encode<R>(writer, *result_);
        } else {
            throw ConfigError(
                "a result that lives in this process's memory cannot be sent to another rank: its type has no codec");
        }
    }

  private:
    template <class K, class Kd, class A>
    static LocalArgument<K, Kd> keep(A&& argument) {
        if constexpr (std::is_same_v<Kd, Packed>) {
            return {convert_argument<K>(std::forward<A>(argument))};
        } else {
            return {std::forward<A>(argument)};
        }
    }
    decltype(auto) call(auto&... argument) {
        // A container that only claims to be copyable may be a parameter by value: that would not compile.
        constexpr bool tell_the_truth = ((is_copyable<T> == std::is_copy_constructible_v<T>)&&...);
        if constexpr (tell_the_truth && std::is_invocable_v<F&, const T&...>) {
            return run_to_the_end(
                [&]() -> decltype(auto) { return std::invoke(function_, static_cast<const T&>(argument.get())...); });
        } else {
            std::tuple<T...> values{static_cast<T>(hand_over<T>(argument.get()))...};
            return run_to_the_end([&]() -> decltype(auto) { return std::apply(function_, std::move(values)); });
        }
    }
    template <class K>
    static K hand_over(K& kept) {
        return HandOver<K>{kept};
    }
    template <class K>
    static K hand_over(K&& made) {
        return std::forward<K>(made);
    }

    F function_;
    std::optional<std::tuple<LocalArgument<T, Kind>...>> arguments_;
    std::optional<std::conditional_t<std::is_void_v<R>, Unit, R>> result_;
};

enum class Crossing : bool { required, not_needed };

/// Submits a call to a client, with these random numbers. With Crossing::required, what cannot be sent to another rank
/// does not compile.
template <Crossing crossing, Keep keep = Keep::if_large, class F, class... A>
Future<task_result_t<F, A...>> submit_with_stream(Client& client, const TaskOptions& options, std::uint64_t stream,
                                                  F&& function, A&&... arguments) {
    using Function = std::decay_t<F>;
    using R = task_result_t<F, A...>;
    if constexpr (crossing == Crossing::required) {
        static_assert(
            std::is_void_v<R> || CrossesRanks<R>,
            "rankpool: the task's result cannot be sent to another rank. Plain values, standard containers of "
            "such, and types with a serialize() member (include <rankpool/boost_serialization.hpp>) can; "
            "pointers and views cannot.");
        check_function_crosses<Function>();
    }
    StateRef state(new TaskState(&client));
    state->level = this_task::next_level();
    state->stream = stream;
    state->keep = keep;
    (note_inputs<std::decay_t<A>>(*state, arguments), ...);
    if (crossing == Crossing::not_needed || client.shares_memory()) {
        using Call = KeptCall<Function, R, kept_arguments_t<Function, A...>,
                              std::tuple<typename KindOf<std::decay_t<A>>::type...>>;
        state->local() = std::make_shared<Call>(std::forward<F>(function), std::forward<A>(arguments)...);
    } else if constexpr (crossing == Crossing::required) {
        if constexpr (std::is_void_v<R> || CrossesRanks<R>) {
            pack_call<Function, std::decay_t<A>...>(*state, function, arguments...);
        }
    }
    client.submit(state, options);
    run_deferred_callbacks();
    return Future<R>(std::move(state));
}

/// The same with the random numbers of the next submission from here, or of the task's key.
template <Crossing crossing, Keep keep = Keep::if_large, class F, class... A>
Future<task_result_t<F, A...>> submit_task(Client& client, const TaskOptions& options, F&& function, A&&... arguments) {
    return submit_with_stream<crossing, keep>(client, options, this_task::next_stream(client, options.key),
                                              std::forward<F>(function), std::forward<A>(arguments)...);
}

// What then() runs after a Future<void>: the function on nothing. A base class, so that it is as empty as the function.
template <class F>
struct AfterVoid : F {
    decltype(auto) operator()(Unit) const { return static_cast<const F&>(*this)(); }
};
template <class F>
requires std::is_pointer_v<F>
struct AfterVoid<F> {
    F function;
    decltype(auto) operator()(Unit) const { return function(); }
};
template <class F>
struct Unwrapped<AfterVoid<F>> : Unwrapped<F> {};
template <class F>
struct FunctionCodec<AfterVoid<F>> {
    static void write(ByteWriter& writer, const AfterVoid<F>& function) {
        if constexpr (std::is_pointer_v<F>) {
            FunctionCodec<F>::write(writer, function.function);
        } else {
            FunctionCodec<F>::write(writer, function);
        }
    }
    static AfterVoid<F> read(ByteReader& reader) { return {FunctionCodec<F>::read(reader)}; }
};

}  // namespace rankpool::detail

namespace rankpool {

template <class T>
template <class F>
auto Future<T>::then(F&& function) const {
    Client* const client = state().client();
    RANKPOOL_EXPECT(client != nullptr);
    using Function = std::decay_t<F>;
    detail::check_function_crosses<Function>();
    if constexpr (std::is_void_v<T>) {
        return detail::submit_task<detail::Crossing::required>(
            *client, {}, detail::AfterVoid<Function>{std::forward<F>(function)}, *this);
    } else {
        return detail::submit_task<detail::Crossing::required>(*client, {}, std::forward<F>(function), *this);
    }
}

}  // namespace rankpool

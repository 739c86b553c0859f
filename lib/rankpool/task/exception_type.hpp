#pragma once

#include <memory>
#include <typeindex>

#include <rankpool/task/codec_std.hpp>
#include <rankpool/task/task_error.hpp>

namespace rankpool {

/// How exceptions of one user type cross ranks; objects live as long as the program.
struct ExceptionEntry {
    using Capture = bool (*)(Failure&);      // in a catch block: fills `content` if the type fits
    using Throw = void (*)(const Failure&);  // throws
    ExceptionEntry(const std::type_info& type, Capture capture, Throw throw_again);

    std::type_index type;
    Capture capture;
    Throw throw_again;
    ExceptionEntry* next;
};

namespace detail {

template <class E>
struct CrossingException {
    static bool capture(Failure& failure) {
        try {
            throw;
        } catch (const E& exception) {
            if (typeid(exception) != typeid(E)) return false;
            ByteWriter writer(failure.content);
            if constexpr (CrossesRanks<E>) encode<E>(writer, exception);
            return true;
        } catch (...) {
            return false;
        }
    }
    static void throw_again(const Failure& failure) {
        const auto shared = std::make_shared<const Failure>(failure);
        if constexpr (CrossesRanks<E>) {
            ByteReader reader(failure.content.view());
            throw Remote<E>(decode<E>(reader), shared);
        } else {
            throw Remote<E>(E(failure.message), shared);
        }
    }
    static inline ExceptionEntry entry{typeid(E), &capture, &throw_again};
};

}  // namespace detail

/// Lets exceptions of type E come back from tasks as E. Write once, at namespace scope:
/// `inline const auto& my_error_crosses = rankpool::crossing_exception<MyError>();`
/// E derives from std::exception and either has a codec or can be made from its message.
template <class E>
const ExceptionEntry& crossing_exception() {
    static_assert(std::is_base_of_v<std::exception, E>, "rankpool: the exception type must derive from std::exception");
    static_assert(CrossesRanks<E> || std::is_constructible_v<E, const std::string&>,
                  "rankpool: give the exception type a serialize() member or a constructor from a std::string");
    return detail::CrossingException<E>::entry;
}

}  // namespace rankpool

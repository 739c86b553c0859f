#pragma once

#include <compare>
#include <cstdint>
#include <functional>

#include <rankpool/core/byte_stream.hpp>
#include <rankpool/core/ids.hpp>

namespace rankpool {

/// Names a kept result for as long as the pool lives: the execution that made it.
struct ObjectId {
    TaskId task;
    Execution execution;
    friend constexpr auto operator<=>(const ObjectId&, const ObjectId&) = default;
};

/// A kept result, and a rank that has it.
struct ObjectRef {
    ObjectId id;
    std::uint64_t size = 0;  ///< bytes, about
    Rank holder = -1;
    friend bool operator==(const ObjectRef&, const ObjectRef&) = default;
};

inline void encode_object(ByteWriter& writer, const ObjectRef& object) {
    writer.value(object.id.task.value);
    writer.value(object.id.execution.value);
    writer.value(object.size);
    writer.value(object.holder);
}
/// @throws DecodeError
inline ObjectRef decode_object(ByteReader& reader) {
    ObjectRef object;
    object.id.task.value = reader.value<std::uint32_t>();
    object.id.execution.value = reader.value<std::uint32_t>();
    object.size = reader.value<std::uint64_t>();
    object.holder = reader.value<Rank>();
    return object;
}

/// Stands for the size of an input that is not there itself: an ObjectRef follows.
inline constexpr std::uint64_t input_is_elsewhere = ~std::uint64_t{0};

}  // namespace rankpool

template <>
struct std::hash<rankpool::ObjectId> {
    std::size_t operator()(const rankpool::ObjectId& id) const noexcept {
        return std::hash<std::uint64_t>{}((std::uint64_t{id.task.value} << 32) | id.execution.value);
    }
};

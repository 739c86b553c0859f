#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include <rankpool/core/byte_stream.hpp>
#include <rankpool/core/ids.hpp>
#include <rankpool/core/time.hpp>
#include <rankpool/task/options.hpp>
#include <rankpool/task/resources.hpp>

namespace rankpool {

/// What a task's options ask of the worker that is to run it. Most tasks ask for nothing but a slot.
struct Needs {
    std::vector<Resources> variants;  ///< one of them has to be met; none: a slot is enough
    Rank on_rank = -1;                ///< -1: any
    Duration time{};                  ///< of the pool's time that must be left at its start; 0: not said
    std::uint32_t ranks = 1;          ///< workers that run it together; 1 if on_rank says one

    bool is_plain() const { return variants.empty() && on_rank < 0 && time <= Duration{} && ranks == 1; }
    friend bool operator==(const Needs&, const Needs&) = default;
};

/// True if the options ask for more than a slot: quick, as it is asked for every task.
inline bool has_needs(const TaskOptions& options) {
    return !options.resources.empty() || !options.or_resources.empty() || options.on_rank >= 0 ||
           options.time_request > Duration{} || options.ranks != 1;
}

/// @throws ConfigError  resources or ranks that make no sense
Needs needs_of(const TaskOptions& options);
/// Puts them back where they came from.
void set_needs(TaskOptions& options, Needs needs);

/// The same needs always give the same bytes.
void encode_needs(ByteWriter& writer, const Needs& needs);
/// @throws DecodeError, ConfigError
Needs decode_needs(ByteReader& reader);

/// The same for what a worker has.
void encode_resources(ByteWriter& writer, const Resources& resources);
/// @throws DecodeError
Resources decode_resources(ByteReader& reader);

}  // namespace rankpool

#pragma once

#include <cstdint>
#include <exception>
#include <string>
#include <vector>

#include <rankpool/core/byte_stream.hpp>
#include <rankpool/core/ids.hpp>

namespace rankpool {

/// Why a task failed, as data that crosses ranks: what, where, which try.
struct Failure {
    std::string type_name;                    ///< the exception's type, readable
    std::string message;                      ///< its what()
    std::string task;                         ///< the task's name, or its function's
    std::string host;                         ///< where it ran
    Rank rank = -1;                           ///< where it ran; -1 where it never ran
    std::uint32_t attempt = 0;                ///< 1 for the first try
    std::uint16_t kind = 0;                   ///< which C++ type to throw again (failure.cpp)
    Bytes content;                            ///< the exception itself, for registered types
    std::vector<std::string> passed_through;  ///< the waiting tasks it went through on its way, innermost first

    friend bool operator==(const Failure&, const Failure&) = default;
};

/// Describes the exception being handled now. Call it in a catch block.
Failure capture_failure();

/// Throws the exception again: a standard exception, a rankpool error or a registered type as itself, others as the
/// nearest of their bases that is one of these, and what is no std::exception as Error; always as a TaskError too.
[[noreturn]] void throw_failure(const Failure& failure);

/// Notes that the failure ended this task, too, which had waited for the one that failed. Through thousands of tasks,
/// only the innermost ones are kept, and "…" for the rest.
void pass_through(Failure& failure, const std::string& task);

/// A failure of rankpool's own making, thrown again as this exception.
Failure failure_from(const std::exception& exception);
Failure broken_executor_failure(const std::string& message);

void encode_failure(ByteWriter& writer, const Failure& failure);
/// @throws DecodeError  the bytes are not a failure
Failure decode_failure(ByteReader& reader);

/// One sentence with everything: what happened, in which task, where, at which try.
std::string describe(const Failure& failure);

}  // namespace rankpool

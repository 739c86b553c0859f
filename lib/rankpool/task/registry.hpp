#pragma once

#include <atomic>
#include <cstdint>
#include <mutex>
#include <string>

#include <rankpool/core/byte_stream.hpp>
#include <rankpool/core/ids.hpp>
#include <rankpool/task/call_io.hpp>

namespace rankpool {

/// Unpacks the arguments, calls the function and hands its result over.
using TaskThunk = void (*)(CallReader& call, CallResult& result);

/// One kind of call, known to every rank before main() starts. Objects live as long as the program.
struct FunctionEntry {
    FunctionEntry(TaskThunk thunk_, const char* type_name_);
    FunctionEntry(const FunctionEntry&) = delete;
    FunctionEntry& operator=(const FunctionEntry&) = delete;

    /// The same on all ranks of one binary.
    FunctionId id() const {
        const std::uint32_t known = id_.load(std::memory_order_acquire);
        return known != FunctionId::none ? FunctionId{known} : seal();
    }

    const TaskThunk thunk;
    const char* const type_name;

  private:
    friend class FunctionRegistry;
    friend const std::string& readable_name(const FunctionEntry& entry);
    FunctionId seal() const;

    FunctionEntry* next_ = nullptr;
    mutable std::atomic<std::uint32_t> id_{FunctionId::none};
    mutable std::once_flag named_;
    mutable std::string readable_name_;
};

/// The entry with this number.
/// @throws DecodeError  there is none
const FunctionEntry& find_function(FunctionId id);

/// A number that differs between programs with different task functions.
std::uint64_t registry_fingerprint();

/// The function's name for people, from the type name of its entry.
const std::string& readable_name(const FunctionEntry& entry);

}  // namespace rankpool

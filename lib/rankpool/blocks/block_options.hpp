#pragma once

#include <cstdint>
#include <functional>
#include <string>

namespace rankpool {

/// How far a block operation has come.
struct BlockProgress {
    std::uint64_t bytes_done = 0;  ///< Of elements, uncompressed.
    std::uint64_t bytes_total = 0;
};

/// What every block operation may be told.
struct BlockOptions {
    /// Called now and then, by whichever thread learns of a task's end; must be short.
    std::function<void(const BlockProgress&)> progress = {};
    /// Tasks are sized to work on so many bytes of elements: 0: as many as keep the cost of a task negligible.
    std::uint64_t task_bytes = 0;
    /// In messages and traces.
    std::string name = {};
};

}  // namespace rankpool

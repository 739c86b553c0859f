#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include <rankpool/core/ids.hpp>

namespace rankpool::scheduler {

/// What can happen to a task; `subject` of its record in brackets.
enum class Step : std::uint8_t {
    submitted,       ///< [inputs]
    inputs_ready,    ///< [input that succeeded last]
    assigned,        ///< [worker]
    started,         ///< [worker]
    suspended,       ///< [worker]
    resumed,         ///< [worker]
    asked_back,      ///< for an idle worker [worker]
    drained,         ///< asked back from a draining worker [worker]
    cancel_asked,    ///< asked back to be cancelled [worker]
    cancel_refused,  ///< [worker]
    out_of_time,     ///< asked back, as the time of the pool is over [worker]
    made_way,        ///< asked back, as its worker is kept for a task over several [worker]
    copied,          ///< as it takes unusually long where it is [worker]
    stopped,         ///< nobody waits for this execution any more [worker]
    member_ended,    ///< badly, so the attempt ends on all its workers [worker]
    put_off,         ///< ready, but would not end in time
    came_back,       ///< [worker]
    not_given_back,  ///< [worker]
    raised,          ///< and will be tried again [worker]
    timed_out,       ///< and will be tried again [worker]
    crashed,         ///< and will be tried again [worker]
    worker_lost,     ///< [worker]
    node_lost,       ///< [worker]
    worker_left,     ///< [worker]
    succeeded,
    failed,
    cancelled,
    input_failed,     ///< [input]
    input_cancelled,  ///< [input]
    infeasible,
    quarantined,
};

/// The latest transitions of all tasks, in a ring of fixed size, and a digest of all there ever were.
class History {
  public:
    /// @param records  a power of two
    explicit History(std::uint32_t records);

    void note(TaskId task, Step step, std::uint32_t subject, Execution execution) {
        records_[count_++ & mask_] = {task, subject, execution, step};
        mix(std::uint64_t{task.value} << 32 | subject);
        mix(std::uint64_t{execution.value} << 8 | static_cast<std::uint64_t>(step));
    }

    /// What is remembered of the task, one line for each transition, oldest first.
    std::string story(TaskId task) const;
    std::uint64_t digest() const { return digest_; }

  private:
    struct Record {
        TaskId task;
        std::uint32_t subject = 0;
        Execution execution;
        Step step = Step::submitted;
    };
    static_assert(sizeof(Record) == 16);

    static std::string text_of(const Record& record);
    void mix(std::uint64_t word) {
        digest_ = (digest_ ^ word) * 0x9E37'79B9'7F4A'7C15U;  // 2^64 divided by the golden ratio: spreads all bits.
        digest_ ^= digest_ >> 32;
    }

    std::vector<Record> records_;
    std::uint64_t mask_;
    std::uint64_t count_ = 0;
    std::uint64_t digest_ = 0;
};

}  // namespace rankpool::scheduler

#pragma once

#include <algorithm>
#include <cstdint>
#include <string>
#include <vector>

#include <rankpool/scheduler/limits.hpp>
#include <rankpool/scheduler/worker.hpp>

namespace rankpool::scheduler {

/// How long tasks take, and so how many of them a worker should hold. Integers only: the same on every machine.
class Prefill {
  public:
    explicit Prefill(const Limits& limits);

    /// Takes the measured duration of a task into the average of its function.
    void learn(FunctionId function, Duration busy);

    /// The average, or zero for functions that were never measured.
    Duration average(FunctionId function) const {
        return std::chrono::nanoseconds(static_cast<std::int64_t>(average_ns(function)));
    }
    /// The average and twice the usual distance from it: few tasks take longer.
    Duration safe_length(FunctionId function) const;
    /// What a task of this function adds to the expected work of its worker.
    std::uint32_t expected_ns(FunctionId function) const {
        const std::uint64_t average = average_ns(function);
        return average == 0 ? queued_work_ns_ : static_cast<std::uint32_t>(std::min<std::uint64_t>(average, ~0U));
    }
    /// True if such a task takes so short that it may wait behind others where it cannot be taken back.
    bool is_short(FunctionId function) const {
        const std::uint64_t average = average_ns(function);
        return average != 0 && average < short_task_ns_;
    }
    /// True if it is worth two messages to move a task from the end of the worker's queue to one that is idle.
    bool is_worth_moving(const Worker& worker, FunctionId function) const;

    /// What there is to share out, and among how many.
    struct Market {
        std::uint64_t ready = 0;  ///< tasks
        std::uint64_t slots = 0;  ///< of all active workers
        bool is_ordered = false;  ///< what goes first matters more than a round trip
    };
    /// True if the worker should get a task of this function now. (By reference: a copy that is read in other pieces
    /// than it was written in waits until all writes before it have reached the cache.)
    bool has_room(const Worker& worker, FunctionId function, const Market& market) const {
        return worker.load < worker.slots || room_ahead(worker, function, market) == Room::some;
    }
    /// Why a worker without a free slot gets no task of this function now, if so.
    enum class Room : std::uint8_t { some, too_long, too_many_ahead, too_little_known, enough_work };
    Room room_ahead(const Worker& worker, FunctionId function, const Market& market) const;
    /// The same in words, with the numbers; a '%' stands for the number that differs from worker to worker, which comes
    /// with it.
    struct Words {
        std::string text;
        std::uint64_t number = 0;
    };
    Words words_of_room(const Worker& worker, FunctionId function, const Market& market) const;

  private:
    struct Measured {
        std::uint64_t average_ns = 0;    ///< 0: never measured
        std::uint64_t deviation_ns = 0;  ///< average distance from the average
        std::uint64_t count = 0;         ///< tasks measured
    };

    std::uint64_t average_ns(FunctionId function) const {
        return function.value < measured_.size() ? measured_[function.value].average_ns : 0;
    }
    std::uint64_t work_behind_ns(std::uint64_t length, const Market& market) const;

    std::vector<Measured> measured_;  ///< by function
    std::uint32_t functions_max_;
    std::uint32_t queued_work_ns_;
    std::uint32_t round_trip_ns_;
    std::uint32_t long_task_ns_;
    std::uint32_t long_task_in_order_ns_;
    std::uint32_t short_task_ns_;
    std::uint32_t ahead_max_;
    std::uint32_t ahead_unmeasured_;
};

}  // namespace rankpool::scheduler

#pragma once

#include <cstdint>
#include <deque>
#include <span>
#include <vector>

#include <rankpool/scheduler/scheduler.hpp>

namespace rankpool::scheduler {

/// Reads bytes as events for one scheduler: legal ones by construction, among them late and repeated ones. The rules
/// are checked after each; in the end everything that was submitted has to be settled.
class EventPlayer {
  public:
    /// Throws ContractError if a rule is broken, std::logic_error if a task is never settled.
    void play(std::span<const std::uint8_t> bytes);

  private:
    enum class Progress : std::uint8_t { queued, running, suspended };
    struct Held {
        AssignTask assigned;
        Progress progress = Progress::queued;
        bool is_asked_back = false;
        bool is_stopped = false;
    };

    // event_player.cpp: what happens.
    void step();
    void submit();
    TaskId vacant_task();
    void cancel();
    void join(Amount at_least);
    void drain();
    void lose();
    void set_time();
    void define_requests();
    void finish_everything();

    // worker_reports.cpp: what workers say.
    void report();
    void report_queued(Held& held);
    void repeat_report();
    void tell_report(const Event& event);

    void tell(const Event& event);
    void carry_out(const AssignTask& command);
    void carry_out(const RevokeTask& command);
    void carry_out(const SettleTask& command);
    void carry_out(const RefuseCancel&) {}
    void carry_out(const StopTask& command);

    std::uint8_t next();
    std::uint32_t below(std::size_t bound) { return static_cast<std::uint32_t>(next() % bound); }

    Scheduler scheduler_;
    std::span<const std::uint8_t> bytes_;
    Instant now_{};
    std::vector<TaskId> unsettled_;
    std::vector<TaskId> vacant_;
    std::vector<WorkerId> workers_;  ///< not lost
    std::vector<Held> held_;
    std::deque<Event> reports_;  ///< the latest ones, to be repeated
    std::uint32_t task_count_ = 0;
    std::uint32_t worker_count_ = 0;
};

}  // namespace rankpool::scheduler

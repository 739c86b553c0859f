#pragma once

#include <deque>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include <rankpool/scheduler/scheduler.hpp>

namespace rankpool::scheduler {

/// A story told to one scheduler in lines of text; README.md in this folder has the words.
class Scenario {
  public:
    /// Says one line and returns what follows, one line each.
    /// @throws std::runtime_error  a line that makes no sense
    std::string say(const std::string& line);

  private:
    using Words = std::deque<std::string>;

    std::string tell(const Event& event);
    Event submit(Words words);
    Event join(Words words);
    std::string wait(Duration duration);
    static Event lose(WorkerId worker, const std::string& reason);
    Event define(Words words);
    Need need(Words& words);
    Event finish(const std::string& verb, Words words);
    TaskId task(const std::string& word) const;
    Execution execution(const std::string& word) const;
    static std::uint32_t member(const std::string& word);
    std::string counters() const;

    Scheduler scheduler_;
    Instant now_{};
    std::map<TaskId, Execution> executions_;  ///< latest of each task
    std::vector<TaskId> inputs_;
    std::vector<std::string> resources_;    ///< their names, by number
    std::vector<std::vector<Need>> needs_;  ///< what events borrow
    std::vector<std::span<const Need>> variants_;
};

/// The text of a scenario file with the answers that the scheduler gives now.
std::string play(std::string_view text);

}  // namespace rankpool::scheduler

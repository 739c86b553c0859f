#pragma once

#include <simulation/workload.hpp>
#include <string>
#include <vector>

namespace rankpool::apps {

/// Recorded durations of tasks, in the order in which they were submitted.
class Trace final : public simulation::Workload {
  public:
    void add(const std::string& function, Duration busy);

    simulation::TaskNumber size() const override { return static_cast<simulation::TaskNumber>(tasks_.size()); }
    simulation::TaskPlan plan(simulation::TaskNumber number) const override { return tasks_[number]; }
    void add_inputs(simulation::TaskNumber, std::vector<simulation::TaskNumber>&) const override {}

    std::size_t function_count() const { return functions_.size(); }

  private:
    std::vector<std::string> functions_;
    std::vector<simulation::TaskPlan> tasks_;
};

/// Reads CSV whose first line names its columns, or JSON lines; either has `function` and `duration_s`, and may have
/// more.
///
/// @throws ConfigError  the file cannot be read, has no tasks, or a line makes no sense; the text names the line
Trace read_trace(const std::string& path);

}  // namespace rankpool::apps

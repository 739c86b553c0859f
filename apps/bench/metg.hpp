#pragma once

#include <functional>
#include <optional>

namespace rankpool::apps {

/// METG(50 %): the smallest task with which a program still does half of what its cores can. Granularity is the time
/// that the cores spend per task, waiting included: wall time × cores / tasks.
/// Source: Slaughter et al., Task Bench, SC'20.
class MetgSearch {
  public:
    /// What METG(50 %) is at least where tasks of the longest length do not reach one half.
    static constexpr double out_of_reach_s = 16e-3;

    /// Looks at task lengths from 1/8 µs on, each twice the one before, for where the efficiency crosses one half.
    ///
    /// @param granularity  runs tasks of so many seconds of work and returns the granularity in seconds
    /// @returns METG(50 %) in seconds: the granularity at the crossing, between the lengths on either side of it on a
    ///          logarithmic scale. Nothing, if tasks of 8 ms do not reach one half.
    /// It starts where the last search ended, so the next one is shorter.
    std::optional<double> run(const std::function<double(double work_s)>& granularity);

  private:
    int last_ = 3;  // The number of the length above the last crossing.
};

}  // namespace rankpool::apps

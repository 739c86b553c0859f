#include <algorithm>
#include <queue>
#include <simulation/list_schedule.hpp>
#include <utility>
#include <vector>

namespace rankpool::simulation {
namespace {

/// The tasks that need each task: those of task i are dependents[begins[i]] to dependents[begins[i + 1] - 1].
struct Dependents {
    std::vector<std::uint64_t> begins;
    std::vector<TaskNumber> dependents;
    std::vector<std::uint32_t> open_inputs;
};

Dependents dependents_of(const Workload& workload) {
    Dependents all{
        std::vector<std::uint64_t>(std::size_t{workload.size()} + 2), {}, std::vector<std::uint32_t>(workload.size())};
    std::vector<TaskNumber> inputs;
    for (TaskNumber number = 0; number < workload.size(); ++number) {
        inputs.clear();
        workload.add_inputs(number, inputs);
        all.open_inputs[number] = static_cast<std::uint32_t>(inputs.size());
        for (const TaskNumber input : inputs) ++all.begins[input + 2];
    }
    for (std::size_t i = 1; i < all.begins.size(); ++i) all.begins[i] += all.begins[i - 1];
    all.dependents.resize(all.begins.back());
    for (TaskNumber number = 0; number < workload.size(); ++number) {
        inputs.clear();
        workload.add_inputs(number, inputs);
        for (const TaskNumber input : inputs) all.dependents[all.begins[input + 1]++] = number;
    }
    return all;
}

std::vector<std::int64_t> steps_to_end(const Dependents& graph) {
    std::vector<std::int64_t> steps(graph.open_inputs.size());
    for (std::size_t number = steps.size(); number-- > 0;) {
        for (std::uint64_t i = graph.begins[number]; i < graph.begins[number + 1]; ++i) {
            steps[number] = std::max(steps[number], steps[graph.dependents[i]] + 1);
        }
    }
    return steps;
}

}  // namespace

Duration list_makespan(const Workload& workload, std::uint64_t slots, ListOrder order) {
    Dependents graph = dependents_of(workload);
    const std::vector<std::int64_t> steps =
        order == ListOrder::path ? steps_to_end(graph) : std::vector<std::int64_t>{};
    using Entry = std::pair<std::int64_t, TaskNumber>;  // A place in line or a moment, and who it is about.
    using Line = std::priority_queue<Entry, std::vector<Entry>, std::greater<>>;
    Line startable;
    Line running;
    std::int64_t arrivals = 0;
    const auto line_up = [&](TaskNumber number) {
        ++arrivals;
        switch (order) {
            case ListOrder::submission:
                return startable.emplace(number, number);
            case ListOrder::readiness:
                return startable.emplace(arrivals, number);
            case ListOrder::newest:
                return startable.emplace(-arrivals, number);
            case ListOrder::path:
                return startable.emplace(-steps[number], number);
        }
    };
    for (TaskNumber number = 0; number < workload.size(); ++number) {
        if (graph.open_inputs[number] == 0) line_up(number);
    }
    std::int64_t now = 0;
    while (!startable.empty() || !running.empty()) {
        while (!startable.empty() && running.size() < slots) {
            const TaskNumber number = startable.top().second;
            startable.pop();
            running.emplace(now + workload.plan(number).busy.count(), number);
        }
        now = running.top().first;
        while (!running.empty() && running.top().first == now) {
            const TaskNumber number = running.top().second;
            running.pop();
            for (std::uint64_t i = graph.begins[number]; i < graph.begins[number + 1]; ++i) {
                if (--graph.open_inputs[graph.dependents[i]] == 0) line_up(graph.dependents[i]);
            }
        }
    }
    return Duration(now);
}

Duration Bounds::lower(std::uint64_t slots) const {
    return std::max(Duration(work.count() / static_cast<Duration::rep>(slots)), path);
}

Duration Bounds::upper(std::uint64_t slots) const {
    return Duration((work - path).count() / static_cast<Duration::rep>(slots)) + path;
}

Bounds bounds_of(const Workload& workload) {
    Bounds bounds;
    std::vector<std::pair<Duration, std::uint64_t>> ends(workload.size());
    std::vector<TaskNumber> inputs;
    for (TaskNumber number = 0; number < workload.size(); ++number) {
        inputs.clear();
        workload.add_inputs(number, inputs);
        auto& [end, tasks] = ends[number];
        for (const TaskNumber input : inputs) {
            end = std::max(end, ends[input].first);
            tasks = std::max(tasks, ends[input].second);
        }
        const Duration busy = workload.plan(number).busy;
        end += busy;
        ++tasks;
        bounds.work += busy;
        bounds.path = std::max(bounds.path, end);
        bounds.path_tasks = std::max(bounds.path_tasks, tasks);
        bounds.longest = std::max(bounds.longest, busy);
    }
    return bounds;
}

}  // namespace rankpool::simulation

#include <algorithm>
#include <cstddef>
#include <unordered_map>
#include <utility>

#include <rankpool/task/wait_circle.hpp>

namespace rankpool {
namespace {

// Looking at more would take longer than a task; such graphs wait unnoticed.
constexpr std::size_t tasks_max = 20'000;

struct Node {
    StateRef state;
    Obstacles::Rule rule = Obstacles::Rule::none;
    std::vector<std::size_t> obstacles;
    std::vector<std::size_t> dependents;
    std::size_t stuck_obstacles = 0;
    bool is_stuck = true;  // until somebody is found who sets it free
};

class WaitGraph {
  public:
    /// False if it is too large.
    bool collect(const StateRef& start, const std::function<Obstacles(const TaskState&)>& look) {
        index_of(start);
        for (std::size_t i = 0; i < nodes_.size(); ++i) {
            if (nodes_.size() > tasks_max) return false;
            const Obstacles obstacles = look(*nodes_[i].state);
            nodes_[i].rule = obstacles.rule;
            for (const StateRef& state : obstacles.states) {
                const std::size_t obstacle = index_of(state);
                nodes_[i].obstacles.push_back(obstacle);
                nodes_[obstacle].dependents.push_back(i);
            }
            nodes_[i].stuck_obstacles = nodes_[i].obstacles.size();
        }
        return true;
    }

    /// Starting with those that can go on, sets free whoever they keep from going on; the rest is stuck.
    void set_free() {
        std::vector<std::size_t> free;
        for (std::size_t i = 0; i < nodes_.size(); ++i) {
            if (nodes_[i].obstacles.empty()) release(i, free);
        }
        while (!free.empty()) {
            const std::size_t next = free.back();
            free.pop_back();
            for (const std::size_t dependent : nodes_[next].dependents) {
                Node& node = nodes_[dependent];
                if (--node.stuck_obstacles == 0 || node.rule == Obstacles::Rule::any_of) release(dependent, free);
            }
        }
    }

    /// Goes from one stuck task to the next until it meets one again.
    std::vector<StateRef> circle() const {
        std::vector<std::size_t> path;
        std::vector<std::size_t> place(nodes_.size(), nodes_.size());
        if (!nodes_[0].is_stuck) return {};
        std::size_t at = 0;
        while (place[at] == nodes_.size()) {
            place[at] = path.size();
            path.push_back(at);
            at = *std::ranges::find_if(nodes_[at].obstacles, [&](std::size_t i) { return nodes_[i].is_stuck; });
        }
        std::vector<StateRef> states;
        for (std::size_t i = place[at]; i < path.size(); ++i) states.push_back(nodes_[path[i]].state);
        return states;
    }

  private:
    std::size_t index_of(const StateRef& state) {
        const auto [found, is_new] = indices_.try_emplace(state.get(), nodes_.size());
        if (is_new) nodes_.push_back({.state = state, .obstacles = {}, .dependents = {}});
        return found->second;
    }
    void release(std::size_t i, std::vector<std::size_t>& free) {
        if (std::exchange(nodes_[i].is_stuck, false)) free.push_back(i);
    }

    std::vector<Node> nodes_;  // the start first
    std::unordered_map<const TaskState*, std::size_t> indices_;
};

}  // namespace

std::vector<StateRef> find_circle(const StateRef& start, const std::function<Obstacles(const TaskState&)>& look) {
    WaitGraph graph;
    if (!graph.collect(start, look)) return {};
    graph.set_free();
    return graph.circle();
}

}  // namespace rankpool

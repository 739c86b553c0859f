#pragma once

#include <functional>
#include <vector>

#include <rankpool/task/state.hpp>

namespace rankpool {

/// What keeps a task from going on: others that are not settled.
struct Obstacles {
    enum class Rule : std::uint8_t {
        none,    ///< nothing that is known of: it runs, or will
        any_of,  ///< it waits inside for one of these
        all_of,  ///< it takes them as inputs
    };
    Rule rule = Rule::none;
    std::vector<StateRef> states = {};
};

/// Looks for tasks that can never go on because they wait for each other.
///
/// @param start  a task that begins to wait
/// @param look   what keeps a task from going on; asked once for each task
/// @return  a circle of tasks, each waiting for the next and the last for the first, `start` first if it is among them;
///          empty if somebody can go on and set `start` free, or too many tasks are involved to tell
std::vector<StateRef> find_circle(const StateRef& start, const std::function<Obstacles(const TaskState&)>& look);

}  // namespace rankpool

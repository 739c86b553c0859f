#include <map>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include <rankpool/task/wait_circle.hpp>

namespace rankpool {
namespace {

// Tasks by letters: `any` waits inside for one of its letters, `all` takes them as inputs.
class Tasks {
  public:
    void any(char task, const std::string& obstacles) { rules_[task] = {Obstacles::Rule::any_of, obstacles}; }
    void all(char task, const std::string& obstacles) { rules_[task] = {Obstacles::Rule::all_of, obstacles}; }

    std::string circle_from(char start) {
        std::string circle;
        for (const StateRef& found : find_circle(state(start), [this](const TaskState& s) { return look(s); })) {
            circle += name(*found);
        }
        return circle;
    }

  private:
    Obstacles look(const TaskState& task) {
        const auto rule = rules_.find(name(task));
        if (rule == rules_.end()) return {};
        Obstacles obstacles{rule->second.first};
        for (const char letter : rule->second.second) obstacles.states.push_back(state(letter));
        return obstacles;
    }
    const StateRef& state(char letter) {
        StateRef& found = states_[letter];
        if (!found) found = StateRef(new TaskState(nullptr));
        return found;
    }
    char name(const TaskState& task) const {
        for (const auto& [letter, state] : states_) {
            if (state.get() == &task) return letter;
        }
        return '?';
    }
    std::map<char, std::pair<Obstacles::Rule, std::string>> rules_;
    std::map<char, StateRef> states_;
};

TEST(WaitCircle, of_a_task_that_waits_for_itself) {
    Tasks tasks;
    tasks.any('a', "a");
    EXPECT_EQ(tasks.circle_from('a'), "a");
}

TEST(WaitCircle, of_tasks_that_wait_for_each_other) {
    Tasks tasks;
    tasks.any('a', "b");
    EXPECT_EQ(tasks.circle_from('a'), "") << "b runs";
    tasks.any('b', "c");
    tasks.any('c', "a");
    EXPECT_EQ(tasks.circle_from('a'), "abc");
    EXPECT_EQ(tasks.circle_from('c'), "cab");
}

TEST(WaitCircle, through_inputs) {
    Tasks tasks;
    tasks.any('a', "c");
    tasks.all('c', "xb");
    tasks.all('b', "a");
    EXPECT_EQ(tasks.circle_from('a'), "acb") << "that x can end does not help";
}

TEST(WaitCircle, is_none_while_one_of_several_can_end) {
    Tasks tasks;
    tasks.any('a', "bx");
    tasks.any('b', "a");
    EXPECT_EQ(tasks.circle_from('a'), "");
    EXPECT_EQ(tasks.circle_from('b'), "");
    tasks.any('x', "b");
    EXPECT_EQ(tasks.circle_from('a'), "ab");
}

TEST(WaitCircle, that_somebody_waits_for_from_outside) {
    Tasks tasks;
    tasks.any('o', "a");
    tasks.any('a', "b");
    tasks.any('b', "a");
    EXPECT_EQ(tasks.circle_from('o'), "ab");
}

TEST(WaitCircle, is_none_in_a_long_chain_or_a_diamond) {
    Tasks tasks;
    for (char letter = 'a'; letter < 'z'; ++letter) tasks.any(letter, std::string(1, static_cast<char>(letter + 1)));
    EXPECT_EQ(tasks.circle_from('a'), "");
    tasks.all('a', "bc");
    tasks.all('b', "d");
    tasks.all('c', "d");
    EXPECT_EQ(tasks.circle_from('a'), "");
}

}  // namespace
}  // namespace rankpool

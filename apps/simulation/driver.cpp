#include <simulation/driver.hpp>

#include <rankpool/core/contract.hpp>

namespace rankpool::simulation {
namespace {

/// Deeper tasks have no children, so that every program ends.
constexpr std::uint16_t level_max = 3;

}  // namespace

Driver::Driver(const Workload& workload) : workload_(&workload), ids_(workload.size(), unknown) {
    numbers_.reserve(workload.size());
}

TaskPlan Driver::plan(TaskNumber number) const {
    TaskPlan plan = workload_->plan(number);
    if (level(number) >= level_max) plan.children = 0;
    return plan;
}

std::uint16_t Driver::level(TaskNumber number) const {
    const TaskNumber first_child = workload_->size();
    return number < first_child ? std::uint16_t{0} : families_[family_of_[number - first_child]].level;
}

TaskNumber Driver::add_family(const Family& family) {
    const auto first = static_cast<TaskNumber>(ids_.size());
    families_.push_back(family);
    ids_.resize(ids_.size() + family.open, unknown);
    family_of_.resize(family_of_.size() + family.open, static_cast<std::uint32_t>(families_.size() - 1));
    return first;
}

TaskId Driver::enter(TaskNumber number) {
    RANKPOOL_EXPECT(ids_[number] == unknown);
    TaskId id{static_cast<std::uint32_t>(numbers_.size())};
    if (free_ids_.empty()) {
        numbers_.push_back(number);
    } else {
        id = free_ids_.back();
        free_ids_.pop_back();
        numbers_[id.value] = number;
    }
    ids_[number] = id.value;
    ++submitted_;
    return id;
}

scheduler::Settlement Driver::refuse(TaskNumber number, TaskNumber input) {
    RANKPOOL_EXPECT(ids_[number] == unknown && (ids_[input] == failed || ids_[input] == cancelled));
    ids_[number] = ids_[input];
    ++submitted_;
    ++settled_;
    return ids_[input] == failed ? scheduler::Settlement::input_failed : scheduler::Settlement::input_cancelled;
}

const Driver::Family* Driver::settle(TaskNumber number, scheduler::Settlement settlement) {
    RANKPOOL_EXPECT(is_live(number));
    free_ids_.push_back(id(number));
    using scheduler::Settlement;
    const bool is_cancelled = settlement == Settlement::cancelled || settlement == Settlement::input_cancelled;
    ids_[number] = settlement == Settlement::succeeded ? succeeded : is_cancelled ? cancelled : failed;
    ++settled_;
    const TaskNumber first_child = workload_->size();
    if (number < first_child) return nullptr;
    Family& family = families_[family_of_[number - first_child]];
    return --family.open == 0 ? &family : nullptr;
}

}  // namespace rankpool::simulation

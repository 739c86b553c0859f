#include <rankpool/scheduler/task_table.hpp>

namespace rankpool::scheduler {

const char* text_of(TaskState state) {
    static constexpr std::array<const char*, task_state_count> texts = {"vacant",   "waiting", "ready",    "assigned",
                                                                        "revoking", "running", "suspended"};
    return texts[static_cast<std::size_t>(state)];
}

}  // namespace rankpool::scheduler

#pragma once

#include <ostream>
#include <string>

#include <rankpool/scheduler/command.hpp>

namespace rankpool::scheduler {

inline std::string name_of(TaskId id) { return "t" + std::to_string(id.value); }
inline std::string name_of(WorkerId id) { return "w" + std::to_string(id.value); }
/// A task's execution: t3@2 is the second of slot 3.
inline std::string name_of(TaskId id, Execution execution) {
    return name_of(id) + '@' + std::to_string(execution.value);
}

inline std::string text_of(Settlement settlement) {
    switch (settlement) {
        case Settlement::succeeded:
            return "succeeded";
        case Settlement::failed:
            return "failed";
        case Settlement::cancelled:
            return "cancelled";
        case Settlement::input_failed:
            return "input failed";
        case Settlement::input_cancelled:
            return "input cancelled";
        case Settlement::infeasible:
            return "infeasible";
        case Settlement::quarantined:
            return "quarantined";
    }
    return "?";
}

inline std::string text_of(const AssignTask& command) {
    const std::string attempt = command.attempt == 1 ? "" : ", attempt " + std::to_string(command.attempt);
    const std::string variant = command.variant == 0 ? "" : ", variant " + std::to_string(command.variant);
    const std::string member =
        command.members == 1 ? ""
                             : ", member " + std::to_string(command.member) + " of " + std::to_string(command.members);
    return "assign " + name_of(command.task, command.execution) + " to " + name_of(command.worker) + attempt + variant +
           member;
}
inline std::string text_of(const StopTask& command) {
    return "stop " + name_of(command.task, command.execution) + " on " + name_of(command.worker) +
           (command.member == 0 ? "" : ", member " + std::to_string(command.member));
}
inline std::string text_of(const RevokeTask& command) {
    return "revoke " + name_of(command.task, command.execution) + " from " + name_of(command.worker);
}
inline std::string text_of(const SettleTask& command) {
    const std::string cause = command.cause.is_valid() ? " because of " + name_of(command.cause) : "";
    return "settle " + name_of(command.task) + ": " + text_of(command.settlement) + cause;
}
inline std::string text_of(const RefuseCancel& command) { return "refuse to cancel " + name_of(command.task); }

inline std::string text_of(const Command& command) {
    return std::visit([](const auto& alternative) { return text_of(alternative); }, command);
}

/// For the messages of failing tests.
inline std::ostream& operator<<(std::ostream& out, const Command& command) { return out << text_of(command); }

}  // namespace rankpool::scheduler

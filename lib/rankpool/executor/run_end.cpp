#include <cstdlib>
#include <exception>

#include <rankpool/core/error.hpp>
#include <rankpool/executor/run_end.hpp>
#include <rankpool/task/task_error.hpp>

namespace rankpool::detail {

RunEnd RunEnd::by_code(int exit_code) {
    if (exit_code == EXIT_SUCCESS) return {};
    if (exit_code == resumable_exit_code) return {RunOutcome::resumable, exit_code, ""};
    return {RunOutcome::failed, exit_code, ""};
}

RunEnd RunEnd::by_exception() {
    // The program was called, or started, wrongly.
    constexpr int usage_exit_code = 2;
    try {
        throw;
    } catch (const WalltimeError& error) {
        return {RunOutcome::resumable, resumable_exit_code,
                std::string("stopped at the walltime, can be resumed: ") + error.what()};
    } catch (const TaskError& error) {
        return {RunOutcome::failed, EXIT_FAILURE, "the program failed: " + error.describe()};
    } catch (const ConfigError& error) {
        return {RunOutcome::failed, usage_exit_code, error.what()};
    } catch (const LaunchError& error) {
        return {RunOutcome::failed, usage_exit_code, error.what()};
    } catch (const std::exception& error) {
        return {RunOutcome::failed, EXIT_FAILURE, std::string("the program failed: ") + error.what()};
    } catch (...) {
        return {RunOutcome::failed, EXIT_FAILURE, "the program failed with an exception that is no std::exception"};
    }
}

}  // namespace rankpool::detail

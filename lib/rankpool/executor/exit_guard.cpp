#include <cstdio>
#include <cstdlib>

#include <mpi.h>

#include <rankpool/executor/exit_guard.hpp>
#include <rankpool/executor/host_name.hpp>
#include <rankpool/launch/run_status.hpp>
#include <rankpool/task/this_task.hpp>
#include <rankpool/worker/worker.hpp>

namespace rankpool {
namespace {

bool is_guarding = false;
const Worker* guarded = nullptr;
Rank guarded_rank = 0;

void on_exit_of_rank(int code, void*) {
    if (!is_guarding || (guarded == nullptr && !this_task::exists())) return;
    const std::string tasks = guarded != nullptr ? guarded->running_tasks() : "'" + this_task::name() + "'";
    std::fprintf(stderr,
                 "rankpool: rank %d (%s) called exit(%d) %s, so its results are lost and the run ends: a task reports "
                 "failure by throwing\n",
                 guarded_rank, host_name().c_str(), code,
                 tasks.empty() ? "while it served tasks" : ("inside task " + tasks).c_str());
    is_guarding = false;
    std::fflush(stderr);
    end_run_status(RunOutcome::failed, code != 0 ? code : EXIT_FAILURE, "a task called exit()");
    MPI_Abort(MPI_COMM_WORLD, code != 0 ? code : EXIT_FAILURE);
}

}  // namespace

ExitGuard::ExitGuard(const Worker* worker, Rank rank) {
    static const int registered = on_exit(on_exit_of_rank, nullptr);
    (void)registered;
    guarded = worker;
    guarded_rank = rank;
    is_guarding = true;
}

ExitGuard::~ExitGuard() { is_guarding = false; }

}  // namespace rankpool

#include <cstdlib>
#include <iostream>
#include <optional>
#include <sstream>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include <mpi.h>

#include <rankpool/core/error.hpp>
#include <rankpool/executor/crash_report.hpp>
#include <rankpool/executor/rank_pool.hpp>
#include <rankpool/executor/run.hpp>
#include <rankpool/executor/serial_executor.hpp>
#include <rankpool/executor/thread_pool.hpp>
#include <rankpool/launch/launcher.hpp>
#include <rankpool/launch/ranks_check.hpp>
#include <rankpool/launch/time_left.hpp>
#include <rankpool/task/task_error.hpp>
#include <rankpool/transport/mpi_error.hpp>

namespace rankpool::detail {
namespace {

enum class Choice { serial, threads, ranks };

Choice choose_executor(const Launch& launch) {
    const char* const setting = std::getenv("RANKPOOL_EXECUTOR");
    const std::string_view name = setting == nullptr ? "" : setting;
    if (name == "ranks") return Choice::ranks;
    if (name == "serial" || name == "threads") {
        if (launch.is_multi_rank()) {
            throw ConfigError("RANKPOOL_EXECUTOR=" + std::string(name) + " under " + describe(launch) +
                              " would run the whole program on every rank: start it without mpirun or srun");
        }
        return name == "serial" ? Choice::serial : Choice::threads;
    }
    if (!name.empty()) {
        throw ConfigError("RANKPOOL_EXECUTOR is '" + std::string(name) + "': it can be serial, threads or ranks");
    }
    return launch.launcher == Launcher::none ? Choice::threads : Choice::ranks;
}

// MPI for as long as the pool lives, if the program has not started it.
class MpiSession {
  public:
    MpiSession(int& argc, char**& argv) {
        int is_up = 0;
        check_mpi(MPI_Initialized(&is_up), "MPI_Initialized");
        if (is_up != 0) return;
        int provided = 0;
        check_mpi(MPI_Init_thread(&argc, &argv, MPI_THREAD_SERIALIZED, &provided), "MPI_Init_thread");
        owns_ = true;
    }
    ~MpiSession() {
        if (owns_) MPI_Finalize();
    }
    MpiSession(const MpiSession&) = delete;
    MpiSession& operator=(const MpiSession&) = delete;

  private:
    bool owns_ = false;
};

// EX_TEMPFAIL of sysexits.h, "invited to retry": the batch job may run again and go on.
constexpr int resumable_exit_code = 75;

enum class Report { aloud, silent };

// The exit code of a driver that threw, after saying why.
int report_failure(Report report = Report::aloud) {
    std::ostringstream silence;
    std::ostream& out = report == Report::aloud ? std::cerr : silence;
    try {
        throw;
    } catch (const WalltimeError& error) {
        out << "rankpool: stopped at the walltime, can be resumed: " << error.what() << '\n';
        return resumable_exit_code;
    } catch (const TaskError& error) {
        out << "rankpool: the program failed: " << error.describe() << '\n';
    } catch (const ConfigError& error) {
        out << "rankpool: " << error.what() << '\n';
        return 2;
    } catch (const LaunchError& error) {
        out << "rankpool: " << error.what() << '\n';
        return 2;
    } catch (const std::exception& error) {
        out << "rankpool: the program failed: " << error.what() << '\n';
    } catch (...) {
        out << "rankpool: the program failed with an exception that is no std::exception\n";
    }
    return EXIT_FAILURE;
}

/// Refuses ranks that cannot work together. Collective.
void check_launch(const Launch& launch) {
    int rank = 0;
    int size = 0;
    check_mpi(MPI_Comm_rank(MPI_COMM_WORLD, &rank), "MPI_Comm_rank");
    check_mpi(MPI_Comm_size(MPI_COMM_WORLD, &size), "MPI_Comm_size");
    require_connected(launch, size);
    const char* const binding = std::getenv("RANKPOOL_BINDING");
    if (size == 1 || (binding != nullptr && std::string_view(binding) == "any")) return;
    const RankPlace place = current_rank_place();
    std::vector<RankPlace> places(rank == 0 ? static_cast<std::size_t>(size) : 0);
    constexpr int place_bytes = static_cast<int>(sizeof place);
    check_mpi(MPI_Gather(&place, place_bytes, MPI_BYTE, places.data(), place_bytes, MPI_BYTE, 0, MPI_COMM_WORLD),
              "MPI_Gather");
    std::string mistake;
    try {
        require_separate_cores(places);
    } catch (const LaunchError& error) {
        mistake = error.what();
    }
    int has_mistake = mistake.empty() ? 0 : 1;
    check_mpi(MPI_Bcast(&has_mistake, 1, MPI_INT, 0, MPI_COMM_WORLD), "MPI_Bcast");
    if (has_mistake != 0) throw LaunchError(mistake);
}

/// The end of the batch job we are in, unless the program knows better.
void find_end(PoolOptions& options) {
    if (options.ends_at != Instant::max()) return;
    if (const auto left = current_time_left()) options.ends_at = now() + (*left - leaving_reserve(*left));
}

int run_on_ranks(int& argc, char**& argv, const std::function<int(Executor&)>& driver, PoolOptions options,
                 const Launch& launch) {
    const MpiSession session(argc, argv);
    std::optional<RankPoolExecutor> pool;
    try {
        check_launch(launch);
        if (launch.rank == 0) find_end(options);  // The batch system must not be asked by thousands.
        pool.emplace(MPI_COMM_WORLD, options);
    } catch (const std::exception&) {
        // All ranks fail alike: one of them says so.
        int rank = 0;
        MPI_Comm_rank(MPI_COMM_WORLD, &rank);
        return report_failure(rank == 0 ? Report::aloud : Report::silent);
    }
    int rank = 0;
    check_mpi(MPI_Comm_rank(MPI_COMM_WORLD, &rank), "MPI_Comm_rank");
    survive_walltime_warning(rank);
    if (!pool->is_coordinator()) return pool->serve();
    report_termination();
    int exit_code = EXIT_SUCCESS;
    try {
        exit_code = driver(*pool);
    } catch (...) {
        exit_code = report_failure();
    }
    if (exit_code == EXIT_SUCCESS) {
        pool->shutdown();
    } else {
        pool->abandon(exit_code);
    }
    ignore_termination();
    return exit_code;
}

int run_here(Executor& pool, const std::function<int(Executor&)>& driver) {
    int exit_code = EXIT_SUCCESS;
    try {
        exit_code = driver(pool);
    } catch (...) {
        exit_code = report_failure();
    }
    pool.shutdown({.wait = true, .cancel_futures = exit_code != EXIT_SUCCESS});
    return exit_code;
}

}  // namespace

int run_driver(int& argc, char**& argv, const std::function<int(Executor&)>& driver, const PoolOptions& given) {
    const Launch launch = current_launch();
    PoolOptions options;
    Choice choice{};
    try {
        require_usable(launch);
        options = with_environment(given);
        choice = choose_executor(launch);
    } catch (...) {
        // All ranks fail alike: one of them says so, before mpirun ends it because another one has left.
        if (launch.rank != 0) std::this_thread::sleep_for(std::chrono::milliseconds(500));
        return report_failure(launch.rank == 0 ? Report::aloud : Report::silent);
    }
    try {
        switch (choice) {
            case Choice::ranks:
                return run_on_ranks(argc, argv, driver, options, launch);
            case Choice::threads: {
                find_end(options);
                ThreadPoolExecutor pool(options);
                return run_here(pool, driver);
            }
            case Choice::serial: {
                find_end(options);
                SerialExecutor pool(options);
                return run_here(pool, driver);
            }
        }
    } catch (...) {
        return report_failure();
    }
    return EXIT_FAILURE;
}

}  // namespace rankpool::detail

#include <algorithm>
#include <cinttypes>
#include <cstdio>
#include <cstdlib>
#include <iostream>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include <mpi.h>

#include <rankpool/coordinator/coordinator.hpp>
#include <rankpool/core/error.hpp>
#include <rankpool/executor/crash_report.hpp>
#include <rankpool/executor/rank_pool.hpp>
#include <rankpool/executor/run.hpp>
#include <rankpool/executor/run_end.hpp>
#include <rankpool/executor/serial_executor.hpp>
#include <rankpool/executor/thread_pool.hpp>
#include <rankpool/executor/walltime_watch.hpp>
#include <rankpool/journal/journal.hpp>
#include <rankpool/launch/allocation.hpp>
#include <rankpool/launch/launcher.hpp>
#include <rankpool/launch/ranks_check.hpp>
#include <rankpool/launch/run_status.hpp>
#include <rankpool/launch/time_left.hpp>
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

/// Says why the program ends, if there is something to say; of many ranks, one speaks.
void report(const RunEnd& end, Rank rank) {
    if (rank == 0 && !end.message.empty()) std::cerr << "rankpool: " << end.message << '\n';
}

/// The exit code of a run that an exception ends, which is being handled.
int give_up(Rank rank) {
    const RunEnd end = RunEnd::by_exception();
    report(end, rank);
    end.write();
    return end.exit_code;
}

/// Refuses what nobody can have meant; on rank 0.
void check_places(const Launch& launch, std::span<const RankPlace> places) {
    const Environment environment = current_environment();
    if (!accepts_any(environment, "RANKPOOL_LAUNCH")) {
        require_whole_allocation(launch, current_allocation(), parent_arguments(), places);
    }
    if (accepts_any(environment, "RANKPOOL_BINDING")) return;
    require_separate_cores(places);
    if (const std::string remark = crowded_threads(places); !remark.empty()) {
        std::fprintf(stderr, "rankpool: %s\n", remark.c_str());
    }
}

std::unique_ptr<journal::Journal> open_journal(const std::string& folder) {
    if (folder.empty()) return nullptr;
    auto journal = std::make_unique<journal::Journal>(folder);
    if (journal->damaged_bytes() > 0) {
        std::fprintf(stderr,
                     "rankpool: %" PRIu64
                     " bytes of the journal '%s' were torn or damaged and are left out; "
                     "their tasks run again\n",
                     journal->damaged_bytes(), folder.c_str());
    }
    return journal;
}

/// What ranks begin with: refuses those that cannot work together, and opens the journal on rank 0. Collective.
std::unique_ptr<journal::Journal> begin_ranks(const Launch& launch, const PoolOptions& options,
                                              const std::string& journal_folder) {
    int rank = 0;
    int size = 0;
    check_mpi(MPI_Comm_rank(MPI_COMM_WORLD, &rank), "MPI_Comm_rank");
    check_mpi(MPI_Comm_size(MPI_COMM_WORLD, &size), "MPI_Comm_size");
    require_connected(launch, size);
    const RankPlace place = current_rank_place(std::max<std::size_t>(options.slots, 1));
    std::vector<RankPlace> places(rank == 0 ? static_cast<std::size_t>(size) : 0);
    constexpr int place_bytes = static_cast<int>(sizeof place);
    check_mpi(MPI_Gather(&place, place_bytes, MPI_BYTE, places.data(), place_bytes, MPI_BYTE, 0, MPI_COMM_WORLD),
              "MPI_Gather");
    std::string mistake;
    std::unique_ptr<journal::Journal> journal;
    try {
        if (rank == 0) check_places(launch, places);
        if (rank == 0) journal = open_journal(journal_folder);
    } catch (const std::exception& error) {
        mistake = error.what();  // The others wait to be told, whatever it is.
    }
    int has_mistake = mistake.empty() ? 0 : 1;
    check_mpi(MPI_Bcast(&has_mistake, 1, MPI_INT, 0, MPI_COMM_WORLD), "MPI_Bcast");
    if (has_mistake != 0) throw LaunchError(mistake);
    return journal;
}

/// The coordinator of a pool, on rank 0.
Coordinator& coordinator_of(Executor& pool) { return dynamic_cast<Coordinator&>(pool.client()); }

void tell_of_journal(Executor& pool, const std::string& folder) {
    if (folder.empty()) return;
    const std::uint64_t count = coordinator_of(pool).tasks_from_journal();
    if (count == 0) return;
    std::fprintf(stderr, "rankpool: %" PRIu64 " tasks were not run, because the journal '%s' has their results\n",
                 count, folder.c_str());
}

/// The end of the batch job we are in, unless the program knows better.
JobEnd find_end(PoolOptions& options) {
    if (options.ends_at != Instant::max()) return {options.ends_at, options.ends_at};
    const auto left = current_time_left();
    if (!left) return {};
    const JobEnd end = JobEnd::in(*left, now());
    options.ends_at = end.stop_starting;
    return end;
}

/// Runs the driver, and says how that went.
RunEnd drive(Executor& pool, const std::function<int(Executor&)>& driver) {
    RunEnd end;
    try {
        end = RunEnd::by_code(driver(pool));
    } catch (...) {
        end = RunEnd::by_exception();
    }
    report(end, 0);
    if (end.outcome == RunOutcome::resumable && !end.message.empty()) {
        const PoolCounts counts = pool.counts();
        const std::uint64_t running = counts.submitted - counts.succeeded - counts.failed - counts.cancelled;
        std::fprintf(stderr,
                     "rankpool: of the tasks that were submitted, %" PRIu64 " have succeeded, %" PRIu64
                     " run and may end, %" PRIu64 " were not started\n",
                     counts.succeeded, running, counts.not_started);
    }
    // What still runs may take all the time there is, and then nobody may be left to tell.
    if (end.outcome == RunOutcome::resumable) end.write();
    return end;
}

void leave(RankPoolExecutor& pool, const RunEnd& end, Instant deadline) {
    if (end.outcome == RunOutcome::succeeded) {
        pool.shutdown();
    } else if (end.outcome == RunOutcome::resumable) {
        pool.wind_down(end.exit_code, deadline);
    } else {
        pool.abandon(end.exit_code);
    }
}

int run_on_ranks(int& argc, char**& argv, const std::function<int(Executor&)>& driver, PoolOptions options,
                 const Launch& launch, const std::string& journal_folder) {
    const MpiSession session(argc, argv);
    std::optional<RankPoolExecutor> pool;
    std::unique_ptr<journal::Journal> journal;
    JobEnd job_end;
    try {
        journal = begin_ranks(launch, options, journal_folder);
        if (launch.rank == 0) job_end = find_end(options);  // The batch system must not be asked by thousands.
        pool.emplace(MPI_COMM_WORLD, options);
    } catch (const std::exception&) {
        // All ranks fail alike: one of them says so.
        int rank = 0;
        MPI_Comm_rank(MPI_COMM_WORLD, &rank);
        return give_up(rank);
    }
    const bool is_first = pool->is_coordinator();
    const WalltimeWatch watch(is_first, job_end, [&] { pool->set_end(now()); });
    if (!is_first) return pool->serve();
    if (journal) coordinator_of(*pool).use_journal(std::move(journal), options.seed);
    report_termination(job_end.stop_starting);
    const CrashReport crash_report(0);
    const RunEnd end = drive(*pool, driver);
    tell_of_journal(*pool, journal_folder);
    leave(*pool, end, job_end.leave);
    ignore_termination();
    end.write();
    return end.exit_code;
}

template <class Pool>
int run_here(PoolOptions options, const std::function<int(Executor&)>& driver, const std::string& journal_folder) {
    const JobEnd job_end = find_end(options);
    std::unique_ptr<journal::Journal> journal = open_journal(journal_folder);
    if (journal) options.check_serialization = true;  // Only what is packed can be kept.
    Pool pool(options);
    if (journal) coordinator_of(pool).use_journal(std::move(journal), options.seed);
    const WalltimeWatch watch(true, job_end, [&] { pool.set_end(now()); });
    const RunEnd end = drive(pool, driver);
    tell_of_journal(pool, journal_folder);
    pool.shutdown({.wait = true, .cancel_futures = end.outcome != RunOutcome::succeeded});
    end.write();
    return end.exit_code;
}

/// The value of a variable, which programs that are started from here do not inherit.
std::string take_from_environment(const char* name) {
    const char* const value = std::getenv(name);
    std::string text = value == nullptr ? "" : value;
    unsetenv(name);
    return text;
}

}  // namespace

int run_driver(int& argc, char**& argv, const std::function<int(Executor&)>& driver, const PoolOptions& given) {
    const Launch launch = current_launch();
    const std::string status_file = take_from_environment("RANKPOOL_STATUS_FILE");
    const std::string journal_folder = take_from_environment("RANKPOOL_JOURNAL");
    if (launch.rank == 0) begin_run_status(status_file, is_started_by_launcher());
    PoolOptions options;
    Choice choice{};
    try {
        require_usable(launch);
        require_sane_time_limit(current_environment());
        options = with_environment(given);
        choice = choose_executor(launch);
        if (choice == Choice::threads && std::getenv("RANKPOOL_EXECUTOR") == nullptr &&
            !accepts_any(current_environment(), "RANKPOOL_LAUNCH")) {
            require_whole_allocation(launch, current_allocation(), {}, {});
        }
    } catch (...) {
        // All ranks fail alike: one of them says so, before mpirun ends it because another one has left.
        if (launch.rank != 0) std::this_thread::sleep_for(std::chrono::milliseconds(500));
        return give_up(launch.rank);
    }
    try {
        switch (choice) {
            case Choice::ranks:
                return run_on_ranks(argc, argv, driver, options, launch, journal_folder);
            case Choice::threads:
                return run_here<ThreadPoolExecutor>(options, driver, journal_folder);
            case Choice::serial:
                return run_here<SerialExecutor>(options, driver, "");  // It has no coordinator.
        }
    } catch (...) {
        return give_up(0);
    }
    return EXIT_FAILURE;
}

}  // namespace rankpool::detail

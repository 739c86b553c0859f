// What the job scripts are tested with: an MPI program that says where its ranks are, and then does as it is told.
//
//   batch_probe             every rank prints a line
//   batch_probe exit CODE   and rank 0 returns CODE
//   batch_probe wait        and the ranks wait for a signal, USR1 or TERM; each reports it and takes a second to end
//   well

#include <array>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <unistd.h>

#include <mpi.h>

namespace {

volatile std::sig_atomic_t last_signal = 0;

void note_signal(int signal) { last_signal = signal; }

void report(int rank, int size, const std::string& words) {
    std::array<char, 256> host{};
    gethostname(host.data(), host.size() - 1);
    const char* time_limit = std::getenv("RANKPOOL_TIME_LIMIT_S");
    if (time_limit == nullptr) time_limit = std::getenv("RANKPOOL_TIME_LIMIT");
    const char* threads = std::getenv("OMP_NUM_THREADS");
    std::printf("probe: rank %d of %d on %s, time limit %s, threads %s%s\n", rank, size, host.data(),
                time_limit != nullptr ? time_limit : "none", threads != nullptr ? threads : "none", words.c_str());
    std::fflush(stdout);
}

}  // namespace

int main(int argument_count, char** arguments) {
    std::signal(SIGUSR1, note_signal);
    std::signal(SIGTERM, note_signal);
    MPI_Init(&argument_count, &arguments);
    int rank = 0;
    int size = 0;
    MPI_Comm_rank(MPI_COMM_WORLD, &rank);
    MPI_Comm_size(MPI_COMM_WORLD, &size);
    std::string words;
    for (int i = 1; i < argument_count; ++i) words += ", argument '" + std::string(arguments[i]) + "'";
    report(rank, size, words);

    const std::string order = argument_count > 1 ? arguments[1] : "";
    if (order == "wait") {
        constexpr int seconds_max = 60;
        for (int tenth = 0; last_signal == 0 && tenth < seconds_max * 10; ++tenth) usleep(100'000);
        std::printf("probe: rank %d got %s\n", rank,
                    last_signal == SIGUSR1   ? "USR1"
                    : last_signal == SIGTERM ? "TERM"
                                             : "nothing");
        std::fflush(stdout);
        sleep(1);
        std::printf("probe: rank %d ends\n", rank);
    }
    MPI_Finalize();
    return order == "exit" && argument_count > 2 && rank == 0 ? std::atoi(arguments[2]) : 0;
}

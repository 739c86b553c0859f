// A farm by hand. This file is what rankpool is compared with, so it calls MPI.
#include "bench_farm.hpp"

#include <algorithm>
#include <stdexcept>

#include <mpi.h>

namespace rankpool::apps {
namespace {

constexpr int work_tag = 1;
constexpr int stop_tag = 2;
constexpr int messages_in_flight = 4;  // Per worker: one being worked on, one arriving, and some against jitter.

struct Task {
    std::uint64_t number;
    double arguments[3];
};
struct Result {
    std::uint64_t number;
    double value;
};

Result execute(const Task& task) { return {task.number, task.arguments[0] + static_cast<double>(task.number)}; }

/// Rank 0's side: keeps each worker supplied with up to `depth` messages of up to `batch` tasks.
class Master {
  public:
    Master(int workers, int batch, int depth, std::uint64_t count)
        : batch_(static_cast<std::size_t>(batch)),
          depth_(depth),
          count_(count),
          results_(batch_),
          oldest_(static_cast<std::size_t>(workers)) {
        slots_.resize(static_cast<std::size_t>(workers * depth));
        for (Slot& slot : slots_) slot.tasks.resize(batch_);
    }

    /// @returns the sum of all results
    double run() {
        const std::size_t workers = oldest_.size();
        const std::size_t depth = slots_.size() / workers;
        for (std::size_t turn = 0; turn < slots_.size(); ++turn) {  // One message each, then the next: all start early.
            send(turn % workers * depth + turn / workers);
        }
        while (done_ < count_) receive();
        return sum_;
    }

  private:
    struct Slot {
        std::vector<Task> tasks;
        MPI_Request request = MPI_REQUEST_NULL;
    };

    void send(std::size_t index) {
        if (sent_ == count_) return;
        Slot& slot = slots_[index];
        MPI_Wait(&slot.request, MPI_STATUS_IGNORE);  // Done long ago: its results are back.
        const std::size_t tasks = std::min<std::uint64_t>(batch_, count_ - sent_);
        for (std::size_t i = 0; i < tasks; ++i) slot.tasks[i] = {sent_ + i, {0.5, 0, 0}};
        sent_ += tasks;
        const int worker = static_cast<int>(index) / depth_ + 1;
        MPI_Isend(slot.tasks.data(), static_cast<int>(tasks * sizeof(Task)), MPI_BYTE, worker, work_tag, MPI_COMM_WORLD,
                  &slot.request);
    }

    void receive() {
        MPI_Status status;
        int bytes = 0;
        MPI_Recv(results_.data(), static_cast<int>(batch_ * sizeof(Result)), MPI_BYTE, MPI_ANY_SOURCE, work_tag,
                 MPI_COMM_WORLD, &status);
        MPI_Get_count(&status, MPI_BYTE, &bytes);
        const std::size_t results = static_cast<std::size_t>(bytes) / sizeof(Result);
        for (std::size_t i = 0; i < results; ++i) sum_ += results_[i].value;
        done_ += results;
        // A worker answers in order, so its oldest message is the one that came back.
        const auto first = static_cast<std::size_t>((status.MPI_SOURCE - 1) * depth_);
        int& oldest = oldest_[static_cast<std::size_t>(status.MPI_SOURCE - 1)];
        send(first + static_cast<std::size_t>(oldest));
        oldest = (oldest + 1) % depth_;
    }

    std::size_t batch_;
    int depth_;
    std::uint64_t count_;
    std::uint64_t sent_ = 0;
    std::uint64_t done_ = 0;
    double sum_ = 0;
    std::vector<Result> results_;
    std::vector<Slot> slots_;  // Worker w has those from (w - 1) * depth on.
    std::vector<int> oldest_;  // Per worker.
};

void work(int batch) {
    std::vector<Task> tasks(static_cast<std::size_t>(batch));
    std::vector<Result> results(tasks.size());
    while (true) {
        MPI_Status status;
        int bytes = 0;
        MPI_Recv(tasks.data(), static_cast<int>(tasks.size() * sizeof(Task)), MPI_BYTE, 0, MPI_ANY_TAG, MPI_COMM_WORLD,
                 &status);
        if (status.MPI_TAG == stop_tag) return;
        MPI_Get_count(&status, MPI_BYTE, &bytes);
        const std::size_t count = static_cast<std::size_t>(bytes) / sizeof(Task);
        for (std::size_t i = 0; i < count; ++i) results[i] = execute(tasks[i]);
        MPI_Send(results.data(), static_cast<int>(count * sizeof(Result)), MPI_BYTE, 0, work_tag, MPI_COMM_WORLD);
    }
}

double farm(int workers, int batch, int depth, std::uint64_t count) {
    int rank = 0;
    MPI_Comm_rank(MPI_COMM_WORLD, &rank);
    if (rank != 0) {
        work(batch);
        return 0;
    }
    Master master(workers, batch, depth, count);
    const double start = seconds_now();
    const double sum = master.run();
    const double seconds = seconds_now() - start;
    for (int worker = 1; worker <= workers; ++worker) {
        MPI_Send(nullptr, 0, MPI_BYTE, worker, stop_tag, MPI_COMM_WORLD);
    }
    const double number = static_cast<double>(count);
    if (sum != 0.5 * number + number * (number - 1) / 2) throw std::logic_error("the farm lost a task");
    return seconds;
}

BlockCase farm_case(const char* name, int workers, int batch, int depth) {
    BlockCase spec{name, "tasks/s"};
    spec.participants = workers + 1;
    spec.run = [=](std::uint64_t count) { return farm(workers, batch, depth, count); };
    return spec;
}

}  // namespace

std::vector<BlockCase> farm_cases(int rank_count) {
    const int workers = rank_count - 1;
    BlockCase round_trip = farm_case("farm.round_trip", 1, 1, 1);
    round_trip.unit = "us";
    round_trip.quantity = Quantity::time;
    round_trip.scale = 1e6;
    return {round_trip, farm_case("farm.naive", workers, 1, 1),
            farm_case("farm.batch16", workers, 16, messages_in_flight),
            farm_case("farm.batch64", workers, 64, messages_in_flight)};
}

}  // namespace rankpool::apps

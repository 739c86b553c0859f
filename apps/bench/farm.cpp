// A farm by hand. This file is what rankpool is compared with, so it calls MPI.
#include "bench/farm.hpp"

#include <algorithm>
#include <stdexcept>
#include <string>
#include <utility>

#include <mpi.h>

#include "bench/work.hpp"

namespace rankpool::apps {
namespace {

constexpr int work_tag = 1;
constexpr int stop_tag = 2;
constexpr int messages_in_flight = 4;  // Per worker: one being worked on, one arriving, and some against jitter.

struct Task {
    std::uint64_t number;
    std::uint64_t turns;
    double arguments[2];
};
struct Result {
    std::uint64_t number;
    double value;
};

Result execute(const Task& task) {
    if (task.turns != 0 && work(task.turns) == 0) return {task.number, 0};  // It is not, but must be known.
    return {task.number, task.arguments[0] + static_cast<double>(task.number)};
}

/// How a farm works.
struct Farm {
    int workers = 1;
    int batch = 1;            ///< tasks per message
    int depth = 1;            ///< messages per worker
    std::uint64_t turns = 0;  ///< of work() in a task
};

/// Rank 0's side: keeps each worker supplied with up to `depth` messages of up to `batch` tasks.
class Master {
  public:
    Master(const Farm& farm, std::uint64_t count)
        : batch_(static_cast<std::size_t>(farm.batch)),
          depth_(farm.depth),
          turns_(farm.turns),
          count_(count),
          results_(batch_),
          oldest_(static_cast<std::size_t>(farm.workers)) {
        slots_.resize(static_cast<std::size_t>(farm.workers) * static_cast<std::size_t>(farm.depth));
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
        for (std::size_t i = 0; i < tasks; ++i) slot.tasks[i] = {sent_ + i, turns_, {0.5, 0}};
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
        const auto first = static_cast<std::size_t>(status.MPI_SOURCE - 1) * static_cast<std::size_t>(depth_);
        int& oldest = oldest_[static_cast<std::size_t>(status.MPI_SOURCE - 1)];
        send(first + static_cast<std::size_t>(oldest));
        oldest = (oldest + 1) % depth_;
    }

    std::size_t batch_;
    int depth_;
    std::uint64_t turns_;
    std::uint64_t count_;
    std::uint64_t sent_ = 0;
    std::uint64_t done_ = 0;
    double sum_ = 0;
    std::vector<Result> results_;
    std::vector<Slot> slots_;  // Worker w has those from (w - 1) * depth on.
    std::vector<int> oldest_;  // Per worker.
};

void work_for_master(int batch) {
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

double run(const Farm& farm, std::uint64_t count) {
    int rank = 0;
    MPI_Comm_rank(MPI_COMM_WORLD, &rank);
    if (rank != 0) {
        work_for_master(farm.batch);
        return 0;
    }
    Master master(farm, count);
    const double start = seconds_now();
    const double sum = master.run();
    const double seconds = seconds_now() - start;
    for (int worker = 1; worker <= farm.workers; ++worker) {
        MPI_Send(nullptr, 0, MPI_BYTE, worker, stop_tag, MPI_COMM_WORLD);
    }
    const auto number = static_cast<double>(count);
    if (sum != 0.5 * number + number * (number - 1) / 2) throw std::logic_error("the farm lost a task");
    return seconds;
}

BlockCase farm_case(std::string name, const Farm& farm) {
    BlockCase spec{std::move(name), "tasks/s"};
    spec.participants = farm.workers + 1;
    spec.run = [farm](std::uint64_t count) { return run(farm, count); };
    return spec;
}

}  // namespace

std::vector<BlockCase> farm_cases(const Workplace& workplace) {
    const int workers = workplace.workers();
    BlockCase round_trip = farm_case("farm.round_trip", {});
    round_trip.unit = "us";
    round_trip.quantity = Quantity::time;
    round_trip.scale = 1e6;
    round_trip.topic = Topic::latency;
    round_trip.reference = "raw.round_trip";
    std::vector<BlockCase> cases = {round_trip, farm_case("farm.naive", {.workers = workers}),
                                    farm_case("farm.batch16", {workers, 16, messages_in_flight}),
                                    farm_case("farm.batch64", {workers, 64, messages_in_flight})};
    cases[0].count_min = empty_tasks_min / 10;
    for (std::size_t i = 1; i < cases.size(); ++i) cases[i].count_min = empty_tasks_min;
    for (const TaskLength& length : task_lengths) {
        const auto turns = static_cast<std::uint64_t>(length.seconds * workplace.turns_per_s);
        for (const bool is_tuned : {false, true}) {
            const Farm farm = is_tuned ? Farm{workers, length.batch, messages_in_flight, turns}
                                       : Farm{.workers = workers, .turns = turns};
            cases.push_back(farm_case(std::string(is_tuned ? "farm.tuned." : "farm.naive.") + length.name, farm));
            cases.back().count_min = length.count_min * static_cast<std::uint64_t>(workers);
        }
    }
    return cases;
}

}  // namespace rankpool::apps

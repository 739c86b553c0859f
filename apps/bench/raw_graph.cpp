// This file measures MPI, so it calls MPI.
#include "bench/raw_graph.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <string>

#include <mpi.h>

#include "bench/work.hpp"

namespace rankpool::apps {
namespace {

using Output = std::array<std::uint64_t, 2>;  // 16 bytes, as Task Bench's.

/// One rank's part of a graph.
class Part {
  public:
    Part(const Graph& graph, int rank, int rank_count) : graph_(graph), rank_(rank), rank_count_(rank_count) {
        const auto width = static_cast<std::size_t>(graph.width);
        for (std::uint64_t step = 0; step < graph.period(); ++step) plans_.push_back(plan_of(step));
        now_.resize(width);
        before_.resize(width);
    }

    void run(std::uint64_t steps, std::uint64_t turns) {
        for (std::uint64_t step = 0; step < steps; ++step) {
            const Plan& plan = plans_[step % plans_.size()];
            std::swap(now_, before_);
            if (step != 0) exchange(plan);
            for (const int point : plan.points) {
                Output output{step, 0};
                if (step != 0) {
                    for (const int input : graph_.inputs(step, point)) output[1] += before_[index(input)][0];
                }
                output[0] += work(turns + (output[1] & 1U)) & 1U;
                now_[index(point)] = output;
            }
        }
    }

  private:
    struct Message {
        int point;  // of the step before
        int peer;
    };
    struct Plan {
        std::vector<int> points;  // ours
        std::vector<Message> sends;
        std::vector<Message> receives;
    };

    static std::size_t index(int point) { return static_cast<std::size_t>(point); }
    int owner(int point) const { return point * rank_count_ / std::max(graph_.width, rank_count_); }

    Plan plan_of(std::uint64_t turn) const {
        const std::uint64_t step = turn == 0 ? graph_.period() : turn;
        Plan plan;
        const auto add = [](std::vector<Message>& messages, Message message) {
            const auto same = [&](const Message& m) { return m.point == message.point && m.peer == message.peer; };
            if (std::none_of(messages.begin(), messages.end(), same)) messages.push_back(message);
        };
        for (int point = 0; point < graph_.points(step); ++point) {
            const int there = owner(point);
            if (there == rank_) plan.points.push_back(point);
            for (const int input : graph_.inputs(step, point)) {
                const int from = owner(input);
                if (from == there) continue;
                if (from == rank_) add(plan.sends, {input, there});
                if (there == rank_) add(plan.receives, {input, from});
            }
        }
        return plan;
    }

    void exchange(const Plan& plan) {
        requests_.clear();
        for (const Message& message : plan.receives) {
            MPI_Irecv(before_[index(message.point)].data(), sizeof(Output), MPI_BYTE, message.peer, message.point,
                      MPI_COMM_WORLD, &requests_.emplace_back());
        }
        for (const Message& message : plan.sends) {
            MPI_Isend(before_[index(message.point)].data(), sizeof(Output), MPI_BYTE, message.peer, message.point,
                      MPI_COMM_WORLD, &requests_.emplace_back());
        }
        MPI_Waitall(static_cast<int>(requests_.size()), requests_.data(), MPI_STATUSES_IGNORE);
    }

    Graph graph_;
    int rank_;
    int rank_count_;
    std::vector<Plan> plans_;  // By the step's place in the period.
    std::vector<Output> now_;
    std::vector<Output> before_;
    std::vector<MPI_Request> requests_;
};

}  // namespace

int graph_width(const Workplace& workplace) { return 2 * workplace.busy_cores(); }

std::uint64_t steps_of_block(const Graph& graph, int cores, double work_s) {
    constexpr double block_s = 1e-3;
    constexpr double overhead_s = 1e-6;  // Of a task; a guess will do.
    const double step_s = (work_s + overhead_s) * std::max(1.0, static_cast<double>(graph.width) / cores);
    return static_cast<std::uint64_t>(std::clamp(block_s / step_s, 10.0, 1000.0));
}

std::uint64_t task_count(const Graph& graph, std::uint64_t steps) {
    std::uint64_t count = 0;
    for (std::uint64_t step = 0; step < steps; ++step) count += static_cast<std::uint64_t>(graph.points(step));
    return count;
}

RawGraph::RawGraph(GraphPattern pattern, const Workplace& workplace)
    : workplace_(workplace),
      graph_(graph_of(pattern, graph_width(workplace))),
      measured_(BlockCase{std::string("raw.metg.") + text_of(pattern), "us", Quantity::time, 1e6, Topic::graph}) {}

void RawGraph::run_round() {
    int rank = 0;
    MPI_Comm_rank(MPI_COMM_WORLD, &rank);
    Part part(graph_, rank, workplace_.rank_count);
    const int cores = std::min({workplace_.rank_count, workplace_.core_count, graph_.width});
    bool is_clean = true;
    const auto granularity = [&](double work_s) {
        const std::uint64_t steps = steps_of_block(graph_, cores, work_s);
        const auto turns = static_cast<std::uint64_t>(work_s * workplace_.turns_per_s);
        const RankBlock block = run_block(
            [&](std::uint64_t count) {
                const double start = seconds_now();
                part.run(count, turns);
                return seconds_now() - start;
            },
            workplace_.rank_count, steps);
        is_clean = is_clean && block.is_clean;
        double seconds = block.seconds;
        MPI_Bcast(&seconds, 1, MPI_DOUBLE, 0, MPI_COMM_WORLD);  // All decide alike where to go on.
        return seconds * cores / static_cast<double>(task_count(graph_, steps));
    };
    measured_.begin_round();
    const auto metg_s = search_.run(granularity);
    measured_.add(metg_s.value_or(MetgSearch::out_of_reach_s) * 1e6, metg_s && is_clean);
}

}  // namespace rankpool::apps

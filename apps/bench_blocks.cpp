#include "bench_blocks.hpp"

#include <algorithm>
#include <chrono>
#include <limits>
#include <sys/resource.h>
#include <thread>

#include <mpi.h>

namespace rankpool::apps {
namespace {

// Blocks much longer than this are rarely left alone on a busy machine; much shorter ones measure the clock.
constexpr double block_s_min = 0.5e-3;
constexpr double block_s_max = 3e-3;

/// Waits without using the core when this rank has nothing to measure.
void wait_for(MPI_Request& request, bool is_participant) {
    int is_done = 0;
    while (true) {
        MPI_Test(&request, &is_done, MPI_STATUS_IGNORE);
        if (is_done != 0) return;
        if (!is_participant) std::this_thread::sleep_for(std::chrono::microseconds(100));
    }
}

}  // namespace

double median(std::vector<double> values) {
    if (values.empty()) return std::numeric_limits<double>::quiet_NaN();
    const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
    std::nth_element(values.begin(), middle, values.end());
    return *middle;
}

double seconds_now() {
    return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

long involuntary_switches() {
    rusage usage{};
    getrusage(RUSAGE_SELF, &usage);
    return usage.ru_nivcsw;
}

void BlockSeries::add(double value, bool is_clean) { (is_clean ? rounds_.back() : disturbed_).push_back(value); }

Summary BlockSeries::summary() const {
    std::vector<double> values;
    for (const auto& round : rounds_) values.insert(values.end(), round.begin(), round.end());
    const std::size_t clean = values.size();
    if (clean == 0) values = disturbed_;
    if (values.empty()) return {};
    const auto [least, most] = std::minmax_element(values.begin(), values.end());
    return {median(values), *least, *most, clean, clean + disturbed_.size()};
}

std::vector<double> BlockSeries::round_medians() const {
    std::vector<double> medians;
    for (const auto& round : rounds_) medians.push_back(median(round));
    return medians;
}

void Measured::record(double seconds, bool is_clean) {
    const std::uint64_t count = count_;
    if (seconds < block_s_min && count < spec_.count_max) {
        count_ = std::min(2 * count, spec_.count_max);
        return;
    }
    if (seconds > block_s_max && is_clean && count > 1) count_ = count / 2;
    const auto amount = static_cast<double>(count);
    series_.add(spec_.scale * (spec_.quantity == Quantity::rate ? amount / seconds : seconds / amount), is_clean);
}

void run_blocks(Measured& measured, int block_count) {
    int rank = 0;
    MPI_Comm_rank(MPI_COMM_WORLD, &rank);
    const bool is_participant = rank < measured.spec().participants;
    measured.begin_round();
    for (int block = 0; block < block_count; ++block) {
        std::uint64_t count = measured.count();
        MPI_Request request = MPI_REQUEST_NULL;
        MPI_Ibcast(&count, 1, MPI_UINT64_T, 0, MPI_COMM_WORLD, &request);
        wait_for(request, is_participant);
        // Everyone is here before the clock starts: else the wait for another rank's time slice would be measured.
        MPI_Ibarrier(MPI_COMM_WORLD, &request);
        wait_for(request, is_participant);
        const long before = involuntary_switches();
        const double seconds = is_participant ? measured.spec().run(count) : 0;
        const int is_disturbed = is_participant && involuntary_switches() != before ? 1 : 0;
        int any_disturbed = 0;
        MPI_Iallreduce(&is_disturbed, &any_disturbed, 1, MPI_INT, MPI_MAX, MPI_COMM_WORLD, &request);
        wait_for(request, is_participant);
        if (rank == 0) measured.record(seconds, any_disturbed == 0);
    }
}

}  // namespace rankpool::apps

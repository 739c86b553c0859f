#include "bench/blocks.hpp"

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

BlockSeries BlockSeries::divided_by(const std::vector<double>& divisors, double otherwise) const {
    BlockSeries quotients;
    for (std::size_t round = 0; round < rounds_.size(); ++round) {
        if (round != 0) quotients.begin_round();
        const double divisor = round < divisors.size() && divisors[round] > 0 ? divisors[round] : otherwise;
        for (const double value : rounds_[round]) quotients.add(value / divisor, true);
    }
    for (const double value : disturbed_) quotients.add(value / otherwise, false);
    return quotients;
}

bool Measured::record(double seconds, bool is_clean) {
    const std::uint64_t count = count_;
    if (seconds < block_s_min && count < spec_.count_max) {
        // The first ones are slower than the next, so that going all the way at once would go too far or not far
        // enough.
        const double growth = std::clamp(1.5 * block_s_min / std::max(seconds, 1e-9), 2.0, 16.0);
        count_ = std::min(static_cast<std::uint64_t>(growth * static_cast<double>(count)), spec_.count_max);
        return false;
    }
    if (seconds > block_s_max && is_clean) count_ = std::max(count / 2, spec_.count_min);
    const auto amount = static_cast<double>(count);
    series_.add(spec_.scale * (spec_.quantity == Quantity::rate ? amount / seconds : seconds / amount), is_clean);
    return true;
}

RankBlock run_block(const std::function<double(std::uint64_t count)>& run, int participants, std::uint64_t count) {
    int rank = 0;
    MPI_Comm_rank(MPI_COMM_WORLD, &rank);
    const bool is_participant = rank < participants;
    MPI_Request request = MPI_REQUEST_NULL;
    MPI_Ibcast(&count, 1, MPI_UINT64_T, 0, MPI_COMM_WORLD, &request);
    wait_for(request, is_participant);
    // Everyone is here before the clock starts: else the wait for another rank's time slice would be measured.
    MPI_Ibarrier(MPI_COMM_WORLD, &request);
    wait_for(request, is_participant);
    const long before = involuntary_switches();
    const double seconds = is_participant ? run(count) : 0;
    const int is_disturbed = is_participant && involuntary_switches() != before ? 1 : 0;
    int any_disturbed = 0;
    MPI_Iallreduce(&is_disturbed, &any_disturbed, 1, MPI_INT, MPI_MAX, MPI_COMM_WORLD, &request);
    wait_for(request, is_participant);
    return {seconds, any_disturbed == 0};
}

void run_blocks(Measured& measured) {
    measured.begin_round();
    int is_enough = 0;
    for (Turns turns(measured.spec().blocks); is_enough == 0;) {
        const RankBlock block = run_block(measured.spec().run, measured.spec().participants, measured.count());
        turns.count(measured.record(block.seconds, block.is_clean));
        is_enough = turns.is_enough() ? 1 : 0;
        MPI_Bcast(&is_enough, 1, MPI_INT, 0, MPI_COMM_WORLD);  // Others record what means nothing.
    }
}

}  // namespace rankpool::apps

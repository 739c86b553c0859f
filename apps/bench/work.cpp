#include "bench/work.hpp"

#include <algorithm>

#include <mpi.h>

#include "bench/blocks.hpp"

namespace rankpool::apps {

std::uint64_t work(std::uint64_t turns) {
    std::uint64_t number = turns;
    // A compiler could jump ahead in this sequence, but none does.
    for (std::uint64_t i = 0; i < turns; ++i) number = number * 6364136223846793005U + 1442695040888963407U;
    return number;
}

double turns_per_second() {
    constexpr std::uint64_t turns = 50'000;
    constexpr int tries = 50;
    double best = 0;
    std::uint64_t sum = 0;
    for (int i = 0; i < tries; ++i) {
        const double start = seconds_now();
        sum += work(turns + static_cast<std::uint64_t>(i));
        best = std::max(best, static_cast<double>(turns) / (seconds_now() - start));
    }
    if (sum == 0) best = 1;  // Never, but the compiler does not know.
    MPI_Bcast(&best, 1, MPI_DOUBLE, 0, MPI_COMM_WORLD);
    return best;
}

}  // namespace rankpool::apps

// An ensemble with random numbers: the same result on any number of ranks, to the last bit. Each member draws from
// this_task::rng(), which the campaign's seed and the member's number name; RANKPOOL_SEED=5 gives another campaign.

#include <iomanip>
#include <iostream>
#include <numeric>
#include <random>
#include <vector>

#include <rankpool/rankpool.hpp>

struct Estimate {
    long inside = 0;
    long thrown = 0;
};

/// Throws darts at the unit square, and counts those inside of the circle.
Estimate throw_darts(int member) {
    std::uniform_real_distribution<double> uniform;
    rankpool::RandomStream& random = rankpool::this_task::rng();
    Estimate estimate;
    estimate.thrown = 1000 + 10 * member;
    for (long i = 0; i < estimate.thrown; ++i) {
        const double x = uniform(random);
        const double y = uniform(random);
        estimate.inside += x * x + y * y < 1 ? 1 : 0;
    }
    return estimate;
}

int main(int argc, char** argv) {
    return rankpool::run(argc, argv, [](rankpool::Executor& pool) {
        std::vector<int> members(200);
        std::iota(members.begin(), members.end(), 0);
        Estimate sum;
        for (const Estimate& estimate : pool.map(throw_darts, members)) {
            sum.inside += estimate.inside;
            sum.thrown += estimate.thrown;
        }
        std::cout << sum.inside << " of " << sum.thrown << " darts are inside: pi is about " << std::setprecision(4)
                  << 4.0 * static_cast<double>(sum.inside) / static_cast<double>(sum.thrown) << '\n';

        // A member on its own, by its key: for the one that needs another look.
        const auto member = pool.submit({.key = "member 17"}, throw_darts, 17);
        std::cout << "member 17 alone: " << member.result().inside << '\n';
    });
}

#include "bench/metg.hpp"

#include <cmath>

namespace rankpool::apps {
namespace {

constexpr double shortest_s = 0.125e-6;
constexpr int length_count = 17;  // Up to 8 ms.

double length_s(int number) { return std::ldexp(shortest_s, number); }

}  // namespace

std::optional<double> MetgSearch::run(const std::function<double(double work_s)>& granularity) {
    const auto efficiency = [&](int number) { return length_s(number) / granularity(length_s(number)); };
    int number = last_;
    double above = efficiency(number);
    double below = 0;
    if (above >= 0.5) {
        while (number > 0 && (below = efficiency(number - 1)) >= 0.5) {
            above = below;
            --number;
        }
        last_ = number;
        if (number == 0) return length_s(0) / above;  // It crosses somewhere below; this is the bound we know.
    } else {
        do {
            below = above;
            if (++number == length_count) return {};
            above = efficiency(number);
        } while (above < 0.5);
        last_ = number;
    }
    const double share = (0.5 - below) / (above - below);
    // Half of the granularity is work there.
    return 2 * length_s(number - 1) * std::exp2(share);
}

}  // namespace rankpool::apps

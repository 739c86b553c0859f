// Goes through the results of many calls in order: π as the area under a curve, one strip a call.

#include <cstdio>
#include <vector>

#include <rankpool/rankpool.hpp>

constexpr int strip_count = 1'000'000;

double strip_area(int strip) {
    const double x = (strip + 0.5) / strip_count;
    return 4.0 / (1.0 + x * x) / strip_count;
}

int main(int argc, char** argv) {
    return rankpool::run(argc, argv, [](rankpool::Executor& pool) {
        std::vector<int> strips(strip_count);
        for (int i = 0; i < strip_count; ++i) strips[static_cast<std::size_t>(i)] = i;

        // Results come lazily and in order, so the sum has the same bits on any number of ranks. Strips travel in
        // chunks whose size rankpool chooses.
        double area = 0;
        for (const double strip : pool.map(strip_area, strips)) area += strip;
        std::printf("pi is about %.9f\n", area);
    });
}

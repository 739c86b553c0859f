// Coroutines instead of callbacks: each line of work is written from top to bottom, and many go on side by side on one
// thread. A function that is submitted may be one, too: its task gives its worker to others while it waits.

#include <iostream>
#include <vector>

#include <rankpool/rankpool.hpp>

double slope(double x) { return 2 * (x - 3); }

/// Walks down to where the slope is 0, one task after the other.
rankpool::Async<double> descend(rankpool::Executor& pool, double start) {
    double x = start;
    for (int step = 0; step < 40; ++step) x -= 0.25 * co_await pool.submit(slope, x);
    co_return x;
}

rankpool::Async<long> sum_of_digits(long number) {  // a task
    if (number < 10) co_return number;
    co_return number % 10 + co_await rankpool::this_task::executor().submit(sum_of_digits, number / 10);
}

rankpool::Async<> work(rankpool::Executor& pool) {
    std::vector<rankpool::Async<double>> walks;
    for (const double start : {-10.0, 0.0, 50.0}) walks.push_back(descend(pool, start));  // They run from here on.
    for (auto& walk : walks) std::cout << "the slope is 0 at " << co_await walk << '\n';

    try {
        co_await pool.submit([] { throw std::runtime_error("no such cell"); });
    } catch (const std::runtime_error& error) {
        std::cout << "a task failed: " << error.what() << '\n';
    }
    std::cout << "the digits add up to " << co_await pool.submit(sum_of_digits, 987654321L) << '\n';
}

int main(int argc, char** argv) { return rankpool::run(argc, argv, work); }

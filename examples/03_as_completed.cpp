// Takes results as they come, whatever their order, and knows how long to wait.

#include <algorithm>
#include <iostream>
#include <map>
#include <thread>

#include <rankpool/rankpool.hpp>

using namespace std::chrono_literals;

/// The steps until a number reaches 1, halving even ones and taking 3n+1 of odd ones.
std::pair<long, int> collatz_steps(long start) {
    int steps = 0;
    for (long n = start; n != 1; ++steps) n = n % 2 == 0 ? n / 2 : 3 * n + 1;
    return {start, steps};
}

int main(int argc, char** argv) {
    return rankpool::run(argc, argv, [](rankpool::Executor& pool) {
        auto futures = pool.submit_all(collatz_steps, std::vector<long>{27, 97, 871, 6171, 77031, 837799});

        std::map<long, int> steps;
        for (auto& future : rankpool::as_completed(futures, 60s)) steps.insert(future.result());
        for (const auto& [start, count] : steps) std::cout << start << " takes " << count << " steps\n";

        // A wait that is too short throws; the task goes on, and its result can be had later.
        auto slow = pool.submit([] {
            std::this_thread::sleep_for(200ms);
            return 42;
        });
        try {
            slow.result(10ms);
        } catch (const rankpool::TimeoutError&) {
            std::cout << "not yet\n";
        }
        std::cout << "now it is " << slow.result() << '\n';
    });
}

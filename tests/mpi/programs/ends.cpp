// Ends in the way its argument says; exit code and messages are looked at by ends_test.sh.
#include <csignal>
#include <cstdlib>
#include <fstream>
#include <iostream>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include <rankpool/rankpool.hpp>

using namespace std::chrono_literals;

namespace {

void leave(int code) { std::exit(code); }
int wait_for_stop() {
    while (!rankpool::this_task::stop_requested()) std::this_thread::sleep_for(1ms);
    return 0;
}
// A line in a file of the folder it is started in, when it begins and when it ends.
void take_a_while() {
    std::ofstream("began", std::ios::app) << "began\n" << std::flush;
    std::this_thread::sleep_for(300ms);
    std::ofstream("ended", std::ios::app) << "ended\n" << std::flush;
}
std::uint64_t square(std::uint64_t i) {
    std::ofstream("ran", std::ios::app) << i << '\n' << std::flush;
    std::this_thread::sleep_for(5ms);
    return i * i + (i % 2 == 0 ? rankpool::this_task::rng()() % 1000 : 0);
}
std::uint64_t add(std::uint64_t a, std::uint64_t b) { return a + b; }
void crash() { std::raise(SIGSEGV); }
int refuse(int cell) { throw std::out_of_range("no cell " + std::to_string(cell)); }

int drive(rankpool::Executor& pool, const std::string& way) {
    if (way == "return_7") return 7;
    if (way == "throw") throw std::runtime_error("the input is empty");
    if (way == "throw_config") throw rankpool::ConfigError("there is no grid.h5");
    if (way == "throw_a_number") throw 7;
    if (way == "task_fails") return pool.submit({.name = "cell 9"}, refuse, 9).result();
    if (way == "throw_while_tasks_run_and_wait") {
        for (int i = 0; i < 20; ++i) pool.submit(wait_for_stop);
        std::this_thread::sleep_for(20ms);
        throw std::runtime_error("the input is empty");
    }
    if (way == "takes_a_while") {
        std::vector<rankpool::Future<void>> futures;
        for (int i = 0; i < 100; ++i) futures.push_back(pool.submit(take_a_while));
        for (const auto& future : futures) future.result();
        return 0;
    }
    if (way == "squares") {
        std::vector<rankpool::Future<std::uint64_t>> squares;
        for (std::uint64_t i = 0; i < 200; ++i) {
            rankpool::TaskOptions options{.name = "square " + std::to_string(i)};
            if (i % 2 == 1) options.key = options.name;
            squares.push_back(pool.submit(options, square, i));
        }
        std::uint64_t sum = 0;
        std::vector<rankpool::Future<std::uint64_t>> sums;
        for (std::size_t i = 0; i < 200; i += 10) sums.push_back(pool.submit(add, squares[i], squares[i + 9]));
        for (const auto& future : sums) sum += future.result();
        for (const auto& future : squares) sum += future.result();
        std::cout << "the sum is " << sum << '\n';
        return 0;
    }
    if (way == "exits") std::exit(6);
    if (way == "crashes") crash();
    if (way == "task_exits") pool.submit({.name = "leaves"}, leave, 3).result();
    if (way == "task_exits_with_0") pool.submit({.name = "leaves"}, leave, 0).result();
    std::cout << "the sum is " << pool.submit([](int a, int b) { return a + b; }, 20, 22).result() << '\n';
    return 0;
}

}  // namespace

int main(int argc, char** argv) {
    const std::string way = argc > 1 ? argv[1] : "";
    return rankpool::run(argc, argv, [&](rankpool::Executor& pool) { return drive(pool, way); });
}

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

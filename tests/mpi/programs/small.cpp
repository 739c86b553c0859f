// The smallest program: one sum. Built twice, with different numbers, by tests of mixed builds.
#include <iostream>

#include <rankpool/rankpool.hpp>

#ifndef NUMBER
#define NUMBER 1
#endif

int add_number(int n) { return n + NUMBER; }

int main(int argc, char** argv) {
    return rankpool::run(argc, argv, [](rankpool::Executor& pool) {
        std::cout << "the sum is " << pool.submit(add_number, 41).result() << '\n';
    });
}

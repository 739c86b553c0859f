// Submits a function, goes on, and asks for the result when it is needed.

#include <iostream>

#include <rankpool/rankpool.hpp>

double energy(double speed, int mass) { return 0.5 * mass * speed * speed; }

int main(int argc, char** argv) {
    return rankpool::run(argc, argv, [](rankpool::Executor& pool) {
        auto one = pool.submit(energy, 3.0, 2);    // runs on some rank; a future comes back at once
        auto two = pool.submit(energy, one, 100);  // a future as an argument stands for its result
        std::cout << "first " << one.result() << ", second " << two.result() << '\n';
    });
}

// What goes wrong in a task comes back with its type and with where it happened; it can be tried again or called off.

#include <iostream>
#include <stdexcept>
#include <vector>

#include <rankpool/rankpool.hpp>

double read_cell(const std::vector<double>& cells, std::size_t i) { return cells.at(i); }

int works_at_the_third_try() {
    if (rankpool::this_task::attempt() < 3) throw std::runtime_error("the licence server is busy");
    return 7;
}

int main(int argc, char** argv) {
    return rankpool::run(argc, argv, [](rankpool::Executor& pool) {
        const std::vector<double> cells{1.0, 2.0};

        // Exceptions come back as themselves …
        try {
            pool.submit(read_cell, cells, 5U).result();
        } catch (const std::out_of_range&) {
            std::cout << "there is no cell 5\n";
        }
        // … and as TaskError, which knows which task and which attempt.
        try {
            pool.submit({.name = "read the last cell"}, read_cell, cells, 2U).result();
        } catch (const rankpool::TaskError& error) {
            std::cout << "'" << error.task() << "' failed at attempt " << error.attempt() << '\n';
        }
        // Some failures pass: try again.
        std::cout << "result " << pool.submit({.retries = 5}, works_at_the_third_try).result() << '\n';

        // What depends on a failed task fails the same way, without having run.
        auto failed = pool.submit(read_cell, cells, 9U);
        auto after = failed.then([](double value) { return 2 * value; });
        std::cout << "the task after it " << (after.exception() ? "failed too\n" : "ran\n");
    });
}

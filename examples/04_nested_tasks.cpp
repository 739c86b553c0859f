// Tasks that submit tasks and wait for them: divide and conquer. A waiting task leaves its worker to others, so this
// works on one worker as well as on a thousand.

#include <iostream>

#include <rankpool/rankpool.hpp>

/// Ways to place queens on the rows from `row` on; the bits say which columns and diagonals are taken.
long place_queens(int size, int row, unsigned columns, unsigned left, unsigned right) {
    if (row == size) return 1;
    const unsigned all = (1U << static_cast<unsigned>(size)) - 1U;
    const bool is_worth_a_task = row < 2;  // below that a task would cost more than it does
    std::vector<rankpool::Future<long>> branches;
    long ways = 0;
    for (unsigned open = all & ~(columns | left | right); open != 0; open &= open - 1) {
        const unsigned place = open & (0U - open);
        const unsigned next_left = (left | place) << 1U;
        const unsigned next_right = (right | place) >> 1U;
        if (is_worth_a_task) {
            branches.push_back(rankpool::this_task::executor().submit(place_queens, size, row + 1, columns | place,
                                                                      next_left, next_right));
        } else {
            ways += place_queens(size, row + 1, columns | place, next_left, next_right);
        }
    }
    for (const auto& branch : branches) ways += branch.result();
    return ways;
}

int main(int argc, char** argv) {
    return rankpool::run(argc, argv, [](rankpool::Executor& pool) {
        for (const int size : {4, 8, 10}) {
            std::cout << size << " queens: " << pool.submit(place_queens, size, 0, 0U, 0U, 0U).result() << " ways\n";
        }
    });
}

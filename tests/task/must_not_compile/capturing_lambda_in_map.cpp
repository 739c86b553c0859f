// expect: this lambda captures variables
#include "pool.hpp"
void wrong(rankpool::Executor& pool, int factor) {
    for (int n : pool.map([factor](int item) { return item * factor; }, std::vector{1, 2})) (void)n;
}

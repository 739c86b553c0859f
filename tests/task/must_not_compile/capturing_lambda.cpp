// expect: this lambda captures variables
#include "pool.hpp"
void wrong(rankpool::Executor& pool, int factor) {
    pool.submit([factor](int n) { return n * factor; }, 1);
}

// expect: this lambda captures variables
#include "pool.hpp"
void wrong(rankpool::Executor& pool, int sum) {
    pool.submit([&sum](int n) { sum += n; }, 1);
}

// expect: the task's result cannot be sent to another rank
#include "pool.hpp"
void wrong(rankpool::Executor& pool) {
    pool.submit([] { return "text"; });
}

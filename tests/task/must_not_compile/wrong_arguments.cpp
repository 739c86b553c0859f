// expect: the function cannot be called with these arguments
#include "pool.hpp"
void wrong(rankpool::Executor& pool) { pool.submit(work, 1, 2); }

// expect: this function object has members that cannot be sent
#include "pool.hpp"
struct Count {
    Tree tree;
    int operator()(int n) const { return n; }
};
void wrong(rankpool::Executor& pool) { pool.submit(Count(), 1); }

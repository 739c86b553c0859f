// expect: takes an argument by non-const reference
#include "pool.hpp"
void wrong(rankpool::Executor& pool, std::vector<int>& values) {
    pool.submit([](std::vector<int>& items) { items.clear(); }, values);
}

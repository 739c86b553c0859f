// expect: an argument of this type cannot be sent to another rank
#include "pool.hpp"
void wrong(rankpool::Executor& pool, std::span<double> values) {
    pool.submit([](std::span<double> items) { return items[0]; }, values);
}

// expect: an argument of this type cannot be sent to another rank
#include "pool.hpp"
void wrong(rankpool::Executor& pool, double* values) {
    pool.submit([](double* first) { return *first; }, values);
}

// expect: an argument of this type cannot be sent to another rank
#include "pool.hpp"
void wrong(rankpool::Executor& pool, const Tree& tree) {
    pool.submit([](const Tree&) { return 1; }, tree);
}

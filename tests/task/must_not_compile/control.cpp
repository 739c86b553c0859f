// Compiles: what the others in this folder get wrong, right.
#include "pool.hpp"
auto control(rankpool::Executor& pool) {
    const int factor = 3;
    pool.submit(work, 1);
    pool.submit([](int n, int by) { return n * by; }, 1, factor);
    pool.submit(rankpool::by_value([factor](int n) { return n * factor; }), 1);
    pool.submit([](std::string_view text) { return text.size(); }, "text");
    return pool.submit(work, pool.submit(work, 1));
}

// expect: this lambda captures variables
#include "pool.hpp"
void wrong(const rankpool::Future<int>& future, int factor) {
    future.then([factor](int n) { return n * factor; });
}

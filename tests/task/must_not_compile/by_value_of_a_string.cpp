// expect: by_value() copies the lambda's bytes
#include "pool.hpp"
void wrong(rankpool::Executor& pool, const std::string& name) {
    pool.submit(rankpool::by_value([name] { return name.size(); }));
}

#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include <rankpool/executor/executor.hpp>

namespace rankpool::apps {

/// Something to do, and the same done otherwise.
struct BenchCase {
    std::string name;
    std::string reference_name;
    std::function<void()> ours;
    std::function<void()> reference;
};

/// Makes a file of so many MiB in the directory, and the cases that work on it.
std::vector<BenchCase> bench_cases(Executor& pool, const std::string& directory, std::uint64_t mebibytes);

}  // namespace rankpool::apps

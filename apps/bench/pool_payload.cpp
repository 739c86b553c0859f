// Large arguments and results.
#include <string>
#include <vector>

#include "bench/payload_sizes.hpp"
#include "bench/pool.hpp"
#include "bench/pool_check.hpp"

namespace rankpool::apps {
namespace {

using Payload = std::vector<std::byte>;

constexpr std::byte content{42};

Payload echo(Payload payload) { return payload; }
std::size_t take(const Payload& payload) { return payload.back() == content ? payload.size() : 0; }
Payload give(std::uint64_t bytes) { return Payload(bytes, content); }

bool is_right(const Payload& payload, std::size_t bytes) {
    return payload.size() == bytes && payload.back() == content;
}

double there_and_back(Executor& pool, std::size_t bytes, std::uint64_t count) {
    const Payload payload(bytes, content);
    bool right = true;
    const double start = seconds_now();
    for (std::uint64_t i = 0; i < count; ++i) right = is_right(pool.submit(echo, payload).result(), bytes) && right;
    const double seconds = seconds_now() - start;
    require_right(right);
    return seconds;
}

double there(Executor& pool, std::size_t bytes, std::uint64_t count) {
    const Payload payload(bytes, content);
    bool right = true;
    const double start = seconds_now();
    for (std::uint64_t i = 0; i < count; ++i) right = pool.submit(take, payload).result() == bytes && right;
    const double seconds = seconds_now() - start;
    require_right(right);
    return seconds;
}

double back(Executor& pool, std::size_t bytes, std::uint64_t count) {
    bool right = true;
    const double start = seconds_now();
    for (std::uint64_t i = 0; i < count; ++i)
        right = is_right(pool.submit(give, std::uint64_t{bytes}).result(), bytes) && right;
    const double seconds = seconds_now() - start;
    require_right(right);
    return seconds;
}

double pipelined(Executor& pool, std::size_t bytes, std::uint64_t count) {
    const Payload payload(bytes, content);
    std::vector<Future<Payload>> futures;
    futures.reserve(count);
    bool right = true;
    const double start = seconds_now();
    for (std::uint64_t i = 0; i < count; ++i) futures.push_back(pool.submit(echo, payload));
    for (const auto& future : futures) right = is_right(future.result(), bytes) && right;
    const double seconds = seconds_now() - start;
    require_right(right);
    return seconds;
}

PoolCase payload_case(const PayloadSize& size, const std::string& way, int ways,
                      double (*run)(Executor&, std::size_t, std::uint64_t)) {
    PoolCase made{{std::string("payload.") + size.name + way, "GB/s", Quantity::rate,
                   ways * 1e-9 * static_cast<double>(size.bytes), Topic::payload, std::string("raw.echo.") + size.name},
                  [bytes = size.bytes, run](Executor& pool, std::uint64_t count) { return run(pool, bytes, count); }};
    if (size.is_huge) made.spec.count_max = 1;
    if (size.bytes >= slow_bytes) made.spec.blocks = 1;
    made.spec.is_in_blocks = !size.is_huge;
    return made;
}

}  // namespace

std::vector<PoolCase> payload_cases() {
    std::vector<PoolCase> cases;
    for (const PayloadSize& size : payload_sizes) cases.push_back(payload_case(size, "", 2, there_and_back));
    for (const PayloadSize& size : payload_sizes) {
        if (size.is_huge || size.bytes < std::size_t{1} << 20) continue;
        cases.push_back(payload_case(size, ".argument", 1, there));
        cases.push_back(payload_case(size, ".result", 1, back));
    }
    cases.push_back({{"payload.1KiB.pipelined", "tasks/s", Quantity::rate, 1, Topic::payload, "raw.pipelined.1KiB"},
                     [](Executor& pool, std::uint64_t count) { return pipelined(pool, 1 << 10, count); }});
    return cases;
}

}  // namespace rankpool::apps

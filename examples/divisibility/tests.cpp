#include "tests.hpp"

#include <algorithm>
#include <bit>
#include <chrono>
#include <stdexcept>
#include <string>
#include <thread>

#include <rankpool/rankpool.hpp>

#include "divisor.hpp"

namespace {

// A number in [0, 1) that depends on nothing but its arguments, so that every run and every executor pretends the same.
// Source: the finalizer of SplitMix64 (Steele, Lea, Flood, OOPSLA 2014).
double pretended(std::uint64_t seed, std::uint64_t chunk, std::uint64_t divisor, std::uint64_t attempt) {
    std::uint64_t bits = seed;
    for (const std::uint64_t part : {chunk, divisor, attempt}) {
        bits += part + 0x9e3779b97f4a7c15U;
        bits = (bits ^ (bits >> 30U)) * 0xbf58476d1ce4e5b9U;
        bits = (bits ^ (bits >> 27U)) * 0x94d049bb133111ebU;
        bits ^= bits >> 31U;
    }
    return static_cast<double>(bits >> 11U) * 0x1p-53;
}

}  // namespace

Mask test_divisor(const rankpool::Dataset& data, std::uint64_t chunk, std::int64_t divisor, Pretence pretence) {
    const std::uint64_t attempt = rankpool::this_task::attempt();
    const auto number = static_cast<std::uint64_t>(divisor);
    if (pretended(pretence.seed, chunk, number, 2 * attempt) < pretence.failure_rate) {
        throw std::runtime_error("the test pretends to fail");
    }
    if (pretence.slowness_s > 0) {
        const double seconds = static_cast<double>(divisor) * pretence.slowness_s *
                               pretended(pretence.seed, chunk, number, 2 * attempt + 1);
        std::this_thread::sleep_for(std::chrono::duration<double>(seconds));
    }
    const auto numbers = read_numbers(data, chunk);
    const Divisor test(divisor);
    Mask mask((numbers->size() + 63) / 64);
    for (std::size_t word = 0; word < mask.size(); ++word) {
        const std::size_t first = 64 * word;
        const std::size_t count = std::min<std::size_t>(64, numbers->size() - first);
        std::uint64_t bits = 0;
        for (std::size_t i = 0; i < count; ++i) {
            bits |= static_cast<std::uint64_t>(test.divides((*numbers)[first + i])) << i;
        }
        mask[word] = bits;
    }
    return mask;
}

std::vector<std::int64_t> select_divisible(const rankpool::Dataset& data, std::uint64_t chunk,
                                           std::vector<std::int64_t> divisors, Pretence pretence) {
    rankpool::Executor& pool = rankpool::this_task::executor();
    std::vector<rankpool::Future<Mask>> tests;
    for (const std::int64_t divisor : divisors) {
        const std::string name = "divisor " + std::to_string(divisor) + " on chunk " + std::to_string(chunk);
        tests.push_back(
            pool.submit({.name = name, .retries = pretence.retries}, test_divisor, data, chunk, divisor, pretence));
    }
    Mask selected = tests.front().result();
    for (std::size_t i = 1; i < tests.size(); ++i) {
        const Mask& mask = tests[i].result();
        for (std::size_t word = 0; word < selected.size(); ++word) selected[word] &= mask[word];
    }
    const auto numbers = read_numbers(data, chunk);
    std::vector<std::int64_t> found;
    for (std::size_t word = 0; word < selected.size(); ++word) {
        for (std::uint64_t bits = selected[word]; bits != 0; bits &= bits - 1) {
            found.push_back((*numbers)[64 * word + static_cast<std::size_t>(std::countr_zero(bits))]);
        }
    }
    return found;
}

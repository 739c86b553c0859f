#pragma once

#include <stdexcept>
#include <string>

namespace rankpool {

/// A bug: a caller broke a duty, or rankpool broke a promise. Its text says which, and where.
class ContractError : public std::logic_error {
    using std::logic_error::logic_error;
};

namespace detail {

[[noreturn]] inline void contract_broken(const char* kind, const char* condition, const char* file, int line) {
    throw ContractError(std::string(kind) + " does not hold: " + condition + " (" + file + ':' + std::to_string(line) +
                        ')');
}

}  // namespace detail
}  // namespace rankpool

#define RANKPOOL_CONTRACT_(kind, condition) \
    (static_cast<bool>(condition) ? void() : ::rankpool::detail::contract_broken(kind, #condition, __FILE__, __LINE__))

/// The caller's duty.
#define RANKPOOL_EXPECT(condition) RANKPOOL_CONTRACT_("caller's duty", condition)
/// Our own reasoning.
#define RANKPOOL_ASSERT(condition) RANKPOOL_CONTRACT_("assumption", condition)
/// Our promise.
#define RANKPOOL_ENSURE(condition) RANKPOOL_CONTRACT_("promise", condition)

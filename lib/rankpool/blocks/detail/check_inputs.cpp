#include <cstdio>
#include <mutex>
#include <set>
#include <string>

#include <rankpool/blocks/detail/check_inputs.hpp>
#include <rankpool/core/error.hpp>

namespace rankpool::detail {
namespace {

std::string quoted_name(const Dataset& dataset) { return "'" + dataset.path() + ':' + dataset.dataset() + "'"; }

}  // namespace

DatasetInfo check_inputs(const std::vector<Dataset>& inputs, const std::vector<ElementType>& types) {
    if (inputs.size() != types.size() || inputs.empty()) {
        throw ConfigError("the function takes the blocks of " + std::to_string(types.size()) +
                          " datasets, but is given " + std::to_string(inputs.size()));
    }
    DatasetInfo first = inputs.front().info();
    for (std::size_t i = 0; i < inputs.size(); ++i) {
        const DatasetInfo info = inputs[i].info();
        if (info.shape != first.shape) {
            throw ConfigError(quoted_name(inputs[i]) + " has the shape " + to_string(info.shape) + ", " +
                              quoted_name(inputs.front()) + " has " + to_string(first.shape) +
                              ": inputs must have the same shape");
        }
        inputs[i].check_readable_as(types[i]);
        notice_slow_reading(inputs[i]);
    }
    return first;
}

void throw_empty(const Dataset& dataset) {
    throw ConfigError(quoted_name(dataset) + " has no elements, so there is nothing to combine");
}

void notice_slow_reading(const Dataset& dataset) {
    static std::mutex mutex;
    static std::set<std::string> noticed;
    const std::string reason = dataset.slow_reason();
    const DatasetInfo info = dataset.info();
    constexpr std::uint64_t small_bytes = 1U << 20;  // Nobody waits for these.
    if (reason.empty() || info.element_count() * info.element_bytes <= small_bytes) return;
    const std::lock_guard lock(mutex);
    if (!noticed.insert(quoted_name(dataset)).second) return;
    std::fprintf(stderr, "rankpool: %s is read by HDF5 itself, which is slower: %s\n", quoted_name(dataset).c_str(),
                 reason.c_str());
}

}  // namespace rankpool::detail

#include <cmath>
#include <string>

#include <rankpool/blocks/histogram.hpp>
#include <rankpool/blocks/map_reduce.hpp>
#include <rankpool/blocks/statistics.hpp>
#include <rankpool/core/error.hpp>

namespace rankpool {

namespace {

template <class T>
void count(std::span<const T> elements, Histogram& histogram, const std::vector<double>& edges) {
    const auto bins = static_cast<double>(histogram.counts.size());
    const double per_unit = bins / (histogram.high - histogram.low);
    for (const T element : elements) {
        const auto value = static_cast<double>(element);
        if (value != value) {
            ++histogram.nan_count;
        } else if (value < histogram.low) {
            ++histogram.below;
        } else if (value > histogram.high) {
            ++histogram.above;
        } else {
            auto bin = static_cast<std::size_t>(std::min((value - histogram.low) * per_unit, bins - 1));
            // Where rounding led to a neighbour, the edges decide.
            if (value < edges[bin]) --bin;
            if (bin + 1 < histogram.counts.size() && value >= edges[bin + 1]) ++bin;
            ++histogram.counts[bin];
        }
    }
}

template <class T>
struct HistogramOfBlock {
    double low;
    double high;
    std::uint64_t bin_count;
    Histogram operator()(BlockView<const T> block) const {
        Histogram histogram{.low = low, .high = high, .counts = std::vector<std::uint64_t>(bin_count)};
        count<T>(block.elements(), histogram, histogram.edges());
        return histogram;
    }
};

struct Added {
    Histogram operator()(Histogram a, const Histogram& b) const {
        for (std::size_t i = 0; i < a.counts.size(); ++i) a.counts[i] += b.counts[i];
        a.below += b.below;
        a.above += b.above;
        a.nan_count += b.nan_count;
        return a;
    }
};

void check(const HistogramOptions& options) {
    constexpr std::size_t bin_count_max = 1U << 24;  // Every task returns that many counts.
    if (options.bin_count == 0 || options.bin_count > bin_count_max) {
        throw ConfigError("a histogram has 1 to " + std::to_string(bin_count_max) + " bins, not " +
                          std::to_string(options.bin_count));
    }
    if (!(options.low <= options.high) || !std::isfinite(options.low) || !std::isfinite(options.high)) {
        throw ConfigError("the range of a histogram goes from a number to a greater one, not from " +
                          std::to_string(options.low) + " to " + std::to_string(options.high));
    }
}

double as_double(const FillValue& value) {
    return std::visit([](auto number) { return static_cast<double>(number); }, value);
}

HistogramOptions with_range_of(Executor& pool, const Dataset& dataset, HistogramOptions options) {
    const Statistics all = statistics(pool, dataset).result();
    options.low = as_double(all.min);
    options.high = as_double(all.max);
    if (!std::isfinite(options.low) || !std::isfinite(options.high)) {
        throw ConfigError("'" + dataset.path() + ':' + dataset.dataset() +
                          "' holds infinite numbers: give the histogram a range");
    }
    if (options.low == options.high) {  // All alike: as numpy does.
        options.low -= 0.5;
        options.high += 0.5;
    }
    return options;
}

}  // namespace

std::vector<double> Histogram::edges() const {
    std::vector<double> edges(counts.size() + 1);
    const double width = (high - low) / static_cast<double>(counts.size());
    for (std::size_t i = 0; i < counts.size(); ++i) edges[i] = low + static_cast<double>(i) * width;
    edges.back() = high;
    return edges;
}

Future<Histogram> histogram(Executor& pool, const Dataset& dataset, const HistogramOptions& options,
                            const BlockOptions& block_options) {
    check(options);
    const DatasetInfo info = dataset.info();
    dataset.check_readable_as(info.type == ElementType::other ? ElementType::float64 : info.type);
    const HistogramOptions complete = options.low == options.high ? with_range_of(pool, dataset, options) : options;
    if (info.element_count() == 0) {
        const StateRef state(new TaskState(&pool.client()));
        detail::succeed_with_value(
            *state, Histogram{complete.low, complete.high, std::vector<std::uint64_t>(options.bin_count), 0, 0, 0});
        return Future<Histogram>(state);
    }
    BlockOptions named = block_options;
    if (named.name.empty()) named.name = "histogram";
    return with_element_type(info.type, [&]<class T>(std::type_identity<T>) {
        return map_reduce(pool, HistogramOfBlock<T>{complete.low, complete.high, complete.bin_count}, Added(),
                          {dataset}, named);
    });
}

}  // namespace rankpool

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

#include <rankpool/blocks/map_reduce.hpp>
#include <rankpool/blocks/statistics.hpp>

namespace rankpool {
namespace {

// Independent sums, so that the processor adds several numbers at once; always the same ones, so that the result is.
constexpr std::size_t lanes = 8;

template <class T, class Value>
double sum_of(std::span<const T> elements, Value&& value) {
    std::array<double, lanes> sums{};
    const std::size_t whole_rows = elements.size() / lanes * lanes;
    for (std::size_t i = 0; i < whole_rows; i += lanes) {
        for (std::size_t lane = 0; lane < lanes; ++lane) sums[lane] += value(elements[i + lane]);
    }
    for (std::size_t i = whole_rows; i < elements.size(); ++i) sums[i - whole_rows] += value(elements[i]);
    for (std::size_t step = lanes / 2; step != 0; step /= 2) {
        for (std::size_t lane = 0; lane < step; ++lane) sums[lane] += sums[lane + step];
    }
    return sums[0];
}

template <class T>
FillValue as_number(T value) {
    if constexpr (std::is_floating_point_v<T>) return static_cast<double>(value);
    if constexpr (std::is_signed_v<T>) return static_cast<std::int64_t>(value);
    return static_cast<std::uint64_t>(value);
}

template <class T>
struct Extremes {
    T min;
    T max;
};

// In lanes, too; comparisons with NaN are false, so NaNs change nothing.
template <class T>
Extremes<T> extremes_of(std::span<const T> elements) {
    using Limits = std::numeric_limits<T>;
    constexpr T highest = Limits::has_infinity ? Limits::infinity() : Limits::max();
    constexpr T lowest = Limits::has_infinity ? static_cast<T>(-Limits::infinity()) : Limits::lowest();
    std::array<T, lanes> mins;
    std::array<T, lanes> maxs;
    mins.fill(highest);
    maxs.fill(lowest);
    const std::size_t whole_rows = elements.size() / lanes * lanes;
    const auto take = [&](std::size_t lane, T value) {
        mins[lane] = value < mins[lane] ? value : mins[lane];
        maxs[lane] = value > maxs[lane] ? value : maxs[lane];
    };
    for (std::size_t i = 0; i < whole_rows; i += lanes) {
        for (std::size_t lane = 0; lane < lanes; ++lane) take(lane, elements[i + lane]);
    }
    for (std::size_t i = whole_rows; i < elements.size(); ++i) take(i - whole_rows, elements[i]);
    return {*std::ranges::min_element(mins), *std::ranges::max_element(maxs)};
}

template <class T>
bool is_nan(T x) {
    if constexpr (std::is_floating_point_v<T>) return std::isnan(x);
    return false;
}

template <class T>
std::uint64_t nans_in(std::span<const T> elements) {
    std::uint64_t count = 0;
    for (const T element : elements) count += is_nan(element) ? 1U : 0U;
    return count;
}

// A finite number near all others.
template <class T>
double origin_of(const Extremes<T>& extremes) {
    const auto least = static_cast<double>(extremes.min);
    if (std::isfinite(least)) return least;
    const auto most = static_cast<double>(extremes.max);
    return std::isfinite(most) ? most : 0;
}

template <class T>
struct StatisticsOfBlock {
    Statistics operator()(BlockView<const T> block) const { return statistics_of<T>(block.elements()); }
};

struct Combined {
    Statistics operator()(const Statistics& a, const Statistics& b) const { return combined(a, b); }
};

}  // namespace

double Statistics::variance() const {
    return count == 0 ? std::numeric_limits<double>::quiet_NaN() : squared_deviations / static_cast<double>(count);
}

double Statistics::standard_deviation() const { return std::sqrt(variance()); }

template <Element T>
Statistics statistics_of(std::span<const T> elements) {
    Statistics result;
    result.nan_count = nans_in(elements);
    result.count = elements.size() - result.nan_count;
    result.origin = std::numeric_limits<double>::quiet_NaN();
    if (result.count == 0) return result;
    const Extremes<T> extremes = extremes_of(elements);
    result.min = as_number(extremes.min);
    result.max = as_number(extremes.max);
    result.origin = origin_of(extremes);
    const double origin = result.origin;
    const auto distance = [origin](T x) { return is_nan(x) ? 0.0 : static_cast<double>(x) - origin; };
    const double offset = sum_of(elements, distance) / static_cast<double>(result.count);
    result.offset = offset;
    result.squared_deviations = sum_of(elements, [origin, offset](T x) {
        const double deviation = static_cast<double>(x) - origin - offset;
        return is_nan(x) ? 0.0 : deviation * deviation;
    });
    return result;
}
template Statistics statistics_of(std::span<const std::int8_t>);
template Statistics statistics_of(std::span<const std::int16_t>);
template Statistics statistics_of(std::span<const std::int32_t>);
template Statistics statistics_of(std::span<const std::int64_t>);
template Statistics statistics_of(std::span<const std::uint8_t>);
template Statistics statistics_of(std::span<const std::uint16_t>);
template Statistics statistics_of(std::span<const std::uint32_t>);
template Statistics statistics_of(std::span<const std::uint64_t>);
template Statistics statistics_of(std::span<const float>);
template Statistics statistics_of(std::span<const double>);

Statistics combined(const Statistics& a, const Statistics& b) {
    if (a.count == 0 || b.count == 0) {
        Statistics result = a.count == 0 ? b : a;
        result.nan_count = a.nan_count + b.nan_count;
        return result;
    }
    Statistics result;
    result.count = a.count + b.count;
    result.nan_count = a.nan_count + b.nan_count;
    result.min = std::min(a.min, b.min);  // The same alternative: both are of one dataset.
    result.max = std::max(a.max, b.max);
    const auto count = static_cast<double>(result.count);
    const double difference = (b.origin - a.origin) + (b.offset - a.offset);
    const double shift = difference * (static_cast<double>(b.count) / count);
    result.origin = a.origin;
    result.offset = a.offset + shift;
    result.squared_deviations =
        a.squared_deviations + b.squared_deviations + difference * shift * static_cast<double>(a.count);
    return result;
}

Future<Statistics> statistics(Executor& pool, const Dataset& dataset, const BlockOptions& options) {
    const DatasetInfo info = dataset.info();
    dataset.check_readable_as(info.type == ElementType::other ? ElementType::float64 : info.type);
    if (info.element_count() == 0) {
        const StateRef state(new TaskState(&pool.client()));
        detail::succeed_with_value(*state, statistics_of(std::span<const double>()));
        return Future<Statistics>(state);
    }
    BlockOptions named = options;
    if (named.name.empty()) named.name = "statistics";
    return with_element_type(info.type, [&]<class T>(std::type_identity<T>) {
        return map_reduce(pool, StatisticsOfBlock<T>(), Combined(), {dataset}, named);
    });
}

}  // namespace rankpool

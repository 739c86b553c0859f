#include <cmath>
#include <functional>
#include <limits>
#include <numeric>

#include "block_test.hpp"

namespace rankpool::tests {
namespace {

class Reduction : public BlockTest {
  protected:
    // Of the same on an executor that runs one task after the other here.
    template <class Call>
    auto alone(Call&& call) {
        SerialExecutor serial;
        return call(serial).result();
    }

    template <class T>
    void expect_statistics(const std::string& name, const plain::Spec& spec, const std::vector<T>& elements) {
        const Dataset data = make(name, spec, elements);
        const Statistics found = statistics(pool(), data).result();
        std::uint64_t count = 0;
        long double sum = 0;
        T least = std::numeric_limits<T>::max();
        T most = std::numeric_limits<T>::lowest();
        for (const T x : elements) {
            if (x != x) continue;
            ++count;
            sum += static_cast<long double>(x);
            least = std::min(least, x);
            most = std::max(most, x);
        }
        const long double exact_mean = sum / static_cast<long double>(count);
        const auto mean = static_cast<double>(exact_mean);
        long double squares = 0;
        for (const T x : elements) {
            if (x == x)
                squares += (static_cast<long double>(x) - exact_mean) * (static_cast<long double>(x) - exact_mean);
        }
        const double variance = static_cast<double>(squares) / static_cast<double>(count);
        EXPECT_EQ(found.count, count);
        EXPECT_EQ(found.nan_count, elements.size() - count);
        EXPECT_EQ(std::visit([](auto x) { return static_cast<T>(x); }, found.min), least);
        EXPECT_EQ(std::visit([](auto x) { return static_cast<T>(x); }, found.max), most);
        EXPECT_NEAR(found.mean(), mean, 1e-14 * std::fabs(mean));
        EXPECT_NEAR(found.variance(), variance, 1e-10 * variance);
        EXPECT_EQ(found, alone([&](Executor& serial) { return statistics(serial, data); }));
    }
};

TEST_F(Reduction, statistics_are_those_of_all_elements_whatever_their_type) {
    const plain::Spec spec{.shape = {70, 33}, .chunk_shape = {16, 9}, .shuffle = true, .gzip_level = 1};
    const std::size_t count = 70 * 33;
    expect_statistics("int8", spec, plain::some_numbers<std::int8_t>(count, 1));
    expect_statistics("int16", spec, plain::some_numbers<std::int16_t>(count, 2));
    expect_statistics("int32", spec, plain::some_numbers<std::int32_t>(count, 3));
    expect_statistics("uint8", spec, plain::some_numbers<std::uint8_t>(count, 4));
    expect_statistics("uint16", spec, plain::some_numbers<std::uint16_t>(count, 5));
    expect_statistics("uint32", spec, plain::some_numbers<std::uint32_t>(count, 6));
    expect_statistics("float", spec, plain::some_numbers<float>(count, 7));
    auto large = plain::some_numbers<std::int64_t>(count, 8);
    for (auto& x : large) x -= 1LL << 50;
    expect_statistics("int64", spec, large);
    auto larger = plain::some_numbers<std::uint64_t>(count, 9);
    for (auto& x : larger) x += 1ULL << 50;
    expect_statistics("uint64", spec, larger);
    auto with_nans = plain::some_numbers<double>(count, 10);
    for (std::size_t i = 0; i < count; i += 7) with_nans[i] = std::nan("");
    for (double& x : with_nans) x += 1e9;  // Where sums of squares would lose everything.
    expect_statistics("double", spec, with_nans);
}

TEST_F(Reduction, extremes_are_exact_beyond_what_a_double_holds) {
    std::vector<std::uint64_t> elements(100, ~0ULL - 5);
    elements[40] = ~0ULL - 6;
    elements[60] = ~0ULL - 4;
    const Statistics found = statistics(pool(), make("data", {.shape = {100}, .chunk_shape = {7}}, elements)).result();
    EXPECT_EQ(found.min, FillValue(std::uint64_t{~0ULL - 6}));
    EXPECT_EQ(found.max, FillValue(std::uint64_t{~0ULL - 4}));
}

TEST_F(Reduction, statistics_count_chunks_nobody_wrote_with_the_fill_value) {
    const Dataset data =
        make("part", {.shape = {100, 10}, .chunk_shape = {10, 10}, .fill = -3}, std::vector<double>(1000, 5.0), 50);
    const Statistics found = statistics(pool(), data).result();
    EXPECT_EQ(found.count, 1000U);
    EXPECT_EQ(found.min, FillValue(-3.0));
    EXPECT_EQ(found.mean(), 1.0);
    EXPECT_DOUBLE_EQ(found.standard_deviation(), 4.0);
}

TEST_F(Reduction, statistics_of_nothing_and_of_nans_are_defined) {
    const Statistics none =
        statistics(pool(), make<double>("none", {.shape = {0, 4}, .chunk_shape = {2, 2}}, {})).result();
    EXPECT_EQ(none.count, 0U);
    EXPECT_TRUE(std::isnan(none.mean()));
    const Statistics nans =
        statistics(pool(), make("nans", {.shape = {9}}, std::vector<double>(9, std::nan("")))).result();
    EXPECT_EQ(nans.nan_count, 9U);
    EXPECT_TRUE(std::isnan(nans.variance()));
}

TEST_F(Reduction, histogram_counts_as_a_loop_over_the_edges_does) {
    auto elements = plain::some_numbers<double>(5000, 3);
    for (std::size_t i = 0; i < elements.size(); i += 3) elements[i] *= 0.1;
    elements[17] = std::nan("");
    const Dataset data = make("data", {.shape = {5000}, .chunk_shape = {333}, .gzip_level = 1}, elements);
    for (const HistogramOptions& options : {HistogramOptions{}, HistogramOptions{.bin_count = 7},
                                            HistogramOptions{.bin_count = 13, .low = 2, .high = 50.3}}) {
        const Histogram found = histogram(pool(), data, options).result();
        Histogram expected{
            .low = found.low, .high = found.high, .counts = std::vector<std::uint64_t>(options.bin_count)};
        const std::vector<double> edges = found.edges();
        for (const double x : elements) {
            if (x != x) {
                ++expected.nan_count;
            } else if (x < edges.front()) {
                ++expected.below;
            } else if (x > edges.back()) {
                ++expected.above;
            } else {
                const auto upper = std::upper_bound(edges.begin(), edges.end() - 1, x);
                ++expected.counts[static_cast<std::size_t>(upper - edges.begin()) - 1];
            }
        }
        EXPECT_EQ(found, expected);
    }
}

struct SumOfProducts {
    double operator()(BlockView<const double> a, BlockView<const float> b) const {
        double sum = 0;
        for (std::size_t i = 0; i < a.size(); ++i) sum += a[i] * static_cast<double>(b[i]);
        return sum;
    }
};

TEST_F(Reduction, map_reduce_gives_the_same_bits_everywhere) {
    std::mt19937 random(2);
    std::vector<double> a(60'000);
    std::vector<float> b(60'000);
    for (double& x : a) x = static_cast<double>(random()) * 1e-9;
    for (float& x : b) x = static_cast<float>(random()) * 1e-9F;
    const Dataset first = make("a", {.shape = {300, 200}, .chunk_shape = {31, 17}, .gzip_level = 1}, a);
    const Dataset second = make("b", {.shape = {300, 200}, .chunk_shape = {64, 64}}, b);
    const auto call = [&](Executor& executor) {
        return map_reduce(executor, SumOfProducts(), std::plus<double>(), {first, second}, {.task_bytes = 30'000});
    };
    const double found = call(pool()).result();
    EXPECT_EQ(found, alone(call));
    double expected = 0;
    for (std::size_t i = 0; i < a.size(); ++i) expected += a[i] * static_cast<double>(b[i]);
    EXPECT_NEAR(found, expected, 1e-10 * expected);
}

TEST_F(Reduction, inputs_that_do_not_fit_are_refused_at_once) {
    const Dataset a = make("a", {.shape = {10}}, std::vector<double>(10));
    const Dataset b = make("b", {.shape = {11}}, std::vector<float>(11));
    EXPECT_THROW(map_reduce(pool(), SumOfProducts(), std::plus<double>(), {a, b}), ConfigError);
    EXPECT_THROW(map_reduce(pool(), SumOfProducts(), std::plus<double>(), {a}), ConfigError);
    EXPECT_THROW((void)statistics(pool(), Dataset()), DatasetError);
}

TEST_F(Reduction, damage_in_a_chunk_comes_back_as_a_dataset_error) {
    Dataset data =
        make("data", {.shape = {64, 64}, .chunk_shape = {16, 16}, .checksum = true}, std::vector<double>(4096, 1.5));
    std::string content = content_of(data.path());
    content[content.find(std::string("\0\0\0\0\0\0\xf8\x3f", 8)) + 5 * 2052 + 40] ^= 8;
    close_files();
    write_file(data.path(), content);
    try {
        statistics(pool(), data).result();
        FAIL() << "nothing was thrown";
    } catch (const DatasetError& error) {
        EXPECT_EQ(error.problem(), DatasetProblem::damaged);
        EXPECT_NE(std::string(error.what()).find("chunk {1, 1}"), std::string::npos) << error.what();
    }
    const ChunkCheck check = check_chunks(pool(), data).result();
    EXPECT_EQ(check.chunk_count, 16U);
    EXPECT_EQ(check.damaged_count, 1U);
    ASSERT_EQ(check.problems.size(), 1U);
    EXPECT_NE(check.problems[0].find("chunk {1, 1}"), std::string::npos);
}

TEST_F(Reduction, progress_ends_with_everything) {
    const Dataset data = make("data", {.shape = {100}, .chunk_shape = {10}}, std::vector<double>(100));
    BlockProgress last;
    statistics(pool(), data, {.progress = [&](const BlockProgress& now) { last = now; }, .task_bytes = 100}).result();
    EXPECT_EQ(last.bytes_done, 800U);
    EXPECT_EQ(last.bytes_total, 800U);
}

TEST_F(Reduction, differences_are_counted_and_the_first_one_named) {
    auto elements = plain::some_numbers<double>(2000, 1);
    elements[5] = std::nan("");
    const Dataset a = make("a", {.shape = {40, 50}, .chunk_shape = {7, 9}}, elements);
    const Dataset same = make("same", {.shape = {40, 50}, .chunk_shape = {40, 3}, .gzip_level = 1}, elements);
    EXPECT_EQ(difference(pool(), a, same).result(), Difference());
    elements[1234] += 2;
    elements[777] += 0.5;
    const Dataset b = make("b", {.shape = {40, 50}, .chunk_shape = {10, 10}}, elements);
    EXPECT_EQ(difference(pool(), a, b).result(), (Difference{2, 777, 2.0}));
    EXPECT_EQ(difference(pool(), a, b, {.tolerance = 1}).result(), (Difference{1, 1234, 2.0}));
    elements[0] = std::nan("");
    const Dataset c = make("c", {.shape = {40, 50}}, elements);
    EXPECT_EQ(difference(pool(), b, c).result().greatest, std::numeric_limits<double>::infinity());
    const Dataset d = make("d", {.shape = {50, 40}}, elements);
    EXPECT_THROW((void)difference(pool(), a, d), ConfigError);
}

}  // namespace
}  // namespace rankpool::tests

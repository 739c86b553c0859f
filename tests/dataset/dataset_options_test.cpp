#include <limits>

#include <gtest/gtest.h>

#include <rankpool/core/error.hpp>
#include <rankpool/dataset/dataset_options.hpp>

namespace rankpool {
namespace {

DatasetOptions of_shape(Shape shape) {
    DatasetOptions options;
    options.shape = std::move(shape);
    return options;
}

TEST(DefaultChunkShape, is_a_run_of_whole_rows) {
    EXPECT_EQ(default_chunk_shape({100'000'000}, 8), (Shape{1U << 20}));
    EXPECT_EQ(default_chunk_shape({4096, 8192}, 8), (Shape{128, 8192}));
    EXPECT_EQ(default_chunk_shape({10, 4096, 8192}, 8), (Shape{1, 128, 8192}));
    EXPECT_EQ(default_chunk_shape({10, 3U << 20}, 8), (Shape{1, 1U << 20}));
    EXPECT_EQ(default_chunk_shape({10, 10}, 8), (Shape{10, 10}));
    EXPECT_EQ(default_chunk_shape({0, 1024}, 8), (Shape{1024, 1024}));
    EXPECT_EQ(default_chunk_shape({}, 8), (Shape{}));
}

TEST(DatasetOptions, chunks_longer_than_a_fixed_dimension_are_shortened) {
    DatasetOptions options = of_shape({5, 5});
    options.chunk_shape = {10, 10};
    EXPECT_EQ(completed(options).chunk_shape, (Shape{5, 5}));
    options.unlimited_dimensions = {0};
    EXPECT_EQ(completed(options).chunk_shape, (Shape{10, 5}));
}

TEST(DatasetOptions, refuse_what_HDF5_cannot_do) {
    const auto refused = [](auto change) {
        DatasetOptions options = of_shape({100});
        change(options);
        try {
            (void)completed(options);
        } catch (const ConfigError& error) {
            return std::string(error.what());
        }
        return std::string("accepted");
    };
    EXPECT_EQ(refused([](DatasetOptions&) {}), "accepted");
    EXPECT_NE(refused([](DatasetOptions& options) { options.type = ElementType::other; }), "accepted");
    EXPECT_NE(refused([](DatasetOptions& options) { options.shape = Shape(33, 1); }), "accepted");
    EXPECT_NE(refused([](DatasetOptions& options) { options.filters.gzip_level = 10; }), "accepted");
    EXPECT_NE(refused([](DatasetOptions& options) { options.filters.zstd_level = 23; }), "accepted");
    EXPECT_NE(refused([](DatasetOptions& options) { options.filters = {.gzip_level = 1, .lz4 = true}; }), "accepted");
    EXPECT_NE(refused([](DatasetOptions& options) { options.unlimited_dimensions = {1}; }), "accepted");
    EXPECT_NE(refused([](DatasetOptions& options) { options.chunk_shape = {0}; }), "accepted");
    EXPECT_NE(refused([](DatasetOptions& options) { options.layout = Layout::virtual_dataset; }), "accepted");
    EXPECT_NE(refused([](DatasetOptions& options) {
                  options.layout = Layout::contiguous;
                  options.filters = default_compression;
              }),
              "accepted");
    EXPECT_NE(refused([](DatasetOptions& options) { options.shape = options.chunk_shape = {std::uint64_t{1} << 29}; }),
              "accepted");
    EXPECT_NE(refused([](DatasetOptions& options) { options.shape = {std::uint64_t{1} << 61}; }), "accepted");
}

TEST(DatasetOptions, the_fill_value_must_fit_the_type) {
    const auto fits = [](ElementType type, FillValue value) {
        DatasetOptions options = of_shape({1});
        options.type = type;
        options.fill_value = value;
        try {
            (void)completed(options);
            return true;
        } catch (const ConfigError&) {
            return false;
        }
    };
    EXPECT_TRUE(fits(ElementType::int8, std::int64_t{-128}));
    EXPECT_FALSE(fits(ElementType::int8, std::int64_t{128}));
    EXPECT_FALSE(fits(ElementType::uint64, std::int64_t{-1}));
    EXPECT_FALSE(fits(ElementType::int64, std::numeric_limits<std::uint64_t>::max()));
    EXPECT_TRUE(fits(ElementType::int32, 2.0));
    EXPECT_FALSE(fits(ElementType::int32, 2.5));
    EXPECT_FALSE(fits(ElementType::int64, 9223372036854775808.0));
    EXPECT_FALSE(fits(ElementType::int64, std::numeric_limits<double>::quiet_NaN()));
    EXPECT_TRUE(fits(ElementType::float64, std::numeric_limits<double>::quiet_NaN()));
}

}  // namespace
}  // namespace rankpool

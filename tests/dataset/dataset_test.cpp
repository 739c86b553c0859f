#include <limits>
#include <numeric>
#include <random>
#include <stdexcept>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

#include <rankpool/dataset/dataset.hpp>

#include "temporary_directory.hpp"

namespace rankpool {
namespace {

template <class T>
std::vector<T> count_from(T start, std::uint64_t count) {
    std::vector<T> elements(count);
    for (T& element : elements) element = start++;
    return elements;
}

DatasetOptions options_for(ElementType type, Shape shape, Shape chunk_shape = {}, Filters filters = {}) {
    DatasetOptions options;
    options.type = type;
    options.shape = std::move(shape);
    options.chunk_shape = std::move(chunk_shape);
    options.filters = filters;
    return options;
}

template <class T>
class DatasetOfType : public testing::Test {};
using AllTypes = testing::Types<std::int8_t, std::int16_t, std::int32_t, std::int64_t, std::uint8_t, std::uint16_t,
                                std::uint32_t, std::uint64_t, float, double>;
TYPED_TEST_SUITE(DatasetOfType, AllTypes);

TYPED_TEST(DatasetOfType, reads_back_what_was_written_whatever_the_chunks) {
    using T = TypeParam;
    const TemporaryDirectory directory;
    const Shape shape{7, 12};
    const auto elements = count_from<T>(std::numeric_limits<T>::is_signed ? T(-40) : T(0), 84);
    int number = 0;
    for (const Shape& chunk_shape : {Shape{7, 12}, Shape{3, 5}, Shape{1, 12}, Shape{7, 1}, Shape{100, 100}}) {
        for (const Filters& filters : {Filters{}, default_compression, Filters{.shuffle = true, .gzip_level = 9},
                                       Filters{.shuffle = false, .gzip_level = 1, .checksum = true}}) {
            const auto data = Dataset::create(directory.file("data.h5"), "/deep/er/x" + std::to_string(number++),
                                              options_for(element_type_of<T>, shape, chunk_shape, filters));
            data.write(whole(shape), std::span<const T>(elements));
            EXPECT_EQ(data.template read<T>(), elements);
            const ChunkGrid grid = data.grid();
            for (std::uint64_t chunk = 0; chunk < grid.chunk_count(); ++chunk) {
                const Region region = grid.region(chunk);
                std::vector<T> expected;
                for (std::uint64_t i = 0; i < region.extent[0]; ++i) {
                    for (std::uint64_t j = 0; j < region.extent[1]; ++j) {
                        expected.push_back(elements[(region.offset[0] + i) * 12 + region.offset[1] + j]);
                    }
                }
                EXPECT_EQ(data.template read_chunk<T>(chunk), expected);
            }
        }
    }
}

TEST(Dataset, says_what_it_is) {
    const TemporaryDirectory directory;
    DatasetOptions options = options_for(ElementType::int64, {1000, 10}, {100, 10}, default_compression);
    options.unlimited_dimensions = {0};
    const auto data = Dataset::create(directory.file("data.h5"), "x", options);
    const DatasetInfo info = data.info();
    EXPECT_EQ(data.dataset(), "/x");
    EXPECT_EQ(info.shape, (Shape{1000, 10}));
    EXPECT_EQ(info.shape_max, (Shape{DatasetInfo::unlimited, 10}));
    EXPECT_EQ(info.chunk_shape, (Shape{100, 10}));
    EXPECT_EQ(info.type, ElementType::int64);
    EXPECT_EQ(info.type_text, "int64");
    EXPECT_EQ(info.element_bytes, 8U);
    EXPECT_EQ(info.byte_order, ByteOrder::little);
    EXPECT_EQ(info.layout, Layout::chunked);
    EXPECT_EQ(info.filters, (std::vector<FilterInfo>{{2, "shuffle", {8}}, {1, "gzip", {1}}}));
    EXPECT_EQ(info.storage_bytes, 0U);
    EXPECT_EQ(data.attributes(), std::vector<Attribute>());
    EXPECT_EQ(dataset_names(directory.file("data.h5")), std::vector<std::string>{"/x"});
}

TEST(Dataset, elements_nobody_wrote_are_the_fill_value) {
    const TemporaryDirectory directory;
    DatasetOptions options = options_for(ElementType::int32, {10}, {4});
    const auto zero = Dataset::create(directory.file("data.h5"), "zero", options);
    options.fill_value = std::int64_t{-7};
    const auto seven = Dataset::create(directory.file("data.h5"), "seven", options);
    seven.write<int>({{3}, {1}}, std::vector<int>{1});
    EXPECT_EQ(zero.read<int>(), std::vector<int>(10, 0));
    EXPECT_EQ(seven.read<int>(), (std::vector<int>{-7, -7, -7, 1, -7, -7, -7, -7, -7, -7}));
}

TEST(Dataset, any_region_is_read_as_from_an_array_in_memory) {
    const TemporaryDirectory directory;
    const Shape shape{6, 7, 8};
    const auto elements = count_from<int>(0, element_count(shape));
    const unsigned seed = std::random_device{}();
    SCOPED_TRACE("seed " + std::to_string(seed));
    std::mt19937 random(seed);
    for (const Filters& filters : {Filters{}, default_compression}) {
        const auto data = Dataset::create(directory.file("data.h5"), filters.any() ? "gzip" : "plain",
                                          options_for(ElementType::int32, shape, {2, 3, 5}, filters));
        data.write<int>(whole(shape), elements);
        for (int round = 0; round < 200; ++round) {
            Region region = whole(shape);
            for (std::size_t i = 0; i < 3; ++i) {
                region.offset[i] = random() % (shape[i] + 1);
                region.extent[i] = random() % (shape[i] - region.offset[i] + 1);
            }
            std::vector<int> expected;
            for (std::uint64_t i = 0; i < region.extent[0]; ++i) {
                for (std::uint64_t j = 0; j < region.extent[1]; ++j) {
                    for (std::uint64_t k = 0; k < region.extent[2]; ++k) {
                        expected.push_back(static_cast<int>(((region.offset[0] + i) * 7 + region.offset[1] + j) * 8 +
                                                            region.offset[2] + k));
                    }
                }
            }
            ASSERT_EQ(data.read<int>(region), expected) << to_string(region);
        }
    }
}

TEST(Dataset, contiguous_and_scalar_ones_have_a_grid_too) {
    const TemporaryDirectory directory;
    DatasetOptions options = options_for(ElementType::float64, {3U << 20});
    options.layout = Layout::contiguous;
    const auto data = Dataset::create(directory.file("data.h5"), "contiguous", options);
    EXPECT_EQ(data.info().layout, Layout::contiguous);
    EXPECT_EQ(data.grid(), ChunkGrid({3U << 20}, {1U << 20}));
    const auto scalar = Dataset::create(directory.file("data.h5"), "scalar", options_for(ElementType::float64, {}));
    scalar.write<double>({}, std::vector<double>{2.5});
    EXPECT_EQ(scalar.read_chunk<double>(0), std::vector<double>{2.5});
}

TEST(Dataset, whole_numbers_are_read_as_other_widths_while_they_fit) {
    const TemporaryDirectory directory;
    const auto data = Dataset::create(directory.file("data.h5"), "x", options_for(ElementType::int32, {3}));
    data.write<int>({{0}, {3}}, std::vector<int>{-1, 100, 1000});
    EXPECT_EQ(data.read<std::int64_t>(), (std::vector<std::int64_t>{-1, 100, 1000}));
    EXPECT_EQ(data.read<double>(), (std::vector<double>{-1, 100, 1000}));
    EXPECT_EQ(data.read<std::int8_t>({{0}, {2}}), (std::vector<std::int8_t>{-1, 100}));
    EXPECT_EQ(data.read<std::uint16_t>({{1}, {2}}), (std::vector<std::uint16_t>{100, 1000}));
    EXPECT_THROW((void)data.read<std::int8_t>(), DatasetError);
    EXPECT_THROW((void)data.read<std::uint64_t>(), DatasetError);
    EXPECT_THROW(data.write<std::int64_t>({{0}, {1}}, std::vector<std::int64_t>{std::int64_t{1} << 40}), DatasetError);
    EXPECT_THROW(data.write<double>({{0}, {1}}, std::vector<double>{1}), DatasetError);
    const auto wide = Dataset::create(directory.file("data.h5"), "wide", options_for(ElementType::int64, {1}));
    wide.write<std::int64_t>({{0}, {1}}, std::vector<std::int64_t>{(std::int64_t{1} << 53) + 1});
    EXPECT_THROW((void)wide.read<double>(), DatasetError);
}

TEST(Dataset, a_region_outside_or_of_another_size_is_refused) {
    const TemporaryDirectory directory;
    const auto data = Dataset::create(directory.file("data.h5"), "x", options_for(ElementType::int32, {10}));
    std::vector<int> five(5);
    EXPECT_THROW(data.read<int>({{6}, {5}}, five), std::out_of_range);
    EXPECT_THROW(data.read<int>({{0, 0}, {5, 1}}, five), std::out_of_range);
    EXPECT_THROW(data.read<int>({{0}, {4}}, five), std::invalid_argument);
    EXPECT_THROW((void)data.read_chunk<int>(1), std::out_of_range);
    EXPECT_THROW(data.write<int>({{6}, {5}}, five), std::out_of_range);
    EXPECT_THROW(data.write<int>({{0}, {6}}, five), std::invalid_argument);
}

TEST(Dataset, of_a_file_that_was_replaced_is_the_new_one) {
    const TemporaryDirectory directory;
    const std::string path = directory.file("data.h5");
    const auto old_data = Dataset::create(path, "x", options_for(ElementType::int32, {1}));
    EXPECT_EQ(old_data.read<int>(), std::vector<int>{0});
    const auto new_data = Dataset::create(directory.file("new.h5"), "x", options_for(ElementType::int32, {2}));
    new_data.write<int>({{0}, {2}}, std::vector<int>{1, 2});
    std::filesystem::rename(directory.file("new.h5"), path);
    EXPECT_EQ(old_data.read<int>(), (std::vector<int>{1, 2}));
    std::filesystem::remove(path);
    EXPECT_THROW((void)old_data.info(), DatasetError);
}

TEST(Dataset, is_written_under_one_name_while_read_under_another) {
    const TemporaryDirectory directory;
    const auto data = Dataset::create(directory.file("data.h5"), "x", options_for(ElementType::int32, {1}));
    std::filesystem::create_symlink("data.h5", directory.file("link.h5"));
    const auto link = Dataset::open(directory.file("link.h5"), "x");
    EXPECT_EQ(link.read<int>(), std::vector<int>{0});
    data.write<int>({{0}, {1}}, std::vector<int>{5});
    EXPECT_EQ(link.read<int>(), std::vector<int>{5});
}

TEST(Dataset, travels_through_an_archive) {
    struct Archive {
        std::vector<std::string> texts;
        std::size_t next = 0;
        bool loads = false;
        void operator&(std::string& text) {
            if (loads) {
                text = texts[next++];
            } else {
                texts.push_back(text);
            }
        }
    };
    const TemporaryDirectory directory;
    auto sent = Dataset::create(directory.file("data.h5"), "x", options_for(ElementType::int32, {1}));
    Archive archive;
    sent.serialize(archive, 0);
    archive.loads = true;
    Dataset received;
    received.serialize(archive, 0);
    EXPECT_EQ(received, sent);
    EXPECT_TRUE(std::filesystem::path(received.path()).is_absolute());
}

TEST(Dataset, may_be_read_by_many_threads) {
    const TemporaryDirectory directory;
    const auto elements = count_from<int>(0, 10'000);
    const auto data = Dataset::create(directory.file("data.h5"), "x",
                                      options_for(ElementType::int32, {10'000}, {100}, default_compression));
    data.write<int>({{0}, {10'000}}, elements);
    std::vector<std::thread> threads;
    std::vector<int> wrong(4, 0);
    for (std::size_t t = 0; t < wrong.size(); ++t) {
        threads.emplace_back([&, t] {
            for (std::uint64_t chunk = t; chunk < 100; chunk += 2) {
                if (data.read_chunk<int>(chunk) != count_from<int>(static_cast<int>(chunk * 100), 100)) ++wrong[t];
                if (chunk % 10 == 0) close_files();
            }
        });
    }
    for (std::thread& thread : threads) thread.join();
    EXPECT_EQ(wrong, std::vector<int>(4, 0));
}

}  // namespace
}  // namespace rankpool

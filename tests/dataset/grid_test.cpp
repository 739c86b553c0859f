#include <limits>
#include <random>
#include <stdexcept>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include <rankpool/core/error.hpp>
#include <rankpool/dataset/grid.hpp>

namespace rankpool {
namespace {

// All positions in a shape, row-major, by counting.
std::vector<Shape> enumerate(const Shape& shape) {
    std::vector<Shape> positions;
    if (element_count(shape) == 0) return positions;
    Shape position(shape.size(), 0);
    while (true) {
        positions.push_back(position);
        std::size_t i = shape.size();
        while (i > 0 && ++position[i - 1] == shape[i - 1]) position[--i] = 0;
        if (i == 0) return positions;
    }
}

TEST(ChunkGrid, clips_the_chunks_on_the_upper_edge) {
    const ChunkGrid grid({250, 100}, {100, 100});
    EXPECT_EQ(grid.grid_shape(), (Shape{3, 1}));
    EXPECT_EQ(grid.chunk_count(), 3U);
    EXPECT_EQ(grid.region(0), (Region{{0, 0}, {100, 100}}));
    EXPECT_EQ(grid.region(2), (Region{{200, 0}, {50, 100}}));
}

TEST(ChunkGrid, numbers_chunks_row_major) {
    const ChunkGrid grid({4, 6}, {2, 2});
    EXPECT_EQ(grid.index(4), (ChunkIndex{1, 1}));
    EXPECT_EQ(grid.number({1, 1}), 4U);
}

TEST(ChunkGrid, of_a_scalar_has_one_chunk_and_of_nothing_none) {
    EXPECT_EQ(ChunkGrid({}, {}).chunk_count(), 1U);
    EXPECT_EQ(ChunkGrid({}, {}).region(0), Region());
    EXPECT_EQ(ChunkGrid({5, 0}, {2, 2}).chunk_count(), 0U);
}

TEST(ChunkGrid, agrees_with_a_naive_enumeration) {
    const unsigned seed = std::random_device{}();
    SCOPED_TRACE("seed " + std::to_string(seed));
    std::mt19937 random(seed);
    const auto draw = [&random](std::uint64_t low, std::uint64_t high) {
        return std::uniform_int_distribution<std::uint64_t>(low, high)(random);
    };
    for (int round = 0; round < 300; ++round) {
        const std::size_t dimensions = draw(1, 4);
        Shape shape;
        Shape chunk_shape;
        for (std::size_t i = 0; i < dimensions; ++i) {
            shape.push_back(draw(0, 9));
            chunk_shape.push_back(draw(1, 11));
        }
        const ChunkGrid grid(shape, chunk_shape);
        ASSERT_EQ(enumerate(grid.grid_shape()).size(), grid.chunk_count());
        std::vector<std::uint64_t> elements(grid.chunk_count(), 0);
        for (const Shape& element : enumerate(shape)) {
            const std::uint64_t chunk = grid.chunk_of(element);
            const Region region = grid.region(chunk);
            for (std::size_t i = 0; i < dimensions; ++i) {
                ASSERT_GE(element[i], region.offset[i]);
                ASSERT_LT(element[i] - region.offset[i], region.extent[i]);
            }
            ++elements[chunk];
        }
        std::uint64_t number = 0;
        for (const ChunkIndex& index : enumerate(grid.grid_shape())) {
            ASSERT_EQ(grid.index(number), index);
            ASSERT_EQ(grid.number(index), number);
            ASSERT_TRUE(grid.region(number).fits_in(shape));
            ASSERT_EQ(grid.region(number).element_count(), elements[number]);
            ++number;
        }
    }
}

TEST(ChunkGrid, holds_at_the_ends_of_64_bits) {
    constexpr std::uint64_t most = std::numeric_limits<std::uint64_t>::max();
    const ChunkGrid grid({most}, {most - 1});
    EXPECT_EQ(grid.chunk_count(), 2U);
    EXPECT_EQ(grid.region(1), (Region{{most - 1}, {1}}));
    EXPECT_THROW(ChunkGrid({most, 2}, {1, 1}), ConfigError);
    EXPECT_THROW((void)element_count({std::uint64_t{1} << 32, std::uint64_t{1} << 32}), ConfigError);
    EXPECT_EQ(element_count({most, most, 0}), 0U);
    EXPECT_FALSE((Region{{2}, {most}}.fits_in({most})));
    EXPECT_FALSE((Region{{most}, {2}}.fits_in({most})));
    EXPECT_TRUE((Region{{most}, {0}}.fits_in({most})));
}

TEST(ChunkGrid, refuses_what_makes_no_grid) {
    EXPECT_THROW(ChunkGrid({10}, {0}), ConfigError);
    EXPECT_THROW(ChunkGrid({10, 10}, {5}), ConfigError);
    const ChunkGrid grid({10, 10}, {5, 5});
    EXPECT_THROW((void)grid.index(4), std::out_of_range);
    EXPECT_THROW((void)grid.region(4), std::out_of_range);
    EXPECT_THROW((void)grid.number({2, 0}), std::out_of_range);
    EXPECT_THROW((void)grid.number({1}), std::out_of_range);
    EXPECT_THROW((void)grid.chunk_of({10, 0}), std::out_of_range);
}

}  // namespace
}  // namespace rankpool

#include <numeric>
#include <random>

#include <gtest/gtest.h>

#include <rankpool/dataset/box.hpp>

namespace rankpool {
namespace {

Region random_region(const Shape& shape, std::mt19937& random) {
    Region region;
    for (const std::uint64_t length : shape) {
        region.offset.push_back(random() % length);
        region.extent.push_back(1 + random() % (length - region.offset.back()));
    }
    return region;
}

std::vector<int> numbered(std::size_t count) {
    std::vector<int> numbers(count);
    std::iota(numbers.begin(), numbers.end(), 1);
    return numbers;
}

TEST(Boxes, copy_what_they_share_and_nothing_else) {
    std::mt19937 random(3);
    const Shape shape{7, 5, 6};
    for (int round = 0; round < 200; ++round) {
        const Region from = random_region(shape, random);
        const Region to = random_region(shape, random);
        const auto shared = intersection(from, to);
        const auto source = numbered(from.element_count());
        std::vector<int> target(to.element_count(), 0);
        if (shared) {
            copy_elements({reinterpret_cast<const std::byte*>(source.data()), from},
                          {reinterpret_cast<std::byte*>(target.data()), to}, *shared, sizeof(int));
        }
        std::size_t at = 0;
        for (std::uint64_t x = to.offset[0]; x < to.offset[0] + to.extent[0]; ++x) {
            for (std::uint64_t y = to.offset[1]; y < to.offset[1] + to.extent[1]; ++y) {
                for (std::uint64_t z = to.offset[2]; z < to.offset[2] + to.extent[2]; ++z, ++at) {
                    const std::uint64_t i = x - from.offset[0], j = y - from.offset[1], k = z - from.offset[2];
                    const bool inside = i < from.extent[0] && j < from.extent[1] && k < from.extent[2];
                    const int expected = inside ? source[(i * from.extent[1] + j) * from.extent[2] + k] : 0;
                    ASSERT_EQ(target[at], expected);
                }
            }
        }
    }
}

TEST(Boxes, fill_with_a_value) {
    std::vector<int> target(12, 0);
    const int value = 9;
    fill_elements({reinterpret_cast<std::byte*>(target.data()), {{0, 0}, {3, 4}}}, {{1, 1}, {2, 2}},
                  reinterpret_cast<const std::byte*>(&value), sizeof value);
    EXPECT_EQ(target, (std::vector<int>{0, 0, 0, 0, 0, 9, 9, 0, 0, 9, 9, 0}));
}

TEST(Boxes, visit_the_chunks_of_a_region_in_order) {
    const ChunkGrid grid({10, 10}, {4, 4});
    std::vector<std::uint64_t> chunks;
    for_each_chunk(grid, {{3, 4}, {2, 5}}, [&](std::uint64_t chunk, const Region& shared) {
        chunks.push_back(chunk);
        EXPECT_EQ(shared.extent[0], 1U);
    });
    EXPECT_EQ(chunks, (std::vector<std::uint64_t>{1, 2, 4, 5}));
}

}  // namespace
}  // namespace rankpool

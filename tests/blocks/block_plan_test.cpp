#include <random>
#include <set>

#include <gtest/gtest.h>

#include <rankpool/blocks/block_plan.hpp>
#include <rankpool/blocks/detail/halo.hpp>

namespace rankpool {
namespace {

// Every element in exactly one block of exactly one task.
void expect_complete(const BlockPlan& plan) {
    std::uint64_t elements = 0;
    std::set<Shape> offsets;
    for (std::uint64_t task = 0; task < plan.task_count(); ++task) {
        std::uint64_t elements_of_task = 0;
        for (const Region& block : plan.blocks(task)) {
            EXPECT_TRUE(block.fits_in(plan.grid().shape()));
            EXPECT_TRUE(offsets.insert(block.offset).second);
            elements_of_task += block.element_count();
        }
        EXPECT_EQ(plan.region(task).element_count(), elements_of_task);
        elements += elements_of_task;
    }
    EXPECT_EQ(elements, element_count(plan.grid().shape()));
}

TEST(BlockPlans, cover_everything_once) {
    std::mt19937 random(4);
    for (int round = 0; round < 100; ++round) {
        Shape shape;
        Shape chunk_shape;
        Shape input_chunk_shape;
        for (std::size_t d = 1 + random() % 3; d > 0; --d) {
            shape.push_back(1 + random() % 50);
            chunk_shape.push_back(1 + random() % 20);
            input_chunk_shape.push_back(1 + random() % 20);
        }
        const ChunkGrid grid(shape, chunk_shape);
        expect_complete(plan_by_chunks(grid, 8, 1 + random() % 5000));
        expect_complete(plan_by_boxes(output_blocks(grid, {input_chunk_shape}), 8, 1 + random() % 5000, random() % 20));
        expect_complete(plan_by_chunks(row_blocks(grid), 8, 1 + random() % 5000));
    }
}

TEST(BlockPlans, make_blocks_of_whole_output_chunks_as_long_as_the_inputs) {
    EXPECT_EQ(output_blocks({{1000, 1000}, {10, 100}}, {{25, 30}}).chunk_shape(), (Shape{30, 100}));
    EXPECT_EQ(output_blocks({{1000, 1000}, {100, 100}}, {{25, 30}}).chunk_shape(), (Shape{100, 100}));
    EXPECT_EQ(output_blocks({{15, 1000}, {10, 100}}, {{4000, 30}}).chunk_shape(), (Shape{20, 100}));
}

TEST(BlockPlans, make_tasks_near_cubes) {
    const BlockPlan plan = plan_by_boxes({{8192, 8192}, {256, 256}}, 8, 64U << 20, 4);
    EXPECT_EQ(plan.task_shape(), (Shape{11, 11}));
    EXPECT_GE(plan_by_boxes({{1024, 1024}, {256, 256}}, 8, 64U << 20, 8).task_count(), 8U);
}

TEST(BlockPlans, bound_what_a_task_has_to_name) {
    EXPECT_LE(plan_by_chunks({{1'000'000}, {1}}, 8, 1U << 30).blocks(0).size(), 4096U);
}

TEST(Halos, come_from_where_the_boundary_says) {
    const auto sources = [](BoundaryKind kind) {
        std::string text;
        for (const auto& piece : detail::halo_pieces({4}, {{0}, {4}}, {3}, kind)) {
            for (std::uint64_t i = 0; i < piece.target.extent[0]; ++i) {
                text += piece.is_constant ? 'k' : static_cast<char>('a' + piece.source.offset[0] + i);
            }
        }
        return text;
    };
    EXPECT_EQ(sources(BoundaryKind::constant), "kkkabcdkkk");
    EXPECT_EQ(sources(BoundaryKind::nearest), "aaaabcdddd");
    EXPECT_EQ(sources(BoundaryKind::reflect), "cbaabcddcb");
    EXPECT_EQ(sources(BoundaryKind::periodic), "bcdabcdabc");
}

}  // namespace
}  // namespace rankpool

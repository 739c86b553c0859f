#include <csignal>
#include <cstdlib>
#include <cstring>
#include <new>
#include <utility>

#include <boost/context/fiber.hpp>
#include <gtest/gtest.h>

#include <rankpool/core/error.hpp>
#include <rankpool/worker/task_stack.hpp>

namespace rankpool {
namespace {

TEST(TaskStack, is_usable_from_top_to_bottom) {
    for (const std::size_t bytes : {std::size_t{1}, std::size_t{64} << 10, std::size_t{8} << 20}) {
        TaskStack stack(bytes);
        boost::context::stack_context context = stack.allocate();
        char* const top = static_cast<char*>(context.sp);
        ASSERT_GE(context.size, bytes + 4096);  // With the guard page.
        std::memset(top - bytes, 1, bytes);
        EXPECT_EQ(top[-1], 1);
        stack.deallocate(context);
    }
}

TEST(TaskStack, says_when_there_is_no_room) {
    EXPECT_THROW(TaskStack(std::size_t{1} << 62).allocate(), std::bad_alloc);
}

TEST(TaskStack, is_sized_in_the_environment) {
    EXPECT_EQ(TaskStack::size_from(nullptr), std::size_t{8} << 20);
    EXPECT_EQ(TaskStack::size_from("64"), std::size_t{64} << 10);
    EXPECT_EQ(TaskStack::size_from("1048576"), std::size_t{1} << 30);
    for (const char* const text : {"", "0", "63", "-1", "64k", " 64", "64 ", "1e3", "eight", "99999999999999999999999",
                                   "18446744073709551615"}) {
        EXPECT_THROW(TaskStack::size_from(text), ConfigError) << text;
    }
}

// AddressSanitizer reports the same signal in its own words.
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define EXPECT_SEGMENTATION_FAULT(statement) EXPECT_DEATH(statement, "")
#else
#define EXPECT_SEGMENTATION_FAULT(statement) EXPECT_EXIT(statement, testing::KilledBySignal(SIGSEGV), "")
#endif

TEST(TaskStackDeathTest, the_page_below_stops_an_overflow) {
    TaskStack stack(64 << 10);
    boost::context::stack_context context = stack.allocate();
    volatile char* const bottom = static_cast<char*>(context.sp) - context.size;
    EXPECT_SEGMENTATION_FAULT(bottom[0] = 1);
    EXPECT_SEGMENTATION_FAULT(bottom[4095] = 1);
    bottom[4096] = 1;
    stack.deallocate(context);
}

int endless(volatile int* previous) {
    volatile int frame[256];
    frame[0] = previous != nullptr ? previous[0] + 1 : 0;
    return frame[0] < 0 ? 0 : endless(frame) + frame[0];
}

TEST(TaskStackDeathTest, endless_recursion_ends_the_program_and_not_the_neighbour) {
    EXPECT_SEGMENTATION_FAULT({
        boost::context::fiber flow(std::allocator_arg, TaskStack(64 << 10), [](boost::context::fiber&& back) {
            if (endless(nullptr) == 1) std::abort();
            return std::move(back);
        });
        (void)std::move(flow).resume();
    });
}

}  // namespace
}  // namespace rankpool

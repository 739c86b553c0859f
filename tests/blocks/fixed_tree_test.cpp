#include <algorithm>
#include <numeric>
#include <random>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include <rankpool/blocks/detail/fixed_tree.hpp>

namespace rankpool::detail {
namespace {

struct Bracketed {
    std::string operator()(const std::string& a, const std::string& b) const { return '(' + a + b + ')'; }
};

TEST(FixedTrees, have_one_shape_in_whatever_order_values_come) {
    std::mt19937 random(1);
    for (std::uint64_t count = 1; count < 40; ++count) {
        std::vector<std::uint64_t> order(count);
        std::iota(order.begin(), order.end(), 0U);
        std::string first;
        for (int round = 0; round < 20; ++round) {
            std::ranges::shuffle(order, random);
            FixedTree<std::string, Bracketed> tree(count, {});
            for (const std::uint64_t index : order) tree.add(index, std::string(1, static_cast<char>('A' + index)));
            const std::string text = tree.take().value();
            if (first.empty()) first = text;
            EXPECT_EQ(text, first);
        }
        std::string letters;
        std::ranges::copy_if(first, std::back_inserter(letters), [](char c) { return c != '(' && c != ')'; });
        EXPECT_TRUE(std::ranges::is_sorted(letters) && letters.size() == count) << first;
    }
}

}  // namespace
}  // namespace rankpool::detail

#include <vector>

#include <gtest/gtest.h>

#include <rankpool/core/contract.hpp>
#include <rankpool/scheduler/stock.hpp>

namespace rankpool::scheduler {
namespace {

constexpr ResourceId gpu{0}, memory{5};
constexpr WorkerId w0{0}, w3{3};

TEST(Stock, gives_out_what_is_there_and_no_more) {
    Stock stock;
    stock.join(w3, std::vector<Need>{{gpu, 2 * whole}});
    stock.join(w0, std::vector<Need>{{memory, 7}});  // A wider row: what was there stays.
    const std::vector<Need> one_and_a_half = {{gpu, whole + whole / 2}};
    EXPECT_TRUE(stock.has(w3, one_and_a_half));
    EXPECT_FALSE(stock.has(w0, one_and_a_half));
    stock.take(w3, one_and_a_half);
    EXPECT_FALSE(stock.has(w3, one_and_a_half));
    EXPECT_TRUE(stock.could_have(w3, one_and_a_half));
    EXPECT_EQ(stock.free(w3, gpu), whole / 2);
    EXPECT_THROW(stock.take(w3, one_and_a_half), ContractError);
    stock.put_back(w3, one_and_a_half);
    EXPECT_EQ(stock.free(w3, gpu), 2 * whole);
    EXPECT_THROW(stock.put_back(w3, one_and_a_half), ContractError);
}

TEST(Stock, knows_nothing_of_others) {
    Stock stock;
    EXPECT_TRUE(stock.has(w3, {}));
    EXPECT_EQ(stock.total(w3, memory), 0U);
    stock.join(w3, std::vector<Need>{{gpu, whole}});
    stock.lose(w3);
    EXPECT_EQ(stock.total(w3, gpu), 0U);
}

TEST(Stock, writes_amounts_as_people_do) {
    Stock stock;
    stock.name(gpu, "gpu");
    EXPECT_EQ(stock.text_of(std::vector<Need>{{gpu, 5'000}, {memory, 42 * whole}, {gpu, 10'001}}),
              "0.5 gpu + 42 resource 5 + 1.0001 gpu");
}

}  // namespace
}  // namespace rankpool::scheduler

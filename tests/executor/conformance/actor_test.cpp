// Objects that live on one rank and are called there.
#include <memory>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "../../support/executor_test.hpp"

namespace rankpool::tests {
namespace {

struct Actors : ExecutorTest {};

// Neither copied nor moved: it stays where it is made.
class Register {
  public:
    explicit Register(int start = 0) : sum_(start) {}
    Register(int start, Counter destroyed) : sum_(start), destroyed_(std::make_unique<Counter>(destroyed)) {}
    Register(const Register&) = delete;
    Register& operator=(const Register&) = delete;
    ~Register() {
        if (destroyed_) destroyed_->add();
    }

    int add(int more) { return sum_ += more; }
    void append(const std::string& text) { text_ += text; }
    const std::string& text() const noexcept { return text_; }
    int add_all(const std::vector<int>& items, std::unique_ptr<int> last) {
        for (const int item : items) sum_ += item;
        return sum_ += *last;
    }
    int fail(const std::string& why) {
        sum_ = -1;
        throw std::runtime_error(why);
    }
    int rank() { return this_task::rank(); }
    int add_slowly(int more) {
        const int before = sum_;
        this_task::executor().submit(negate, more).result();  // Other tasks run meanwhile.
        sum_ = before + more;
        return sum_;
    }
    int wait_at(Gate gate, int more) {
        gate.wait();
        return add(more);
    }
    Async<int> add_later(int more) {
        const int before = sum_;
        const int negative = co_await this_task::executor().submit(negate, more);
        sum_ = before - negative;
        co_return sum_;
    }

  private:
    int sum_;
    std::string text_;
    std::unique_ptr<Counter> destroyed_;
};

TEST_F(Actors, keep_what_calls_leave_in_them) {
    const Actor<Register> actor = pool().make_actor<Register>(10);
    EXPECT_EQ(actor.call<&Register::add>(5).result(patience), 15);
    EXPECT_EQ(actor.call<&Register::add>(-1).result(patience), 14);
    const auto another = pool().make_actor<Register>();
    EXPECT_EQ(another.call<&Register::add>(1).result(patience), 1);
    EXPECT_EQ(actor.call<&Register::add>(0).result(patience), 14);
}

TEST_F(Actors, take_arguments_of_all_kinds) {
    const auto actor = pool().make_actor<Register>(0);
    actor.call<&Register::append>("literal");
    actor.call<&Register::append>(pool().submit([] { return std::string(", result"); }));
    EXPECT_EQ(actor.call<&Register::text>().result(patience), "literal, result");
    EXPECT_EQ(
        actor.call<&Register::add_all>(pool().submit_all(negate, std::vector{1, 2, 3}), std::make_unique<int>(100))
            .result(patience),
        94);
    EXPECT_EQ(actor.call<&Register::add_later>(6).result(patience), 100);
    const auto named = actor.call<&Register::fail>({.name = "the end"}, "over");
    try {
        named.result(patience);
        FAIL();
    } catch (const TaskError& error) {
        EXPECT_EQ(error.task(), "the end");
    }
}

TEST_F(Actors, run_their_calls_in_order) {
    RANKPOOL_NEEDS_BACKGROUND();
    const auto actor = pool().make_actor<Register>();
    const Gate gate = Gate::make();
    std::string expected;
    for (int i = 0; i < 60; ++i) {
        const std::string letter(1, static_cast<char>('a' + i % 26));
        expected += letter;
        if (i % 20 == 7) {  // Those behind it wait for its argument, too.
            actor.call<&Register::append>(
                pool().submit([](Gate g, std::string text) { return g.wait(), text; }, gate, letter));
        } else {
            actor.call<&Register::append>(letter);
        }
    }
    const auto text = actor.call<&Register::text>();
    gate.open();
    EXPECT_EQ(text.result(patience), expected);
}

TEST_F(Actors, run_one_call_at_a_time_even_while_it_waits_inside) {
    const auto actor = pool().make_actor<Register>();
    const auto add_from_a_task = [](const Actor<Register>& there, int more) {
        return there.call<&Register::add_slowly>(more).result();
    };
    std::vector<Future<int>> sums;
    for (int i = 0; i < 20; ++i) {
        sums.push_back(pool().submit(add_from_a_task, actor, 1));
        sums.push_back(actor.call<&Register::add_slowly>(100));
    }
    for (const auto& sum : sums) sum.result(patience);
    EXPECT_EQ(actor.call<&Register::add>(0).result(patience), 2020);
}

TEST_F(Actors, go_on_after_a_call_that_throws) {
    const auto actor = pool().make_actor<Register>();
    const auto failed = actor.call<&Register::fail>("no such cell");
    const auto next = actor.call<&Register::add>(5);
    EXPECT_THROW(failed.result(patience), std::runtime_error);
    EXPECT_EQ(next.result(patience), 4);
    const auto bad_input = actor.call<&Register::add>(pool().submit([]() -> int { throw std::out_of_range("bad"); }));
    const auto after = actor.call<&Register::add>(1);
    EXPECT_THROW(bad_input.result(patience), std::out_of_range);
    EXPECT_EQ(after.result(patience), 5);
}

TEST_F(Actors, keep_their_order_when_a_call_is_cancelled) {
    RANKPOOL_NEEDS_BACKGROUND();
    const auto actor = pool().make_actor<Register>();
    const Gate gate = Gate::make();
    const auto first = actor.call<&Register::wait_at>(gate, 1);
    const auto second = actor.call<&Register::add>(10);
    const auto third = actor.call<&Register::add>(100);
    EXPECT_TRUE(second.cancel());
    EXPECT_FALSE(third.done());
    gate.open();
    EXPECT_EQ(first.result(patience), 1);
    EXPECT_EQ(third.result(patience), 101);
    EXPECT_TRUE(second.cancelled());
}

TEST_F(Actors, that_cannot_be_made_fail_in_their_calls) {
    struct Unmakeable {
        explicit Unmakeable(const std::string& why) { throw std::invalid_argument(why); }
        int number() { return 1; }
    };
    const auto actor = pool().make_actor<Unmakeable>("no such table");
    try {
        actor.call<&Unmakeable::number>().result(patience);
        FAIL() << "there is nothing to call";
    } catch (const std::invalid_argument& error) {
        EXPECT_STREQ(error.what(), "no such table");
    }
}

TEST_F(Actors, live_on_the_rank_asked_for_and_are_spread_otherwise) {
    const int ranks = executor_under_test()->ranks();
    const Rank last = ranks - 1;
    const auto actor = pool().make_actor<Register>({.on_rank = last}, 1);
    EXPECT_EQ(actor.rank(), last);
    EXPECT_EQ(actor.call<&Register::rank>().result(patience), last);
    std::vector<int> seen(static_cast<std::size_t>(ranks));
    for (int i = 0; i < 3 * ranks; ++i) {
        const auto one = pool().make_actor<Register>();
        const Rank rank = one.call<&Register::rank>().result(patience);
        EXPECT_EQ(rank, one.rank());
        ++seen[static_cast<std::size_t>(rank)];
    }
    for (int rank = ranks > 1 ? 1 : 0; rank < ranks; ++rank) EXPECT_GE(seen[static_cast<std::size_t>(rank)], 3) << rank;
}

int call_twice(const Actor<Register>& there) {
    there.call<&Register::add>(1);
    return there.call<&Register::add>(1).result();
}

TEST_F(Actors, are_called_from_tasks_on_all_ranks_and_made_by_tasks) {
    make_pool({.coordinator_works = true});
    const auto actor = pool().make_actor<Register>(0);
    const auto pass_on = [](Actor<Register> there) { return this_task::executor().submit(call_twice, there).result(); };
    std::vector<Future<int>> calls;
    for (Rank rank = 0; rank < executor_under_test()->ranks(); ++rank) {
        calls.push_back(pool().submit({.on_rank = rank}, call_twice, actor));
        calls.push_back(pool().submit({.on_rank = rank}, pass_on, actor));
    }
    for (const auto& call : calls) call.result(patience);
    EXPECT_EQ(actor.call<&Register::add>(0).result(patience), 4 * executor_under_test()->ranks());
    const auto make_one = [] {
        const auto own = this_task::executor().make_actor<Register>(7);
        own.call<&Register::add>(1);
        return own.call<&Register::add>(1).result();
    };
    EXPECT_EQ(pool().submit(make_one).result(patience), 9);
}

TEST_F(Actors, end_with_their_last_handle_once_nothing_needs_them) {
    const Counter destroyed = Counter::make();
    {
        auto actor = pool().make_actor<Register>(1, destroyed);
        auto copy = actor;
        actor.call<&Register::add>(1).result(patience);
        actor = {};
        EXPECT_EQ(copy.call<&Register::add>(1).result(patience), 3);
        EXPECT_EQ(destroyed.value(), 0);
    }
    EXPECT_TRUE(eventually([&] { return destroyed.value() == 1; }));
    // Calls that are under way need it, and so do tasks that were given it.
    auto last = pool().make_actor<Register>(1, destroyed).call<&Register::add>(1);
    EXPECT_EQ(last.result(patience), 2);
    EXPECT_TRUE(eventually([&] { return destroyed.value() == 2; }));
    const auto task = [](const Actor<Register>& there) { return there.call<&Register::add>(5).result(); };
    EXPECT_EQ(pool().submit(task, pool().make_actor<Register>(1, destroyed)).result(patience), 6);
    EXPECT_TRUE(eventually([&] { return destroyed.value() == 3; }));
}

TEST_F(Actors, end_with_their_pool) {
    const Counter destroyed = Counter::make();
    auto actor = pool().make_actor<Register>(1, destroyed);
    actor.call<&Register::add>(1).result(patience);
    pool().shutdown();
    EXPECT_THROW(actor.call<&Register::add>(1), ShutdownError);
    actor = {};
    end_pool();
    EXPECT_TRUE(eventually([&] { return destroyed.value() == 1; }));
}

TEST_F(Actors, finish_their_calls_before_the_pool_ends) {
    RANKPOOL_NEEDS_BACKGROUND();
    const auto actor = pool().make_actor<Register>();
    std::vector<Future<int>> sums;
    for (int i = 0; i < 30; ++i) sums.push_back(actor.call<&Register::add>(1));
    pool().shutdown();
    for (int i = 0; i < 30; ++i) EXPECT_EQ(sums[static_cast<std::size_t>(i)].result(patience), i + 1);
}

}  // namespace
}  // namespace rankpool::tests

// Tasks and timers in one event loop of Boost.Asio: one thread waits for all futures and looks after everything else
// that the program does. Completion tokens are those of Asio: a handler, use_future, or use_awaitable in its
// coroutines.

#include <iostream>
#include <utility>

#include <boost/asio/bind_executor.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>

#include <rankpool/asio.hpp>
#include <rankpool/rankpool.hpp>

using namespace std::chrono_literals;

/// How many steps a number takes to 1: halved if it is even, else tripled and one more.
int collatz_steps(long number) {
    int steps = 0;
    for (; number != 1; ++steps) number = number % 2 == 0 ? number / 2 : 3 * number + 1;
    return steps;
}

/// Asks for the numbers of a range, a new one whenever one is done; all of it runs on the loop's thread.
class Search {
  public:
    Search(rankpool::Executor& pool, boost::asio::io_context& loop, long last) : pool_(pool), loop_(loop), last_(last) {
        for (int i = 0; i < 100; ++i) ask_for_next();  // so many are in flight
    }
    long done() const { return done_; }
    bool is_over() const { return done_ == last_; }
    std::pair<int, long> longest() const { return longest_; }

  private:
    void ask_for_next() {
        if (next_ > last_) return;
        const long number = next_++;
        const auto handle = [this, number](const std::exception_ptr& error, int steps) {
            if (error) std::rethrow_exception(error);
            ++done_;
            longest_ = std::max(longest_, {steps, -number});
            ask_for_next();
        };
        pool_.async_submit(collatz_steps, number, boost::asio::bind_executor(loop_, handle));
    }

    rankpool::Executor& pool_;
    boost::asio::io_context& loop_;
    long last_;
    long next_ = 1;
    long done_ = 0;
    std::pair<int, long> longest_;
};

/// Looks at the search every few milliseconds, until it is over.
void watch(boost::asio::steady_timer& timer, const Search& search, long& looks) {
    timer.expires_after(5ms);
    timer.async_wait([&](const boost::system::error_code&) {
        ++looks;
        if (looks % 20 == 0) std::cerr << search.done() << " numbers done\n";
        if (!search.is_over()) watch(timer, search, looks);
    });
}

int main(int argc, char** argv) {
    return rankpool::run(argc, argv, [](rankpool::Executor& pool) {
        boost::asio::io_context loop;
        boost::asio::steady_timer timer(loop);
        long looks = 0;
        Search search(pool, loop, 20'000);
        watch(timer, search, looks);

        loop.run();  // as long as tasks run and the timer is set

        const auto [steps, number] = search.longest();
        std::cout << search.done() << " numbers; " << -number << " takes the most steps, " << steps << '\n'
                  << "the timer was served meanwhile: " << std::boolalpha << (looks > 0) << '\n';
    });
}

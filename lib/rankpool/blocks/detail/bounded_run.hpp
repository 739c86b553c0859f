#pragma once

#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <utility>

#include <rankpool/executor/composition.hpp>
#include <rankpool/executor/executor.hpp>

namespace rankpool::detail {

/// Runs many tasks with a bounded number of them in flight, without a thread of its own: whoever learns of the end of
/// one hands its result on and submits the next. The whole is one future.
///
/// Results are consumed one at a time, in the order in which they come.
template <class R, class Whole>
class BoundedRun : public std::enable_shared_from_this<BoundedRun<R, Whole>> {
  public:
    struct Parts {
        std::uint64_t count = 0;
        std::size_t in_flight_max = 1;
        std::function<Future<R>(std::uint64_t)> submit;
        std::function<void(std::uint64_t, const R&)> consume;
        std::function<Whole()> finish;
    };

    static Future<Whole> start(Client& client, Parts parts) {
        const std::shared_ptr<BoundedRun> run(new BoundedRun(client, std::move(parts)));
        run->fill();
        return Future<Whole>(run->whole_);
    }

  private:
    BoundedRun(Client& client, Parts parts) : parts_(std::move(parts)), whole_(new TaskState(&client)) {}

    void fill() {
        std::unique_lock lock(mutex_);
        if (is_filling_) return;  // An executor that runs tasks inside submit() comes back here.
        is_filling_ = true;
        while (!is_over_ && next_ < parts_.count && open_ < parts_.in_flight_max) {
            const std::uint64_t index = next_++;
            ++open_;
            lock.unlock();
            submit(index);
            lock.lock();
        }
        is_filling_ = false;
        if (is_over_ || is_consuming_ || next_ < parts_.count || open_ != 0) return;
        is_over_ = true;
        lock.unlock();
        finish();
    }
    void submit(std::uint64_t index) {
        try {
            const Future<R> future = parts_.submit(index);
            future.add_done_callback(
                [self = this->shared_from_this(), index](const Future<R>& done) { self->settled(index, done); });
        } catch (...) {
            fail();
            const std::lock_guard lock(mutex_);
            --open_;
        }
    }
    // Getting a result may wait for its bytes, and whoever waits may be told of further ends in the meantime: so
    // nothing is locked then, and one caller at a time consumes for all.
    void settled(std::uint64_t index, const Future<R>& done) {
        std::unique_lock lock(mutex_);
        settled_.emplace_back(index, done);
        if (is_consuming_) return;
        is_consuming_ = true;
        while (!settled_.empty()) {
            const auto [next, future] = std::move(settled_.front());
            settled_.pop_front();
            const bool is_wanted = !is_over_;
            lock.unlock();
            if (is_wanted) consume(next, future);
            lock.lock();
            --open_;
            lock.unlock();
            fill();
            lock.lock();
        }
        is_consuming_ = false;
        lock.unlock();
        fill();
    }
    void consume(std::uint64_t index, const Future<R>& done) {
        try {
            parts_.consume(index, done.result());
        } catch (...) {
            fail();
        }
    }
    void finish() {
        try {
            succeed_with_value<Whole>(*whole_, parts_.finish());
        } catch (...) {
            whole_->fail(capture_failure());
        }
        parts_ = {};  // Which may hold files and the future's own users.
        run_deferred_callbacks();
    }
    // The first failure is the whole's; tasks in flight end unseen.
    void fail() {
        {
            const std::lock_guard lock(mutex_);
            if (std::exchange(is_over_, true)) return;
        }
        whole_->fail(capture_failure());
        run_deferred_callbacks();
    }

    std::mutex mutex_;
    Parts parts_;
    StateRef whole_;
    std::uint64_t next_ = 0;
    std::size_t open_ = 0;
    std::deque<std::pair<std::uint64_t, Future<R>>> settled_;  // At most as many as were in flight.
    bool is_consuming_ = false;
    bool is_filling_ = false;
    bool is_over_ = false;
};

/// Two tasks per slot hide the way to the worker; more results than that would only wait in memory.
inline std::size_t in_flight_max(const Executor& pool) { return 2 * std::max<std::size_t>(pool.slots(), 1) + 2; }

}  // namespace rankpool::detail

#include <algorithm>
#include <utility>
#include <vector>

#include <rankpool/task/client.hpp>
#include <rankpool/task/coroutine_loop.hpp>
#include <rankpool/task/this_task.hpp>

namespace rankpool::detail {

std::shared_ptr<CoroutineLoop> CoroutineLoop::here() {
    thread_local std::shared_ptr<CoroutineLoop> of_thread;
    const this_task::Context* const task = this_task::current();
    std::shared_ptr<CoroutineLoop>& loop = task != nullptr ? task->coroutines : of_thread;
    if (!loop) loop = std::make_shared<CoroutineLoop>();
    return loop;
}

void CoroutineLoop::post(std::coroutine_handle<> coroutine) {
    const std::lock_guard lock(mutex_);
    ready_.push_back(coroutine);
    if (waitable_ != nullptr) waitable_->signal();
}

void CoroutineLoop::forget(std::coroutine_handle<> coroutine) {
    const std::lock_guard lock(mutex_);
    std::erase(ready_, coroutine);
}

std::coroutine_handle<> CoroutineLoop::take() {
    const std::lock_guard lock(mutex_);
    if (ready_.empty()) return nullptr;
    const std::coroutine_handle<> first = ready_.front();
    ready_.pop_front();
    return first;
}

void CoroutineLoop::run_until_done(std::coroutine_handle<> coroutine) {
    while (!coroutine.done()) {
        if (const auto next = take()) {
            next.resume();
        } else {
            wait_for_news();
        }
    }
}

void CoroutineLoop::wait_for_news() {
    std::vector<StateRef> awaited;
    for (const FutureWait* wait = waits_; wait != nullptr && awaited.size() <= Waitable::awaited_max;
         wait = wait->next_wait_) {
        awaited.push_back(wait->state_);
    }
    Waitable waitable;
    if (awaited.size() <= Waitable::awaited_max) {
        waitable.awaited = awaited.data();
        waitable.awaited_count = awaited.size();
    }
    struct Announce {
        Announce(CoroutineLoop& loop_, Waitable& news) : loop(loop_) { set(&news); }
        ~Announce() { set(nullptr); }  // Whoever signals has let go of it then.
        Announce(const Announce&) = delete;
        Announce& operator=(const Announce&) = delete;
        void set(Waitable* news) {
            const std::lock_guard lock(loop.mutex_);
            loop.waitable_ = news;
            if (news != nullptr && !loop.ready_.empty()) news->signal();
        }
        CoroutineLoop& loop;
    } const announce(*this, waitable);
    wait_until_ready(waits_ != nullptr ? waits_->state_->client() : nullptr, waitable, Instant::max());
}

bool FutureWait::start(const std::shared_ptr<CoroutineLoop>& loop, std::coroutine_handle<> coroutine) {
    loop_ = loop;
    coroutine_ = coroutine;
    next_wait_ = loop->waits_;
    if (next_wait_ != nullptr) next_wait_->previous_wait_ = this;
    loop->waits_ = this;
    if (state_->watch(*this)) return true;
    end();
    return false;
}

void FutureWait::end() {
    if (!loop_) return;
    (previous_wait_ != nullptr ? previous_wait_->next_wait_ : loop_->waits_) = next_wait_;
    if (next_wait_ != nullptr) next_wait_->previous_wait_ = previous_wait_;
    loop_.reset();
}

FutureWait::~FutureWait() {
    if (!loop_) return;
    state_->unwatch(*this);  // From here on nobody posts the coroutine.
    loop_->forget(coroutine_);
    end();
}

void FutureWait::settled(TaskState&) { loop_->post(coroutine_); }

}  // namespace rankpool::detail

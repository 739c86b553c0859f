#include <cstring>
#include <thread>

#include <rankpool/core/contract.hpp>
#include <rankpool/task/client.hpp>
#include <rankpool/task/state.hpp>

namespace rankpool {

TaskState::TaskState(Client* client) : client_(client) {
    if (client_ != nullptr) client_->hold();
}

TaskState::~TaskState() {
    if (client_ != nullptr) client_->drop();
}

void TaskState::lock() {
    // Held for a few instructions only; yielding keeps it fair with more threads than cores.
    while (locked_.exchange(true, std::memory_order_acquire)) std::this_thread::yield();
}

void TaskState::settle(Status status) {
    extras_.reset();
    lock();
    status_.store(status, std::memory_order_release);
    // The newest is first in the list; they are told in the order in which they came.
    Watcher* watcher = nullptr;
    while (watchers_ != nullptr) {
        Watcher* const next = std::exchange(watchers_->next_, watcher);
        watcher = std::exchange(watchers_, next);
    }
    while (watcher != nullptr) {
        Watcher* const next = watcher->next_;  // The watcher may be gone as soon as it was told.
        watcher->settled(*this);
        watcher = next;
    }
    unlock();
}

void TaskState::succeed(Bytes result) {
    RANKPOOL_EXPECT(!is_settled(status()));
    keeps_call_ = static_cast<bool>(value_);
    bytes_ = std::move(result);
    settle(Status::succeeded);
}

void TaskState::append_result(Bytes& bytes) const {
    RANKPOOL_EXPECT(status() == Status::succeeded);
    if (keeps_call_) {
        static_cast<LocalCall*>(value_.get())->pack_result(bytes);
    } else {
        bytes.append(bytes_.data(), bytes_.size());
    }
}

void TaskState::append_input(Bytes& inputs) const {
    const std::size_t start = inputs.size();
    inputs.extend(sizeof(std::uint64_t));
    append_result(inputs);
    const std::uint64_t size = inputs.size() - start - sizeof size;
    std::memcpy(inputs.data() + start, &size, sizeof size);
}

void TaskState::succeed_with(std::shared_ptr<void> value) {
    RANKPOOL_EXPECT(!is_settled(status()));
    value_ = std::move(value);
    bytes_ = Bytes();
    settle(Status::succeeded);
}

void TaskState::fail(const Failure& failure) {
    Bytes packed;
    ByteWriter writer(packed);
    encode_failure(writer, failure);
    fail_packed(std::move(packed));
}

void TaskState::fail_packed(Bytes failure) {
    RANKPOOL_EXPECT(!is_settled(status()));
    value_.reset();
    bytes_ = std::move(failure);
    settle(Status::failed);
}

void TaskState::cancel() {
    RANKPOOL_EXPECT(!is_settled(status()));
    value_.reset();
    bytes_ = Bytes();
    settle(Status::cancelled);
}

Failure TaskState::failure() const {
    RANKPOOL_EXPECT(status() == Status::failed);
    ByteReader reader(bytes_.view());
    return decode_failure(reader);
}

bool TaskState::watch(Watcher& watcher) {
    lock();
    const bool open = !is_settled(status_.load(std::memory_order_relaxed));
    if (open) {
        watcher.next_ = std::exchange(watchers_, &watcher);
    }
    unlock();
    return open;
}

void TaskState::unwatch(Watcher& watcher) {
    lock();
    for (Watcher** place = &watchers_; *place != nullptr; place = &(*place)->next_) {
        if (*place == &watcher) {
            *place = watcher.next_;
            break;
        }
    }
    unlock();
}

TaskExtras& TaskState::extras() {
    if (!extras_) extras_ = std::make_unique<TaskExtras>();
    return *extras_;
}

}  // namespace rankpool

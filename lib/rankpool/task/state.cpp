#include <cstring>
#include <thread>

#include <rankpool/core/contract.hpp>
#include <rankpool/core/error.hpp>
#include <rankpool/task/client.hpp>
#include <rankpool/task/state.hpp>

namespace rankpool {

TaskState::TaskState(Client* client) : client_(client) {
    if (client_ != nullptr) client_->hold();
}

TaskState::~TaskState() {
    if (client_ == nullptr) return;
    if (is_elsewhere()) client_->forget(*this);
    client_->drop();
}

bool TaskState::try_hold() {
    std::uint32_t count = references_.load(std::memory_order_relaxed);
    while (count != 0) {
        if (references_.compare_exchange_weak(count, count + 1, std::memory_order_relaxed)) return true;
    }
    return false;
}

void TaskState::lock() {
    // Held for a few instructions only; yielding keeps it fair with more threads than cores.
    while (locked_.exchange(true, std::memory_order_acquire)) std::this_thread::yield();
}

void TaskState::settle(Status status, std::unique_ptr<TaskExtras> extras) {
    extras_ = std::move(extras);
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

void TaskState::succeed_elsewhere(const ObjectRef& object) {
    RANKPOOL_EXPECT(!is_settled(status()));
    bytes_ = Bytes();
    auto extras = std::make_unique<TaskExtras>();
    if (extras_) extras->name = std::move(extras_->name);  // So that it can be named if it gets lost.
    extras->elsewhere = std::make_unique<KeptElsewhere>(KeptElsewhere{.object = object});
    settle(Status::succeeded, std::move(extras));
}

StoredRef TaskState::fetched() {
    lock();
    const KeptElsewhere& elsewhere = *extras_->elsewhere;
    StoredRef value = elsewhere.value;
    const std::string lost = value ? "" : elsewhere.lost;
    unlock();
    if (!lost.empty()) throw Error(lost);
    return value;
}

bool TaskState::is_fetched() {
    lock();
    const bool answer = extras_->elsewhere->value || !extras_->elsewhere->lost.empty();
    unlock();
    return answer;
}

void TaskState::arrive(StoredRef value) {
    lock();
    extras_->elsewhere->value = std::move(value);
    unlock();
}

void TaskState::lose(const std::string& why) {
    const std::string name = extras_->name.empty() ? "" : " '" + extras_->name + "'";
    std::string lost = "the result" + name + " (" + std::to_string(object().size) + " bytes, kept on rank " +
                       std::to_string(object().holder) + ") is lost: " + why;
    lock();
    extras_->elsewhere->lost = std::move(lost);
    unlock();
}

void TaskState::append_result(Bytes& bytes) const {
    RANKPOOL_EXPECT(status() == Status::succeeded);
    if (is_elsewhere()) {
        const StoredRef value = const_cast<TaskState*>(this)->fetched();
        RANKPOOL_EXPECT(value != nullptr);
        value->pack(bytes);
    } else if (keeps_call_) {
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

#include <array>

#include <rankpool/core/contract.hpp>
#include <rankpool/executor/wait_group.hpp>

namespace rankpool {

struct WaitGroup::Entry final : Watcher {
    Entry(WaitGroup& group_, StateRef state_) : group(group_), state(std::move(state_)) {}

    void settled(TaskState&) override {
        const std::lock_guard lock(group.mutex_);
        group.settled_.push_back(this);
        if (group.waitable_ != nullptr) group.waitable_->signal();
    }
    WaitGroup& group;
    StateRef state;
    Entry* next = nullptr;
    Entry* previous = nullptr;
};

WaitGroup::~WaitGroup() {
    while (open_ != nullptr) {
        const std::unique_ptr<Entry> entry(open_);
        open_ = entry->next;
        entry->state->unwatch(*entry);
    }
}

void WaitGroup::add(const StateRef& state) {
    auto entry = std::make_unique<Entry>(*this, state);
    ++entries_count_;
    entry->next = open_;
    if (open_ != nullptr) open_->previous = entry.get();
    open_ = entry.get();
    if (!state->watch(*entry)) {
        const std::lock_guard lock(mutex_);
        settled_.push_back(entry.get());
    }
    (void)entry.release();  // The list owns it now.
}

std::unique_ptr<WaitGroup::Entry> WaitGroup::take_settled() {
    Entry* entry = nullptr;
    {
        const std::lock_guard lock(mutex_);
        if (settled_.empty()) return nullptr;
        entry = settled_.front();
        settled_.pop_front();
    }
    if (entry->previous != nullptr) entry->previous->next = entry->next;
    if (entry->next != nullptr) entry->next->previous = entry->previous;
    if (open_ == entry) open_ = entry->next;
    --entries_count_;
    entry->state->unwatch(*entry);  // Whoever settled it has let go of the entry when this returns.
    return std::unique_ptr<Entry>(entry);
}

StateRef WaitGroup::next(Instant deadline) {
    RANKPOOL_EXPECT(entries_count_ != 0);
    for (;;) {
        if (const auto entry = take_settled()) return entry->state;
        std::array<StateRef, Waitable::awaited_max> awaited;
        Waitable waitable;
        if (entries_count_ <= awaited.size()) {
            waitable.awaited = awaited.data();
            for (Entry* entry = open_; entry != nullptr; entry = entry->next) {
                awaited[waitable.awaited_count++] = entry->state;
            }
        }
        Client* client = nullptr;
        {
            const std::lock_guard lock(mutex_);
            if (!settled_.empty()) continue;
            waitable_ = &waitable;
            client = open_->state->client();
        }
        struct Leave {
            WaitGroup& group;
            ~Leave() {  // Also if the wait throws.
                const std::lock_guard lock(group.mutex_);
                group.waitable_ = nullptr;
            }
        };
        bool ready = false;
        {
            const Leave leave{*this};
            ready = wait_until_ready(client, waitable, deadline);
        }
        const std::lock_guard lock(mutex_);
        if (!ready && settled_.empty()) return {};
    }
}

}  // namespace rankpool

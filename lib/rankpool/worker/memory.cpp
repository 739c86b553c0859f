// What does not fit in memory: when it is written to disk and comes back, and which tasks wait meanwhile.
//
// No task starts while more is kept than the budget allows. The disk's thread writes what nobody uses; when that is not
// enough, the worker has stalled, and tells the coordinator. Only that knows whether anything in the pool still goes on
// and may free memory; if nothing does it says proceed, and one task starts all the same. So nothing waits for ever.
#include <algorithm>
#include <exception>
#include <iostream>
#include <utility>

#include <rankpool/core/error.hpp>
#include <rankpool/task/failure.hpp>
#include <rankpool/task/waitable.hpp>
#include <rankpool/worker/worker.hpp>

namespace rankpool {

using namespace std::chrono_literals;

namespace {

// Between two reports of what is kept, while tasks run.
constexpr Duration memory_report_interval = 20ms;

}  // namespace

bool Worker::may_start_a_task() {
    if (queue_.is_empty()) return false;
    if (is_stopping_) return true;  // What is left has to end.
    const bool is_tight = store_.is_over() && permits_ == 0;
    const bool brings_back_enough = bringing_back_ >= options_.slots;
    if (!is_tight && !brings_back_enough) return true;
    const HeldTask& next = queue_.front();
    if (!next.objects.empty() && next.has_its_inputs()) return true;  // It has been let through, and holds memory.
    if (is_tight) return false;
    return std::all_of(next.needs.begin(), next.needs.end(),
                       [&](ObjectId id) { return store_.where(id) != Store::Where::disk; });
}

// The next task, if it can start now; otherwise its inputs are being read from disk.
std::optional<HeldTask> Worker::take_task() {
    if (!store_.is_over()) permits_ = 0;  // Meant for another hour.
    const HeldTask& next = queue_.front();
    const bool is_let_through = !next.objects.empty() && next.has_its_inputs();
    const bool takes_permit = store_.is_over() && !is_let_through && permits_ != 0;
    if (takes_permit) --permits_;
    HeldTask held = takes_permit ? queue_.pop_reader() : queue_.pop();  // A reader may be what frees memory.
    if (held.has_its_inputs()) return held;
    for (const ObjectId id : held.needs) held.objects.push_back(store_.find(id));
    if (std::find(held.objects.begin(), held.objects.end(), nullptr) == held.objects.end()) return held;
    bring_back(std::move(held));
    return std::nullopt;
}

void Worker::bring_back(HeldTask held) {
    ++bringing_back_;
    Fetches::Pending& pending = fetches_.add_task({.task = std::move(held), .is_about_to_run = true});
    HeldTask& task = pending.task;
    for (std::size_t i = 0; i < task.needs.size(); ++i) {
        const ObjectId id = task.needs[i];
        const bool comes_already = std::find(task.needs.begin(), task.needs.begin() + static_cast<std::ptrdiff_t>(i),
                                             id) != task.needs.begin() + static_cast<std::ptrdiff_t>(i);
        if (task.objects[i] || comes_already || store_.where(id) != Store::Where::disk) continue;
        Fetches::Coming& coming = want({.id = id});
        coming.tasks.push_back(&pending);
        coming.is_for_the_store = true;
        ++pending.missing;
    }
    if (pending.missing == 0) release(pending);
}

void Worker::read_back(ObjectId id) {
    reads_.push_back(id);
    look_at_memory();
}

void Worker::look_at_memory() {
    if (reads_.empty() && !store_.is_over()) return;
    disk_has_work_ = true;
    if (!disk_.joinable()) disk_ = std::thread([this] { run_disk(); });
    disk_wakes_.notify_one();
}

void Worker::run_disk() {
    std::unique_lock lock(progress_.mutex());
    while (!disk_must_end_) {
        if (!std::exchange(disk_has_work_, false)) {
            disk_wakes_.wait(lock, [&] { return disk_has_work_ || disk_must_end_; });
            continue;
        }
        disk_is_working_ = true;
        if (!reads_.empty()) {
            read_one(lock);
            disk_has_work_ = true;
        } else if (std::optional<Store::Spilling> spilling = store_.next_to_spill(freed_)) {
            spill_one(lock, std::move(*spilling));
            disk_has_work_ = true;
        }
        disk_is_working_ = false;
        free_dropped(lock);
        tell_memory();
        outbox_.flush();
        progress_.wake();
    }
}

void Worker::read_one(std::unique_lock<std::mutex>& lock) {
    const ObjectId id = reads_.front();
    reads_.pop_front();
    const SpillFile::PlaceRef place = store_.place_of(id);
    StoredRef value = store_.find(id);
    if (!value && place) {
        lock.unlock();
        std::string why;
        try {
            value = std::make_shared<StoredValue>(SpillFile::read(*place));
        } catch (const std::exception& error) {
            why = error.what();
        }
        lock.lock();
        if (!value) {
            complain_of_disk(why);
            store_.drop(id);
        }
    }
    on_datum(id, value);
}

void Worker::spill_one(std::unique_lock<std::mutex>& lock, Store::Spilling spilling) {
    SpillFile::PlaceRef place;
    std::string why;
    try {
        const std::shared_ptr<SpillFile> file = store_.file();
        lock.unlock();
        place = SpillFile::write(file, *spilling.value);
        if (!place) {
            why = file->why_full();
            why = why.empty() ? "its share of the disk is used up" : "the disk is full: " + why;
        }
        lock.lock();
    } catch (const std::exception& error) {
        if (!lock.owns_lock()) lock.lock();
        why = error.what();
    }
    store_.end_spilling(spilling, std::move(place));
    if (!why.empty()) complain_of_disk(why);
    freed_.push_back(std::move(spilling.value));
}

void Worker::complain_of_disk(const std::string& why) {
    if (std::exchange(has_complained_of_disk_, true)) return;
    std::cerr << "rankpool: rank " << options_.rank << " (" << options_.host << ") keeps results of " << store_.bytes()
              << " bytes in memory, where its budget is " << store_.limits().memory << ", and of "
              << store_.bytes_on_disk() << " bytes in '" << store_.limits().directory
              << "', and cannot use more of the disk: " << why
              << ". Tasks there wait until results are dropped: drop futures earlier, use more ranks, or raise "
                 "RANKPOOL_MEMORY_BUDGET (said once).\n";
}

// Nothing that happens on this rank would let a task start.
bool Worker::is_stalled() const {
    if (queue_.is_empty() || !store_.is_over() || permits_ != 0) return false;
    if (disk_has_work_ || disk_is_working_ || !fetches_.is_empty()) return false;
    return std::all_of(running_.begin(), running_.end(), [](const Running* running) {
        return running->waitable != nullptr && !running->waitable->is_ready();
    });
}

void Worker::tell_memory() {
    const protocol::Memory memory{.is_stalled = is_stalled(),
                                  .budget = store_.limits().memory,
                                  .kept = store_.bytes(),
                                  .kept_peak = store_.bytes_peak(),
                                  .on_disk = store_.bytes_on_disk(),
                                  .spilled = store_.bytes_spilled()};
    if (memory == told_memory_) return;
    const Instant time = now();
    const bool is_urgent = memory.is_stalled != told_memory_.is_stalled || running_.empty();
    if (!is_urgent && time - told_memory_at_ < memory_report_interval) return;
    if (memory.is_stalled && store_.limits().disk == 0) complain_of_disk("none may be used");
    told_memory_ = memory;
    told_memory_at_ = time;
    tell(memory);
}

// Freeing large values takes time, and what they hold may be the user's.
void Worker::free_dropped(std::unique_lock<std::mutex>& lock) {
    if (freed_.empty()) return;
    std::vector<StoredRef> freed;
    freed.swap(freed_);
    lock.unlock();
    freed.clear();
    lock.lock();
}

void Worker::stop_disk() {
    {
        const std::lock_guard lock(progress_.mutex());
        disk_must_end_ = true;
        disk_wakes_.notify_one();
    }
    if (disk_.joinable()) disk_.join();
}

}  // namespace rankpool

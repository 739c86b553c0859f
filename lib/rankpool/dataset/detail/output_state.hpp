#pragma once

#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <sys/types.h>
#include <vector>

#include <rankpool/dataset/detail/open_dataset.hpp>
#include <rankpool/dataset/detail/part_file.hpp>

namespace rankpool::detail {

/// An output file while it is written, shared by OutputFile and the datasets made in it.
class OutputState {
  public:
    explicit OutputState(const std::string& target);
    ~OutputState() { abandon(); }
    OutputState(const OutputState&) = delete;
    OutputState& operator=(const OutputState&) = delete;

    const PartFile& part() const { return part_; }
    hid_t file() const { return *file_; }
    Place place(const std::string& dataset) const { return {part_.target(), dataset}; }

    /// Runs `action`, alone among the threads that use this file.
    template <class Action>
    auto alone(Action&& action) {
        const std::lock_guard lock(mutex_);
        return action();
    }
    /// Likewise, to write. After an action that failed in the file the output cannot be completed
    /// any more; all later ones say so.
    template <class Action>
    auto guarded(Action&& action) {
        const std::lock_guard lock(mutex_);
        check_usable();
        try {
            return action();
        } catch (const DatasetError& error) {
            rethrow_failed(error);
        }
    }

    /// Keeps a dataset open until the file is closed. `finish` runs before that, under guarded().
    std::shared_ptr<OpenDataset> keep(OpenDataset dataset);
    void at_commit(std::function<void()> finish) { finishers_.push_back(std::move(finish)); }

    void commit();
    /// Closes and removes what was written, unless it was committed.
    void abandon() noexcept;

  private:
    void check_usable() const;
    [[noreturn]] void rethrow_failed(const DatasetError& error);
    bool close(const Hdf5Lock& lock);

    std::mutex mutex_;
    PartFile part_;
    Handle file_;
    std::vector<std::shared_ptr<OpenDataset>> datasets_;
    std::vector<std::function<void()>> finishers_;
    std::string failure_;  // Not empty: what went wrong first.
    pid_t owner_;          // A forked child must not finish its parent's file.
};

}  // namespace rankpool::detail

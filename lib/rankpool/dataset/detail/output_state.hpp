#pragma once

#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <sys/types.h>
#include <vector>

#include <rankpool/dataset/detail/part_file.hpp>
#include <rankpool/dataset/detail/written_file.hpp>

namespace rankpool::detail {

/// An output file while it is written, shared by OutputFile and the datasets made in it.
class OutputState {
  public:
    explicit OutputState(const std::string& target);
    OutputState(const OutputState&) = delete;
    OutputState& operator=(const OutputState&) = delete;
    ~OutputState() { abandon(); }

    const PartFile& part() const { return part_; }
    Place place(const std::string& dataset) const { return {part_.target(), dataset}; }
    /// Only within guarded().
    WrittenFile& file() { return *file_; }

    /// Runs `action`, alone among the threads that use this file.
    template <class Action>
    auto alone(Action&& action) {
        const std::lock_guard lock(mutex_);
        return action();
    }
    /// Likewise, to write. After an action that failed in the file the output cannot be completed any more; all later
    /// ones say so.
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

    /// Has `finish` run before the file is closed, within guarded().
    void at_commit(std::function<void()> finish) { finishers_.push_back(std::move(finish)); }

    void commit();
    /// Closes and removes what was written, unless it was committed.
    void abandon() noexcept;

  private:
    void check_usable() const;
    [[noreturn]] void rethrow_failed(const DatasetError& error);

    std::mutex mutex_;
    PartFile part_;
    std::optional<WrittenFile> file_;
    std::vector<std::function<void()>> finishers_;
    std::string failure_;  // Not empty: what went wrong first.
    pid_t owner_;          // A forked child must not remove its parent's file. 0: there is nothing to remove.
};

}  // namespace rankpool::detail

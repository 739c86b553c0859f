#pragma once

#include <condition_variable>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <unordered_map>

#include <rankpool/core/bytes.hpp>
#include <rankpool/core/time.hpp>
#include <rankpool/journal/journal_lock.hpp>
#include <rankpool/journal/task_key.hpp>

namespace rankpool::journal {

struct JournalOptions {
    /// What has been added for so long is handed to the kernel: it survives the death of the process.
    Duration write_interval = std::chrono::milliseconds(20);
    /// What has been handed over for so long is on the disk: it survives the death of the machine.
    Duration sync_interval = std::chrono::seconds(1);
};

/// The results of tasks that have succeeded, in a folder, for the next run of the program. Thread-safe.
///
/// Results are added in batches by a thread of its own. If the process is killed, what was added in the last
/// write_interval is lost; if the machine is, in the last sync_interval (both longer by what the disk takes). A record
/// that is half written is cut when the journal is opened again. If nothing can be written (a full disk), that is said
/// once, the run goes on, and the journal keeps what it has.
class Journal {
  public:
    /// Opens `FOLDER/journal`, or begins it; the folder is made if it is not there. Both for their owner only.
    /// @throws ConfigError  another run has it, it is not a journal, or it cannot be read or written
    explicit Journal(const std::string& folder, const JournalOptions& options = {});
    /// Writes and syncs what is left.
    ~Journal();
    Journal(const Journal&) = delete;
    Journal& operator=(const Journal&) = delete;

    /// The packed result of a task that has succeeded before this run, if it is known.
    std::optional<Bytes> find(const TaskKey& key);

    /// Adds a result. Takes a copy; waits for the disk only if much is to be written.
    void add(const TaskKey& key, std::string_view name, BytesView result);

    std::size_t size() const { return places_.size(); }
    /// Bytes of torn or damaged records that were cut or left out.
    std::uint64_t damaged_bytes() const { return damaged_bytes_; }
    const std::string& path() const { return path_; }

    /// Writes all whole records of `FOLDER/journal` anew, each key once (the latest), and puts that file in its place.
    /// @return  bytes before and after
    /// @throws ConfigError  another run has it, or it cannot be read or written
    static std::pair<std::uint64_t, std::uint64_t> compact(const std::string& folder);

  private:
    struct Place {  // of a result in the file
        std::uint64_t offset;
        std::uint64_t size;
    };
    void read_file();
    void run();
    void write_out(std::unique_lock<std::mutex>& lock);
    void give_up(const char* what);

    std::string path_;
    JournalOptions options_;
    JournalLock lock_;
    int fd_ = -1;
    std::unordered_map<TaskKey, Place> places_;  // As it was when it was opened.
    std::uint64_t damaged_bytes_ = 0;
    std::mutex mutex_;
    std::condition_variable wake_;
    Bytes waiting_;
    std::uint64_t written_ = 0;  // Size of the file up to its last whole record.
    bool is_broken_ = false;
    bool is_over_ = false;
    std::thread writer_;
};

}  // namespace rankpool::journal

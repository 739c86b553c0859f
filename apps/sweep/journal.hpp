#pragma once

#include <cstdint>
#include <string>
#include <unordered_map>
#include <vector>

#include "command.hpp"
#include "parameter_space.hpp"

namespace rankpool::sweep {

/// One finished attempt of a case.
struct RunRecord {
    CaseKey key = 0;
    int attempts = 1;  ///< so far, in all runs of the sweep
    std::string run_dir;
    CommandReport report;
};

/// The file that a sweep adds each finished command to, at once: what a killed sweep has done is in it.
///
/// A text file of lines, `CHECKSUM {json}`. A line that was cut off or damaged is noticed by its checksum (CRC-32) and
/// left out: that command runs again. Written by rank 0 only, and by one sweep at a time (flock).
class Journal {
  public:
    enum class Begin { anew, go_on };

    /// @param command  what the sweep runs, placeholders included
    /// @throws ConfigError  another sweep writes it; or, to go on with, it is of another command
    /// @throws Error        it cannot be read or written
    Journal(std::string path, const std::vector<std::string>& command, Begin begin);
    ~Journal();
    Journal(const Journal&) = delete;
    Journal& operator=(const Journal&) = delete;

    /// What is known of a case from its last finished attempt.
    struct Known {
        std::uint64_t offset = 0;  ///< of its line
        std::int32_t attempts = 0;
        bool has_succeeded = false;
    };
    /// Null if the case has never been finished.
    const Known* find(CaseKey key) const;
    std::size_t damaged_count() const { return damaged_count_; }
    const std::string& path() const { return path_; }

    void add(const RunRecord& record);
    /// Reads the last record of a case again.
    RunRecord read(const Known& known) const;
    /// Asks the system to have all of it on disk; called now and then, against the loss of the whole machine.
    void sync() const;

  private:
    void load(const std::vector<std::string>& command);
    void write_line(const std::string& json);

    std::string path_;
    int fd_ = -1;
    std::uint64_t size_ = 0;
    std::unordered_map<CaseKey, Known> known_;
    std::size_t damaged_count_ = 0;
};

}  // namespace rankpool::sweep

#pragma once

#include <optional>
#include <string>
#include <vector>

namespace rankpool::submit {

/// One job that was submitted from a folder.
struct JobEntry {
    std::string id;
    std::string scheduler;
    std::string name;
    std::string submitted;  ///< local time, for people
    std::string script;
    std::string output;   ///< the file it writes to; empty for arrays
    std::string command;  ///< as one line
};

/// How a job ended, as its script noted it.
struct JobStatus {
    int exit_code = 0;
    std::string next;     ///< the job that goes on where this one stopped; empty: none
    std::string message;  ///< why it ended so, as the program noted it in its status file; may be empty
};

/// What was submitted from a folder: `.rankpool/jobs.jsonl` in it, a line per job; the scripts and the ends of jobs lie
/// beside it.
class JobRecord {
  public:
    explicit JobRecord(const std::string& folder);

    const std::string& folder() const { return folder_; }
    /// A path for a new script, which is not taken.
    std::string new_script_path(const std::string& name) const;
    /// @throws Error  it cannot be written
    void add(const JobEntry& entry) const;
    /// In the order of submission; lines that make no sense are left out.
    std::vector<JobEntry> entries() const;
    /// How the job ended; of an array, how the worst of its elements that have ended did. None while it has not.
    std::optional<JobStatus> status(const std::string& id) const;

  private:
    std::string folder_;
};

}  // namespace rankpool::submit

#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <rankpool/launch/job_request.hpp>

namespace rankpool {

/// Where a job is on its way.
enum class JobPhase { waiting, running, ended };

/// What a batch system says of a job, or of all elements of an array together.
struct JobState {
    JobPhase phase = JobPhase::ended;
    std::string words;             ///< in the batch system's own words: "PENDING (Resources)", "2 RUNNING, 3 PENDING"
    std::optional<int> exit_code;  ///< of an ended job, where it is told
    friend bool operator==(const JobState&, const JobState&) = default;
};

/// One batch system: how jobs are written, submitted, looked at and cancelled. Pure; the commands are run elsewhere.
class BatchSystemAdapter {
  public:
    virtual ~BatchSystemAdapter() = default;

    virtual const char* name() const = 0;  ///< "slurm", "pbs"
    virtual const char* prefix() const = 0;
    virtual std::string_view script_template() const = 0;
    virtual std::vector<Directive> directives(const JobRequest& request) const = 0;

    virtual std::vector<std::string> submit_command(const std::string& script) const = 0;
    /// The job's id from what the submit command printed; empty if there is none.
    virtual std::string read_job_id(std::string_view output) const = 0;
    /// Asks when the job would start, without submitting it; empty where the batch system cannot tell.
    virtual std::vector<std::string> estimate_command(const std::string& script) const = 0;

    virtual std::vector<std::string> state_command(const std::string& job) const = 0;
    /// @param output  of state_command(); empty if it failed because nobody knows the job (any more)
    virtual JobState read_state(std::string_view output) const = 0;
    virtual std::vector<std::string> cancel_command(const std::string& job) const = 0;
};

const BatchSystemAdapter& slurm_adapter();
const BatchSystemAdapter& pbs_adapter();

}  // namespace rankpool

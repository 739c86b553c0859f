#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <rankpool/core/time.hpp>

namespace rankpool {

/// A line for the batch system, such as {"--time", "01:00:00"} or {"-l walltime", "01:00:00"}. Without a value it is a
/// switch, such as {"--requeue", none}.
struct Directive {
    std::string name;
    std::optional<std::string> value;
    friend bool operator==(const Directive&, const Directive&) = default;
};

/// What one site wants otherwise: replaces the directive of that name, adds it, or drops it.
struct DirectiveChange {
    Directive directive;
    bool is_dropped = false;
};

/// A job as a person asks for it, whatever the batch system.
struct JobRequest {
    std::vector<std::string> command;  ///< the program and its arguments
    std::string directory;             ///< where it runs; absolute
    std::string name = "rankpool";
    int nodes = 1;
    int ranks_per_node = 1;
    int cpus_per_rank = 1;
    int gpus_per_node = 0;
    std::optional<Duration> time;  ///< the walltime; none: the site's default
    std::string array;             ///< "0-9", "0-9%2"; empty: no array
    std::string after;  ///< "17": starts when that job has succeeded; "afterany:17": as the batch system says
    std::string queue;  ///< Slurm: partition
    std::string account;
    std::vector<std::string> modules;
    std::vector<std::pair<std::string, std::string>> environment;
    std::vector<std::string> launcher;  ///< what starts ranks; empty: found out in the job
    bool is_resubmitted = false;        ///< submit it again when it stops at the walltime (exit code 75)
    std::vector<DirectiveChange> changes;
};

}  // namespace rankpool

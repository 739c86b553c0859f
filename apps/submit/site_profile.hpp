#pragma once

#include <string>
#include <string_view>
#include <vector>

#include <rankpool/launch/environment.hpp>
#include <rankpool/launch/job_request.hpp>

namespace rankpool::submit {

/// What one site wants otherwise than others, from a file of the user's.
struct SiteProfile {
    std::string name;
    std::string scheduler;              ///< "slurm", "pbs", "local"; empty: what is found
    std::vector<std::string> launcher;  ///< what starts ranks; empty: found out in the job
    std::vector<std::string> modules;
    std::vector<std::pair<std::string, std::string>> environment;
    std::vector<DirectiveChange> changes;
    std::string template_path;  ///< of the job script; empty: ours
};

/// $XDG_CONFIG_HOME/rankpool/sites.json, or ~/.config/rankpool/sites.json.
std::string sites_path(const Environment& environment);

/// Reads the profile `name` from the text of a sites file; without a name the one whose "hosts" fit `host`, or an empty
/// profile if none does.
///
/// {"hpc1": {"hosts": ["login*.hpc1.example"], "scheduler": "slurm", "launcher": "srun --mpi=pmix", "modules":
/// ["openmpi"],
///           "environment": {"NAME": "value"}, "template": "/path/of/slurm.sh.in",
///           "directives": {"--partition": "batch", "--requeue": false, "--exclusive": true}}}
/// Directives: a text replaces or adds the line, true makes it a switch, false or null drops it.
///
/// @param path  for messages
/// @throws ConfigError  it is not of this form, or has no profile of that name
SiteProfile read_site(std::string_view text, const std::string& path, const std::string& name, const std::string& host);

}  // namespace rankpool::submit

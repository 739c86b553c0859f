#pragma once

#include <string>
#include <string_view>
#include <vector>

#include <rankpool/launch/job_request.hpp>

namespace rankpool {

/// `directives` with the changes made: replaced in place, dropped, or added at the end.
std::vector<Directive> changed(std::vector<Directive> directives, const std::vector<DirectiveChange>& changes);

/// Reads "--qos=high", "--exclusive" or, for PBS, "-l place=scatter", "-P project" as a change that sets it.
DirectiveChange parse_directive(std::string_view text);

/// The lines of a job script that are for the batch system. `prefix` is "#SBATCH" or "#PBS".
std::string directive_lines(std::string_view prefix, const std::vector<Directive>& directives);

/// What is filled into a template besides what the request says.
struct ScriptParts {
    std::string directives;  ///< lines
    std::string record;      ///< the folder of the record of jobs; absolute
    std::string script;      ///< where the script will lie; absolute
};

/// Fills in a template: every `@NAME@` of jobscripts/slurm.sh.in and its like.
/// @throws ConfigError  the template has a placeholder that is not known
std::string render_script(std::string_view script_template, const JobRequest& request, const ScriptParts& parts);

/// The templates of this project, as in jobscripts/.
std::string_view slurm_template();
std::string_view pbs_template();
std::string_view local_template();

}  // namespace rankpool

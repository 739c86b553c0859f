#include <algorithm>
#include <chrono>
#include <map>

#include <rankpool/core/error.hpp>
#include <rankpool/launch/job_script.hpp>
#include <rankpool/launch/shell_text.hpp>

namespace rankpool {
namespace {

std::string module_lines(const JobRequest& request) {
    std::string lines;
    for (const std::string& module : request.modules) lines += "module load " + shell_quoted(module) + '\n';
    return lines;
}

std::string environment_lines(const JobRequest& request) {
    std::string lines;
    for (const auto& [name, value] : request.environment) lines += "export " + name + '=' + shell_quoted(value) + '\n';
    return lines;
}

/// Names beside RANKPOOL_* that mpirun must be told to hand on to other nodes.
std::string handed_on(const JobRequest& request) {
    std::string names;
    for (const auto& [name, value] : request.environment) names += ' ' + name;
    return names;
}

std::map<std::string, std::string, std::less<>> values_of(const JobRequest& request, const ScriptParts& parts) {
    const auto seconds = std::chrono::floor<std::chrono::seconds>(request.time.value_or(Duration{})).count();
    return {{"DIRECTIVES", parts.directives},
            {"DIRECTORY", shell_quoted(request.directory)},
            {"RECORD", shell_quoted(parts.record)},
            {"SCRIPT", shell_quoted(parts.script)},
            {"NAME", shell_quoted(request.name)},
            {"MODULES", module_lines(request)},
            {"ENVIRONMENT", environment_lines(request)},
            {"HANDED_ON", handed_on(request)},
            {"COMMAND", shell_line(request.command)},
            {"LAUNCHER", shell_line(request.launcher)},
            {"RANKS", std::to_string(request.nodes * request.ranks_per_node)},
            {"THREADS", std::to_string(request.cpus_per_rank)},
            {"TIME_S", request.time ? std::to_string(seconds) : ""},
            {"ARRAY", request.array},
            {"RESUBMIT", request.is_resubmitted ? "yes" : "no"}};
}

}  // namespace

std::vector<Directive> changed(std::vector<Directive> directives, const std::vector<DirectiveChange>& changes) {
    for (const DirectiveChange& change : changes) {
        const auto has_its_name = [&](const Directive& each) { return each.name == change.directive.name; };
        const auto found = std::find_if(directives.begin(), directives.end(), has_its_name);
        if (change.is_dropped) {
            if (found != directives.end()) directives.erase(found);
        } else if (found != directives.end()) {
            *found = change.directive;
        } else {
            directives.push_back(change.directive);
        }
    }
    return directives;
}

DirectiveChange parse_directive(std::string_view text) {
    const std::size_t equals = text.find('=');
    const std::size_t space = text.find(' ');
    // "-l select=1:ncpus=4" is a resource's name and its value; "-P project" a switch and its value.
    if (equals != std::string_view::npos) {
        return {{std::string(text.substr(0, equals)), std::string(text.substr(equals + 1))}, false};
    }
    if (space != std::string_view::npos) {
        return {{std::string(text.substr(0, space)), std::string(text.substr(space + 1))}, false};
    }
    return {{std::string(text), std::nullopt}, false};
}

std::string directive_lines(std::string_view prefix, const std::vector<Directive>& directives) {
    std::string lines;
    for (const Directive& directive : directives) {
        lines += std::string(prefix) + ' ' + directive.name;
        const bool is_assigned = directive.name.starts_with("--") || directive.name.find(' ') != std::string::npos;
        if (directive.value) lines += (is_assigned ? "=" : " ") + *directive.value;
        lines += '\n';
    }
    return lines;
}

std::string render_script(std::string_view script_template, const JobRequest& request, const ScriptParts& parts) {
    const auto values = values_of(request, parts);
    std::string script;
    while (!script_template.empty()) {
        const std::size_t start = script_template.find('@');
        script += script_template.substr(0, start);
        if (start == std::string_view::npos) break;
        script_template.remove_prefix(start + 1);
        const std::size_t end = script_template.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZ_");
        const std::string_view name = script_template.substr(0, end);
        if (name.empty() || end == std::string_view::npos || script_template[end] != '@') {
            script += '@';  // Of bash: "${list[@]}".
            continue;
        }
        const auto found = values.find(name);
        if (found == values.end())
            throw ConfigError("the template of the job script has an unknown placeholder @" + std::string(name) + '@');
        script_template.remove_prefix(end + 1);
        // Several lines, or none, in place of a line: its end is there already.
        const bool is_lines = name == "DIRECTIVES" || name == "MODULES" || name == "ENVIRONMENT";
        if (is_lines && script_template.starts_with('\n')) script_template.remove_prefix(1);
        script += found->second;
    }
    return script;
}

}  // namespace rankpool

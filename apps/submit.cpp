// rankpool submit: any program as a batch job, without writing a job script.
#include <array>
#include <cstdio>
#include <ctime>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <memory>
#include <sstream>
#include <unistd.h>

#include <fmt/format.h>

#include <rankpool/core/error.hpp>
#include <rankpool/launch/job_script.hpp>
#include <rankpool/launch/machine.hpp>
#include <rankpool/launch/shell_text.hpp>
#include <rankpool/launch/time_text.hpp>

#include "commands.hpp"
#include "exit_code.hpp"
#include "submit/batch.hpp"
#include "submit/site_profile.hpp"
#include "submit_options.hpp"

namespace rankpool::apps {
namespace {

namespace fs = std::filesystem;
using submit::JobRecord;
using submit::SiteProfile;

std::string content_of(const std::string& path) {
    std::ifstream file(path);
    return {std::istreambuf_iterator<char>(file), {}};
}

SiteProfile find_site(const SubmitOptions& options) {
    const std::string path = submit::sites_path(current_environment());
    return submit::read_site(content_of(path), path, options.site, current_machine().host);
}

/// `rankpool` in a job is this program, also where it is not in PATH.
void complete_command(std::vector<std::string>& command) {
    const std::string& name = command.front();
    if (name == "rankpool") {
        std::error_code error;
        const fs::path ours = fs::read_symlink("/proc/self/exe", error);
        if (!error) command.front() = ours.string();
    } else if (name.find('/') != std::string::npos && access(name.c_str(), X_OK) != 0) {
        throw ConfigError(
            fmt::format("there is no program '{}' (seen from {}): is it built?", name, fs::current_path().string()));
    }
}

/// What was asked for, with what the site wants.
JobRequest complete(const SubmitOptions& options, const SiteProfile& site) {
    JobRequest request = options.request;
    complete_command(request.command);
    request.directory = fs::current_path().string();
    if (!options.time.empty()) request.time = parse_time(options.time);
    request.modules.insert(request.modules.begin(), site.modules.begin(), site.modules.end());
    request.environment = site.environment;
    for (const std::string& text : options.environment) {
        const std::size_t equals = text.find('=');
        request.environment.emplace_back(text.substr(0, equals), text.substr(equals + 1));
    }
    request.launcher = site.launcher;
    if (!options.launcher.empty()) {
        std::istringstream words(options.launcher);
        request.launcher.assign(std::istream_iterator<std::string>(words), {});
    }
    request.changes = site.changes;
    for (const std::string& text : options.directives) request.changes.push_back(parse_directive(text));
    return request;
}

const BatchSystemAdapter* choose_system(const SubmitOptions& options, const SiteProfile& site) {
    if (!options.scheduler.empty()) return submit::adapter_named(options.scheduler);
    if (!site.scheduler.empty()) return submit::adapter_named(site.scheduler);
    return submit::find_batch_system();
}

std::string template_for(const SubmitOptions& options, const SiteProfile& site, const BatchSystemAdapter* system) {
    const std::string& path = options.template_path.empty() ? site.template_path : options.template_path;
    if (path.empty()) return std::string(system == nullptr ? local_template() : system->script_template());
    std::string text = content_of(path);
    if (text.empty()) throw ConfigError("cannot read the template '" + path + "' of the job script");
    return text;
}

std::string now_text() {
    const std::time_t time = std::time(nullptr);
    std::tm parts = {};
    localtime_r(&time, &parts);
    std::array<char, 32> text{};
    std::strftime(text.data(), text.size(), "%Y-%m-%d %H:%M:%S", &parts);
    return text.data();
}

void write_script(const std::string& path, const std::string& text) {
    std::error_code error;
    fs::create_directories(fs::path(path).parent_path(), error);
    std::ofstream file(path);
    file << text << std::flush;
    if (!file) throw Error("cannot write the job script '" + path + "': is this folder yours?");
    file.close();
    fs::permissions(path, fs::perms::owner_exec | fs::perms::group_exec, fs::perm_options::add, error);
}

/// Runs the script in place of this program.
int run_here(const std::string& script) {
    std::fflush(nullptr);
    execlp("bash", "bash", script.c_str(), static_cast<char*>(nullptr));
    throw Error("cannot run bash, which the script '" + script + "' needs");
}

int submit_script(const BatchSystemAdapter& system, const JobRequest& request, const std::string& script,
                  const JobRecord& record, bool waits) {
    const ChildEnd answer = submit::run_tool(system.submit_command(script));
    const std::string id = answer.exit_code == 0 ? system.read_job_id(answer.out) : std::string();
    if (id.empty()) {
        // The batch system's own words, as they are.
        std::fputs((answer.err + answer.out + answer.start_error).c_str(), stderr);
        std::fprintf(
            stderr,
            "rankpool submit: %s did not take the job; its script is %s. A line that this site does not want can "
            "be dropped or changed for good in %s\n",
            system.submit_command(script).front().c_str(), script.c_str(),
            submit::sites_path(current_environment()).c_str());
        return exit_failure;
    }
    std::fputs(answer.err.c_str(), stderr);
    const bool is_array = !request.array.empty();
    const std::string number = id.substr(0, id.find('.'));
    const submit::JobEntry entry{
        .id = id,
        .scheduler = system.name(),
        .name = request.name,
        .submitted = now_text(),
        .script = script,
        .output = is_array ? "" : fmt::format("{}/{}-{}.out", request.directory, request.name, number),
        .command = shell_line(request.command)};
    record.add(entry);
    if (waits) {
        std::fprintf(stderr, "rankpool: submitted job %s\n", id.c_str());
        return submit::follow(system, record, entry);
    }
    std::printf("%s\n", id.c_str());
    return exit_success;
}

int print_script(const BatchSystemAdapter* system, const std::string& text) {
    std::fputs(text.c_str(), stdout);
    std::fflush(stdout);
    if (system == nullptr || system->estimate_command("").empty()) return exit_success;
    const fs::path draft = fs::temp_directory_path() / fmt::format("rankpool-{}.sh", getpid());
    write_script(draft.string(), text);
    const ChildEnd answer = submit::run_tool(system->estimate_command(draft.string()));
    fs::remove(draft);
    if (!answer.start_error.empty()) return exit_success;  // Written for another machine.
    std::fputs((answer.out + answer.err).c_str(), stderr);
    return answer.exit_code == 0 ? exit_success : exit_failure;
}

int run_submit(const SubmitOptions& options) {
    try {
        const SiteProfile site = find_site(options);
        const BatchSystemAdapter* const system = choose_system(options, site);
        const JobRequest request = complete(options, site);
        if (system == nullptr && !request.after.empty()) {
            throw ConfigError("--after needs a batch system; here is none (neither sbatch nor qsub is in PATH)");
        }
        const JobRecord record(request.directory);
        const std::string script = record.new_script_path(request.name);
        const std::string lines =
            system == nullptr
                ? ""
                : directive_lines(system->prefix(), changed(system->directives(request), request.changes));
        const std::string text =
            render_script(template_for(options, site, system), request, {lines, record.folder(), script});
        if (options.is_dry_run) return print_script(system, text);
        write_script(script, text);
        if (system == nullptr) return run_here(script);
        return submit_script(*system, request, script, record, options.waits);
    } catch (const ConfigError& error) {
        std::fprintf(stderr, "rankpool submit: %s\n", error.what());
        return exit_usage;
    }
}

}  // namespace

void add_submit_command(CLI::App& program, Action& action) {
    const auto options = std::make_shared<SubmitOptions>();
    CLI::App* command = add_submit_options(program, *options);
    command->callback([&action, options] { action = [options] { return run_submit(*options); }; });
}

}  // namespace rankpool::apps

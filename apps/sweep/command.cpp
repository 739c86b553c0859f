#include "command.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <csignal>
#include <filesystem>
#include <optional>
#include <utility>

#include <fmt/format.h>

#include <rankpool/core/error.hpp>
#include <rankpool/launch/allocation.hpp>
#include <rankpool/launch/child_process.hpp>
#include <rankpool/launch/environment.hpp>
#include <rankpool/observe/format.hpp>
#include <rankpool/task/codec_std.hpp>
#include <rankpool/task/resources.hpp>
#include <rankpool/task/this_task.hpp>

#include "gpu_devices.hpp"
#include "stopping.hpp"

namespace rankpool::sweep {
namespace {

constexpr std::array<const char*, 6> status_names{"succeeded", "failed",      "killed",
                                                  "timed out", "not started", "stopped"};

// What ends programs; sigabbrev_np() is not in every C library.
constexpr std::array<std::pair<int, const char*>, 12> signal_names{
    {{SIGSEGV, "SIGSEGV (memory that is not its own)"},
     {SIGABRT, "SIGABRT (it gave up: abort() or a failed assertion)"},
     {SIGFPE, "SIGFPE (arithmetic, such as a whole number divided by zero)"},
     {SIGBUS, "SIGBUS (a mapped file that is not there)"},
     {SIGILL, "SIGILL (an instruction this processor does not have)"},
     {SIGKILL, "SIGKILL (out of memory, or somebody ended it)"},
     {SIGTERM, "SIGTERM (somebody ended it)"},
     {SIGINT, "SIGINT"},
     {SIGHUP, "SIGHUP"},
     {SIGPIPE, "SIGPIPE (nobody read what it wrote)"},
     {SIGXCPU, "SIGXCPU (its limit of processor time)"},
     {SIGXFSZ, "SIGXFSZ (its limit of file size)"}}};

std::string signal_text(int signal) {
    for (const auto& [number, name] : signal_names) {
        if (number == signal) return name;
    }
    return fmt::format("signal {}", signal);
}

/// Fills in status, exit code and cause.
void judge(const ChildEnd& end, const CommandRequest& request, CommandReport& report) {
    report.exit_code = end.signal != 0 ? 128 + end.signal : end.exit_code;
    if (!end.start_error.empty()) {
        report.status = RunStatus::not_started;
        report.cause = end.start_error;
    } else if (end.cut == Cut::stop) {
        report.status = RunStatus::stopped;
        report.cause = "the sweep ended first";
    } else if (end.cut == Cut::time_limit) {
        report.status = RunStatus::timed_out;
        report.cause = "took longer than " + format_duration(request.time_limit);
    } else if (end.signal != 0) {
        report.status = RunStatus::killed;
        report.cause = signal_text(end.signal);
    } else if (end.exit_code != 0) {
        report.status = RunStatus::failed;
        report.cause = fmt::format("exit code {}", end.exit_code);
    } else {
        report.status = RunStatus::succeeded;
    }
}

/// Programs are started by us, not by mpirun: one that uses MPI itself must not take itself for one of our ranks.
bool is_about_our_launch(std::string_view name) {
    for (const std::string_view prefix : {"OMPI_COMM_WORLD_",
                                          "OMPI_UNIVERSE_SIZE",
                                          "OMPI_APP_CTX",
                                          "OMPI_FIRST_RANKS",
                                          "OMPI_NUM_APP_CTX",
                                          "OMPI_COMMAND",
                                          "OMPI_ARGV",
                                          "OMPI_FILE_LOCATION",
                                          "OMPI_MCA_orte_",
                                          "OMPI_MCA_ess",
                                          "OMPI_MCA_pmix",
                                          "OMPI_MCA_initial_wdir",
                                          "OMPI_MCA_shmem_RUNTIME",
                                          "PMIX_",
                                          "PMI_",
                                          "PMI2_",
                                          "PRTE_",
                                          "ORTE_",
                                          "HYDI_",
                                          "HYDRA_",
                                          "MPI_LOCAL",
                                          "SLURM_PMIX",
                                          "SLURM_PMI",
                                          "SLURM_PROCID",
                                          "SLURM_LOCALID",
                                          "SLURM_STEP_NUM_TASKS",
                                          "SLURM_NTASKS",
                                          "SLURM_NPROCS",
                                          "SLURM_MPI_TYPE"}) {
        if (name.starts_with(prefix)) return true;
    }
    return false;
}

bool is_in_batch_job() {
    static const bool is_in_job = current_allocation().has_value();
    return is_in_job;
}

/// What commands on this rank took; its threads share it.
RecentDurations& durations_here() {
    static RecentDurations durations;
    return durations;
}

const std::vector<std::string>& environment_of_programs() {
    static const std::vector<std::string> kept = [] {
        Environment environment = current_environment();
        std::erase_if(environment, [](const auto& entry) { return is_about_our_launch(entry.first); });
        environment["RANKPOOL_LAUNCH"] = "any";  // One that uses rankpool is not meant to use the whole job.
        return entries_of(environment);
    }();
    return kept;
}

/// The GPUs that this rank lends; its threads share them.
GpuPool& gpus_here() {
    static GpuPool pool = [] {
        const Environment environment = current_environment();
        const Resources lent = parse_resources(find_text(environment, "RANKPOOL_RESOURCES").value_or(""));
        return GpuPool(gpus_of_rank(environment, static_cast<std::size_t>(amount_of("gpu", lent))));
    }();
    return pool;
}

std::vector<std::string> environment_with(const std::vector<std::string>& own) {
    std::vector<std::string> entries = environment_of_programs();
    for (const std::string& entry : own) {
        const std::string name = entry.substr(0, entry.find('=') + 1);
        std::erase_if(entries, [&](const std::string& each) { return each.starts_with(name); });
    }
    entries.insert(entries.end(), own.begin(), own.end());
    return entries;
}

}  // namespace

double amount_of(const std::string& name, const Resources& resources) {
    const auto has_name = [&](const Resource& each) { return each.name == name; };
    const auto found = std::find_if(resources.begin(), resources.end(), has_name);
    return found == resources.end() ? 0 : found->amount;
}

const char* name_of(RunStatus status) { return status_names[static_cast<std::size_t>(status)]; }

RunStatus status_named(const std::string& name) {
    for (std::size_t i = 0; i < status_names.size(); ++i) {
        if (name == status_names[i]) return static_cast<RunStatus>(i);
    }
    throw ConfigError("'" + name + "' is no status of a command");
}

CommandReport run_command(const CommandRequest& request) {
    CommandReport report;
    report.host = this_task::host();
    report.rank = this_task::rank();
    report.started_s = std::chrono::duration<double>(std::chrono::system_clock::now().time_since_epoch()).count();
    const bool is_late =
        request.end_by_s > 0 && report.started_s + in_seconds(durations_here().expected()) > request.end_by_s;
    if (this_task::stop_requested() || is_late) {
        report.status = RunStatus::stopped;
        report.cause = "the sweep ended first";
        return report;
    }
    std::error_code error;
    if (!request.run_dir.empty()) std::filesystem::create_directories(request.run_dir, error);
    ChildEnd end;
    std::optional<GpuPool::Lease> gpus;
    try {
        if (request.gpus > 0) gpus.emplace(gpus_here(), request.gpus);
    } catch (const ConfigError& wrong) {
        report.cause = wrong.what();
        return report;
    }
    if (error) {
        end.start_error = "cannot make the folder '" + request.run_dir + "': " + error.message();
    } else {
        end = run_child({.arguments = request.arguments,
                         .environment = gpus ? environment_with(gpus->environment()) : environment_of_programs(),
                         .directory = {},
                         .time_limit = request.time_limit,
                         .grace = request.grace,
                         .ignores_usr1 = is_in_batch_job(),
                         .capture_bytes_max = request.capture_bytes_max},
                        [] { return this_task::stop_requested(); });
    }
    judge(end, request, report);
    if (report.status == RunStatus::succeeded) durations_here().learn(end.wall);
    report.duration = end.wall;
    report.cpu = end.cpu;
    report.memory_bytes = end.memory_bytes;
    report.out = std::move(end.out);
    report.err = std::move(end.err);
    return report;
}

}  // namespace rankpool::sweep

namespace rankpool {

using sweep::CommandReport;
using sweep::CommandRequest;

void Codec<CommandRequest>::write(ByteWriter& writer, const CommandRequest& request) {
    encode(writer, request.arguments);
    writer.text(request.run_dir);
    encode(writer, request.time_limit);
    encode(writer, request.grace);
    encode(writer, request.capture_bytes_max);
    encode(writer, request.end_by_s);
    encode(writer, request.gpus);
}

CommandRequest Codec<CommandRequest>::read(ByteReader& reader) {
    CommandRequest request;
    request.arguments = decode<std::vector<std::string>>(reader);
    request.run_dir = reader.text();
    request.time_limit = decode<Duration>(reader);
    request.grace = decode<Duration>(reader);
    request.capture_bytes_max = decode<std::uint64_t>(reader);
    request.end_by_s = decode<double>(reader);
    request.gpus = decode<double>(reader);
    return request;
}

void Codec<CommandReport>::write(ByteWriter& writer, const CommandReport& report) {
    encode(writer, report.status);
    encode(writer, report.exit_code);
    writer.text(report.cause);
    encode(writer, report.started_s);
    encode(writer, report.duration);
    encode(writer, report.cpu);
    encode(writer, report.memory_bytes);
    writer.text(report.host);
    encode(writer, report.rank);
    writer.text(report.out);
    writer.text(report.err);
}

CommandReport Codec<CommandReport>::read(ByteReader& reader) {
    CommandReport report;
    report.status = decode<sweep::RunStatus>(reader);
    report.exit_code = decode<std::int32_t>(reader);
    report.cause = reader.text();
    report.started_s = decode<double>(reader);
    report.duration = decode<Duration>(reader);
    report.cpu = decode<Duration>(reader);
    report.memory_bytes = decode<std::int64_t>(reader);
    report.host = reader.text();
    report.rank = decode<std::int32_t>(reader);
    report.out = reader.text();
    report.err = reader.text();
    return report;
}

}  // namespace rankpool

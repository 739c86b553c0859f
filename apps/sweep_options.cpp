#include "sweep_options.hpp"

#include <algorithm>
#include <filesystem>

#include <rankpool/core/error.hpp>
#include <rankpool/launch/time_left.hpp>
#include <rankpool/launch/time_text.hpp>

#include "exit_code.hpp"
#include "readable_by.hpp"

namespace rankpool::apps {
namespace {

const char* const description =
    "Run a command for many parameters, on all ranks, and collect what comes out in one HDF5 table.\n"
    "Alone it uses this machine's cores; `mpirun -n 8 rankpool sweep …` and `srun` use the ranks, one command each.";

const char* const examples =
    "Examples:\n"
    "  rankpool sweep --grid x=0:1:0.1 --grid solver=cg,gmres -- ./sim --x {x} --solver {solver}\n"
    "      22 runs: every x with every solver\n"
    "  mpirun -n 8 rankpool sweep --from params.csv --extract energy='E = ([-0-9.e]+)' -- ./sim {alpha} {beta}\n"
    "      a run per row of the table; the last line of output that says `E = …` gives a column of numbers\n"
    "  rankpool sweep --each-line cases.txt --retry 2 --time-limit 10min -- ./sim --case {line} --out {run_dir}\n"
    "      a run per line; {run_dir} is a folder of its own, results.runs/…\n"
    "  rankpool sweep --each-line commands.txt\n"
    "      each line is a command for the shell\n"
    "  rankpool sweep --grid n=1:100 -- 'gzip -c in{n}.dat | wc -c'\n"
    "      one argument with spaces in it is a line for the shell; values are quoted\n"
    "\n"
    "Grids: NAME=FROM:TO:STEP (TO included), NAME=FROM:TO (whole numbers), NAME=VALUE,VALUE,…; several options "
    "multiply.\n"
    "Placeholders: {NAME} of a parameter, {line}, {run_dir}, {index}; {{NAME}} stands for {NAME} itself.\n"
    "\n"
    "A killed sweep loses nothing that was finished: the same command with --resume runs what has not succeeded. It "
    "may\n"
    "have more cases than before; those that succeeded are not run again.\n"
    "\n"
    "Reading the table:\n"
    "  import h5py, pandas\n"
    "  table = pandas.DataFrame(h5py.File(\"results.h5\")[\"results\"][:])\n"
    "\n"
    "Exit codes: 0 all cases succeeded; 1 some failed; 2 wrong usage; 75 stopped at the walltime or told to end, can "
    "be\n"
    "resumed; 130 interrupted.\n";

const CLI::Validator time_validator = readable_by([](const std::string& text) { parse_time(text); }, "TIME");

Instant deadline_of(const SweepOptions& options) {
    const auto of_job = current_time_left();
    const Duration given = options.walltime.empty() ? duration_max : parse_time(options.walltime);
    return deadline_after(now(), std::min(given, of_job.value_or(duration_max)));
}

sweep::Journal::Begin begin_of(const SweepOptions& options) {
    const std::string journal = sweep::journal_path(options.output);
    const bool has_journal = std::filesystem::exists(journal);
    if (options.overwrites) return sweep::Journal::Begin::anew;
    if (has_journal && options.resumes) return sweep::Journal::Begin::go_on;
    if (has_journal) {
        throw ConfigError("'" + journal +
                          "' has the results of an earlier sweep: --resume goes on with it, --overwrite " +
                          "drops it, --output NAME.h5 keeps it and begins another");
    }
    if (std::filesystem::exists(options.output)) {
        throw ConfigError("'" + options.output +
                          "' exists, but not its journal, so it cannot be gone on with: --overwrite " +
                          "replaces it, --output NAME.h5 begins another");
    }
    return sweep::Journal::Begin::anew;
}

}  // namespace

CLI::App* add_sweep_options(CLI::App& program, SweepOptions& options) {
    CLI::App& command = *program.add_subcommand("sweep", description);
    // One value per use: otherwise they would take the command, too.
    command.add_option("--grid", options.grids, "NAME=VALUES to combine with all others")
        ->type_name("GRID")
        ->allow_extra_args(false);
    command.add_option("--from", options.tables, "A table (CSV or tabs, names first): a case per row")
        ->type_name("FILE")
        ->allow_extra_args(false);
    command.add_option("--each-line", options.lists, "A list: a case per line, as {line}; - is stdin")
        ->type_name("FILE")
        ->allow_extra_args(false)
        ->expected(1);
    command.add_option("--output", options.output, "The table; its journal and the folders of runs lie beside it")
        ->type_name("FILE")
        ->capture_default_str();
    command
        .add_option("--extract", options.extractions,
                    "NAME=REGEX: a column with the number in the group (…) of the last line that fits")
        ->type_name("NAME=REGEX")
        ->allow_extra_args(false);
    command.add_flag("--resume", options.resumes, "Go on with an earlier sweep: run what has not succeeded");
    command.add_flag("--overwrite", options.overwrites, "Drop the results of an earlier sweep")->excludes("--resume");
    command.add_option("--retry", options.retries, "Try a failing command so many times more")
        ->check(CLI::Range(0, 1000))
        ->capture_default_str();
    command.add_flag("--fail-fast", options.fails_fast, "Start nothing more after the first failure");
    command.add_option("--max-failures", options.failures_max, "Start nothing more after so many failures")
        ->check(CLI::PositiveNumber);
    command.add_option("--time-limit", options.time_limit, "End a command that takes longer, with all it started")
        ->check(time_validator);
    command.add_option("--grace", options.grace, "Between SIGTERM and SIGKILL for such a command")
        ->check(time_validator)
        ->capture_default_str();
    command
        .add_option("--walltime", options.walltime,
                    "End the sweep in order within this time; in a batch job, the job's")
        ->check(time_validator);
    command.add_option("--jobs", options.jobs, "Commands at once on each rank; without mpirun, in all [1; the cores]")
        ->check(CLI::Range(1, 4096));
    command
        .add_option("--capture", options.capture_kib,
                    "KiB kept of each command's stdout and of its stderr, half from the beginning")
        ->check(CLI::Range(1, 1024 * 1024))
        ->capture_default_str();
    command
        .add_option("--needs", options.needs,
                    "What each command occupies of its rank's RANKPOOL_RESOURCES: gpu=1,memory=4GiB")
        ->type_name("NAME=AMOUNT,…");
    command.add_flag("--dry-run", options.is_dry_run, "Show what would be run");
    command.add_option("command", options.command, "After --: the program and its arguments, with {placeholders}");
    command.footer(examples);
    return &command;
}

sweep::SweepPlan plan_of(const SweepOptions& options) {
    std::vector<sweep::Axis> axes;
    for (const std::string& grid : options.grids) axes.push_back(sweep::parse_grid(grid));
    for (const std::string& table : options.tables) axes.push_back(sweep::read_table(table));
    for (const std::string& list : options.lists) axes.push_back(sweep::read_lines(list));
    sweep::ParameterSpace space(std::move(axes));
    std::vector<std::string> words = options.command;
    if (words.empty()) {
        if (options.lists.empty())
            throw ConfigError("no command: give it after --, as in `rankpool sweep --grid x=1,2 -- ./sim {x}`");
        words = {"{line}"};
    }
    sweep::CommandTemplate command(std::move(words), space.names());
    std::vector<sweep::Extraction> extractions;
    for (const std::string& text : options.extractions) {
        extractions.emplace_back(text);
        const std::string& name = extractions.back().name();
        bool is_taken = false;
        for (const auto* names : {&space.names(), &sweep::result_names()}) {
            for (const std::string& other : *names) is_taken = is_taken || other == name;
        }
        for (std::size_t i = 0; i + 1 < extractions.size(); ++i) is_taken = is_taken || extractions[i].name() == name;
        if (is_taken) throw ConfigError("--extract: there is a column '" + name + "' already; give it another name");
    }
    std::filesystem::path run_root(options.output);
    run_root.replace_extension(".runs");
    return {.space = std::move(space),
            .command = std::move(command),
            .extractions = std::move(extractions),
            .output = options.output,
            .run_root = std::filesystem::absolute(run_root).string(),
            .begin = begin_of(options),
            .retries = options.retries,
            .failures_max = options.fails_fast ? 1 : options.failures_max,
            .time_limit = options.time_limit.empty() ? duration_max : parse_time(options.time_limit),
            .grace = parse_time(options.grace),
            .capture_bytes_max = options.capture_kib * 1024,
            .deadline = deadline_of(options),
            .needs = options.needs.empty() ? Resources{} : parse_resources(options.needs)};
}

}  // namespace rankpool::apps

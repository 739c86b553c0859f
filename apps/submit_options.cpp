#include "submit_options.hpp"

#include <rankpool/core/error.hpp>
#include <rankpool/launch/time_text.hpp>

#include "readable_by.hpp"

namespace rankpool::apps {
namespace {

const char* const description =
    "Run a program as a batch job: Slurm or PBS, whichever is here; without a batch system, under mpirun on this "
    "machine.";

const char* const examples =
    "Examples:\n"
    "  rankpool submit --nodes 4 --ranks-per-node 32 --time 2h -- ./program arguments\n"
    "  rankpool submit --time 30min --wait -- rankpool sweep --resume --grid x=0:1:0.1 -- ./sim {x}\n"
    "      waits, shows what the job prints, and returns its exit code\n"
    "  rankpool submit --time 1h --until-done -- rankpool sweep --resume --each-line cases.txt -- ./sim {line}\n"
    "      as many jobs one after the other as it takes\n"
    "  rankpool submit --array 0-9 -- ./program             RANKPOOL_ARRAY_INDEX tells the elements apart\n"
    "  rankpool submit --after 1234 -- ./evaluate           starts when job 1234 has succeeded\n"
    "  rankpool submit --nodes 2 --dry-run -- ./program     prints the script, and when it would start (Slurm)\n"
    "\n"
    "What a site wants otherwise goes into ~/.config/rankpool/sites.json, once:\n"
    "  {\"hpc1\": {\"hosts\": [\"login*\"], \"modules\": [\"openmpi\"], \"launcher\": \"srun --mpi=pmix\",\n"
    "            \"directives\": {\"--partition\": \"batch\", \"--requeue\": false}}}\n"
    "Directives: a text replaces or adds a line, true makes it a switch, false drops it. --site NAME takes a profile "
    "by name.\n"
    "\n"
    "Exit codes: 0 submitted; 1 the batch system refused; 2 wrong usage. With --wait, and without a batch system, "
    "those of\n"
    "the program (75: stopped at the walltime, can be resumed). `rankpool jobs` lists, `rankpool cancel` ends what "
    "was\n"
    "submitted from this folder.\n";

const CLI::Validator time_validator = readable_by([](const std::string& text) { parse_time(text); }, "TIME");

const CLI::Validator assignment_validator(
    [](std::string& text) -> std::string {
        const std::size_t equals = text.find('=');
        const bool is_name =
            equals != std::string::npos && equals > 0 &&
            text.substr(0, equals).find_first_not_of(
                "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_") == std::string::npos;
        return is_name ? "" : "'" + text + "' is no NAME=VALUE";
    },
    "NAME=VALUE");

const CLI::Validator name_validator(
    [](std::string& text) -> std::string {
        const bool is_plain = !text.empty() && text.find_first_not_of(
                                                   "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
                                                   "0123456789_.-") == std::string::npos;
        return is_plain && text[0] != '-' && text[0] != '.' ? ""
                                                            : "a job's name has letters, digits, '_', '.' and '-' only";
    },
    "NAME");

const CLI::Validator array_validator(
    [](std::string& text) -> std::string {
        const bool is_plain = !text.empty() && text.find_first_not_of("0123456789-,:%") == std::string::npos &&
                              text[0] >= '0' && text[0] <= '9';
        return is_plain ? "" : "an array is written as 0-9, 1,3,5 or 0-9%2 (two at once, Slurm)";
    },
    "RANGE");

}  // namespace

CLI::App* add_submit_options(CLI::App& program, SubmitOptions& options) {
    CLI::App& command = *program.add_subcommand("submit", description);
    JobRequest& request = options.request;
    command.add_option("--nodes", request.nodes, "Nodes")->check(CLI::Range(1, 1'000'000))->capture_default_str();
    command.add_option("--ranks-per-node", request.ranks_per_node, "Ranks on each")
        ->check(CLI::Range(1, 100'000))
        ->capture_default_str();
    command
        .add_option("--cpus-per-rank", request.cpus_per_rank, "Cores of each, for threads of its own (OMP_NUM_THREADS)")
        ->check(CLI::Range(1, 100'000))
        ->capture_default_str();
    command.add_option("--gpus-per-node", request.gpus_per_node, "GPUs on each node")->check(CLI::Range(1, 1000));
    command.add_option("--time", options.time, "The walltime, as in 30min, 2h, 1d or 01:30:00")->check(time_validator);
    command.add_option("--array", request.array, "A job per index: 0-9")->check(array_validator);
    command.add_option("--after", request.after, "Start when this job has succeeded; afterany:JOB: when it has ended")
        ->type_name("JOB");
    command.add_option("--name", request.name, "The job's name, and that of its output")
        ->check(name_validator)
        ->capture_default_str();
    command.add_option("--env", options.environment, "A variable for the job")
        ->check(assignment_validator)
        ->allow_extra_args(false);
    command.add_option("--module", request.modules, "A module to load in the job")
        ->type_name("NAME")
        ->allow_extra_args(false);
    command.add_option("--queue", request.queue, "Queue (PBS) or partition (Slurm)")->type_name("NAME");
    command.add_option("--account", request.account, "Who pays")->type_name("NAME");
    command
        .add_option("--directive", options.directives, "A further line for the batch system: --directive=--qos=high")
        ->type_name("LINE")
        ->allow_extra_args(false);
    command
        .add_option("--launcher", options.launcher,
                    "What starts ranks in the job: \"srun --mpi=pmix\", \"mpirun -n 8\"")
        ->type_name("COMMAND");
    command.add_option("--scheduler", options.scheduler, "slurm, pbs or local [what is found]")
        ->check(CLI::IsMember({"slurm", "pbs", "local"}));
    command.add_option("--site", options.site, "A profile in ~/.config/rankpool/sites.json")->type_name("NAME");
    command.add_option("--template", options.template_path, "A template of your own (see jobscripts/*.sh.in)")
        ->check(CLI::ExistingFile);
    command.add_flag("--until-done", request.is_resubmitted,
                     "When it stops at the walltime (exit code 75), submit it again");
    command.add_flag("--wait", options.waits, "Wait for the end, show the output, return the exit code");
    command.add_flag("--dry-run", options.is_dry_run, "Print the script instead of submitting it");
    command.add_option("command", request.command, "After --: the program and its arguments")->required();
    command.footer(examples);
    return &command;
}

}  // namespace rankpool::apps

#!/usr/bin/env bash
# rankpool submit without a batch system: the scripts it writes, and jobs on this machine: submit_test.sh PROBE RANKPOOL
# PBS is not in Debian: its script runs in the environment that OpenPBS 23.06 gives a job, and qsub and qstat are stand-ins
# that print what the real ones print.
# shellcheck disable=SC2016 # The job's shell expands them.
# shellcheck source=tests/batch/checks.sh
source "$(dirname "${BASH_SOURCE[0]}")/checks.sh"

probe=$1 rankpool=$2
golden=$project/tests/batch/golden
mkdir -p "$scratch"/{run,bin,home/.config/rankpool}
cd "$scratch/run"
export HOME=$scratch/home OMPI_MCA_hwloc_base_binding_policy=none
unset XDG_CONFIG_HOME
cp "$probe" program

# The scripts, as they are kept for reading; UPDATE_GOLDEN=1 writes them anew. sbatch may be here without a Slurm.
for system in slurm pbs local; do
    after=(--after 17 --array 0-9 --gpus-per-node 2)
    [[ $system != local ]] || after=(--array 0-9:3)
    run "$rankpool" submit --dry-run --scheduler "$system" --name study --nodes 2 --ranks-per-node 4 --cpus-per-rank 2 --time 90min \
        --env 'GREETING=two words' --module openmpi/4.1 --account chemistry --queue batch --until-done "${after[@]}" -- ./program 'two words'
    output=$(grep -v '^sbatch: ' <<<"${output//"$scratch/run"//home/user/study}")
    [[ -z ${UPDATE_GOLDEN:-} ]] || printf '%s\n' "$output" >"$golden/$system.sh"
    [[ $output == "$(<"$golden/$system.sh")" ]] || {
        output=$(diff "$golden/$system.sh" - <<<"$output")
        wrong "the $system script is not $golden/$system.sh"
    }
done
[[ ! -e .rankpool ]] || wrong "a dry run leaves something behind"

# On this machine.
local=("$rankpool" submit --scheduler local)
run "${local[@]}" --ranks-per-node 2 --time 1min --env A=B -- ./program exit 7 'two words'
expect_code 7 "a failing program, here"
expect_lines 2 "rank [01] of 2 on .*, time limit 60, threads 1, argument 'exit', argument '7', argument 'two words'$" "ranks, here"
# The status file has the last word; a shell in between has it of itself.
run "${local[@]}" --ranks-per-node 2 -- sh -c 'printf "started_by_launcher=yes\nexit_code=5\n" >$RANKPOOL_STATUS_FILE'
expect_code 5 "the exit code of the status file, here"
run "${local[@]}" --ranks-per-node 2 -- sh -c 'printf "started_by_launcher=no\nexit_code=5\n" >$RANKPOOL_STATUS_FILE; exit 3'
expect_code 3 "the exit code of a shell, here"
run "${local[@]}" --ranks-per-node 2 --launcher 'bash -c :' -- "$rankpool" sweep --grid n=1 -- true
expect_code 0 "a launcher that does not start it, here"
output=$(ls .rankpool)
expect_lines 0 '\.run' "nothing is left, here"
run "${local[@]}" --array 1-7:3,9 -- sh -c 'echo element $RANKPOOL_ARRAY_INDEX'
expect_code 0 "an array, here"
expect_lines 4 "^element [1479]$" "an array, here"
run "${local[@]}" --time 1s -- sh -c 'sleep 100'
expect_code 124 "the walltime, here"
run "${local[@]}" --ranks-per-node 2 --env RANKPOOL_TIME_LIMIT_S=1 -- rankpool sweep --resume --grid n=1:3 -- true
expect_code 75 "a sweep without time, here"
expect_lines 1 "stopped at the walltime, can be resumed" "a sweep without time, here"
run "${local[@]}" --ranks-per-node 2 -- rankpool sweep --resume --grid n=1:3 -- true
expect_code 0 "the sweep goes on, here"
# Stops once, then has the time it needs.
run "${local[@]}" --until-done -- sh -c 'if [ -e tried ]; then exit 0; fi; touch tried; exit 75'
expect_code 0 "until done, here"
expect_lines 1 "stopped at the walltime; going on" "until done, here"

# What cannot work is said in one line.
refused() { # refused PATTERN ARGUMENTS…
    run "$rankpool" submit "${@:2}"
    expect_code 2 "refused: ${*:2}"
    expect_lines 1 "$1" "refused: ${*:2}"
    expect_lines 1 . "refused: ${*:2}"
}
refused "there is no program './none'" --scheduler local -- ./none
refused "needs a batch system" --scheduler local --after 3 -- ./program
refused "is no length of time" --time 60 -- ./program
refused "is no NAME=VALUE" --env A -- ./program
refused "an array is written as" --array a-b -- ./program
refused "name has letters" --name 'a b' -- ./program
refused "there is no site 'none'" --site none -- ./program
refused "command is required" --nodes 2

# What a site wants otherwise.
cat >"$HOME/.config/rankpool/sites.json" <<SITES
{"here": {"hosts": "*", "scheduler": "slurm", "modules": "gcc", "launcher": "srun --mpi=pmi2",
          "directives": {"--partition": "batch", "--requeue": false, "--exclusive": true}},
 "there": {"scheduler": "pbs"}}
SITES
run "$rankpool" submit --dry-run --directive=--qos=high --module openmpi -- ./program
expect_lines 1 '^#SBATCH --partition=batch$' "a site's directive"
expect_lines 1 '^#SBATCH --exclusive$' "a site's switch"
expect_lines 0 '^#SBATCH --requeue' "a directive that a site drops"
expect_lines 1 '^#SBATCH --qos=high$' "a directive of the command line"
expect_lines 2 '^module load (gcc|openmpi)$' "a site's modules"
expect_lines 1 '^launcher=\(srun --mpi=pmi2\)$' "a site's launcher"
run "$rankpool" submit --dry-run --site there -- ./program
expect_lines 1 '^#PBS -N rankpool$' "a site by name"
rm "$HOME/.config/rankpool/sites.json"

# PBS: stand-ins for qsub and qstat, which run the job at once as PBS would.
cat >"$scratch/bin/qsub" <<'QSUB'
#!/bin/bash
[[ -z ${PBS_REFUSES:-} ]] || { echo 'qsub: Unauthorized Request' >&2; exit 159; }
printf '%s\n' localhost localhost >"$STAND_IN/nodefile"
(cd "$HOME" && PBS_JOBID=$PBS_STAND_IN_ID PBS_NODEFILE=$STAND_IN/nodefile PBS_ENVIRONMENT=PBS_BATCH NCPUS=2 OMP_NUM_THREADS=2 bash "$1")
echo $? >"$STAND_IN/exit_status"
echo "$PBS_STAND_IN_ID"
QSUB
cat >"$scratch/bin/qstat" <<'QSTAT'
#!/bin/bash
printf 'Job Id: %s\n    Job_Name = rankpool\n    job_state = F\n    Exit_status = %s\n' "$3" "$(<"$STAND_IN/exit_status")"
QSTAT
printf '#!/bin/sh\necho "qdel: Job has finished $1" >&2; exit 35\n' >"$scratch/bin/qdel"
chmod +x "$scratch"/bin/*
export STAND_IN=$scratch PBS_STAND_IN_ID=1.pbshost PATH=$scratch/bin:$PATH
pbs=("$rankpool" submit --scheduler pbs --ranks-per-node 2)
run "${pbs[@]}" --time 1h --env GREETING=hello --wait -- ./program exit 7
expect_code 7 "a failing program, PBS"
expect_lines 2 "rank [01] of 2 on .*, time limit 3600, threads 1, argument 'exit'" "ranks, PBS"
expect_lines 1 "^rankpool: job 1.pbshost has ended with exit code 7" "the end, PBS"
PBS_STAND_IN_ID=2.pbshost run "${pbs[@]}" --wait -- rankpool sweep --grid n=1 --output none/results.h5 -- true
expect_code 2 "a program that fails by itself, PBS"
[[ -s .rankpool/2.run ]] || wrong "there is no status file of the PBS job"
run "$rankpool" jobs
expect_lines 1 "^2.pbshost +rankpool .*ended, exit code 2: .*none/results.h5" "why it failed, in the list of jobs"
[[ -s rankpool-1.out ]] || wrong "there is no output file of the PBS job"
run env PBS_REFUSES=1 "${pbs[@]}" -- ./program
expect_code 1 "qsub refuses"
expect_lines 1 "^qsub: Unauthorized Request$" "qsub's own words"
expect_lines 1 "qsub did not take the job; its script is $scratch/run/.rankpool/rankpool-" "what to do"
run "$rankpool" jobs
expect_lines 1 "^1.pbshost +rankpool .*ended, exit code 7" "the list of jobs"
run "$rankpool" cancel 1.pbshost
expect_code 1 "qdel refuses"
expect_lines 1 "^qdel: Job has finished 1.pbshost" "qdel's own words"
run "$rankpool" cancel 3.pbshost
expect_code 2 "another folder's job"
echo "not run here: a real qsub, PBS's own limits and signals (a real PBS is needed)"
finish

#!/usr/bin/env bash
# rankpool submit, jobs and cancel under a real Slurm of two nodes: submit_slurm_test.sh PROBE RANKPOOL
# shellcheck disable=SC2016 # The job's shell expands them.
# shellcheck source=tests/batch/checks.sh
source "$(dirname "${BASH_SOURCE[0]}")/checks.sh"

probe=$1 rankpool=$2
slurm=$("$project/tests/support/slurm_local.sh" --owner $$) || exit $?    # 77 and a sentence where Slurm cannot run.
long=
trap '[[ -z $long ]] || kill "$long" 2>/dev/null; "$project/tests/support/slurm_local_stop.sh" "$slurm"; rm -rf -- "$scratch"' EXIT
# shellcheck source=/dev/null
source "$slurm/env.sh"
nodes=$(sinfo -h -o %D)
export OMPI_MCA_btl_tcp_if_include=lo OMPI_MCA_oob_tcp_if_include=lo HOME=$scratch RANKPOOL_PROGRESS=off
unset XDG_CONFIG_HOME
mkdir -p "$scratch"/{run,long,again,down}
cd "$scratch/run"
submit=("$rankpool" submit)
has_ended() { [[ -z $(squeue -h -j "$1" 2>/dev/null) ]]; }
is_running() { [[ $(squeue -h -j "$1" -o %T) == RUNNING ]]; }

# A minute is Slurm's shortest walltime, so this one runs beside the others: 7 cases of 8 s, one after the other, do not fit.
# Slurm's warning reaches all processes, also what the sweep runs; it must not end that.
long_sweep() {
    cd "$scratch/long"
    exec "${submit[@]}" --name long --time 1min --directive=--signal=B:USR1@30 --until-done --wait -- \
        rankpool sweep --resume --grid n=1:7 -- sh -c 'echo {n} >> ran; sleep 8' >out 2>&1
}
long_sweep &
long=$!

run "${submit[@]}" --dry-run --nodes "$nodes" --time 5min -- "$probe"
expect_code 0 "a dry run"
expect_lines 1 "^sbatch: Job [0-9]+ to start at " "Slurm's own estimate"

launchers=('srun --mpi=pmix' "mpirun --quiet -n $((2 * nodes))")
[[ $(srun --mpi=list 2>&1) == *pmix* ]] || launchers=("${launchers[1]}")
for launcher in "${launchers[@]}"; do
    run timeout 100 "${submit[@]}" --nodes "$nodes" --ranks-per-node 2 --time 5min --env OMP_NUM_THREADS=3 --launcher "$launcher" --wait -- \
        "$probe" exit 0 'two words'
    expect_code 0 "$launcher"
    expect_lines 1 "^rankpool: job [0-9]+ on node.*, $((2 * nodes)) ranks by ${launcher%% *}$" "$launcher, what runs where"
    expect_lines 2 "rank [0-9] of $((2 * nodes)) on node1, .* threads 3, .*'two words'" "$launcher, its output"
    expect_lines 1 "^rankpool: job [0-9]+ has ended with exit code 0" "$launcher, its end"
done
run timeout 100 "${submit[@]}" --wait -- "$probe" exit 7
expect_code 7 "a failing program"
run timeout 100 "${submit[@]}" --nodes "$nodes" --ranks-per-node 2 --wait -- rankpool sweep --grid n=1:20 -- sh -c 'hostname; test {n} != 3'
expect_code 1 "a sweep with a failing case"
expect_lines 1 "^19 of 20 cases succeeded, 1 failed" "a sweep with a failing case"
run timeout 100 "${submit[@]}" --array 0-2 --name array --wait -- sh -c 'echo "element $RANKPOOL_ARRAY_INDEX"; exit $RANKPOOL_ARRAY_INDEX'
expect_code 2 "an array returns its worst exit code"
output=$(cat array-*.out)
expect_lines 3 "^element [012]$" "an array"

# One after the other.
first=$("${submit[@]}" --name first -- sh -c 'sleep 1; touch first_is_done')
run timeout 100 "${submit[@]}" --after "$first" --wait -- sh -c 'test -e first_is_done'
expect_code 0 "after a job"
first=$("${submit[@]}" --name first -- sh -c 'sleep 1; exit 1')
run timeout 100 "${submit[@]}" --after "$first" --wait -- touch never
expect_code 1 "after a job that failed"
expect_lines 1 "has ended without the end of its program: CANCELLED" "after a job that failed"
[[ ! -e never ]] || wrong "it ran after a job that failed"

# What Slurm refuses is shown in its own words.
run "${submit[@]}" --directive=--reservation=none -- "$probe"
expect_code 1 "refused"
expect_lines 1 "^sbatch: error: Batch job submission failed: Requested reservation is invalid" "refused"
expect_lines 1 "its script is $scratch/run/.rankpool/rankpool-[0-9]+.sh" "refused"

# Cancelled, from the list.
job=$("${submit[@]}" --name endless -- sleep 1000)
wait_until 30 is_running "$job"
run "$rankpool" jobs
expect_lines 1 "^$job +endless .* RUNNING$" "the list of jobs"
expect_lines 1 "^[0-9]+ +rankpool .* ended, exit code 7$" "the list of jobs"
run "$rankpool" cancel "$job"
expect_code 0 "cancel"
wait_until 30 has_ended "$job"
has_ended "$job" || wrong "the cancelled job goes on"
run "$rankpool" cancel --all
expect_code 0 "nothing left to cancel"
expect_silence "nothing left to cancel"

# Begun again: by hand, and because its node went down. Slurm would wait two minutes before it starts it again.
begin_again() { # begin_again FOLDER WHAT COMMAND…: the sweep there goes on where it was
    cd "$scratch/$1"
    local job
    job=$("${submit[@]}" --name again --directive=--nodelist=node1 -- rankpool sweep --resume --grid n=1:30 -- sh -c 'echo {n} >> ran; sleep 0.2')
    wait_until 30 has_lines 8 . ran
    "${@:3}" "$job"
    is_waiting() { [[ $(squeue -h -j "$job" -o %T) == PENDING ]]; }
    wait_until 30 is_waiting
    # Told to begin before all of the first run has ended, Slurm would take that end for the second one's.
    has_left() { [[ -e .rankpool/$job.status && $(squeue -h -j "$job" -o %r) == BeginTime ]]; }
    wait_until 30 has_left
    sleep 2
    begins_now() {
        has_lines 1 '\(restart 1\)' "again-$job.out" && return 0
        # A node that was down may still be, and one that is not refuses this.
        scontrol update nodename=node1 state=resume 2>/dev/null
        scontrol update jobid="$job" starttime=now 2>/dev/null
        sleep 2
        return 1
    }
    wait_until 60 begins_now
    wait_until 60 has_ended "$job"
    output=$(cat again-*.out)
    expect_lines 1 "^rankpool: job $job \(restart 1\) on node1" "$2, the restart"
    expect_lines 1 "^30 of 30 cases succeeded \([1-9][0-9]* of them before\)" "$2, nothing is lost"
    run sort -n -u ran
    expect_lines 30 . "$2, every case ran"
    cd "$scratch/run"
}
begin_again again "requeued" scontrol requeue
# The long job may be there, so that one ends first.
take_down() { # take_down JOB: until it does; a node that answers in that moment is up again before its job is ended
    for ((try = 0; try < 5; ++try)); do
        scontrol update nodename=node1 state=down reason=test
        sleep 0.5
        is_running "$1" || return 0
    done
}
code=0
wait "$long" || code=$?
long='' output=$(<"$scratch/long/out")
expect_code 0 "a sweep longer than its walltime"
expect_lines 1 "^stopped at the walltime, can be resumed$" "a sweep longer than its walltime"
expect_lines 1 "^rankpool: job [0-9]+ stopped at its walltime, job [0-9]+ goes on" "a sweep longer than its walltime"
expect_lines 1 "^7 of 7 cases succeeded \([1-9] of them before\)" "a sweep longer than its walltime"
run sort -n "$scratch/long/ran"
expect_lines 7 . "a sweep longer than its walltime, nothing ran twice"
begin_again down "node down" take_down
finish

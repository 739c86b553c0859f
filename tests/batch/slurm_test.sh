#!/usr/bin/env bash
# slurm.sh under a real Slurm of two nodes, with srun and with mpirun: slurm_test.sh PROBE ENDS [PROGRAMS…]
# shellcheck source=tests/batch/checks.sh
source "$(dirname "${BASH_SOURCE[0]}")/checks.sh"

probe=$1 ends=$2
shift 2
slurm=$("$project/tests/support/slurm_local.sh" --owner $$) || exit $?    # 77 and a sentence where Slurm cannot run.
trap '"$project/tests/support/slurm_local_stop.sh" "$slurm"; rm -rf -- "$scratch"' EXIT
# shellcheck source=/dev/null
source "$slurm/env.sh"
nodes=$(sinfo -h -o %D)
export OMPI_MCA_btl_tcp_if_include=lo OMPI_MCA_oob_tcp_if_include=lo
cd "$scratch"

# submit OPTIONS… -- ARGUMENTS…: runs the job to its end; its output and exit code.
submit() {
    local -a options=()
    while [[ $1 != -- ]]; do options+=("$1") && shift; done
    shift
    code=0
    rm -f job.out
    timeout 100 sbatch --quiet --wait --output=job.out "${options[@]}" "$project/jobscripts/slurm.sh" "$@" >sbatch.out 2>&1 || code=$?
    output=$(cat sbatch.out job.out 2>/dev/null || true)
}

has_ended() { [[ -z $(squeue -h -j "$1" 2>/dev/null) ]]; }

launchers=(srun mpirun)
if [[ $(srun --mpi=list 2>&1) != *pmix* ]]; then
    echo "not run: srun, because this Slurm has no pmix plugin"
    launchers=(mpirun)
fi
for launcher in "${launchers[@]}"; do
    export RANKPOOL_LAUNCHER=$launcher
    submit --nodes="$nodes" -- "$probe" exit 0 'two words'
    expect_code 0 "$launcher, the whole allocation"
    expect_lines 1 "^rankpool: job [0-9]+ on node.*, $((4 * nodes)) ranks by $launcher: " "$launcher, what runs where"
    expect_lines 4 "rank [0-9] of $((4 * nodes)) on node1.*'two words'" "$launcher, a rank on every CPU of node1"
    ((nodes == 1)) || expect_lines 4 "rank [0-9] of 8 on node2" "$launcher, a rank on every CPU of node2"

    submit --nodes="$nodes" --ntasks-per-node=1 -- "$probe" exit 7
    expect_code 7 "$launcher, a failing program"
    expect_lines "$nodes" "rank [01] of $nodes on node[12]" "$launcher, as many tasks as asked for"

    # Slurm's warning that the time is nearly over reaches every rank.
    job=$(sbatch --parsable --nodes="$nodes" --ntasks-per-node=2 --output=wait.out "$project/jobscripts/slurm.sh" "$probe" wait)
    wait_until 30 has_lines $((2 * nodes)) '^probe: rank' wait.out
    scancel --batch --signal=USR1 "$job"
    wait_until 20 has_ended "$job"
    output=$(cat wait.out; scontrol show job "$job")
    expect_lines $((2 * nodes)) "got USR1" "$launcher, USR1"
    expect_lines 1 "ExitCode=0:0" "$launcher, USR1"
    rm -f wait.out

    # At scancel the ranks get TERM and may end by themselves; under mpirun only those of the first of several nodes.
    job=$(sbatch --parsable --nodes="$nodes" --ntasks-per-node=2 --output=term.out "$project/jobscripts/slurm.sh" "$probe" wait)
    wait_until 30 has_lines $((2 * nodes)) '^probe: rank' term.out
    scancel "$job"
    ending=$((2 * nodes))
    if [[ $launcher == mpirun ]]; then ending=$((nodes == 1 ? 0 : 2)); fi
    wait_until 10 has_lines "$ending" '^probe: rank . ends' term.out
    wait_until 20 has_ended "$job"
    output=$(<term.out)
    ((ending == 0)) || expect_lines "$ending" "rank . ends" "$launcher, ranks end by themselves at scancel"
    rm -f term.out

    # A pool knows its end from Slurm. After a second warning it starts nothing more, lets what runs end, and says so.
    job=$(sbatch --parsable --nodes="$nodes" --ntasks-per-node=2 --output=pool.out "$project/jobscripts/slurm.sh" "$ends" takes_a_while)
    wait_until 30 test -s began
    scancel --batch --signal=USR1 "$job"
    wait_until 20 has_lines 1 ' ends soon' pool.out
    scancel --batch --signal=USR1 "$job" || true
    wait_until 30 has_ended "$job"
    output=$(cat pool.out ".rankpool/$job.run"; scontrol show job "$job")
    expect_lines 1 "^rankpool: stopped at the walltime, can be resumed" "$launcher, a pool that is warned"
    expect_lines 1 "^rankpool: of the tasks that were submitted, .* [1-9][0-9]* were not started$" "$launcher, a pool that is warned"
    expect_lines 1 "ExitCode=75:0" "$launcher, a pool that is warned"
    expect_lines 1 "^exit_code=75$" "$launcher, the status file of a pool that is warned"
    [[ $(wc -l <began) == "$(wc -l <ended)" ]] || wrong "$launcher: $(wc -l <began) tasks began, $(wc -l <ended) ended"
    rm -f pool.out began ended

    # The script returns what the program says, and what it does not say the launcher does.
    submit --nodes="$nodes" --ntasks-per-node=2 -- "$ends" return_7
    expect_code 7 "$launcher, an exit code of the driver"
    submit --nodes="$nodes" --ntasks-per-node=2 -- "$ends" task_exits
    expect_code 3 "$launcher, a task that calls exit()"

    for program in "$@"; do
        submit --nodes="$nodes" --ntasks-per-node=2 -- "$program"
        expect_code 0 "$launcher, $program"
        expect_lines 1 "^rankpool: job .* $((2 * nodes)) ranks by $launcher" "$launcher, $program"
    done
done
unset RANKPOOL_LAUNCHER

submit -- "$probe"
expect_code 0 "without a launcher by name"
expect_lines 1 "4 ranks by ${launchers[0]}: " "without a launcher by name"

submit --nodes="$nodes" --cpus-per-task=2 -- "$probe"
expect_code 0 "several CPUs per rank"
expect_lines $((2 * nodes)) "^probe: rank" "several CPUs per rank"

# A program that was started without, or with the wrong number of ranks, is refused with the line to use.
run salloc --quiet --nodes="$nodes" --ntasks-per-node=2 "$ends"
expect_code 2 "without a launcher in an allocation"
expect_lines 1 "this Slurm job has $((2 * nodes)) tasks on $nodes nodes?, but the program was started without a launcher.*srun --mpi=pmix -n $((2 * nodes)) PROGRAM" "without a launcher in an allocation"
if [[ ${launchers[0]} == srun ]]; then
    run salloc --quiet --nodes="$nodes" --ntasks-per-node=2 srun --mpi=none "$ends"
    expect_code 2 "srun without MPI"
    expect_lines 1 "srun started $((2 * nodes)) copies of this program" "srun without MPI"
    run salloc --quiet --nodes="$nodes" --ntasks-per-node=2 srun --mpi=pmix -n 1 "$ends"
    expect_code 0 "srun on a part of the allocation"
fi
run salloc --quiet --nodes="$nodes" --ntasks-per-node=2 mpirun --quiet -n 1 "$ends"
expect_code 0 "mpirun on a part of the allocation"

run salloc --quiet --nodes="$nodes" env RANKPOOL_RANKS=3 "$project/jobscripts/local.sh" "$probe"
expect_code 0 "local.sh inside an allocation"
expect_lines 3 "rank [012] of 3 on $(hostname)," "local.sh stays on its own machine"

submit -- no_such_program
expect_code 2 "a missing program"
expect_lines 1 "no program 'no_such_program' on node[12], neither as a path from $PWD nor in $project/build/release" "a missing program"
expect_lines 1 "Run jobscripts/local.sh once on the login node" "what to do about it"

run "$project/jobscripts/slurm.sh"
expect_code 2 "outside Slurm"
expect_lines 1 "sbatch jobscripts/slurm.sh" "outside Slurm"
finish

#!/usr/bin/env bash
# Launches that nobody can have meant are refused, with the line to use: wrong_launches_test.sh ENDS MPIRUN…
# The job is described by variables, as a batch system would; under a real Slurm see tests/batch.
# shellcheck source=tests/batch/checks.sh
source "$(dirname "${BASH_SOURCE[0]}")/../batch/checks.sh"

ends=$1
shift
mpirun=("$@")
cd "$scratch"
printf '%s\n' n1 n1 n2 n2 >nodefile
export PBS_JOBID=1.pbshost PBS_NODEFILE=$scratch/nodefile RANKPOOL_TIME_LIMIT_S=600
export OMPI_MCA_rmaps_base_oversubscribe=1

run "$ends"
expect_code 2 "no launcher"
expect_lines 1 "this PBS job has 4 tasks on 2 nodes, but the program was started without a launcher, so it would use one process here: start it with \`mpirun --hostfile \\\$PBS_NODEFILE -n 4 PROGRAM\`; RANKPOOL_EXECUTOR=threads means one process" "no launcher"
run env RANKPOOL_EXECUTOR=threads "$ends"
expect_code 0 "one process, meant"
run env RANKPOOL_LAUNCH=any "$ends"
expect_code 0 "anything, meant"
run env RANKPOOL_LAUNCH=some "$ends"
expect_code 2 "no such setting"
expect_lines 1 "RANKPOOL_LAUNCH is 'some': it can be any" "no such setting"

# Without a number mpirun starts a rank per core of this machine, or per host of a list.
if [[ $(nproc) != 4 ]]; then
    run "${mpirun[@]}" "$ends"
    expect_code 2 "mpirun without a number"
    expect_lines 1 "this PBS job has 4 tasks on 2 nodes, but .*mpi.* started [0-9]+ ranks?, because it does not know of the job" "mpirun without a number"
fi
run "${mpirun[@]}" -n 2 "$ends"
expect_code 0 "a part of the job, meant"
run "${mpirun[@]}" -n 4 "$ends"
expect_code 2 "all ranks on one of two nodes"
expect_lines 1 "but all 4 ranks run on 1 of them, and the rest is idle" "all ranks on one of two nodes"
run env RANKPOOL_LAUNCH=any "${mpirun[@]}" -n 4 "$ends"
expect_code 0 "all ranks on one of two nodes, meant"
printf '%s\n' n1 n1 n1 n1 >nodefile
run "${mpirun[@]}" -n 4 "$ends"
expect_code 0 "the whole job"

# Two copies that their launcher takes for one run, and MPI for two.
unset PBS_JOBID PBS_NODEFILE
run env PMI_RANK=0 PMI_SIZE=2 "$ends"
expect_code 2 "an mpiexec of another MPI"
expect_lines 1 "the launcher started 2 copies of this program, but its MPI connects none of them" "an mpiexec of another MPI"

# Two ranks on one core, though there are two.
if [[ $(nproc) != 1 ]]; then
    export OMPI_MCA_hwloc_base_binding_policy=
    run mpirun --quiet --oversubscribe --mca pml ob1 --mca btl self,vader --cpu-set 0 --bind-to core:overload-allowed -n 2 "$ends"
    if [[ $code == 2 ]]; then
        expect_lines 1 "2 ranks on .* are bound to core 0, though the launcher had" "bound to one core"
    fi
    run env RANKPOOL_BINDING=all "${mpirun[@]}" -n 2 "$ends"
    expect_code 2 "no such binding"
fi
finish

#!/usr/bin/env bash
# A Slurm job: a rankpool program over the whole allocation.
#
#   sbatch jobscripts/slurm.sh                                          the main job
#   sbatch --nodes=4 --ntasks-per-node=64 jobscripts/slurm.sh PROGRAM ARGUMENTS…
#   RANKPOOL_LAUNCHER=mpirun sbatch jobscripts/slurm.sh …               mpirun although srun could start MPI ranks
#
# PROGRAM is a path (seen from where sbatch is called) or the name of an example or program in build/release.
# Without a number of tasks there is a rank on every CPU of the allocation; rank 0 coordinates.
# Options on sbatch's command line win over these lines:
#SBATCH --job-name=rankpool
#SBATCH --nodes=1 --exclusive
#SBATCH --time=01:00:00
#SBATCH --output=rankpool-%j.out --open-mode=append
#SBATCH --signal=B:USR1@120 --requeue
set -euo pipefail

if [[ -z ${SLURM_JOB_ID:-} ]]; then
    echo "slurm.sh is a job script: sbatch jobscripts/slurm.sh (on this machine, now: jobscripts/local.sh)" >&2
    exit 2
fi
# Slurm runs a copy of this script; where the original lies tells where the project is.
script=$(scontrol show job "$SLURM_JOB_ID" | awk -F'[= ]+' '/^ *Command=/ && !found++ { print $3 }' || true)
project=$SLURM_SUBMIT_DIR
if [[ -f $script ]]; then project=$(cd "$(dirname "$script")/.." && pwd); fi

program=${1:-divisibility}
shift $(($# > 0 ? 1 : 0))
for path in "$project/build/release/examples/$program" "$project/build/release/apps/$program" "$program"; do
    [[ -f $path && -x $path ]] && break
done
if [[ ! -f $path || ! -x $path ]]; then
    echo "slurm.sh: no program '$program' on $(hostname), neither as a path from $PWD nor in $project/build/release." >&2
    echo "Is it built? Run jobscripts/local.sh once on the login node," \
        "or cmake --preset release && cmake --build --preset release." >&2
    exit 2
fi
[[ $path == */* ]] || path=./$path

# As in "64(x3),32": the tasks asked for, otherwise one on every CPU (or on every --cpus-per-task CPUs).
ranks=$(tr ',' '\n' <<<"$SLURM_TASKS_PER_NODE" | awk -F'[(x)]+' '{ n += $1 * ($2 ? $2 : 1) } END { print n }')
if [[ ${RANKPOOL_LAUNCHER:-$(srun --mpi=list 2>&1)} == *pmix* || ${RANKPOOL_LAUNCHER:-} == srun ]]; then
    launch=(srun --mpi=pmix --ntasks="$ranks")
else
    launch=(mpirun --quiet -n "$ranks")
fi
[[ -z ${SLURM_CPUS_PER_TASK:-} ]] || export SRUN_CPUS_PER_TASK=$SLURM_CPUS_PER_TASK    # srun asks for it anew.
[[ $(id -u) != 0 ]] || export OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1
echo "rankpool: job $SLURM_JOB_ID${SLURM_RESTART_COUNT:+ (restart $SLURM_RESTART_COUNT)} on $SLURM_JOB_NODELIST," \
    "$ranks ranks by ${launch[0]}: $path $*"

# Where the program writes how its run went.
mkdir -p "$SLURM_SUBMIT_DIR/.rankpool"
export RANKPOOL_STATUS_FILE=$SLURM_SUBMIT_DIR/.rankpool/$SLURM_JOB_ID.run
rm -f "$RANKPOOL_STATUS_FILE"

# Slurm warns this script only (B:); the launcher passes USR1 on to all ranks. The TERM at the end Slurm sends to the ranks
# itself; a second one from here made mpirun kill ranks that were saving. No trap on CONT: bash loses USR1 then.
ranks_pid=
trap '[[ -z $ranks_pid ]] || kill -USR1 $ranks_pid' USR1
trap : TERM
"${launch[@]}" "$path" "$@" &
ranks_pid=$!
while kill -0 $ranks_pid 2>/dev/null; do wait $ranks_pid || true; done    # A signal ends wait early.
code=0
wait $ranks_pid || code=$?
# A rankpool program knows its exit code better than the launcher, which returns 0 or 137 in some cases whatever it says.
told=
if grep -qsx started_by_launcher=yes "$RANKPOOL_STATUS_FILE"; then told=$(sed -n 's/^exit_code=//p' "$RANKPOOL_STATUS_FILE"); fi
exit "${told:-$code}"

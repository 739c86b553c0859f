#!/usr/bin/env bash
#SBATCH --job-name=study
#SBATCH --nodes=2
#SBATCH --ntasks-per-node=4
#SBATCH --cpus-per-task=2
#SBATCH --output=study-%A_%a.out
#SBATCH --open-mode=append
#SBATCH --requeue
#SBATCH --time=01:30:00
#SBATCH --gpus-per-node=2
#SBATCH --array=0-9
#SBATCH --partition=batch
#SBATCH --account=chemistry
#SBATCH --dependency=afterok:17
#SBATCH --kill-on-invalid-dep=yes
# A Slurm job, written by `rankpool submit`. It may be read, changed, and submitted again: sbatch THIS_FILE
set -uo pipefail

cd /home/user/study || exit 2
module load openmpi/4.1
export GREETING='two words'
export OMP_NUM_THREADS=${OMP_NUM_THREADS:-2}
[[ -z ${SLURM_ARRAY_TASK_ID:-} ]] || export RANKPOOL_ARRAY_INDEX=$SLURM_ARRAY_TASK_ID
[[ -z ${SLURM_CPUS_PER_TASK:-} ]] || export SRUN_CPUS_PER_TASK=$SLURM_CPUS_PER_TASK    # srun asks for it anew.
[[ $(id -u) != 0 ]] || export OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1
job=${SLURM_ARRAY_JOB_ID:-$SLURM_JOB_ID}${SLURM_ARRAY_TASK_ID:+_$SLURM_ARRAY_TASK_ID}
# Where a rankpool program writes how its run went. Before: what an earlier start of this job has left.
mkdir -p /home/user/study/.rankpool
export RANKPOOL_STATUS_FILE=/home/user/study/.rankpool/"$job.run"
rm -f "$RANKPOOL_STATUS_FILE"

launcher=()
if ((${#launcher[@]} == 0)); then
    if [[ $(srun --mpi=list 2>&1) == *pmix* ]]; then
        launcher=(srun --mpi=pmix --ntasks=8)
    else
        launcher=(mpirun --quiet -n 8)
    fi
fi
echo "rankpool: job $job${SLURM_RESTART_COUNT:+ (restart $SLURM_RESTART_COUNT)} on $SLURM_JOB_NODELIST, 8 ranks by ${launcher[0]}"

# With --signal=B:USR1@120 Slurm warns this script, and the launcher passes USR1 on to all ranks; it would end programs that
# are not rankpool's, so it is not asked for by default: rank 0 keeps its own clock. The TERM at the end Slurm sends to the
# ranks itself; a second one from here makes mpirun kill ranks that are saving. No trap on CONT: bash loses USR1 then.
ranks_pid=
trap '[[ -z $ranks_pid ]] || kill -USR1 $ranks_pid' USR1
trap : TERM
"${launcher[@]}" ./program 'two words' &
ranks_pid=$!
while kill -0 $ranks_pid 2>/dev/null; do wait $ranks_pid || true; done    # A signal ends wait early.
code=0
wait $ranks_pid || code=$?
# The program knows its exit code better than the launcher, which returns 0 or 137 in some cases whatever the program says.
# That of a shell between launcher and program is the launcher's to tell.
told=
if grep -qsx started_by_launcher=yes "$RANKPOOL_STATUS_FILE"; then told=$(sed -n 's/^exit_code=//p' "$RANKPOOL_STATUS_FILE"); fi
code=${told:-$code}

# 75: stopped at the walltime, can be resumed.
resubmit=yes next=
if [[ $code == 75 && $resubmit == yes ]]; then
    next=$(sbatch --parsable --dependency="afterany:$SLURM_JOB_ID" /home/user/study/.rankpool/study-1.sh) || next=
    echo "rankpool: stopped at the walltime; job ${next:-(could not be submitted)} goes on"
fi
# The record that `rankpool submit --wait` and `rankpool jobs` read; it appears at once, as a whole.
echo "$code $next" >/home/user/study/.rankpool/"$job.status.new" && mv /home/user/study/.rankpool/"$job.status.new" /home/user/study/.rankpool/"$job.status"
exit "$code"

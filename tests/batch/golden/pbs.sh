#!/usr/bin/env bash
#PBS -N study
#PBS -l select=2:ncpus=8:mpiprocs=4:ompthreads=2:ngpus=2
#PBS -r y
#PBS -j oe
#PBS -o /dev/null
#PBS -l place=scatter
#PBS -l walltime=01:30:00
#PBS -J 0-9
#PBS -q batch
#PBS -A chemistry
#PBS -W depend=afterok:17
# A PBS job, written by `rankpool submit`. It may be read, changed, and submitted again: qsub THIS_FILE
set -uo pipefail

cd /home/user/study || exit 2
job=${PBS_JOBID%%.*}
exec >>study-"$job.out" 2>&1    # PBS itself would show the output at the end only.
module load openmpi/4.1
export GREETING='two words'
# PBS sets it to the CPUs of a whole chunk; every rank has a part of that.
export OMP_NUM_THREADS=2
[[ -z ${PBS_ARRAY_INDEX:-} ]] || export RANKPOOL_ARRAY_INDEX=$PBS_ARRAY_INDEX
# PBS gives no warning before the walltime is over, so rank 0 counts itself.
time_s=5400
[[ -z $time_s ]] || export RANKPOOL_TIME_LIMIT_S=$time_s
[[ $(id -u) != 0 ]] || export OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1
# Where a rankpool program writes how its run went. Before: what an earlier start of this job has left.
mkdir -p /home/user/study/.rankpool
export RANKPOOL_STATUS_FILE=/home/user/study/.rankpool/"$job.run"
rm -f "$RANKPOOL_STATUS_FILE"

launcher=()
if ((${#launcher[@]} == 0)); then
    # A distribution's mpirun does not know PBS: it needs the hosts, and to be told what to hand on to ranks elsewhere.
    launcher=(mpirun --quiet --hostfile "$PBS_NODEFILE" -n "$(grep -c . "$PBS_NODEFILE")")
    for variable in OMP_NUM_THREADS GREETING "${!RANKPOOL_@}"; do launcher+=(-x "$variable"); done
fi
echo "rankpool: job $PBS_JOBID on $(sort -u "$PBS_NODEFILE" | paste -sd,), $(grep -c . "$PBS_NODEFILE") ranks by ${launcher[0]}"

# At the end of the walltime PBS sends TERM to every process of the job, so to mpirun and the ranks too; a second one from
# here would make mpirun kill ranks that are saving.
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
    PATH=$PATH:${PBS_EXEC:-/opt/pbs}/bin
    next=$(qsub -W depend="afterany:$PBS_JOBID" /home/user/study/.rankpool/study-1.sh) || next=
    echo "rankpool: stopped at the walltime; job ${next:-(could not be submitted)} goes on"
fi
# The record that `rankpool submit --wait` and `rankpool jobs` read; it appears at once, as a whole.
echo "$code $next" >/home/user/study/.rankpool/"$job.status.new" && mv /home/user/study/.rankpool/"$job.status.new" /home/user/study/.rankpool/"$job.status"
exit "$code"

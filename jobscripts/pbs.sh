#!/usr/bin/env bash
# A PBS job: a rankpool program over the whole allocation.
#
#   qsub jobscripts/pbs.sh                                              the main job
#   qsub -l select=4:ncpus=64:mpiprocs=64:ompthreads=1 -v PROGRAM=NAME,ARGS="ARGUMENTS…" jobscripts/pbs.sh
#
# Call qsub in the project's folder. PROGRAM is a path (seen from there) or the name of an example or program in
# build/release; ARGS is split at spaces. There is a rank for every line of $PBS_NODEFILE; rank 0 coordinates.
# Options on qsub's command line win over these lines:
#PBS -N rankpool
#PBS -l select=1:ncpus=4:mpiprocs=4:ompthreads=1
#PBS -l walltime=01:00:00
#PBS -j oe -k oed -r y
set -euo pipefail

if [[ -z ${PBS_JOBID:-} ]]; then
    echo "pbs.sh is a job script: qsub jobscripts/pbs.sh (on this machine, now: jobscripts/local.sh)" >&2
    exit 2
fi
cd "$PBS_O_WORKDIR"
(($# > 0)) || read -ra arguments <<<"${PROGRAM:-divisibility} ${ARGS:-}"
(($# > 0)) || set -- "${arguments[@]}"

program=$1
shift
for path in build/release/examples/"$program" build/release/apps/"$program" "$program"; do
    [[ -f $path && -x $path ]] && break
done
if [[ ! -f $path || ! -x $path ]]; then
    echo "pbs.sh: no program '$program' on $(hostname), neither as a path from $PWD nor in $PWD/build/release." >&2
    echo "Was qsub called in the project's folder? Is it built? Run jobscripts/local.sh once on the login node," \
        "or cmake --preset release && cmake --build --preset release." >&2
    exit 2
fi
[[ $path == */* ]] || path=./$path

# PBS sets OMP_NUM_THREADS to the CPUs of a whole chunk; with several ranks in a chunk that is too many threads.
ranks=$(grep -c . "$PBS_NODEFILE")
ranks_here=$(grep -cxF -- "$(head -n 1 "$PBS_NODEFILE")" "$PBS_NODEFILE")
if ((${OMP_NUM_THREADS:-${NCPUS:-1}} * ranks_here > ${NCPUS:-1})); then OMP_NUM_THREADS=1; fi
export OMP_NUM_THREADS=${OMP_NUM_THREADS:-1}

# PBS gives no warning before the walltime is over, so rank 0 counts itself.
qstat=$(command -v qstat || echo "${PBS_EXEC:-/opt/pbs}/bin/qstat")
walltime=$("$qstat" -f "$PBS_JOBID" 2>/dev/null | sed -n 's/^ *Resource_List.walltime = //p' || true)
if [[ -n $walltime ]]; then
    RANKPOOL_TIME_LIMIT_S=$(awk -F: '{ for (i = 1; i <= NF; i++) s = s * 60 + $i; print s }' <<<"$walltime")
    export RANKPOOL_TIME_LIMIT_S
fi

# Where the program writes how its run went.
mkdir -p "$PBS_O_WORKDIR/.rankpool"
export RANKPOOL_STATUS_FILE=$PBS_O_WORKDIR/.rankpool/${PBS_JOBID%%.*}.run
rm -f "$RANKPOOL_STATUS_FILE"

# A distribution's mpirun does not know PBS: it needs the hosts, and to be told what to hand on to ranks elsewhere.
launch=(mpirun --quiet --hostfile "$PBS_NODEFILE" -n "$ranks")
for variable in OMP_NUM_THREADS "${!RANKPOOL_@}"; do launch+=(-x "$variable"); done
[[ $(id -u) != 0 ]] || export OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1
echo "rankpool: job $PBS_JOBID on $(sort -u "$PBS_NODEFILE" | paste -sd,), $ranks ranks by mpirun: $path $*"

# At the end of the walltime PBS sends TERM to every process of the job, so to mpirun and the ranks too; a second one from
# here would make mpirun kill ranks that are saving.
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

#!/usr/bin/env bash
# A job for this machine, written by `rankpool submit` where there is no batch system. It may be run again: bash THIS_FILE
set -uo pipefail

cd /home/user/study || exit 2
module load openmpi/4.1
export GREETING='two words'
export OMP_NUM_THREADS=${OMP_NUM_THREADS:-2}
[[ $(id -u) != 0 ]] || export OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1
limit=() time_s=5400
if [[ -n $time_s ]]; then
    export RANKPOOL_TIME_LIMIT_S=$time_s
    limit=(timeout --foreground --kill-after=30s "$time_s")    # As a batch system would.
fi

# Where a rankpool program writes how its run went.
mkdir -p /home/user/study/.rankpool
export RANKPOOL_STATUS_FILE=/home/user/study/.rankpool/"local-$$.run"
trap 'rm -f "$RANKPOOL_STATUS_FILE"' EXIT

launcher=()
if ((${#launcher[@]} == 0)); then
    launcher=(mpirun -n 8)
    case $(mpirun --version 2>/dev/null) in
        *'Open MPI) 4.'*) launcher+=(--quiet --bind-to none --oversubscribe --mca mpi_yield_when_idle 1) ;;
        *'Open MPI'*) launcher+=(--quiet --bind-to none --map-by :oversubscribe --mca mpi_yield_when_idle 1) ;;
    esac
fi

# expand 0-3,7 or 0-8:2 (a limit behind % has no meaning here: elements run one after the other)
indices() {
    local part first last step
    for part in $(tr ',' ' ' <<<"${1%%%*}"); do
        step=1 first=${part%%-*} last=${part##*-}
        if [[ $last == *:* ]]; then step=${last##*:} last=${last%%:*}; fi
        seq "$first" "$step" "$last"
    done
}

array="0-9:3" resubmit=yes code=0
for index in $(if [[ -n $array ]]; then indices "$array"; else echo none; fi); do
    [[ $index == none ]] || export RANKPOOL_ARRAY_INDEX=$index
    # Again as long as it stops at the walltime, if that is wished.
    while
        one=0
        rm -f "$RANKPOOL_STATUS_FILE"
        "${limit[@]}" "${launcher[@]}" ./program 'two words' || one=$?
        # The program knows better than mpirun, which returns 0 in some cases whatever the program says.
        told=
        if grep -qsx started_by_launcher=yes "$RANKPOOL_STATUS_FILE"; then told=$(sed -n 's/^exit_code=//p' "$RANKPOOL_STATUS_FILE"); fi
        one=${told:-$one}
        [[ $one == 75 && $resubmit == yes ]]
    do echo "rankpool: stopped at the walltime; going on"; done
    ((one <= code)) || code=$one
done
exit "$code"

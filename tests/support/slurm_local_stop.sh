#!/usr/bin/env bash
# Ends a Slurm that slurm_local.sh started: its jobs, its daemons, then its folder. No other process is touched.
#
#   tests/support/slurm_local_stop.sh DIR
set -uo pipefail    # Without -e: it goes on to the end.

dir=${1:-}
[[ -d $dir/pids ]] || { echo "slurm_local_stop.sh: '$dir' is no folder of slurm_local.sh" >&2; exit 2; }
export SLURM_CONF=$dir/slurm.conf PATH=$PATH:/usr/sbin

# A zombie has ended, though a container's first process may take seconds to notice.
is_running() {
    local state
    state=$(ps -o stat= -p "$1" 2>/dev/null) && [[ $state != Z* ]]
}

wait_for_end() { # wait_for_end TENTHS_OF_SECONDS PIDS…
    local left=$1 pid
    shift
    for pid in "$@"; do
        while is_running "$pid" && ((left-- > 0)); do sleep 0.1; done
    done
}

# All processes below the given ones; slurmd's are the jobs that still run.
descendants() {
    ps -e -o pid=,ppid= | awk -v roots="$*" '
        { parent[$1] = $2 }
        END {
            count = split(roots, list, " ")
            for (i = 1; i <= count; i++) root[list[i]] = 1
            for (pid in parent)
                for (up = parent[pid]; up > 1; up = parent[up])
                    if (up in root) { print pid; break }
        }'
}

if [[ -s $dir/pids/slurmctld ]] && is_running "$(<"$dir/pids/slurmctld")"; then
    mapfile -t jobs < <(timeout 10 squeue -h -o %i 2>/dev/null)
    if ((${#jobs[@]} > 0)); then
        timeout 10 scancel --signal=KILL --full "${jobs[@]}" 2>/dev/null
        timeout 10 scancel "${jobs[@]}" 2>/dev/null
        for _ in {1..50}; do [[ -z $(timeout 10 squeue -h 2>/dev/null) ]] || sleep 0.1; done
    fi
fi
for daemon in "$dir"/pids/slurmd.* "$dir/pids/slurmctld" "$dir/pids/munged"; do
    [[ -s $daemon ]] || continue
    pid=$(<"$daemon")
    # A number from a file may be another's by now.
    grep -qsF -e "$dir" "/proc/$pid/cmdline" || continue
    mapfile -t below < <(descendants "$pid")
    kill "$pid" 2>/dev/null
    wait_for_end 50 "$pid"
    kill -KILL "$pid" "${below[@]}" 2>/dev/null
    wait_for_end 20 "$pid" "${below[@]}"
done
rm -rf -- "$dir"

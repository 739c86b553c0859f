#!/usr/bin/env bash
# Prints how many cores this process may use: its affinity and the container's CPU quota, rounded up.
set -euo pipefail

cores=$(env -u OMP_NUM_THREADS -u OMP_THREAD_LIMIT nproc)    # nproc would obey these two, which mean threads per rank.
if read -r quota period 2>/dev/null </sys/fs/cgroup/cpu.max && [[ $quota != max ]]; then
    quota=$(((quota + period - 1) / period))
    if ((quota < cores)); then cores=$quota; fi
fi
echo "$cores"

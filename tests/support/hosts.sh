#!/usr/bin/env bash
# Several "hosts" on one machine, for testing what crosses a network: each is a network namespace with an address and
# a hostname of its own. The machine's own network is not touched.
#
#   tests/support/hosts.sh with N COMMAND…     makes hosts h1 … hN, runs COMMAND, removes them; COMMAND can use
#     hosts.sh mpirun -n R PROGRAM…            mpirun over all of them, with TCP between them
#     hosts.sh on I COMMAND…                   a command on host I
#     hosts.sh cut I, hosts.sh join I          take host I off the network and back
#
# COMMAND's exit code is returned. Needs root and iproute2 (exit code 77 without them).
set -euo pipefail

self=$(readlink -f "${BASH_SOURCE[0]}")
readonly network=10.77.0
readonly name=${RANKPOOL_HOSTS:-rankpool-$$}    # Namespaces: NAME-switch with a bridge, NAME-h1, NAME-h2, …

own_namespaces() { ip netns list | awk -v name="$1-" 'index($1, name) == 1 { print $1 }'; }

remove() { # remove NAME: ends what still runs in its namespaces, then removes them; links go with them.
    local namespace
    for namespace in $(own_namespaces "$1"); do
        ip netns pids "$namespace" | xargs -r kill -KILL 2>/dev/null || true
        ip netns delete "$namespace"
    done
}

# What a killed run left behind: its name holds the number of a process that is gone.
remove_stale() {
    local pid
    for pid in $(ip netns list | sed -n 's/^rankpool-\([0-9]*\)-.*/\1/p' | sort -u); do
        [[ -d /proc/$pid ]] || remove "rankpool-$pid"
    done
}

make() { # make COUNT
    local i
    ip netns add "$name-switch"
    ip -n "$name-switch" link add bridge0 type bridge
    ip -n "$name-switch" link set bridge0 up
    for ((i = 1; i <= $1; i++)); do
        ip netns add "$name-h$i"
        ip -n "$name-switch" link add "port$i" type veth peer name eth0 netns "$name-h$i"
        ip -n "$name-switch" link set "port$i" master bridge0 up
        ip -n "$name-h$i" address add "$network.$i/24" dev eth0
        ip -n "$name-h$i" link set lo up
        ip -n "$name-h$i" link set eth0 up
    done
}

on_host() { # on_host I COMMAND…
    local i=$1
    shift
    # shellcheck disable=SC2016 # The inner shell's arguments.
    exec unshare --uts bash -c 'hostname "$1"; namespace=$2; shift 2; exec ip netns exec "$namespace" "$@"' \
        _ "h$i" "$name-h$i" "$@"
}

case ${1:-} in
    with)
        count=$2
        shift 2
        if [[ $(id -u) != 0 ]] || ! command -v ip >/dev/null || ! unshare --uts --net true 2>/dev/null; then
            echo "hosts.sh: no hosts here: root, iproute2 and network namespaces are needed" >&2
            exit 77
        fi
        remove_stale
        trap 'remove "$name"' EXIT
        trap 'exit 1' INT TERM HUP
        make "$count"
        RANKPOOL_HOSTS=$name "$@"
        ;;
    mpirun)
        shift
        hosts=$(own_namespaces "$name" | sed -n "s/^$name-h/$network./p" | sort -V | paste -sd,)
        [[ -n $hosts ]] || { echo "hosts.sh: no hosts are up; call this inside: hosts.sh with N COMMAND…" >&2; exit 2; }
        export RANKPOOL_HOSTS OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1
        # Leaks are looked for on one host: here LeakSanitizer itself crashes now and then when a rank ends.
        settings=(-x ASAN_OPTIONS=detect_leaks=0)
        [[ -z ${TSAN_OPTIONS:-} ]] || settings+=(-x TSAN_OPTIONS)
        on_host 1 mpirun --quiet --oversubscribe --bind-to none --host "$hosts" --map-by node \
            --mca plm rsh --mca plm_rsh_agent "$self" --mca pml ob1 --mca btl self,vader,tcp \
            --mca btl_tcp_if_include "$network.0/24" --mca oob_tcp_if_include "$network.0/24" "${settings[@]}" "$@"
        ;;
    on) shift && on_host "$@" ;;
    cut) ip -n "$name-h$2" link set eth0 down ;;
    join) ip -n "$name-h$2" link set eth0 up ;;
    "$network".*) # mpirun starts its daemons through this script: hosts.sh ADDRESS COMMAND…
        host=${1##*.}
        shift
        on_host "$host" env -i PATH="$PATH" HOME="$HOME" bash -c "$*"    # A login elsewhere knows nothing of this environment.
        ;;
    *) sed -n '2,/^set/s/^# \{0,1\}//p' "$0" >&2 && exit 2 ;;
esac

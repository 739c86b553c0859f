#!/usr/bin/env bash
# Starts a throw-away Slurm of several nodes on this one machine.
#
#   dir=$(tests/support/slurm_local.sh --owner $$ [--nodes 2] [--cpus 4])    prints the folder it lives in
#   source "$dir/env.sh"                                                      now sinfo, sbatch, srun talk to it
#   tests/support/slurm_local_stop.sh "$dir"                                  ends exactly what was started
#
# It also ends when the process --owner does, even if that was killed. Needs root and Debian's slurm-wlm and munge
# (exit code 77 without them). Nothing outside the folder is written or read, so a Slurm of this machine is not in the
# way. The CPUs are declared, not real: any number of ranks can be asked for on two cores.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
nodes=2 cpus=4 owner=
while (($# > 0)); do
    case $1 in
        --nodes) nodes=$2 && shift 2 ;;
        --cpus) cpus=$2 && shift 2 ;;
        --owner) owner=$2 && shift 2 ;;
        *) sed -n '2,/^set/s/^# \{0,1\}//p' "$0" >&2 && exit 2 ;;
    esac
done
[[ -n $owner ]] || { echo "slurm_local.sh: --owner PID is missing: the process that the Slurm lives for" >&2; exit 2; }

PATH=$PATH:/usr/sbin:/sbin
skip() { echo "slurm_local.sh: $*" >&2; exit 77; }
[[ $(id -u) == 0 ]] || skip "no Slurm here: its daemons need root"
for daemon in munged slurmctld slurmd; do
    command -v "$daemon" >/dev/null || skip "no Slurm here: $daemon is missing (Debian: slurm-wlm, munge)"
done
# A UTS namespace per slurmd gives every node its own name, so that MPI sees separate nodes.
names=yes
if ! unshare --uts true 2>/dev/null; then
    names=no
    ((nodes == 1)) || echo "slurm_local.sh: no UTS namespaces in this sandbox, so one node instead of $nodes" >&2
    nodes=1
fi

dir=$(mktemp -d "${TMPDIR:-/tmp}/rankpool-slurm.XXXXXX")
# The path of a socket may have 107 characters.
if ((${#dir} > 80)); then rmdir "$dir" && dir=$(mktemp -d /tmp/rankpool-slurm.XXXXXX); fi
trap '"$here"/slurm_local_stop.sh "$dir"' EXIT
trap 'exit 1' INT TERM HUP
chmod 755 "$dir"
mkdir -p "$dir"/{state,log,run,pids}
mkdir -m 700 "$dir/munge"
export SLURM_CONF=$dir/slurm.conf

# start NAME COMMAND…: in the background, in a session of its own, its pid noted.
start() {
    local name=$1
    shift
    setsid "$@" </dev/null >"$dir/log/$name.out" 2>&1 &
    echo $! >"$dir/pids/$name"
}

is_free() { ! (: <"/dev/tcp/127.0.0.1/$1") 2>/dev/null; }

# A run of free ports below the range that the system hands out by itself (32768 and up).
find_ports() {
    local base offset
    for _ in {1..200}; do
        base=$((20000 + RANDOM % 12000))
        for ((offset = 0; offset <= nodes; offset++)); do
            is_free $((base + offset)) || continue 2
        done
        echo "$base" && return 0
    done
    echo "slurm_local.sh: found no $((nodes + 1)) free ports in a row from 20000 to 32000" >&2
    return 1
}

write_configuration() { # write_configuration FIRST_PORT
    local host memory_mib node
    host=$(hostname -s)
    memory_mib=$(awk '/^MemTotal/ { print int($2 / 1024) }' /proc/meminfo)
    cat <<CONFIGURATION
ClusterName=rankpool
SlurmctldHost=$host(127.0.0.1)
SlurmctldPort=$1
SlurmUser=root
SlurmdUser=root
AuthType=auth/munge
CredType=cred/munge
AuthInfo=socket=$dir/run/munge.socket
StateSaveLocation=$dir/state
SlurmdSpoolDir=$dir/spool/%n
# One TmpFS for all nodes would make their pmix plugins collide.
TmpFS=$dir/tmp/%n
SlurmctldPidFile=$dir/run/slurmctld.pid
SlurmdPidFile=$dir/run/slurmd.%n.pid
SlurmctldLogFile=$dir/log/slurmctld.log
SlurmdLogFile=$dir/log/slurmd.%n.log
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
MpiDefault=none
SwitchType=switch/none
AccountingStorageType=accounting_storage/none
SelectType=select/cons_tres
SelectTypeParameters=CR_CPU
SchedulerType=sched/backfill
SchedulerParameters=batch_sched_delay=0,sched_interval=2,bf_interval=2,sched_min_interval=100000
# More CPUs than the machine has.
SlurmdParameters=config_overrides
# The controller listens on 127.0.0.1 only; munge with a key of its own keeps others off the rest.
CommunicationParameters=NoCtldInAddrAny
ReturnToService=2
MinJobAge=3600
KillWait=5
InactiveLimit=0
JobRequeue=1
CONFIGURATION
    for ((node = 1; node <= nodes; node++)); do
        echo "NodeName=node$node NodeHostname=$host NodeAddr=127.0.0.1 Port=$(($1 + node)) CPUs=$cpus RealMemory=$memory_mib"
    done
    echo "PartitionName=test Nodes=ALL Default=YES MaxTime=INFINITE State=UP OverSubscribe=NO"
}

wait_for_nodes() {
    local up _
    for _ in {1..150}; do
        up=$(sinfo -h -N -t idle,mixed,allocated -o %N 2>/dev/null | wc -l)
        ((up == nodes)) && return 0
        sleep 0.1
    done
    echo "slurm_local.sh: $up of $nodes nodes came up within 15 s; what the daemons said last:" >&2
    tail -n 5 "$dir"/log/* >&2
    return 1
}

head -c 128 /dev/urandom >"$dir/munge/key"
chmod 400 "$dir/munge/key"
start munged munged --foreground --force --key-file="$dir/munge/key" --socket="$dir/run/munge.socket" \
    --pid-file="$dir/run/munged.pid" --log-file="$dir/munge/log" --seed-file="$dir/munge/seed"

port=$(find_ports)
write_configuration "$port" >"$SLURM_CONF"
# slurmd wants a cgroup plugin even where nothing uses one. The one for version 1 starts also in containers that have no
# cgroups to write to; from 23.11 on it can be none at all.
case $(slurmd -V) in
    *' 2'[0-2].* | *' 23.02'*) echo 'CgroupPlugin=cgroup/v1' ;;
    *) echo 'CgroupPlugin=disabled' ;;
esac >"$dir/cgroup.conf"
cat >"$dir/env.sh" <<ENVIRONMENT
export SLURM_CONF=$SLURM_CONF PATH=\$PATH:/usr/sbin
# What mpirun needs as root on nodes that declare more CPUs than the machine has.
export OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1
export OMPI_MCA_hwloc_base_binding_policy=none OMPI_MCA_mpi_yield_when_idle=1
ENVIRONMENT

for _ in {1..50}; do [[ -S $dir/run/munge.socket ]] || sleep 0.1; done
start slurmctld slurmctld -D -f "$SLURM_CONF"
for ((node = 1; node <= nodes; node++)); do
    mkdir -p "$dir/spool/node$node" "$dir/tmp/node$node"
    chmod 1777 "$dir/tmp/node$node"
    if [[ $names == yes ]]; then
        # shellcheck disable=SC2016 # The inner shell's arguments.
        start "slurmd.node$node" unshare --uts sh -c 'hostname "$2" && exec slurmd -D -f "$1" -N "$2"' _ "$SLURM_CONF" "node$node"
    else
        start "slurmd.node$node" slurmd -D -f "$SLURM_CONF" -N "node$node"
    fi
done
wait_for_nodes

# shellcheck disable=SC2016 # The inner shell's arguments.
setsid bash -c 'while kill -0 "$1" && [[ -d $2 ]]; do sleep 1; done 2>/dev/null; [[ ! -d $2 ]] || "$3" "$2"' \
    _ "$owner" "$dir" "$here/slurm_local_stop.sh" </dev/null >/dev/null 2>&1 &
trap - EXIT
echo "$dir"

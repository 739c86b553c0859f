#!/usr/bin/env bash
# Runs a rankpool program on this machine, on all of its cores; builds first what is not built yet.
#
#   jobscripts/local.sh                     the main job: build/release/examples/divisibility
#   jobscripts/local.sh PROGRAM ARGUMENTS…  any rankpool program: a path, or the name of an example or of a program
#                                           in build/release
#   jobscripts/local.sh --time-limit 2h …   with so much time: what would not end before is not started (exit code 75)
#   RANKPOOL_RANKS=4 jobscripts/local.sh …  with so many ranks. Otherwise one per core and one more, because rank 0
#                                           coordinates and sleeps while it waits.
#
# The program runs in the current folder. Its exit code is this script's; signals (TERM, INT, USR1) reach it through
# mpirun. Exit code 3: something needed is missing (setup.sh says what); 2: no such program.
set -euo pipefail

project=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
built=$project/build/release
fail() { printf 'local.sh: %s\n' "$@" >&2 && exit 2; }

# What the sources offer, by the names of the programs.
known_programs() {
    local source
    for source in "$project"/examples/*.cpp "$project"/examples/*/; do
        [[ -e $source ]] && basename "$source" .cpp
    done
    [[ ! -d $project/apps ]] || echo rankpool
}

if [[ ${1:-} == --time-limit ]]; then
    (($# > 1)) || fail "--time-limit needs a length of time, such as 90s, 15min or 2h"
    export RANKPOOL_TIME_LIMIT=$2
    shift 2
fi
case ${1:-} in
    -h | --help) sed -n '2,/^set/s/^# \{0,1\}//p' "$0" && exit 0 ;;
    -*) fail "unknown option '$1'; see jobscripts/local.sh --help" ;;
esac
program=${1:-divisibility}
shift $(($# > 0 ? 1 : 0))

ranks=${RANKPOOL_RANKS:-$(($("$project/jobscripts/cores.sh") + 1))}
[[ $ranks =~ ^[1-9][0-9]*$ ]] || fail "RANKPOOL_RANKS is '$ranks'; it must be a whole number of ranks, 1 or more"

if [[ $program == */* ]]; then
    path=$program
    if [[ $(realpath -m -- "$path") == "$built"/* ]]; then "$project/jobscripts/build.sh"; fi
    [[ -e $path ]] || fail "there is no program '$path' (seen from $PWD)" \
        "give the path of a program, or the name of one of these: $(known_programs | xargs)"
else
    grep -qxF -- "$program" <<<"$(known_programs)" ||
        fail "there is no rankpool program '$program'" "these are there: $(known_programs | xargs)" \
            "a program of your own is given by its path: jobscripts/local.sh ./$program"
    target=$program
    if [[ $program == rankpool ]]; then target=rankpool_program; fi    # The library has the name already.
    "$project/jobscripts/build.sh" --target="$target"
    for path in "$built/examples/$program" "$built/apps/$program"; do
        [[ -x $path && ! -d $path ]] && break
    done
    [[ -e $path ]] || fail "'$program' is not among the programs that $project builds (see $built/examples)"
fi
[[ -x $path && ! -d $path ]] || fail "'$path' is not an executable file"
command -v mpirun >/dev/null || { "$project/jobscripts/setup.sh" || exit $?; }

# On one machine: shared memory only starts 0.2 s sooner; messages up to 32 KiB go at once, which measured better with
# more ranks than cores; idle MPI calls give their core away for the same reason; inside a batch job (ras) only this node.
local_only='--quiet --bind-to none --mca ras ^slurm,tm,lsf,gridengine --mca pml ob1 --mca mpi_yield_when_idle 1'
case $(mpirun --version 2>/dev/null) in
    *'Open MPI) 4.'*) options="$local_only --oversubscribe --mca btl self,vader --mca btl_vader_eager_limit 32768" ;;
    *'Open MPI'*) options="$local_only --map-by :oversubscribe --mca btl self,sm" ;;
    *) options= ;;    # Another MPI: its own defaults.
esac
if [[ $(id -u) == 0 ]]; then
    export OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1    # mpirun's guard against root, e.g. in containers.
fi
# shellcheck disable=SC2086 # Several options.
exec mpirun -n "$ranks" $options "$path" "$@"

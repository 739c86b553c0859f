#!/usr/bin/env bash
# Sets up, configures and builds rankpool: all cores, Ninja and ccache where they are; silent when nothing is to do.
#
#   jobscripts/build.sh [PRESET]               the library, the examples and the programs, into build/PRESET;
#                                              PRESET is release (the default), debug, asan or tsan
#   jobscripts/build.sh --tests [PRESET]       and the tests
#   jobscripts/build.sh --target=NAME [PRESET] only this one
#
# Exit code: 0 built, 3 something is missing (setup.sh says what), else that of CMake.
set -euo pipefail

project=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
tests=no preset=release targets=()
for argument in "$@"; do
    case $argument in
        --tests) tests=yes ;;
        --target=*) targets=(--target "${argument#*=}") ;;
        -h | --help) sed -n '2,/^set/s/^# \{0,1\}//p' "$0" && exit 0 ;;
        -*) echo "build.sh: unknown option '$argument'; see jobscripts/build.sh --help" >&2 && exit 2 ;;
        *) preset=$argument ;;
    esac
done
cd "$project"
folder=build/$preset
cache=$folder/CMakeCache.txt

# shellcheck source=jobscripts/setup.sh
source jobscripts/setup.sh
if [[ $tests == yes ]]; then rankpool_setup --tests; else rankpool_setup; fi

in_cache() { [[ -f $cache ]] && grep -q "$1" "$cache"; }

configure() {
    local -a options=(-DRANKPOOL_BUILD_TESTS=OFF)
    # A tree that holds the tests keeps them.
    if [[ $tests == yes ]] || in_cache '^RANKPOOL_BUILD_TESTS:BOOL=ON'; then options=(-DRANKPOOL_BUILD_TESTS=ON); fi
    if [[ ! -f $cache ]]; then
        if command -v ninja >/dev/null; then options+=(-G Ninja); fi
        if command -v ccache >/dev/null; then options+=(-DCMAKE_CXX_COMPILER_LAUNCHER=ccache); fi
    fi
    mkdir -p "$folder"
    echo "configuring $folder"
    if ! cmake --preset "$preset" "${options[@]}" >"$folder/configure.log" 2>&1; then
        {
            # From the first error on; without one, the last lines.
            awk '/^CMake Error/ { found = 1 } found && lines++ < 40' "$folder/configure.log"
            grep -q '^CMake Error' "$folder/configure.log" || tail -n 20 "$folder/configure.log"
            echo "build.sh: configuring $project/$folder failed; all of it is in $folder/configure.log."
            echo "If it was configured by another CMake or in another place before: rm -r $project/$folder, and again."
        } >&2
        exit 1
    fi
}

# Compilers' words go through; of the progress, one line every few seconds.
show_build() {
    local line last=$SECONDS
    while IFS= read -r line; do
        case $line in
            FAILED:*) read -r _ && echo "$line" ;;    # The next line is the compiler's long command.
            'ninja: no work to do.' | 'ninja: Entering directory'* | *'Built target '*) ;;
            '['*/*']'* | '['*%']'*)
                if ((SECONDS - last >= 5)); then
                    last=$SECONDS
                    echo "building $folder ${line%%]*}]"
                fi
                ;;
            *) echo "$line" ;;
        esac
    done
}

if [[ ! -f $folder/build.ninja && ! -f $folder/Makefile ]] ||
    { [[ $tests == yes ]] && ! in_cache '^RANKPOOL_BUILD_TESTS:BOOL=ON'; }; then
    configure
fi
if [[ $tests == no && ${#targets[@]} == 0 && -f $folder/build.ninja ]] && in_cache '^RANKPOOL_BUILD_TESTS:BOOL=ON'; then
    targets=(--target examples/all apps/all)    # A folder's own target: only Ninja has it at the top.
fi
export CMAKE_BUILD_PARALLEL_LEVEL=${CMAKE_BUILD_PARALLEL_LEVEL:-$(jobscripts/cores.sh)}
if ! cmake --build "$folder" "${targets[@]}" 2>&1 | show_build; then
    echo "build.sh: building $project/$folder failed; the compiler's words are above." >&2
    exit 1
fi

#!/usr/bin/env bash
# Sets up, builds and runs rankpool's whole test suite.
#
#   tests/run.sh                        the release preset, everything
#   tests/run.sh asan|tsan|debug        another preset, in its own build folder
#   tests/run.sh release -R scheduler   further arguments are ctest's
#
# Exit code: ctest's; not 0 also when building fails or no test ran. 3: something is missing (setup.sh says what).
set -euo pipefail

project=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
preset=release
case ${1:-} in
    -h | --help) sed -n '2,/^set/s/^# \{0,1\}//p' "$0" && exit 0 ;;
    '' | -*) ;;
    release | debug | asan | tsan) preset=$1 && shift ;;
    *) echo "run.sh: there is no preset '$1', only release, debug, asan and tsan; see tests/run.sh --help" >&2 && exit 2 ;;
esac
cd "$project"
jobscripts/build.sh --tests "$preset"
exec ctest --preset "$preset" -j "$(jobscripts/cores.sh)" --no-tests=error "$@"

#!/usr/bin/env bash
# Runs clang-tidy, with the rules of .clang-tidy, over the library and the programs. Takes many minutes, so it is not part of the suite.
#
#   tests/tidy.sh                     all layers of lib/rankpool, apps and examples
#   tests/tidy.sh scheduler dataset   these layers of lib/rankpool
#
# CLANG_TIDY names the program (14 or later). Exit code: 1 if anything was found; 3: something is missing.
set -euo pipefail

project=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
tidy=${CLANG_TIDY:-clang-tidy}
case ${1:-} in
    -h | --help) sed -n '2,/^set/s/^# \{0,1\}//p' "$0" && exit 0 ;;
    '') set -- core scheduler task transport dataset launch protocol store observe coordinator worker executor blocks apps examples ;;
esac
if ! command -v "$tidy" >/dev/null; then
    echo "tidy.sh: there is no $tidy; CLANG_TIDY=… names another, apt-get install clang-tidy gets one" >&2
    exit 3
fi
cd "$project"
folders=()
for layer in "$@"; do
    case $layer in
        apps | examples) folders+=("$layer") ;;
        *) folders+=("lib/rankpool/$layer") ;;
    esac
    if [[ ! -d ${folders[-1]} ]]; then
        echo "tidy.sh: there is no layer '$layer' in lib/rankpool" >&2
        exit 2
    fi
done
cmake -S . -B build/tidy -DCMAKE_EXPORT_COMPILE_COMMANDS=ON -DCMAKE_BUILD_TYPE=Debug \
    -DRANKPOOL_BUILD_APPS=ON -DRANKPOOL_BUILD_EXAMPLES=ON -DRANKPOOL_BUILD_TESTS=OFF >/dev/null
findings=$(mktemp)
trap 'rm -f "$findings"' EXIT
find "${folders[@]}" -name '*.cpp' -print0 | xargs -0 -r -n 1 -P "$(jobscripts/cores.sh)" "$tidy" -p build/tidy --quiet >"$findings" 2>/dev/null || true
# Headers are seen by several sources: each finding once.
if grep -E ': (warning|error): ' "$findings" | sort -u; then
    exit 1
fi
echo "clang-tidy finds nothing in: $*"

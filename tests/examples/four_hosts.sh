#!/usr/bin/env bash
# four_hosts.sh EXPECTED EXAMPLE: runs an example on four hosts, each a network namespace, over TCP, and compares
# what it prints with a file. Exit code 77, and words, where there are none.
set -uo pipefail
expected=$1 example=$2
hosts=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)/support/hosts.sh

if [[ ${3:-} == inside ]]; then
    names=$("$hosts" mpirun -n 4 hostname | sort | paste -sd' ')
    [[ $names == "h1 h2 h3 h4" ]] || { echo "mpirun reaches '$names' instead of four hosts" >&2; exit 1; }
    for ranks in 4 6; do
        printed=$("$hosts" mpirun -n "$ranks" "$example") || { echo "exit code $? of $example on $ranks ranks" >&2; exit 1; }
        diff -u "$expected" <(printf '%s\n' "$printed") || exit 1
    done
    exit 0
fi
"$hosts" with 4 "${BASH_SOURCE[0]}" "$expected" "$example" inside
code=$?
[[ $code != 77 ]] || echo "not run: four hosts (network namespaces, and so root, are needed)"
exit "$code"

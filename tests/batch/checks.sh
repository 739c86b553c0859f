#!/usr/bin/env bash
# What the tests of this folder share; sourced. Everything that is wrong is printed, and the test goes on.
# shellcheck disable=SC2034 # Used where this is sourced.
set -euo pipefail

project=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
scratch=$(mktemp -d "${TMPDIR:-/tmp}/rankpool-batch.XXXXXX")
trap 'rm -rf -- "$scratch"' EXIT
trap 'exit 1' INT TERM HUP
failures=0 output='' code=0

skip() { echo "skipped: $*" && exit 77; }

wrong() {
    failures=$((failures + 1))
    printf 'WRONG: %s\n' "$1"
    printf '%s\n' "$output" | sed 's/^/    | /'
}

# run COMMAND…: keeps both outputs together in $output and the exit code in $code.
run() {
    code=0
    output=$("$@" 2>&1) || code=$?
}

expect_code() { [[ $code == "$1" ]] || wrong "$2: exit code $code instead of $1"; }

# expect_lines COUNT PATTERN WHAT: so many lines of the output match.
expect_lines() {
    local count
    count=$(grep -cE -- "$2" <<<"$output" || true)
    [[ $count == "$1" ]] || wrong "$3: $count lines match '$2' instead of $1"
}

expect_silence() { [[ -z $output ]] || wrong "$1: expected no output"; }

# wait_until SECONDS COMMAND…: returns when the command succeeds or the time is over; what matters is checked afterwards.
wait_until() {
    local deadline=$((SECONDS + $1))
    shift
    until "$@" || ((SECONDS >= deadline)); do sleep 0.2; done
}

has_lines() { [[ $(grep -cE -- "$2" "$3" 2>/dev/null) == "$1" ]]; }    # has_lines COUNT PATTERN FILE

finish() {
    if ((failures > 0)); then echo "$failures checks failed" && exit 1; fi
    echo "all checks passed"
}

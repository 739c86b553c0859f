#!/usr/bin/env bash
# Runs a command and checks its exit code, that texts are in its output, and that it says what it says once.
#
#   expect.sh EXIT_CODE 'TEXT' ['TEXT'…] -- COMMAND…
#
# EXIT_CODE: a number, or 'not-0'. A TEXT that starts with '!' must not be there; the others must, in exactly one line.
set -uo pipefail
wanted=$1
shift
texts=()
while [[ $1 != -- ]]; do
    texts+=("$1")
    shift
done
shift
output=$(timeout 60 "$@" 2>&1)
code=$?
fail() {
    echo "$1; exit code $code; output:"
    echo "$output"
    exit 1
}
((code != 124)) || fail "it hangs"
if [[ $wanted == not-0 ]]; then
    ((code != 0)) || fail "the exit code is 0"
else
    ((code == wanted)) || fail "the exit code is not $wanted"
fi
for text in "${texts[@]}"; do
    if [[ $text == !* ]]; then
        grep -qF -- "${text#!}" <<<"$output" && fail "'${text#!}' is there"
    else
        lines=$(grep -cF -- "$text" <<<"$output")
        ((lines == 1)) || fail "'$text' is in $lines lines"
    fi
done
exit 0

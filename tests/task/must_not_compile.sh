#!/usr/bin/env bash
# Checks that a source does not compile and that the compiler's message has our words: those of its line "// expect: …".
# A source without such a line must compile.
#
#   must_not_compile.sh SOURCE COMPILER [OPTIONS…]
set -euo pipefail
source=$1
shift
expected=$(sed -n 's|^// expect: ||p' "$source")
if output=$("$@" -fsyntax-only "$source" 2>&1); then
    [[ -z $expected ]] && exit 0
    echo "$source compiles, but should not" && exit 1
fi
[[ -n $expected ]] || { echo "$output" && exit 1; }
# Compilers may break long messages, and quote what is quoted in a string.
grep -qF -- "rankpool: " <<<"$output" || { echo "our message is missing: $output" && exit 1; }
grep -qF -- "$expected" <<<"$output" || { echo "'$expected' is missing: $output" && exit 1; }

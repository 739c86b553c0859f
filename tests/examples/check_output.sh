#!/usr/bin/env bash
# check_output.sh EXPECTED COMMAND...: runs the command and compares what it prints with a file.
set -uo pipefail
expected=$1
shift
printed=$("$@")
code=$?
if [ "$code" -ne 0 ]; then
  echo "exit code $code from: $*" >&2
  exit 1
fi
diff -u "$expected" <(printf '%s\n' "$printed")

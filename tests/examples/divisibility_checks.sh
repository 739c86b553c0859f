# Sourced: divisibility_*.sh PROGRAM MPIRUN…
# shellcheck shell=bash
# shellcheck disable=SC2034  # used by the scripts that source this

program=$1
shift
mpirun=("$@")

work=$(mktemp -d "${TMPDIR:-/tmp}/divisibility.XXXXXX")
trap 'rm -rf -- "$work"' EXIT
cd "$work" || exit 1

failures=0
fail() {
  printf 'FAILED: %s\n' "$*" >&2
  failures=$((failures + 1))
}
finish() {
  if [ "$failures" -ne 0 ]; then
    echo "$failures checks failed" >&2
    exit 1
  fi
  echo "all checks passed"
}

# on RANKS ARGS…: runs the program; "alone" is without mpirun.
on() {
  local ranks=$1
  shift
  if [ "$ranks" = alone ]; then
    "$program" "$@"
  else
    "${mpirun[@]}" -n "$ranks" "$program" "$@"
  fi
}

python=/usr/bin/python3
has_h5py() { [ -x "$python" ] && "$python" -c 'import h5py, numpy' 2>/dev/null; }

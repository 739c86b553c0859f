#!/usr/bin/env bash
# Bad input gets one clear message and a non-zero exit code; nothing hangs, and an earlier output file survives.
set -uo pipefail
here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=tests/examples/divisibility_checks.sh
. "$here/divisibility_checks.sh"

on alone --size 1000 --chunk 100 --output earlier.h5 >/dev/null || fail "cannot make the earlier file"
cp earlier.h5 kept.h5
h5repack -f NONE earlier.h5 data.h5
echo "no HDF5 at all" >text.h5
head -c 3000 earlier.h5 >cut.h5

# refuses CODE WORDS ARGS…: alone and on ranks; one message with these words; the earlier output stays.
refuses() {
  local code=$1 words=$2 ranks
  shift 2
  for ranks in alone 2; do
    on "$ranks" "$@" >out 2>err
    local got=$?
    [ "$got" -eq "$code" ] || fail "$ranks: exit code $got instead of $code for: $* ($(cat err))"
    grep -qi -- "$words" err || fail "$ranks: no word of '$words' for: $* ($(cat err))"
    [ "$(grep -c '^rankpool: ' err)" -eq 1 ] || fail "$ranks: not exactly one message for: $* ($(cat err))"
    grep -q 'HDF5-DIAG\|MPI_ABORT' err && fail "$ranks: a library's own words leak out for: $* ($(cat err))"
    cmp -s earlier.h5 kept.h5 || fail "$ranks: the earlier output was touched by: $*"
    compgen -G '*.part-*' >/dev/null && fail "$ranks: a part file is left behind by: $*"
  done
}

refuses 2 'colour' --colour blue --output earlier.h5
refuses 2 'size' --size 0 --output earlier.h5
refuses 2 'size' --size many --output earlier.h5
refuses 2 'divisors' --divisors 3,0 --output earlier.h5
refuses 2 'failure-rate' --failure-rate 2 --output earlier.h5
refuses 1 'missing.h5' --input missing.h5:/x --output earlier.h5
refuses 1 'selected' --input earlier.h5:/absent --output other.h5
refuses 2 'dataset' --input earlier.h5 --output other.h5
refuses 1 'text.h5' --input text.h5:/x --output earlier.h5
refuses 1 'cut.h5' --input cut.h5:/selected --output earlier.h5
refuses 1 'directory' --size 1000 --chunk 100 --output no/such/directory/out.h5
refuses 1 'pretends to fail' --size 1000 --chunk 100 --failure-rate 1 --retries 2 --output earlier.h5
grep -q 'attempt 3' err || fail "the message does not tell the attempt: $(cat err)"

if has_h5py; then
  "$python" - <<'PY'
import h5py, numpy as np
with h5py.File("kinds.h5", "w") as f:
    f["floats"] = np.arange(4.0)
    f["names"] = ["a", "b"]
    f["matrix"] = np.zeros((3, 4), dtype="i8")
    f.create_group("group")
PY
  refuses 1 'float64' --input kinds.h5:/floats --output earlier.h5
  refuses 1 'dimensions' --input kinds.h5:/matrix --output earlier.h5
  refuses 1 'group' --input kinds.h5:/group --output earlier.h5
fi

# A directory where nothing can be written, and a disk that is full (a small one of its own; needs root).
if [ "$(id -u)" = 0 ] && mkdir full && mount -t tmpfs -o size=400k tmpfs full 2>/dev/null; then
  trap 'umount "$work/full"; rm -rf -- "$work"' EXIT
  cp earlier.h5 full/out.h5
  for ranks in alone 3; do
    on alone --size 4000000 --output warm.h5 >/dev/null || fail "cannot make the data"
    "$python" - <<'PY' 2>/dev/null || true
import h5py, numpy as np
with h5py.File("noise.h5", "w") as f:
    f.create_dataset("x", data=np.random.default_rng(1).integers(0, 2**60, 500000), chunks=(50000,))
PY
    on "$ranks" --input noise.h5:/x --divisors 1 --output full/out.h5 >out 2>err
    [ $? -eq 1 ] || fail "full disk on $ranks: exit code is not 1: $(cat out err)"
    grep -qi 'disk\|space' err || fail "full disk on $ranks: the message does not say so: $(cat err)"
    cmp -s full/out.h5 kept.h5 || fail "full disk on $ranks: the earlier output was touched"
    compgen -G 'full/*.part-*' >/dev/null && fail "full disk on $ranks: a part file is left behind"
  done
  chmod 500 full
else
  echo "not checked: a full disk (needs root and mount)"
fi

finish

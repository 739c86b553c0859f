#!/usr/bin/env bash
# The main job finds the right numbers, on any number of ranks the same, and writes a file that others can read.
set -uo pipefail
here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=tests/examples/divisibility_checks.sh
. "$here/divisibility_checks.sh"

# --- the same file alone and on ranks ----------------------------------------------------------------------------
for ranks in alone 1 2 3 4; do
  out=$(on "$ranks" --size 200000 --chunk 16384 --output "on_$ranks.h5" 2>err) || fail "$ranks ranks: exit code $?: $(cat err)"
  grep -q '^found  *1,905 of 200,000 ' <<<"$out" || fail "$ranks ranks: wrong count in: $out"
  grep -q '^check ' <<<"$out" || fail "$ranks ranks: the count was not checked: $out"
  [ -s err ] && fail "$ranks ranks: unexpected words on stderr: $(cat err)"
  h5diff -q on_alone.h5 "on_$ranks.h5" || fail "$ranks ranks: the file differs from that of one process"
done

# --- what is in the file --------------------------------------------------------------------------------------------
h5dump -H -p on_2.h5 >dump || fail "h5dump cannot read the output"
for words in 'DATASET "selected"' 'H5T_STD_I64LE' 'CHUNKED' 'DEFLATE' 'ATTRIBUTE "divisors"' 'ATTRIBUTE "source_file"'; do
  grep -q "$words" dump || fail "the output has no $words"
done
if has_h5py; then
  "$python" - on_2.h5 <<'PY' || fail "h5py reads something else"
import sys, h5py, numpy as np
with h5py.File(sys.argv[1]) as f:
    d = f["selected"]
    n = np.arange(200000)
    want = n[(n % 3 == 0) & (n % 5 == 0) & (n % 7 == 0)]
    assert d.dtype == np.int64 and np.array_equal(d[:], want)
    assert list(d.attrs["divisors"]) == [3, 5, 7]
    assert d.attrs["source_dataset"] == "/numbers" and d.attrs["source_size"] == 200000
    assert d.chunks is not None and d.compression == "gzip"
    with h5py.File(d.attrs["source_file"]) as g:
        assert np.array_equal(g["numbers"][:], n)
PY
else
  echo "not checked: h5py (no python3 with h5py)"
fi

# --- an existing file: negative numbers, another width, other divisors ------------------------------------------------
if has_h5py; then
  "$python" - <<'PY'
import h5py, numpy as np
rng = np.random.default_rng(7)
with h5py.File("given.h5", "w") as f:
    f.create_dataset("run/values", data=rng.integers(-10**9, 10**9, 50000, dtype=np.int32), chunks=(4000,), compression="gzip")
    f.create_dataset("empty", shape=(0,), maxshape=(None,), dtype="i8", chunks=(10,))
    f.create_dataset("contiguous", data=np.arange(-50, 50, dtype=np.int16))
PY
  on 3 --input given.h5:/run/values --divisors 2,9,13 --output given_out.h5 >out 2>err || fail "--input: exit code $?: $(cat err)"
  grep -q '^check' out && fail "the closed form holds for made data only: $(cat out)"
  "$python" - <<'PY' || fail "--input: wrong numbers"
import h5py, numpy as np
with h5py.File("given.h5") as f, h5py.File("given_out.h5") as g:
    v = f["run/values"][:].astype(np.int64)
    assert np.array_equal(g["selected"][:], v[v % (2 * 9 * 13) == 0])
PY
  on 2 --input given.h5:/empty --output empty_out.h5 >out 2>err || fail "an empty dataset: exit code $?: $(cat err)"
  grep -q '^found  *0 of 0 ' out || fail "an empty dataset: $(cat out)"
  on alone --input given.h5:/contiguous --divisors 10 --output c.h5 >out 2>err || fail "a contiguous dataset: $(cat err)"
  grep -q '^found  *10 of 100 ' out || fail "a contiguous dataset: $(cat out)"
fi

# --- retries, slowness, progress ---------------------------------------------------------------------------------------
for ranks in alone 1 2 4; do
  out=$(on "$ranks" --size 10000 --chunk 667 --slowness 0.001 --failure-rate 0.2 --retries 20 --output r.h5 2>err) ||
    fail "retries on $ranks: exit code $?: $(cat err)"
  grep -q '^found  *96 of 10,000 ' <<<"$out" || fail "retries on $ranks: wrong count in $out"
  grep -q ' 9 retries' <<<"$out" || fail "retries on $ranks: not the same failures as elsewhere: $out"
done
RANKPOOL_PROGRESS=bar on 2 --size 10000 --chunk 100 --slowness 0.002 --output p.h5 >out 2>err || fail "progress: exit code $?"
grep -q '%' err || fail "no progress bar was drawn: $(cat err)"

finish

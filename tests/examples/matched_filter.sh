#!/usr/bin/env bash
# Matched filtering finds the merger that was hidden in noise, at its time and near its masses, on any number of ranks.
# Arguments: the program, then how to start ranks.
set -euo pipefail
program=$1
shift
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
cd "$scratch"

fail() { echo "FAILED: $*" >&2 && exit 1; }

for ranks in alone 1 2 4; do
    run=()
    [[ $ranks == alone ]] || run=("$@" -n "$ranks")
    "${run[@]}" "$program" --mass-low 20 --mass-high 44 --mass-step 8 --output "snr_$ranks.h5" --plot "snr_$ranks.svg" >out 2>err ||
        fail "$ranks ranks: exit code $?: $(cat err)"
    grep -q '^event    at GPS 1000000014.2[0-9] s, signal-to-noise ratio \(1[7-9]\|2[0-3]\)\.' out || fail "$ranks ranks: another event: $(cat out)"
    grep -q '^masses   36 and 28 solar masses' out || fail "$ranks ranks: other masses: $(cat out)"
    [[ -s err ]] && fail "$ranks ranks: unexpected words on stderr: $(cat err)"
    [[ $(head -c 4 "snr_$ranks.svg") == '<svg' ]] || fail "$ranks ranks: no picture"
    cmp -s snr_alone.svg "snr_$ranks.svg" || fail "$ranks ranks: another picture than alone"
done
if "$program" nowhere.h5 >out 2>err; then fail "a file that is missing was accepted"; fi
grep -q "nowhere.h5" err || fail "the message does not name the file: $(cat err)"

#!/usr/bin/env bash
# Sweeps that are killed, interrupted and told to end, and then gone on with:
# sweep_killed_test.sh RANKPOOL READ_TABLE.PY MPIRUN…
# shellcheck source=tests/batch/checks.sh
source "$(dirname "${BASH_SOURCE[0]}")/../batch/checks.sh"

rankpool=$1 read_table=$2
shift 2
mpirun=("$@")
cd "$scratch"
export RANKPOOL_PROGRESS=off PATH=/usr/bin:$PATH

has_lines() { [[ $(grep -cs . "$2") -ge $1 ]]; }
wait_until() { # wait_until SECONDS COMMAND…
    local left
    for ((left = $1 * 20; left > 0; left--)); do
        if "${@:2}"; then return 0; fi
        sleep 0.05
    done
    wrong "waited $1 s in vain for: ${*:2}"
}
is_gone() { ! kill -0 "$1" 2>/dev/null || [[ $(ps -o stat= -p "$1") == Z* ]]; }
all_gone() {
    local pid
    while read -r pid; do is_gone "$pid" || return 1; done <pids
}

# Every rank count: killed without warning in the middle, then gone on with.
for ranks in 0 1 2 4; do
    rm -rf ./*
    start=()
    ((ranks == 0)) || start=("${mpirun[@]}" -n "$ranks")
    sweep=("${start[@]}" "$rankpool" sweep --grid n=1:60 -- sh -c 'echo $$ >> pids; sleep 0.05; echo {n} >> ran')
    setsid "${sweep[@]}" >killed.out 2>&1 &
    leader=$!
    wait_until 60 has_lines 12 results.h5.journal
    # All processes of it at once: nobody has time to say or write anything.
    mapfile -t all < <(ps -e -o pid=,sid= | awk -v sid="$leader" '$2 == sid { print $1 }')
    kill -KILL "${all[@]}" 2>/dev/null || true
    wait "$leader" 2>/dev/null || true
    wait_until 10 all_gone
    finished=$(($(grep -c . results.h5.journal) - 1))
    run "${start[@]}" "$rankpool" sweep --resume "${sweep[@]:$((${#start[@]} + 2))}"
    expect_code 0 "$ranks ranks, going on"
    expect_lines 1 "^60 of 60 cases succeeded \(($finished|$((finished - 1))) of them before\)" "$ranks ranks, going on"
    run sort -n -u ran
    expect_lines 60 . "$ranks ranks, every case ran"
    # Only what was under way may have run twice.
    twice=$(($(grep -c . ran) - 60))
    ((twice <= 16)) || wrong "$ranks ranks: $twice cases ran twice"
    run "$read_table" results.h5
    if [[ $code == 77 ]]; then
        echo "not read: the table, because there is no h5py"
    else
        expect_lines 60 '"status": "succeeded"' "$ranks ranks, the table"
    fi
done

# Killed without warning: nothing that commands have started lives on, whatever session it made for itself; the sweep of a
# command does its part, too.
rm -rf ./*
for start in '' "${mpirun[*]} -n 2"; do
    # shellcheck disable=SC2086 # Several words.
    setsid $start "$rankpool" sweep --grid n=1:2 -- sh -c \
        'sleep 1000 & echo $! >> pids; setsid sh -c "echo \$\$ >> pids; sleep 1000; true" & wait' >out 2>&1 &
    leader=$!
    wait_until 30 has_lines 4 pids
    mapfile -t all < <(pgrep -x rankpool -s "$leader"; echo "$leader")
    kill -KILL "${all[@]}" 2>/dev/null || true
    wait "$leader" 2>/dev/null || true
    wait_until 20 all_gone
    rm -rf ./*
done
"$rankpool" sweep --grid n=1 -- sh -c 'sleep 1000 & echo $! >> pids' >out 2>&1
if all_gone; then wrong "what a command leaves running at an orderly end is killed"; fi
while read -r pid; do kill -KILL "$pid"; done <pids

# Asked to end: what runs is ended, too, and the table is there.
for signal in TERM INT; do
    rm -rf ./*
    # A shell ignores INT for what it starts in the background.
    env --default-signal=INT "$rankpool" sweep --jobs 2 --grid n=1:9 -- sh -c 'test {n} -le 3 && exit; echo $$ >> pids; exec sleep 1000' >out 2>&1 &
    pid=$!
    wait_until 20 has_lines 2 pids
    kill -$signal $pid
    code=0
    wait $pid || code=$?
    output=$(<out)
    expect_code "$([[ $signal == TERM ]] && echo 75 || echo 130)" "$signal"
    expect_lines 1 "^3 of 9 cases succeeded, 6 not run" "$signal"
    expect_lines 1 "can be resumed$" "$signal"
    wait_until 5 all_gone
    run "$rankpool" sweep --resume --dry-run --grid n=1:9 -- sh -c 'test {n} -le 3 && exit; echo $$ >> pids; exec sleep 1000'
    expect_lines 1 "^3 of them have succeeded before" "$signal, what is left"
done

# Two at once on one table.
rm -rf ./*
"$rankpool" sweep --grid n=1 -- sleep 20 >out 2>&1 &
pid=$!
wait_until 20 has_lines 1 results.h5.journal
run "$rankpool" sweep --resume --grid n=1 -- sleep 20
expect_code 2 "a second sweep"
expect_lines 1 "another sweep writes 'results.h5.journal' now" "a second sweep"
kill -TERM $pid
wait $pid || true
finish

#!/usr/bin/env bash
# Runs with a journal that are killed, and then go on: journal_test.sh ENDS RANKPOOL MPIRUN…
# RANKPOOL_TEST_KILLS says how often.
# shellcheck source=tests/batch/checks.sh
source "$(dirname "${BASH_SOURCE[0]}")/../batch/checks.sh"

ends=$1 rankpool=$2
shift 2
mpirun=("$@")
cd "$scratch"
kills=${RANKPOOL_TEST_KILLS:-12}
total=220    # Tasks of the program.
run "$ends" squares
expect_code 0 "without a journal"
expected=$(grep '^the sum is' <<<"$output")
rm ran
export RANKPOOL_JOURNAL=$scratch/journal

for ranks in 0 1 4; do
    start=()
    ((ranks == 0)) || start=("${mpirun[@]}" -n "$ranks")
    rm -rf journal ran
    known=0
    for ((i = 0; i < kills; i++)); do
        setsid "${start[@]}" "$ends" squares >out 2>&1 &
        leader=$!
        sleep "0.$((RANDOM % 9))$((RANDOM % 10))"
        # All processes of it at once: nobody has time to say or write anything.
        mapfile -t all < <(ps -e -o pid=,sid= | awk -v sid="$leader" '$2 == sid { print $1 }')
        kill -KILL "${all[@]}" 2>/dev/null || true
        wait "$leader" 2>/dev/null || true
        [[ -e journal/journal ]] || continue
        run "$rankpool" journal verify journal
        expect_code 0 "$ranks ranks, after kill $i"
        whole=$(sed -n 's/^\([0-9]*\) results are whole.*/\1/p' <<<"$output")
        ((whole >= known)) || wrong "$ranks ranks, after kill $i: $known results became $whole"
        known=$whole
    done
    run "${start[@]}" "$ends" squares
    expect_code 0 "$ranks ranks, going on"
    expect_lines 1 "^$expected$" "$ranks ranks, the same result"
    ((known == 0)) || expect_lines 1 "^rankpool: $known tasks were not run, because the journal '$scratch/journal' has their results$" "$ranks ranks, going on"
    # What was under way at a kill, or in the last 20 ms before it and not told yet, runs twice; nothing else does.
    again=$(($(wc -l <ran) - 200))
    ((again <= kills * 60)) || wrong "$ranks ranks: $again of 200 tasks ran again after $kills kills"
    : >ran
    run "${start[@]}" "$ends" squares
    expect_lines 1 "^$expected$" "$ranks ranks, all from the journal"
    expect_lines 1 "^rankpool: $total tasks were not run, because the journal" "$ranks ranks, all from the journal"
    [[ ! -s ran ]] || wrong "$ranks ranks: $(wc -l <ran) tasks ran though all were known"
done

# Other random numbers make other tasks; keys that are given stay.
RANKPOOL_SEED=7 run "${mpirun[@]}" -n 2 "$ends" squares
expect_code 0 "another seed"
expect_lines 1 "^rankpool: 100 tasks were not run" "another seed"

# Two runs at once.
"${mpirun[@]}" -n 2 "$ends" takes_a_while >out 2>&1 &
pid=$!
wait_until 20 test -s began
run "${mpirun[@]}" -n 2 "$ends"
expect_code 2 "a second run"
expect_lines 1 "^rankpool: the journal '$scratch/journal' is in use by process [0-9]+ on .*: wait for its end, or give this run a journal of its own$" "a second run"
kill -USR1 $pid
code=0
wait $pid || code=$?
expect_code 75 "the first run"

run "$rankpool" journal show journal
expect_code 0 "show"
expect_lines 1 "^[0-9a-f]{32}  [0-9 :-]{19} +8 B  square 7$" "a result by name"
run "$rankpool" journal export journal
expect_lines 1 '"name":"square 7","result":"[0-9a-f]{16}"' "a result as JSON"
run "$rankpool" journal compact journal
expect_code 0 "compact"
printf 'x' | dd of=journal/journal bs=1 seek=100 conv=notrunc status=none
run "$rankpool" journal verify journal
expect_code 1 "verify after damage"
expect_lines 1 "results are whole, [1-9][0-9]* bytes in between are damaged, 0 bytes at the end are torn" "verify after damage"
run "$rankpool" journal show nothing
expect_code 2 "no journal"
finish

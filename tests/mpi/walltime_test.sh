#!/usr/bin/env bash
# The end of a job's time, as pools meet it: known, announced by a signal, or wished: walltime_test.sh ENDS MPIRUN…
# shellcheck source=tests/batch/checks.sh
source "$(dirname "${BASH_SOURCE[0]}")/../batch/checks.sh"

ends=$1
shift
mpirun=("$@")
cd "$scratch"
export RANKPOOL_STATUS_FILE=$scratch/status

# expect_wound_down WHAT: some tasks ran, all that ran came to their end, and others were left.
expect_wound_down() {
    expect_code 75 "$1"
    expect_lines 1 "^rankpool: stopped at the walltime, can be resumed: the task was not started" "$1"
    expect_lines 1 "^rankpool: of the tasks that were submitted, [0-9]+ have succeeded, [0-9]+ run and may end, [1-9][0-9]* were not started$" "$1"
    local began ended
    began=$(wc -l <began) ended=$(wc -l <ended)
    ((began > 0 && began == ended && began < 100)) || wrong "$1: $began tasks began, $ended ended"
    output=$(<status)
    expect_lines 1 "^outcome=resumable$" "$1, the status file"
    expect_lines 1 "^exit_code=75$" "$1, the status file"
    rm -f status began ended
}
warn() { kill -USR1 "$pid"; }

for ranks in 0 1 4; do
    start=()
    ((ranks == 0)) || start=("${mpirun[@]}" -n "$ranks")
    run env RANKPOOL_TIME_LIMIT=2s "${start[@]}" "$ends" takes_a_while
    expect_wound_down "$ranks ranks, a wished end"

    # Nobody knows the end: what is warned of starts nothing more.
    "${start[@]}" "$ends" takes_a_while >out 2>&1 &
    pid=$!
    wait_until 30 test -s began
    warn
    code=0
    wait $pid || code=$?
    output=$(<out)
    rm -f out
    expect_lines 1 "^rankpool: the batch system says .* ends soon: nothing more is started, and what runs may end$" "$ranks ranks, warned"
    expect_wound_down "$ranks ranks, warned"
done

# The end is known: the first warning changes nothing, the second does.
RANKPOOL_TIME_LIMIT=10min "${mpirun[@]}" -n 2 "$ends" takes_a_while >out 2>&1 &
pid=$!
wait_until 30 test -s began
warn
wait_until 10 has_lines 1 'a second SIGUSR1 makes it start nothing more' out
count=$(wc -l <began)
has_begun_more() { (($(wc -l <began) > count + 1)); }
wait_until 10 has_begun_more
has_begun_more || wrong "the pool does not go on after a first warning, though it knows its end"
warn
code=0
wait $pid || code=$?
output=$(<out)
rm -f out
expect_wound_down "a second warning"

# Told to end after the warning, while tasks run: still resumable.
"${mpirun[@]}" -n 2 "$ends" takes_a_while >out 2>&1 &
pid=$!
wait_until 30 test -s began
rank_0=$(sed -n 's/^pid=//p' status)
warn
wait_until 10 has_lines 1 'nothing more is started' out
kill -TERM "$rank_0" 2>/dev/null || true
wait $pid || true
output=$(<status)
expect_lines 1 "^exit_code=75$" "told to end after the warning"
rm -f out began ended status

run env RANKPOOL_TIME_LIMIT=60 "${mpirun[@]}" -n 2 "$ends"
expect_code 2 "a limit without a unit"
expect_lines 1 "^rankpool: RANKPOOL_TIME_LIMIT: " "a limit without a unit"
finish

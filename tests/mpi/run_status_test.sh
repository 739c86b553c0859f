#!/usr/bin/env bash
# The status file of a run tells every outcome: run_status_test.sh ENDS MPIRUN…
# shellcheck source=tests/batch/checks.sh
source "$(dirname "${BASH_SOURCE[0]}")/../batch/checks.sh"

ends=$1
shift
mpirun=("$@")
cd "$scratch"
export RANKPOOL_STATUS_FILE=$scratch/status

# expect_status OUTCOME EXIT_CODE BY_LAUNCHER MESSAGE WHAT
expect_status() {
    output=$(<status)
    expect_lines 1 "^outcome=$1$" "$5"
    if [[ $2 == none ]]; then expect_lines 0 "^exit_code=" "$5"; else expect_lines 1 "^exit_code=$2$" "$5"; fi
    expect_lines 1 "^started_by_launcher=$3$" "$5"
    expect_lines 1 "^message=.*$4" "$5"
    output=$(ls)
    expect_lines 1 . "$5, nothing else is left"
    rm -f status
}

for ranks in 0 1 4; do
    start=() by=no
    ((ranks == 0)) || start=("${mpirun[@]}" -n "$ranks") by=yes
    run "${start[@]}" "$ends"
    expect_status succeeded 0 $by '$' "$ranks ranks, a run that succeeds"
    run "${start[@]}" "$ends" return_7
    expect_status failed 7 $by '$' "$ranks ranks, an exit code"
    run "${start[@]}" "$ends" throw
    expect_status failed 1 $by 'the program failed: the input is empty' "$ranks ranks, a driver that throws"
    run "${start[@]}" "$ends" task_fails
    expect_status failed 1 $by "no cell 9 .*in task 'cell 9'" "$ranks ranks, a task that fails"
    run "${start[@]}" "$ends" exits
    expect_status failed 6 $by 'the exit code of the process' "$ranks ranks, a driver that calls exit()"
    run "${start[@]}" "$ends" crashes
    if ((ranks > 0)); then expect_status signal 139 $by 'died by signal 11' "$ranks ranks, a driver that crashes"; fi
    rm -f status
    # What the program could not even begin.
    run env RANKPOOL_SLOTS=0 "${start[@]}" "$ends"
    expect_status failed 2 $by "RANKPOOL_SLOTS is '0'" "$ranks ranks, a wrong setting"
done

# Another rank dies: mpirun ends rank 0, and knows the exit code better.
run "${mpirun[@]}" -n 2 "$ends" task_exits
expect_code 3 "a task that calls exit()"
[[ ! -e status ]] || expect_status signal none yes 'told to end' "a task that calls exit()"

# A shell between: its exit code is the job's.
run "${mpirun[@]}" -n 2 bash -c "'$ends'; true"
expect_status succeeded 0 no '$' "a shell between"

# Where it cannot be written, the run goes on.
RANKPOOL_STATUS_FILE=$scratch/none/status run "${mpirun[@]}" -n 2 "$ends"
expect_code 0 "no folder for the status"
expect_lines 1 "cannot write the status file '$scratch/none/status' \(No such file or directory\)" "no folder for the status"
finish

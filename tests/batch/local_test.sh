#!/usr/bin/env bash
# local.sh runs programs on this machine, and says what is wrong when it cannot: local_test.sh PROBE
# shellcheck source=tests/batch/checks.sh
source "$(dirname "${BASH_SOURCE[0]}")/checks.sh"

probe=$1
local_sh=$project/jobscripts/local.sh
cd "$scratch"

RANKPOOL_RANKS=3 run "$local_sh" "$probe" one 'two words'
expect_code 0 "a good program"
expect_lines 3 "rank [012] of 3 on .* argument 'one', argument 'two words'" "ranks and arguments"
expect_lines 3 . "nothing but the program's own output"

run "$local_sh" "$probe"
expect_code 0 "without RANKPOOL_RANKS"
expect_lines $(($("$project/jobscripts/cores.sh") + 1)) "^probe: rank" "a rank per core and one that coordinates"
OMP_NUM_THREADS=1 run "$project/jobscripts/cores.sh"
[[ $output -ge $(taskset -c 0 nproc) && $code == 0 ]] || wrong "cores.sh prints no number of cores"

RANKPOOL_RANKS=2 run "$local_sh" "$probe" exit 5
expect_code 5 "a failing program"

RANKPOOL_RANKS=2 run "$local_sh" --time-limit 2h "$probe"
expect_lines 2 "time limit 2h," "a time limit"
run "$local_sh" --time-limit
expect_code 2 "a time limit without a time"

# Signals: mpirun takes local.sh's place, so that its pid gets them.
RANKPOOL_RANKS=2 "$local_sh" "$probe" wait >"$scratch/wait.out" 2>&1 &
pid=$!
wait_until 20 has_lines 2 "^probe: rank" "$scratch/wait.out"
kill -USR1 "$pid"
code=0
wait "$pid" || code=$?
output=$(<"$scratch/wait.out")
expect_code 0 "a program that ends well at USR1"
expect_lines 2 "got USR1" "USR1 reaches every rank"

run "$local_sh" divisibilty
expect_code 2 "a misspelt name"
expect_lines 1 "there is no rankpool program 'divisibilty'" "a misspelt name"
run "$local_sh" ./nothing
expect_code 2 "a wrong path"
expect_lines 1 "there is no program './nothing'" "a wrong path"
: >text
run "$local_sh" ./text
expect_code 2 "no executable"
expect_lines 1 "not an executable file" "no executable"
RANKPOOL_RANKS=many run "$local_sh" "$probe"
expect_code 2 "a wrong number of ranks"
expect_lines 1 "RANKPOOL_RANKS is 'many'" "a wrong number of ranks"
run "$local_sh" --ranks 4 "$probe"
expect_code 2 "an unknown option"
run "$local_sh" --help
expect_code 0 "help"
expect_lines 1 "jobscripts/local.sh PROGRAM" "help"
finish

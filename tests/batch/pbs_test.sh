#!/usr/bin/env bash
# pbs.sh in the environment that OpenPBS gives a job: pbs_test.sh PROBE [PROGRAMS…]
# PBS itself is not in Debian. The environment is the one recorded from OpenPBS 23.06: the node file, NCPUS and
# OMP_NUM_THREADS from the chunk, the job's start in the home folder, qstat's answer. mpirun is real.
# shellcheck source=tests/batch/checks.sh
source "$(dirname "${BASH_SOURCE[0]}")/checks.sh"

probe=$1
shift
mkdir -p "$scratch"/{bin,home,work}
cat >"$scratch/bin/qstat" <<'QSTAT'
#!/bin/sh
printf 'Job Id: %s\n    Job_Name = rankpool\n    Resource_List.ncpus = 4\n    Resource_List.walltime = 01:30:05\n' "$2"
QSTAT
chmod +x "$scratch/bin/qstat"

# job CHUNKS_HOST… -- NAME=VALUE… : runs pbs.sh with four ranks' lines per host, and these variables.
job() {
    : >"$scratch/nodefile"
    while [[ $1 != -- ]]; do printf '%s\n' "$1" "$1" "$1" "$1" >>"$scratch/nodefile" && shift; done
    shift
    run env -C "$scratch/home" -u OMP_NUM_THREADS PATH="$scratch/bin:$PATH" OMPI_MCA_hwloc_base_binding_policy=none \
        PBS_JOBID=1.pbshost PBS_JOBNAME=rankpool PBS_NODEFILE="$scratch/nodefile" PBS_O_WORKDIR="$scratch/work" \
        PBS_ENVIRONMENT=PBS_BATCH PBS_QUEUE=workq NCPUS=4 OMP_NUM_THREADS=4 "$@"
}
pbs_sh=$project/jobscripts/pbs.sh

job localhost -- PROGRAM="$probe" ARGS='exit 7 third' "$pbs_sh"
expect_code 7 "a failing program"
expect_lines 1 "^rankpool: job 1.pbshost on localhost, 4 ranks by mpirun: " "what runs where"
expect_lines 4 "rank [0-3] of 4 on .*, argument 'exit', argument '7', argument 'third'$" "a rank for every line of the node file"
expect_lines 4 "time limit 5405, threads 1," "the walltime is handed on; ranks do not start a thread per CPU each"

job localhost -- "$pbs_sh" "$probe" 'two words'
expect_code 0 "arguments of the script (qsub --)"
expect_lines 4 "argument 'two words'" "arguments of the script"

# One rank in a chunk of four CPUs may have four threads.
job localhost -- NCPUS=16 PROGRAM="$probe" "$pbs_sh"
expect_lines 4 "threads 4" "threads that fit"

mkdir -p "$scratch/work/build/release/examples"
cp "$probe" "$scratch/work/build/release/examples/divisibility"
job localhost -- "$pbs_sh"
expect_code 0 "the main job"
expect_lines 1 "ranks by mpirun: build/release/examples/divisibility" "the main job"

for program in "$@"; do
    job localhost -- PROGRAM="$program" "$pbs_sh"
    expect_code 0 "$program"
done

job localhost -- PROGRAM=no_such_program "$pbs_sh"
expect_code 2 "a missing program"
expect_lines 1 "no program 'no_such_program' on .*, neither as a path from $scratch/work" "a missing program"
run env -u PBS_JOBID "$pbs_sh"
expect_code 2 "outside PBS"

# Two hosts: what a rank elsewhere needs must be handed on by mpirun.
hosts=$project/tests/support/hosts.sh
two_hosts() {
    export OMPI_MCA_plm_rsh_agent=$hosts OMPI_MCA_btl_tcp_if_include=10.77.0.0/24 OMPI_MCA_oob_tcp_if_include=10.77.0.0/24
    job 10.77.0.1 10.77.0.2 -- RANKPOOL_SETTING=kept PROGRAM="$probe" "$hosts" on 1 "$pbs_sh"
    printf '%s\n' "$output"
    exit "$code"
}
if [[ $(id -u) == 0 ]]; then
    export -f two_hosts job run
    export hosts pbs_sh probe scratch
    run "$hosts" with 2 bash -c two_hosts
    if [[ $code == 77 ]]; then
        echo "not run: two hosts ($output)"
    else
        expect_code 0 "two hosts"
        expect_lines 4 "of 8 on h1, time limit 5405, threads 1" "the first host"
        expect_lines 4 "of 8 on h2, time limit 5405, threads 1" "the second host"
    fi
fi
echo "not run here: qsub, PBS's own limits and signals, and pbs_tmrsh (a real PBS is needed)"
finish

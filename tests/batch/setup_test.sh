#!/usr/bin/env bash
# setup.sh sees what is there, names what is missing, and shows why installing failed.
# shellcheck source=tests/batch/checks.sh
source "$(dirname "${BASH_SOURCE[0]}")/checks.sh"

setup=$project/jobscripts/setup.sh
run "$setup" --check
expect_code 0 "where rankpool was built, everything is there"
expect_silence "where rankpool was built"

# A machine with a shell and little else, and nobody who could install.
mkdir "$scratch/bin"
for tool in bash env sed awk tr cut id head tail cat dirname; do ln -s "$(command -v "$tool")" "$scratch/bin/$tool"; done
PATH=$scratch/bin run "$setup"
expect_code 3 "a bare machine"
expect_lines 4 "^  - (CMake 3.25 or newer|a C\+\+20 compiler .*|a build tool .*|Open MPI)$" "what is missing"
expect_lines 1 "apt-get install --no-install-recommends cmake g\+\+ ninja-build .*openmpi-bin" "Debian's names"
expect_lines 1 "spack install cmake@3.25: gcc@12: ninja openmpi" "Spack's names"
expect_lines 1 "module load" "a hint at modules"
PATH=$scratch/bin RANKPOOL_SETUP=skip run "$setup"
expect_code 0 "RANKPOOL_SETUP=skip"

# Nothing at all is there: the whole list. A function of setup.sh is replaced.
nothing_is_there() {
    # shellcheck source=jobscripts/setup.sh
    source "$setup"
    setup_has() { return 1; }
    setup_can_install() { return "$cannot_install"; }
    rankpool_setup "$@"
}
cannot_install=1
run nothing_is_there --tests
expect_code 3 "nothing is there"
expect_lines 1 "apt-get install .* libboost-mpi-dev .* libhdf5-dev .* libgtest-dev .* slurm-wlm munge shellcheck iproute2" "all packages"
expect_lines 1 "spack install .*boost\+mpi\+serialization\+context random123 hdf5 " "one boost with all its variants"
expect_lines 28 "^  - " "everything by name"

# Where only what some tests want is missing, it goes on.
wishes_are_missing() {
    # shellcheck source=jobscripts/setup.sh
    source "$setup"
    setup_has() { [[ $1 != slurm-wlm && $1 != munge ]]; }
    setup_can_install() { return 1; }
    rankpool_setup --tests
}
run wishes_are_missing
expect_code 0 "only wishes are missing"
expect_lines 1 "^not here, so the tests that need it are skipped: Slurm, munge$" "only wishes are missing"

# What apt-get said when it failed is shown.
if [[ $(id -u) == 0 && -e /usr/sbin/policy-rc.d ]]; then
    cannot_install=0
    mkdir "$scratch/apt"
    # shellcheck disable=SC2016 # The inner script's arguments.
    printf '#!/bin/sh\necho "E: no network for $*"\nexit 100\n' >"$scratch/apt/apt-get"
    chmod +x "$scratch/apt/apt-get"
    PATH=$scratch/apt:$PATH TMPDIR=$scratch run nothing_is_there
    expect_code 1 "apt-get fails"
    expect_lines 1 "^installing: cmake g\+\+ " "apt-get fails"
    expect_lines 1 "^E: no network for .* update" "what apt-get said"
    expect_lines 1 "apt-get could not install cmake g\+\+" "apt-get fails"
fi
finish

#!/usr/bin/env bash
# Makes sure that everything needed to build rankpool is on this machine.
#
#   jobscripts/setup.sh            what building needs
#   jobscripts/setup.sh --tests    and what the tests need
#   jobscripts/setup.sh --check    only look, install nothing
#
# Where Debian packages can be installed (as root, or with a sudo that asks no password), what is missing is
# installed. Elsewhere the missing things are named, for Debian, for Spack and for `module load`.
# Exit code: 0 all there, 1 installing failed, 3 something is missing and cannot be installed from here.
# RANKPOOL_SETUP=skip turns the look-around off, for machines on which CMake finds things that this script does not.
#
# The other scripts source this file and call `rankpool_setup`; it then also sets CXX if the default compiler is too
# old and a newer one is there.

# One line per need: what it is | Debian packages | Spack | how to see that it is there (all of these).
readonly rankpool_needs_to_build='
CMake 3.25 or newer | cmake | cmake@3.25: | new_cmake
a C++20 compiler (g++ 12 or clang++ 14, or newer) | g++ | gcc@12: | new_compiler
a build tool (ninja or make) | ninja-build | ninja | build_tool
Open MPI | libopenmpi-dev openmpi-bin | openmpi | command:mpicxx command:mpirun
Boost headers | libboost-dev | boost | header:boost/version.hpp
Boost.MPI | libboost-mpi-dev | boost+mpi | library:boost_mpi
Boost.Serialization | libboost-serialization-dev | boost+serialization | library:boost_serialization
Boost.Context | libboost-context-dev | boost+context | library:boost_context
Random123 | librandom123-dev | random123 | header:Random123/philox.h
HDF5 | libhdf5-dev | hdf5 | header:hdf5.h
xxHash | libxxhash-dev | xxhash | header:xxhash.h
libdeflate | libdeflate-dev | libdeflate | header:libdeflate.h library:deflate
ISA-L | libisal-dev | isa-l | header:isa-l/igzip_lib.h library:isal
zstd | libzstd-dev | zstd | header:zstd.h library:zstd
LZ4 | liblz4-dev | lz4 | header:lz4.h library:lz4
nlohmann-json | nlohmann-json3-dev | nlohmann-json | header:nlohmann/json.hpp
CLI11 | libcli11-dev | cli11 | header:CLI/CLI.hpp
fmt | libfmt-dev | fmt | header:fmt/format.h'
readonly rankpool_needs_to_test='
GoogleTest and GoogleMock | libgtest-dev libgmock-dev | googletest+gmock | header:gtest/gtest.h header:gmock/gmock.h'
# Tests that want one of these are skipped where it is not there.
readonly rankpool_wishes_to_test='
h5dump | hdf5-tools | hdf5 | command:h5dump
h5py | python3-h5py | py-h5py | module:h5py
HDF5 plugin for LZ4 | hdf5-filter-plugin | - | library:h5lz4
FFTW | libfftw3-dev | fftw | header:fftw3.h
Slurm | slurm-wlm | slurm | command:slurmctld command:slurmd command:sbatch
munge | munge | munge | command:munged
shellcheck | shellcheck | - | command:shellcheck
network namespaces (ip) | iproute2 | iproute2 | command:ip
Google Benchmark | libbenchmark-dev | benchmark | header:benchmark/benchmark.h'

# rankpool_setup [--tests] [--check]
rankpool_setup() {
    local tests=no check=no argument
    for argument in "$@"; do
        case $argument in
            --tests) tests=yes ;;
            --check) check=yes ;;
            -h | --help) setup_help && return 0 ;;
            *) echo "setup.sh: unknown option '$argument'; see jobscripts/setup.sh --help" >&2 && return 2 ;;
        esac
    done
    [[ ${RANKPOOL_SETUP:-} == skip ]] && return 0

    local needs=$rankpool_needs_to_build wishes=
    if [[ $tests == yes ]]; then
        needs+=$rankpool_needs_to_test
        wishes=$rankpool_wishes_to_test
    fi
    setup_find_missing "$needs" "$wishes"
    if [[ ${#setup_packages[@]} -gt 0 && $check == no ]] && setup_can_install; then
        if ! setup_install "${setup_packages[@]}" && ((${#setup_missing[@]} > 0)); then return 1; fi
        setup_find_missing "$needs" "$wishes"
    fi
    setup_report
}

# Fills setup_missing and setup_wished (what they are), setup_packages (Debian) and setup_specs (Spack).
setup_find_missing() {
    setup_missing=() setup_wished=() setup_packages=() setup_specs=()
    hash -r
    setup_list_installed "$1$2"
    setup_list_prefixes
    setup_collect needs "$1"
    setup_collect wishes "$2"
}

setup_collect() { # setup_collect needs|wishes TABLE
    local what packages specs checks
    while IFS='|' read -r what packages specs checks; do
        [[ -n $what ]] || continue
        what=${what% } packages=${packages# } packages=${packages% } specs=${specs# } specs=${specs% }
        setup_has "$packages" "$checks" && continue
        local -a names
        read -ra names <<<"$packages"
        setup_packages+=("${names[@]}")
        if [[ $1 == needs ]]; then setup_missing+=("$what"); else setup_wished+=("$what"); fi
        [[ $specs == - ]] || setup_specs+=("$specs")
    done <<<"$2"
}

# Is it there: as Debian packages, or as anything that passes the checks?
setup_has() { # setup_has PACKAGES CHECKS
    local package check all_installed=yes
    for package in $1; do
        [[ $setup_installed == *" $package "* ]] || all_installed=no
    done
    for check in $2; do
        case $check in
            new_cmake) setup_has_new_cmake || return 1 ;;
            new_compiler) setup_has_new_compiler || return 1 ;;
            build_tool) command -v ninja >/dev/null || command -v make >/dev/null || return 1 ;;
            *) [[ $all_installed == yes ]] || setup_finds "${check%%:*}" "${check#*:}" || return 1 ;;
        esac
    done
}

setup_finds() { # setup_finds command|header|library|module NAME
    local prefix
    case $1 in
        command) command -v "$2" >/dev/null || [[ -x /usr/sbin/$2 ]] ;;
        header)
            for prefix in "${setup_include_folders[@]}"; do [[ -e $prefix/$2 ]] && return 0; done
            return 1
            ;;
        library)
            for prefix in "${setup_library_folders[@]}"; do compgen -G "$prefix/lib$2*" >/dev/null && return 0; done
            return 1
            ;;
        module)
            # Debian's modules belong to Debian's own python3, which need not be the first one on PATH.
            for prefix in /usr/bin/python3 python3; do
                "$prefix" -c "import importlib.util as u, sys; sys.exit(u.find_spec('$2') is None)" 2>/dev/null && return 0
            done
            return 1
            ;;
    esac
}

# All installed Debian packages among those of the table, in one call.
setup_list_installed() {
    setup_installed=' '
    command -v dpkg-query >/dev/null || return 0
    local -a packages
    mapfile -t packages < <(cut -s -d'|' -f2 <<<"$1" | tr -s ' ' '\n' | sed '/^$/d')
    setup_installed+=$(dpkg-query -W -f='${db:Status-Abbrev}${Package}\n' "${packages[@]}" 2>/dev/null |
        sed -n 's/^ii *//p' | tr '\n' ' ')' ' || true
}

# Where modules, Spack and people put things.
setup_list_prefixes() {
    setup_include_folders=(/usr/include/hdf5/serial) setup_library_folders=()
    local list prefix folder
    list=${CMAKE_PREFIX_PATH:-}:${BOOST_ROOT:-}:${Boost_ROOT:-}:${HDF5_ROOT:-}:${HDF5_DIR:-}
    list+=:${EBROOTBOOST:-}:${EBROOTBOOSTMPI:-}:${EBROOTHDF5:-}:${CONDA_PREFIX:-}:/usr/local:/usr
    while read -r prefix; do
        [[ -n $prefix ]] || continue
        setup_include_folders+=("$prefix/include")
        for folder in "$prefix"/lib "$prefix"/lib64 "$prefix"/lib/*-linux-gnu; do setup_library_folders+=("$folder"); done
    done < <(tr ':' '\n' <<<"${list//;/:}")
    while read -r folder; do
        [[ -z $folder ]] || setup_include_folders+=("$folder")
    done < <(tr ':' '\n' <<<"${CPATH:-}:${C_INCLUDE_PATH:-}:${CPLUS_INCLUDE_PATH:-}")
    while read -r folder; do
        [[ -z $folder ]] || setup_library_folders+=("$folder")
    done < <(tr ':' '\n' <<<"${LIBRARY_PATH:-}:${LD_LIBRARY_PATH:-}")
}

setup_has_new_cmake() {
    local version
    version=$(cmake --version 2>/dev/null | sed -n 's/^cmake version \([0-9]*\.[0-9]*\).*/\1/p')
    [[ -n $version ]] && ((${version%%.*} * 1000 + ${version##*.} >= 3025))
}

# The first compiler that is new enough, in the order CMake would look; sets CXX where CMake would take an older one.
setup_has_new_compiler() {
    local compiler
    if [[ -n ${CXX:-} ]]; then
        # shellcheck disable=SC2086 # CXX may hold a launcher or options.
        setup_compiler_is_new $CXX
        return
    fi
    setup_compiler_is_new c++ && return 0
    for compiler in g++ g++-{15..12} clang++ clang++-{21..14}; do
        if setup_compiler_is_new "$compiler"; then
            export CXX=$compiler
            return 0
        fi
    done
    return 1
}

setup_compiler_is_new() { # setup_compiler_is_new COMMAND...
    command -v "$1" >/dev/null || return 1
    local macros gnu clang
    macros=$("$@" -dM -E -x c++ /dev/null 2>/dev/null) || return 1
    gnu=$(sed -n 's/^#define __GNUC__ //p' <<<"$macros")
    clang=$(sed -n 's/^#define __clang_major__ //p' <<<"$macros")
    if [[ -n $clang ]]; then ((clang >= 14)); else ((${gnu:-0} >= 12)); fi
}

setup_can_install() {
    command -v apt-get >/dev/null && command -v dpkg-query >/dev/null || return 1
    [[ $(id -u) == 0 ]] || sudo -n true 2>/dev/null
}

# Installs Debian packages quietly; what apt says is shown only if it fails.
setup_install() { # setup_install PACKAGES...
    local log policy='' code=0
    local -a as_root=(env DEBIAN_FRONTEND=noninteractive)
    [[ $(id -u) == 0 ]] || as_root=(sudo -n "${as_root[@]}")
    log=$(mktemp "${TMPDIR:-/tmp}/rankpool-setup.XXXXXX")
    echo "installing: $*"
    # Installing Slurm and munge for the tests is no wish to run them on this machine.
    if [[ ! -e /usr/sbin/policy-rc.d ]]; then
        policy=/usr/sbin/policy-rc.d
        printf '#!/bin/sh\nexit 101\n' | "${as_root[@]}" install -m 755 /dev/stdin "$policy" || policy=
    fi
    setup_apt "$log" "$@" || code=$?
    [[ -z $policy ]] || "${as_root[@]}" rm -f "$policy"
    if ((code != 0)); then
        {
            echo "setup.sh: apt-get could not install $* (needed to build or test rankpool)."
            echo "Its last lines, of $log:"
            tail -n 20 "$log"
        } >&2
        return 1
    fi
    rm -f "$log"
}

setup_apt() { # setup_apt LOG PACKAGES...; the lists are fetched only if there are none or if they are stale
    local log=$1
    shift
    local -a apt=("${as_root[@]}" apt-get -y -q -o DPkg::Lock::Timeout=300 -o Acquire::Retries=3)
    if compgen -G '/var/lib/apt/lists/*_Packages*' >/dev/null &&
        "${apt[@]}" install --no-install-recommends "$@" </dev/null >>"$log" 2>&1; then
        return 0
    fi
    "${apt[@]}" update </dev/null >>"$log" 2>&1 &&
        "${apt[@]}" install --no-install-recommends "$@" </dev/null >>"$log" 2>&1
}

setup_report() {
    local item
    if ((${#setup_missing[@]} == 0)); then
        ((${#setup_wished[@]} == 0)) ||
            echo "not here, so the tests that need it are skipped: $(setup_join ', ' "${setup_wished[@]}")" >&2
        return 0
    fi
    {
        echo "rankpool cannot be built here yet. Missing:"
        for item in "${setup_missing[@]}" "${setup_wished[@]}"; do echo "  - $item"; done
        if [[ " ${setup_missing[*]} " == *"CMake 3.25"* ]] && command -v cmake >/dev/null; then
            echo "    ($(command -v cmake) is $(cmake --version 2>/dev/null | head -n 1); 'pip install cmake' has a newer one)"
        fi
        echo "Any of these gets them:"
        echo "  Debian, Ubuntu:  apt-get install --no-install-recommends ${setup_packages[*]}"
        echo "  Spack:           spack install $(setup_merge_specs) && spack load …"
        echo "  a cluster:       module load … (module avail gcc cmake openmpi boost hdf5), then run this again"
        echo "If they are here and only this script does not see them: RANKPOOL_SETUP=skip leaves the search to CMake."
    } >&2
    return 3
}

# boost+mpi boost+context … becomes one boost+mpi+context; nothing twice.
setup_merge_specs() {
    printf '%s\n' "${setup_specs[@]}" | awk '
        { name = $0; sub(/[+@].*/, "", name); variant = substr($0, length(name) + 1)
          if (!(name in seen)) { seen[name] = 1; order[++count] = name }
          if (index(variants[name], variant) == 0) variants[name] = variants[name] variant }
        END { for (i = 1; i <= count; i++) printf "%s%s%s", (i > 1 ? " " : ""), order[i], variants[order[i]] }'
}

setup_join() { # setup_join SEPARATOR ITEMS...
    local separator=$1 text=$2 item
    for item in "${@:3}"; do text+=$separator$item; done
    echo "$text"
}

setup_help() { sed -n '2,/^$/s/^# \{0,1\}//p' "${BASH_SOURCE[0]}"; }

if [[ ${BASH_SOURCE[0]} == "$0" ]]; then
    set -euo pipefail
    rankpool_setup "$@"
fi

#!/usr/bin/env bash
# local.sh and tests/run.sh configure, build and run a project that looks like this one, but is tiny.
# shellcheck source=tests/batch/checks.sh
source "$(dirname "${BASH_SOURCE[0]}")/checks.sh"

export RANKPOOL_SETUP=skip RANKPOOL_RANKS=2    # What is installed is setup_test.sh's matter.
tiny=$scratch/tiny
mkdir -p "$tiny"/{examples,apps,tests}
cp -r "$project/jobscripts" "$project/CMakePresets.json" "$tiny"
cp "$project/tests/run.sh" "$tiny/tests"
cp "$project/tests/batch/probe.cpp" "$tiny/examples/divisibility.cpp"
: >"$tiny/apps/CMakeLists.txt"
cat >"$tiny/CMakeLists.txt" <<'CMAKE'
cmake_minimum_required(VERSION 3.25)
project(tiny LANGUAGES CXX)
find_package(MPI REQUIRED COMPONENTS CXX)
option(RANKPOOL_BUILD_TESTS "" ON)
add_subdirectory(examples)
add_subdirectory(apps)
enable_testing()
if(RANKPOOL_BUILD_TESTS)
  add_test(NAME good COMMAND true)
  add_test(NAME bad COMMAND false)
endif()
CMAKE
cat >"$tiny/examples/CMakeLists.txt" <<'CMAKE'
add_executable(divisibility divisibility.cpp)
target_link_libraries(divisibility PRIVATE MPI::MPI_CXX)
CMAKE

cd "$scratch"
run "$tiny/jobscripts/local.sh"
expect_code 0 "the first run"
expect_lines 1 "^configuring build/release" "the first run"
expect_lines 2 "^probe: rank" "the first run"
run "$tiny/jobscripts/local.sh" divisibility exit 6
expect_code 6 "the second run"
expect_lines 2 . "with nothing to build, nothing but the program's output"
expect_lines 2 "^probe: rank .* argument 'exit', argument '6'" "the second run"

run "$tiny/tests/run.sh" release -R good
expect_code 0 "a good test"
expect_lines 1 "100% tests passed, 0 tests failed out of 1" "a good test"
run "$tiny/tests/run.sh"
expect_code 8 "a bad test"    # ctest's exit code for it.
expect_lines 1 "50% tests passed, 1 tests failed out of 2" "a bad test"
run "$tiny/tests/run.sh" -R no_such_test
[[ $code != 0 ]] || wrong "no test ran, and that passed"
run "$tiny/tests/run.sh" relaese
expect_code 2 "an unknown preset"
expect_lines 1 "no preset 'relaese'" "an unknown preset"
run "$tiny/jobscripts/local.sh"
expect_lines 2 . "after the tests were built, still nothing but the program's output"

echo 'int broken = "text";' >>"$tiny/examples/divisibility.cpp"
run "$tiny/jobscripts/local.sh"
[[ $code != 0 ]] || wrong "a failed build is a success"
expect_lines 1 "error: invalid conversion|error: cannot initialize" "the compiler's error"
expect_lines 1 "build.sh: building .*tiny/build/release failed" "a failed build"
expect_lines 0 "^probe: rank" "nothing is run after a failed build"
run "$tiny/tests/run.sh"
[[ $code != 0 ]] || wrong "tests/run.sh passes after a failed build"

echo 'find_package(NoSuchPackage REQUIRED)' >>"$tiny/CMakeLists.txt"
rm -r "$tiny/build"
run "$tiny/jobscripts/local.sh"
[[ $code != 0 ]] || wrong "a failed configuration is a success"
expect_lines 1 "build.sh: configuring .*tiny/build/release failed" "a failed configuration"
[[ $output == *NoSuchPackage* ]] || wrong "CMake's error is not shown"
finish

include(GoogleTest)

# mpirun's options for tests: more ranks than cores, and only the transports a single machine needs (a quicker start).
set(RANKPOOL_TEST_MPIRUN ${MPIEXEC_EXECUTABLE} --quiet --oversubscribe --bind-to none
    --mca pml ob1 --mca btl self,vader CACHE STRING "How tests start ranks (then: -n N PROGRAM)")

# What every test runs with: mpirun as root where we are root, sanitizers that stop at the first finding.
set(rankpool_test_environment
    "OMPI_MCA_mpi_yield_when_idle=1"
    "ASAN_OPTIONS=detect_stack_use_after_return=0:abort_on_error=0"
    "LSAN_OPTIONS=suppressions=${PROJECT_SOURCE_DIR}/tests/support/lsan.supp:print_suppressions=0"
    "UBSAN_OPTIONS=print_stacktrace=1"
    "TSAN_OPTIONS=suppressions=${PROJECT_SOURCE_DIR}/tests/support/tsan.supp:halt_on_error=1")
execute_process(COMMAND id -u OUTPUT_VARIABLE rankpool_user_id OUTPUT_STRIP_TRAILING_WHITESPACE)
if(rankpool_user_id STREQUAL "0")
  list(APPEND rankpool_test_environment "OMPI_ALLOW_RUN_AS_ROOT=1" "OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1")
endif()

# rankpool_add_test(FOLDER/NAME [DEPENDS targets…]): FOLDER/NAME_test.cpp (called from tests/FOLDER) as one ctest entry.
function(rankpool_add_test name)
  cmake_parse_arguments(TEST "" "TIMEOUT" "DEPENDS" ${ARGN})
  string(REPLACE "/" "_" target ${name})
  get_filename_component(file ${name} NAME)
  rankpool_add_program(${target}_test SOURCES ${file}_test.cpp DEPENDS ${TEST_DEPENDS} GTest::gtest_main)
  add_test(NAME ${name} COMMAND ${target}_test --gtest_brief=1)
  rankpool_test_settings(${name} "${TEST_TIMEOUT}")
endfunction()

# rankpool_add_mpi_test(FOLDER/NAME RANKS counts… [DEPENDS targets…]): one ctest entry per rank count. The program has a
# main of its own (tests/support/mpi_main.cpp), because ranks other than 0 serve.
function(rankpool_add_mpi_test name)
  cmake_parse_arguments(TEST "" "TIMEOUT" "RANKS;DEPENDS" ${ARGN})
  string(REPLACE "/" "_" target ${name})
  get_filename_component(file ${name} NAME)
  rankpool_add_program(${target}_test SOURCES ${file}_test.cpp DEPENDS ${TEST_DEPENDS})
  foreach(ranks ${TEST_RANKS})
    add_test(NAME ${name}.${ranks}_ranks COMMAND ${RANKPOOL_TEST_MPIRUN} -n ${ranks} $<TARGET_FILE:${target}_test>)
    rankpool_test_settings(${name}.${ranks}_ranks "${TEST_TIMEOUT}")
    set_tests_properties(${name}.${ranks}_ranks PROPERTIES PROCESSORS 2)
  endforeach()
endfunction()

function(rankpool_test_settings name timeout_s)
  if(NOT timeout_s)
    set(timeout_s 120)
  endif()
  if(RANKPOOL_SANITIZE)
    math(EXPR timeout_s "${timeout_s} * 4")
  endif()
  set_tests_properties(${name} PROPERTIES TIMEOUT ${timeout_s} ENVIRONMENT "${rankpool_test_environment}"
                                          SKIP_RETURN_CODE 77)
endfunction()

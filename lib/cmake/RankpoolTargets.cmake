# One helper per kind of target, one line per use.

# What every target of ours compiles with.
function(rankpool_configure_target target)
  target_compile_features(${target} PUBLIC cxx_std_20)
  set_target_properties(${target} PROPERTIES CXX_EXTENSIONS OFF)
  if(RANKPOOL_WARNINGS)
    target_compile_options(${target} PRIVATE -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wsign-conversion
                                             -Wnon-virtual-dtor -Woverloaded-virtual -Wold-style-cast -Wcast-align)
    if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU" AND CMAKE_CXX_COMPILER_VERSION VERSION_LESS 13)
      # Warns about std::string's own operator+ (GCC bug 105651).
      target_compile_options(${target} PRIVATE -Wno-restrict)
    endif()
  endif()
  if(RANKPOOL_SANITIZE)
    target_compile_options(${target} PRIVATE -fsanitize=${RANKPOOL_SANITIZE} -fno-omit-frame-pointer
                                             -fno-sanitize-recover=all)
    target_link_options(${target} PUBLIC -fsanitize=${RANKPOOL_SANITIZE})
  endif()
endfunction()

# rankpool_add_layer(NAME [DEPENDS targets…] [PRIVATE_DEPENDS targets…] [SOURCES files…])
# One folder of lib/rankpool as one target, rankpool::NAME; without sources it is header-only.
function(rankpool_add_layer name)
  cmake_parse_arguments(LAYER "" "" "DEPENDS;PRIVATE_DEPENDS;SOURCES" ${ARGN})
  if(LAYER_SOURCES)
    add_library(rankpool_${name} STATIC ${LAYER_SOURCES})
    set_target_properties(rankpool_${name} PROPERTIES POSITION_INDEPENDENT_CODE ON)
    rankpool_configure_target(rankpool_${name})
    target_include_directories(rankpool_${name} PUBLIC $<BUILD_INTERFACE:${PROJECT_SOURCE_DIR}/lib>
                                                       $<INSTALL_INTERFACE:${CMAKE_INSTALL_INCLUDEDIR}>)
    target_link_libraries(rankpool_${name} PUBLIC ${LAYER_DEPENDS} PRIVATE ${LAYER_PRIVATE_DEPENDS})
  else()
    add_library(rankpool_${name} INTERFACE)
    target_compile_features(rankpool_${name} INTERFACE cxx_std_20)
    target_include_directories(rankpool_${name} INTERFACE $<BUILD_INTERFACE:${PROJECT_SOURCE_DIR}/lib>
                                                          $<INSTALL_INTERFACE:${CMAKE_INSTALL_INCLUDEDIR}>)
    target_link_libraries(rankpool_${name} INTERFACE ${LAYER_DEPENDS})
  endif()
  set_target_properties(rankpool_${name} PROPERTIES EXPORT_NAME ${name})
  add_library(rankpool::${name} ALIAS rankpool_${name})
endfunction()

# rankpool_add_program(NAME SOURCES files… [DEPENDS targets…])
function(rankpool_add_program name)
  cmake_parse_arguments(PROGRAM "" "" "DEPENDS;SOURCES" ${ARGN})
  add_executable(${name} ${PROGRAM_SOURCES})
  rankpool_configure_target(${name})
  target_link_libraries(${name} PRIVATE ${PROGRAM_DEPENDS})
  if(RANKPOOL_SANITIZE MATCHES "address")
    target_sources(${name} PRIVATE ${PROJECT_SOURCE_DIR}/tests/support/keep_modules.cpp)
  endif()
endfunction()

# SPDX-License-Identifier: MIT
#
# Leak tests by CTest: a test program, unchanged, runs under the recorder, and its test fails when it has lost memory at
# its end. What it asserts by prof/testing/gtest.hpp or catch2.hpp is checked in the same run.
#
#     heapkit_add_leak_test(
#       NAME store_leaks
#       COMMAND store_test --gtest_filter=Store.*     # a target of this project, or any program
#       [SUPPRESSIONS known.supp …]                   # files in LeakSanitizer's format
#       [KINDS definite …]                            # which kinds fail: definite possible indirect reachable; all
#       [JUNIT store.xml]                             # the verdict as JUnit's XML as well
#       [KEEP folder]                                 # where snapshots of failed runs stay; otherwise none does
#       [EXITCODE n]                                  # when it succeeded and leaked; 1
#       [OPTIONS --registers all …]                   # any more of heapkit run
#       [WORKING_DIRECTORY folder]
#       [NO_EXIT_CHECK]                               # only what the program asserts itself
#     )
#
# Relative files are looked for in the source folder; what is written goes to the build folder. The test fails when the
# program does, as any test; when something is lost; and when the program cannot be checked. Assertions of the program
# that nothing records would fail: PROF_REQUIRED is set.

function(_heapkit_leak_test_options out)
  set(words)
  if(ARG_NO_EXIT_CHECK)
    foreach(option SUPPRESSIONS KINDS JUNIT EXITCODE KEEP)
      if(DEFINED ARG_${option})
        message(FATAL_ERROR "heapkit_add_leak_test(${ARG_NAME}): ${option} is about the check at the program's end, "
          "which NO_EXIT_CHECK leaves out.")
      endif()
    endforeach()
    list(APPEND words --no-exit-snapshot)
  else()
    list(APPEND words --leaks)
  endif()
  foreach(file IN LISTS ARG_SUPPRESSIONS)
    cmake_path(ABSOLUTE_PATH file BASE_DIRECTORY ${CMAKE_CURRENT_SOURCE_DIR})
    list(APPEND words --suppressions ${file})
  endforeach()
  if(ARG_KINDS)
    list(JOIN ARG_KINDS "," kinds)
    list(APPEND words --kinds ${kinds})
  endif()
  if(ARG_JUNIT)
    cmake_path(ABSOLUTE_PATH ARG_JUNIT BASE_DIRECTORY ${CMAKE_CURRENT_BINARY_DIR})
    list(APPEND words --junit ${ARG_JUNIT})
  endif()
  if(ARG_KEEP)
    cmake_path(ABSOLUTE_PATH ARG_KEEP BASE_DIRECTORY ${CMAKE_CURRENT_BINARY_DIR})
    list(APPEND words --output-folder ${ARG_KEEP})
  endif()
  if(DEFINED ARG_EXITCODE)
    list(APPEND words --exitcode ${ARG_EXITCODE})
  endif()
  set(${out} ${words} ${ARG_OPTIONS} PARENT_SCOPE)
endfunction()

function(heapkit_add_leak_test)
  cmake_parse_arguments(PARSE_ARGV 0 ARG "NO_EXIT_CHECK" "NAME;JUNIT;KEEP;EXITCODE;WORKING_DIRECTORY"
    "COMMAND;SUPPRESSIONS;KINDS;OPTIONS")
  if(NOT ARG_NAME OR NOT ARG_COMMAND)
    message(FATAL_ERROR "heapkit_add_leak_test() needs NAME and COMMAND.")
  endif()
  if(ARG_UNPARSED_ARGUMENTS OR ARG_KEYWORDS_MISSING_VALUES)
    message(FATAL_ERROR "heapkit_add_leak_test(${ARG_NAME}): what is ${ARG_UNPARSED_ARGUMENTS} "
      "${ARG_KEYWORDS_MISSING_VALUES}?")
  endif()
  _heapkit_leak_test_options(options)
  list(POP_FRONT ARG_COMMAND program)
  if(TARGET ${program})
    set(program $<TARGET_FILE:${program}>)
  endif()
  set(place)
  if(ARG_WORKING_DIRECTORY)
    set(place WORKING_DIRECTORY ${ARG_WORKING_DIRECTORY})
  endif()
  add_test(NAME ${ARG_NAME} COMMAND ${HEAPKIT_EXECUTABLE} run ${options} -- ${program} ${ARG_COMMAND} ${place})
  set_tests_properties(${ARG_NAME} PROPERTIES
    ENVIRONMENT "PROF_REQUIRED=1;PROF_HEAPKIT=${HEAPKIT_EXECUTABLE};PROF_TEST_FOLDER=${CMAKE_CURRENT_BINARY_DIR}"
    LABELS leaks)
endfunction()

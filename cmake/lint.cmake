# The lints, as tests: ctest -L lint. Included last, when every target exists.
find_program(CLANG_FORMAT clang-format-19)
find_program(SHELLCHECK shellcheck)
find_package(Python3 COMPONENTS Interpreter)

function(scimd_lint name)
    cmake_parse_arguments(ARG "" "TIMEOUT" "NEEDS;COMMAND" ${ARGN})
    foreach(tool IN LISTS ARG_NEEDS)
        if(NOT ${tool})
            message(WARNING "lint.${name} is left out: ${tool} was not found; see scripts/deps")
            return()
        endif()
    endforeach()
    add_test(NAME lint.${name} COMMAND ${ARG_COMMAND})
    set_tests_properties(lint.${name} PROPERTIES LABELS lint TIMEOUT ${ARG_TIMEOUT})
endfunction()

set(scripts ${PROJECT_SOURCE_DIR}/cmake)
scimd_lint(layers TIMEOUT 30 COMMAND ${CMAKE_COMMAND} -P ${scripts}/check_layers.cmake)
scimd_lint(words TIMEOUT 30 COMMAND ${CMAKE_COMMAND} -P ${scripts}/check_words.cmake)
scimd_lint(
    headers
    TIMEOUT 900
    COMMAND ${CMAKE_COMMAND} --build ${PROJECT_BINARY_DIR} --target all_verify_interface_header_sets
            --parallel 2
)
scimd_lint(
    format
    TIMEOUT 120
    NEEDS CLANG_FORMAT
    COMMAND ${CMAKE_COMMAND} -DCLANG_FORMAT=${CLANG_FORMAT} -P ${scripts}/check_format.cmake
)
scimd_lint(
    shell
    TIMEOUT 60
    NEEDS SHELLCHECK
    COMMAND ${CMAKE_COMMAND} -DSHELLCHECK=${SHELLCHECK} -P ${scripts}/check_shell.cmake
)
scimd_lint(
    includes
    TIMEOUT 30
    NEEDS Python3_EXECUTABLE
    COMMAND ${Python3_EXECUTABLE} ${scripts}/check_includes.py
)
scimd_lint(
    openapi
    TIMEOUT 30
    NEEDS Python3_EXECUTABLE
    COMMAND ${Python3_EXECUTABLE} ${scripts}/check_openapi.py
)
# From PyPI: it passes over what is not ours, which Debian's takes most of its time for.
set(lint_packages ${PROJECT_BINARY_DIR}/lint)
scimd_lint(
    packages
    TIMEOUT 600
    NEEDS Python3_EXECUTABLE
    COMMAND ${Python3_EXECUTABLE} ${scripts}/make_packages.py ${lint_packages} ${scripts}/lint_requirements.txt
)
scimd_lint(
    tidy
    TIMEOUT 1200
    NEEDS Python3_EXECUTABLE
    COMMAND ${Python3_EXECUTABLE} ${scripts}/tidy.py ${lint_packages}/bin/clang-tidy ${PROJECT_BINARY_DIR}
)
set_tests_properties(lint.packages PROPERTIES FIXTURES_SETUP lint_packages)
# Two of these at once would take four cores of a machine that may have two.
set_tests_properties(lint.headers PROPERTIES PROCESSORS 2)
set_tests_properties(lint.tidy PROPERTIES PROCESSORS 2 FIXTURES_REQUIRED lint_packages)

# Runs shellcheck on every bash script.
#
#   cmake -DSHELLCHECK=shellcheck -P cmake/check_shell.cmake
include(${CMAKE_CURRENT_LIST_DIR}/project_files.cmake)

file(GLOB candidates ${PROJECT_ROOT}/scripts/* ${PROJECT_ROOT}/.ci/*)
set(scripts "")
foreach(file IN LISTS candidates)
    file(STRINGS ${file} first LIMIT_COUNT 1)
    if(first MATCHES "^#!.*bash")
        list(APPEND scripts ${file})
    endif()
endforeach()
execute_process(COMMAND ${SHELLCHECK} ${scripts} RESULT_VARIABLE failed)
if(failed)
    message(FATAL_ERROR "shellcheck found the above")
endif()

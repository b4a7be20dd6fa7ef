# Fails where clang-format would change a source.
#
#   cmake -DCLANG_FORMAT=clang-format-19 -P cmake/check_format.cmake
include(${CMAKE_CURRENT_LIST_DIR}/project_files.cmake)

project_files(sources *.cpp *.hpp)
execute_process(
    COMMAND ${CLANG_FORMAT} --dry-run -Werror ${sources}
    WORKING_DIRECTORY ${PROJECT_ROOT}
    RESULT_VARIABLE failed
)
if(failed)
    message(FATAL_ERROR "Run: ${CLANG_FORMAT} -i <file>")
endif()

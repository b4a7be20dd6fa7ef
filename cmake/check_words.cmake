# Fails on what no file of the project may hold: paths of one developer's machine, and ends left open.
#
#   cmake -P cmake/check_words.cmake
include(${CMAKE_CURRENT_LIST_DIR}/project_files.cmake)

# Written with a bracket each, so that this file does not match itself.
set(patterns
    "\\.\\./share[d]"
    "(^|[^A-Za-z0-9_.-])/(wor[k]|roo[t]|hom[e])/"
    "\\.librar[y]"
    "(^|[^A-Za-z0-9_])(TOD[O]|FIXM[E]|XX[X])([^A-Za-z0-9_]|$)"
    "DISABLE[D]_"
    "NOLIN[T]([^(A-Z]|$)"
)

project_files(files *)
set(faults "")
foreach(file IN LISTS files)
    cmake_path(RELATIVE_PATH file BASE_DIRECTORY ${PROJECT_ROOT} OUTPUT_VARIABLE name)
    foreach(pattern IN LISTS patterns)
        file(STRINGS ${file} lines REGEX "${pattern}")
        foreach(line IN LISTS lines)
            string(APPEND faults "${name}: ${line}\n")
        endforeach()
    endforeach()
endforeach()

if(faults)
    message(FATAL_ERROR "The project must not hold these:\n${faults}")
endif()
list(LENGTH files count)
message(STATUS "${count} files hold none of the words")

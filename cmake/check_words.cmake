# Fails on what no file of the project may hold: paths of one developer's machine, ends left open, and private
# vocabulary.
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

# Words that were names of this project's own for server_context, endpoint_queue, tenant_limiter, external_call,
# pending events, idp_detection and more, and pronouns that hide the subject of a sentence. An engineer who does
# not know them searches in vain. They are found in any case, as whole words and as parts of identifiers between
# underscores. A text that begins with one (a quote, an equals sign, ':', '/' or '%' before it) is data.
set(private_words
    anew
    climber
    courier
    crowd
    errand
    house
    nobody
    sighting
    somebody
    telltale
    untold
    uptake
    utterance
    whoever
)
# Lines that may hold one: the name of a conformance case, tables of an older schema, an error hint.
set(permitted
    "a mapping of an attribute that nobody knows fails no deactivation"
    "insert into untold_(changes|groups)"
    "Let the identity provider provision this user anew"
)
set(worded
    "^(src|include|tests)/.*\\.(cpp|hpp|py)$"
    "^(docs/.*|README\\.md|CONTRIBUTING\\.md|schema/openapi\\.yaml)$"
)
list(JOIN worded "|" worded)

# Appends the lines of the file that match, except those that match one of the expressions behind, to faults.
function(find_lines file name pattern)
    file(STRINGS ${file} lines REGEX "${pattern}")
    list(JOIN ARGN "|" exceptions)
    foreach(line IN LISTS lines)
        if(NOT exceptions OR NOT line MATCHES "${exceptions}")
            string(APPEND faults "${name}: ${line}\n")
        endif()
    endforeach()
    set(faults "${faults}" PARENT_SCOPE)
endfunction()

# CMake's expressions know no case: h becomes [hH].
list(JOIN private_words "|" any_word)
string(TOUPPER "${any_word}" upper)
string(LENGTH "${any_word}" length)
set(any_case "")
math(EXPR last "${length} - 1")
foreach(i RANGE ${last})
    string(SUBSTRING "${any_word}" ${i} 1 letter)
    string(SUBSTRING "${upper}" ${i} 1 capital)
    if(letter STREQUAL "|")
        string(APPEND any_case "|")
    else()
        string(APPEND any_case "[${letter}${capital}]")
    endif()
endforeach()
set(private_pattern "(^|[^A-Za-z0-9\"'=:/%])(${any_case})s?([^A-Za-z]|$)")

project_files(files *)
set(faults "")
foreach(file IN LISTS files)
    cmake_path(RELATIVE_PATH file BASE_DIRECTORY ${PROJECT_ROOT} OUTPUT_VARIABLE name)
    foreach(pattern IN LISTS patterns)
        find_lines(${file} ${name} "${pattern}")
    endforeach()
    if(name MATCHES "${worded}")
        find_lines(${file} ${name} "${private_pattern}" ${permitted})
    endif()
endforeach()

if(faults)
    message(FATAL_ERROR "The project must not hold these:\n${faults}")
endif()
list(LENGTH files count)
message(STATUS "${count} files hold none of the words")

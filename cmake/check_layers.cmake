# Fails on an #include against the arrows of docs/architecture.md, and on what only certain modules may hold.
#
#   cmake -P cmake/check_layers.cmake
include(${CMAKE_CURRENT_LIST_DIR}/project_files.cmake)

# What each module may include, besides itself and the value types of include/scimd.
set(modules base scim store service api net webhooks jobs options app cli)
set(uses_base "")
set(uses_scim base)
set(uses_store base scim)
set(uses_service base scim store)
set(uses_api base scim store service)
set(uses_net base)
set(uses_webhooks base store service net)
set(uses_jobs base scim store service net)
set(uses_options base scim store service api net jobs)
set(uses_app base scim store service api net webhooks jobs options)
set(uses_cli base store api net options app)

set(asynchronous net webhooks app conformance)  # co_await, Asio, Beast
set(relational store)                  # sqlite3.h

function(fault file text)
    cmake_path(RELATIVE_PATH file BASE_DIRECTORY ${PROJECT_ROOT} OUTPUT_VARIABLE name)
    set_property(GLOBAL APPEND_STRING PROPERTY FAULTS "${name}: ${text}\n")
endfunction()

# `module` is empty for the public headers, which belong to none.
function(check_file file module)
    file(STRINGS ${file} lines ENCODING UTF-8
        REGEX "^[ \t]*#[ \t]*include|(^|[^A-Za-z0-9_])co_(await|return|yield)([^A-Za-z0-9_]|$)")
    foreach(line IN LISTS lines)
        if(line MATCHES "^[ \t]*//")
            continue()
        endif()
        string(REGEX MATCH "#[ \t]*include[ \t]*[<\"]([^>\"]+)" unused "${line}")
        set(header "${CMAKE_MATCH_1}")
        set(is_coroutine FALSE)
        if(line MATCHES "co_(await|return|yield)" OR header MATCHES "^boost/(asio|beast)")
            set(is_coroutine TRUE)
        endif()
        if(is_coroutine AND NOT module IN_LIST asynchronous)
            fault(${file} "coroutines, Asio and Beast live in ${asynchronous}: ${line}")
        endif()
        if(NOT module IN_LIST relational AND header MATCHES "^sqlite3")
            fault(${file} "SQLite is known in ${relational} alone: ${line}")
        endif()
        if(header MATCHES "^([a-z_]+)/" AND CMAKE_MATCH_1 IN_LIST modules)
            set(other ${CMAKE_MATCH_1})
            if(NOT other STREQUAL module AND NOT other IN_LIST uses_${module})
                fault(${file} "'${module}' may not include '${other}': ${line}")
            endif()
        endif()
    endforeach()
endfunction()

project_files(sources *.cpp *.hpp)
foreach(file IN LISTS sources)
    cmake_path(RELATIVE_PATH file BASE_DIRECTORY ${PROJECT_ROOT} OUTPUT_VARIABLE name)
    if(name MATCHES "^src/([a-z_]+)/")
        check_file(${file} ${CMAKE_MATCH_1})
    elseif(name MATCHES "^include/")
        check_file(${file} "")
    elseif(name MATCHES "^conformance/")
        check_file(${file} conformance)
    endif()
endforeach()

get_property(faults GLOBAL PROPERTY FAULTS)
if(faults)
    message(FATAL_ERROR "Against the layers:\n${faults}")
endif()
list(LENGTH sources count)
message(STATUS "${count} files keep to the layers")

# A module: one static library.
#
#   scimd_module(store USES base scim LINKS SQLite::SQLite3 UNITS sqlite/sqlite engine/transaction)
#
# USES names the modules it may include; LINKS the outside libraries; UNITS the headers and sources without
# their endings. Every header must compile alone. The source of
# the same name proves that by including its header first (of what the prelude has, lint.includes proves it);
# lint.headers compiles those that have none.
function(scimd_module name)
    cmake_parse_arguments(ARG "" "" "USES;LINKS;UNITS" ${ARGN})
    set(target scimd_${name})
    set(sources "")
    set(headers "")
    foreach(unit IN LISTS ARG_UNITS)
        set(source ${CMAKE_CURRENT_SOURCE_DIR}/${unit}.cpp)
        set(header ${CMAKE_CURRENT_SOURCE_DIR}/${unit}.hpp)
        if(EXISTS ${source})
            list(APPEND sources ${unit}.cpp)
        endif()
        if(EXISTS ${header})
            list(APPEND headers ${unit}.hpp)
        elseif(NOT EXISTS ${source})
            message(FATAL_ERROR "src/${name} has neither ${unit}.cpp nor ${unit}.hpp.")
        endif()
    endforeach()
    add_library(${target} STATIC ${sources})
    add_library(scimd::${name} ALIAS ${target})
    set(proven "")
    set(alone "")
    foreach(header IN LISTS headers)
        scimd_is_included_first(${name} ${header} is_proven)
        if(is_proven)
            list(APPEND proven ${header})
        else()
            list(APPEND alone ${header})
        endif()
    endforeach()
    target_sources(
        ${target}
        PUBLIC
            FILE_SET proven TYPE HEADERS BASE_DIRS ${PROJECT_SOURCE_DIR}/src FILES ${proven}
            FILE_SET alone TYPE HEADERS BASE_DIRS ${PROJECT_SOURCE_DIR}/src FILES ${alone}
    )
    target_include_directories(
        ${target} PUBLIC ${PROJECT_SOURCE_DIR}/src ${PROJECT_SOURCE_DIR}/include
    )
    list(TRANSFORM ARG_USES PREPEND scimd::)
    target_link_libraries(
        ${target}
        PUBLIC ${ARG_USES} ${ARG_LINKS} Boost::headers
        PRIVATE scimd_compile_options
    )
    if(TARGET scimd_prelude)
        target_precompile_headers(${target} REUSE_FROM scimd_prelude)
    endif()
    set_target_properties(${target} PROPERTIES VERIFY_INTERFACE_HEADER_SETS ON INTERFACE_HEADER_SETS_TO_VERIFY alone)
    set_property(GLOBAL APPEND PROPERTY SCIMD_MODULES ${target})
endfunction()

# Does the source beside the module's header, x.cpp beside x.hpp, include it before all else?
function(scimd_is_included_first module header result)
    cmake_path(REPLACE_EXTENSION header LAST_ONLY cpp OUTPUT_VARIABLE source)
    set(first "")
    if(EXISTS ${CMAKE_CURRENT_SOURCE_DIR}/${source})
        set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/${source})
        file(STRINGS ${CMAKE_CURRENT_SOURCE_DIR}/${source} first LIMIT_COUNT 1 REGEX "^#include")
    endif()
    if(first STREQUAL "#include \"${module}/${header}\"")
        set(${result} TRUE PARENT_SCOPE)
    else()
        set(${result} FALSE PARENT_SCOPE)
    endif()
endfunction()

# A test binary of one module: it links that module and nothing that the module may not use.
#
#   scimd_test(store LABELS unit SOURCES sqlite_test.cpp LINKS scimd::test_support)
function(scimd_test name)
    cmake_parse_arguments(ARG "" "" "LABELS;SOURCES;LINKS" ${ARGN})
    set(target ${name}_test)
    set(seconds 120)
    if(SCIMD_SANITIZE)
        set(seconds 600)
    endif()
    add_executable(${target} ${ARG_SOURCES})
    target_link_libraries(
        ${target} PRIVATE scimd::${name} ${ARG_LINKS} Boost::json GTest::gtest_main scimd_compile_options
    )
    target_precompile_headers(${target} REUSE_FROM scimd_test_prelude)
    # Several sources at once: half of the compilation of one is what it includes and instantiates like the others.
    set_target_properties(${target} PROPERTIES UNITY_BUILD ON UNITY_BUILD_BATCH_SIZE 8)
    gtest_discover_tests(
        ${target}
        TEST_PREFIX ${name}.
        DISCOVERY_TIMEOUT 60
        PROPERTIES LABELS "${ARG_LABELS}" TIMEOUT ${seconds}
    )
endfunction()

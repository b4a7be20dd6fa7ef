# A room of the house: one static library.
#
#   scimd_module(store USES base scim LINKS SQLite::SQLite3 SOURCES sqlite.cpp HEADERS sqlite.hpp)
#
# USES names the rooms it may include; LINKS the outside libraries; every header must compile alone.
function(scimd_module name)
    cmake_parse_arguments(ARG "" "" "USES;LINKS;SOURCES;HEADERS" ${ARGN})
    set(target scimd_${name})
    add_library(${target} STATIC ${ARG_SOURCES})
    add_library(scimd::${name} ALIAS ${target})
    target_sources(
        ${target}
        PUBLIC FILE_SET HEADERS BASE_DIRS ${PROJECT_SOURCE_DIR}/src FILES ${ARG_HEADERS}
    )
    target_include_directories(
        ${target} PUBLIC ${PROJECT_SOURCE_DIR}/src ${PROJECT_SOURCE_DIR}/include
    )
    list(TRANSFORM ARG_USES PREPEND scimd::)
    target_link_libraries(
        ${target}
        PUBLIC ${ARG_USES} ${ARG_LINKS} Boost::headers
        PRIVATE scimd_options
    )
    set_target_properties(${target} PROPERTIES VERIFY_INTERFACE_HEADER_SETS ON)
    set_property(GLOBAL APPEND PROPERTY SCIMD_ROOMS ${target})
endfunction()

# A test binary of one room: it links that room and nothing that the room may not use.
#
#   scimd_test(store LABELS unit SOURCES sqlite_test.cpp LINKS scimd::test_support)
function(scimd_test name)
    cmake_parse_arguments(ARG "" "" "LABELS;SOURCES;LINKS" ${ARGN})
    set(target ${name}_test)
    add_executable(${target} ${ARG_SOURCES})
    target_link_libraries(
        ${target} PRIVATE scimd::${name} ${ARG_LINKS} GTest::gtest_main scimd_options
    )
    gtest_discover_tests(
        ${target}
        TEST_PREFIX ${name}.
        DISCOVERY_TIMEOUT 60
        PROPERTIES LABELS "${ARG_LABELS}" TIMEOUT 120
    )
endfunction()

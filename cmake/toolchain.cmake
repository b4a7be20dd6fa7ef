# What every target of ours is compiled with. Nothing here leaks to those who link us.
set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)

include(CheckPIESupported)
check_pie_supported()

find_program(CCACHE ccache)
if(CCACHE AND NOT CMAKE_CXX_COMPILER_LAUNCHER)
    # The second word is ccache's condition for sources that begin with a precompiled header.
    set(CMAKE_CXX_COMPILER_LAUNCHER
        ${CMAKE_COMMAND} -E env CCACHE_SLOPPINESS=pch_defines,time_macros ${CCACHE})
endif()

set(SCIMD_SANITIZE "" CACHE STRING "Sanitizers, as in -fsanitize=: address,undefined or thread")
option(SCIMD_WERROR "Treat our warnings as errors" OFF)
option(SCIMD_COVERAGE "Instrument for gcov" OFF)

add_library(scimd_compile_options INTERFACE)
target_compile_options(
    scimd_compile_options
    INTERFACE
        -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wnon-virtual-dtor -Woverloaded-virtual
        # GCC 12 warns of overlapping copies inside its own std::string when it optimises (GCC bug 105651).
        $<$<CXX_COMPILER_ID:GNU>:-Wno-restrict>
        # And of the value of a std::optional of a std::variant that it has just seen to be empty (GCC bug 80635);
        # clang-tidy and the sanitizers look for what is really not initialised.
        $<$<AND:$<CXX_COMPILER_ID:GNU>,$<CONFIG:Release>>:-Wno-maybe-uninitialized>
        $<$<BOOL:${SCIMD_WERROR}>:-Werror>
        -fstack-protector-strong -fstack-clash-protection
        $<$<CONFIG:Release>:-U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=3>
)
target_compile_definitions(scimd_compile_options INTERFACE _GLIBCXX_ASSERTIONS)
target_link_options(scimd_compile_options INTERFACE -Wl,-z,relro,-z,now)

if(SCIMD_SANITIZE)
    # Instrumented, GCC 12 takes std::regex for uninitialized and warns of Asio's fences, which ThreadSanitizer does not
    # know; the mutexes beside them it does.
    target_compile_options(
        scimd_compile_options
        INTERFACE $<$<CXX_COMPILER_ID:GNU>:-Wno-maybe-uninitialized> $<$<CXX_COMPILER_ID:GNU>:-Wno-tsan>
    )
    add_compile_options(
        -fsanitize=${SCIMD_SANITIZE} -fno-sanitize-recover=all -fno-omit-frame-pointer
    )
    add_link_options(-fsanitize=${SCIMD_SANITIZE})
endif()
if(SCIMD_COVERAGE)
    add_compile_options(--coverage)
    add_link_options(--coverage)
endif()

# What nearly every source of the modules includes is read once for all of them: a third of their compilation.
#
# That each file names what it needs of this is proven by lint.includes. Optimised builds do without: there GCC 12 takes
# what comes from it for ours, and warns of overlaps inside its own std::string.
if(NOT CMAKE_BUILD_TYPE STREQUAL "Debug")
    return()
endif()
file(WRITE ${PROJECT_BINARY_DIR}/prelude.cpp "")
add_library(scimd_prelude OBJECT ${PROJECT_BINARY_DIR}/prelude.cpp)
target_link_libraries(scimd_prelude PRIVATE Boost::json scimd_compile_options)
target_precompile_headers(
    scimd_prelude
    PRIVATE
        <boost/json/value.hpp>
        <algorithm> <array> <chrono> <functional> <map> <memory> <optional> <span> <string> <string_view> <utility>
        <variant> <vector>
)

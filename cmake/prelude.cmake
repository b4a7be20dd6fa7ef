# What nearly every source of the rooms includes is read once for all of them: a third of their compilation.
#
# That each of our headers names what it needs is proven without it, by lint.tidy and lint.headers.
file(WRITE ${PROJECT_BINARY_DIR}/prelude.cpp "")
add_library(scimd_prelude OBJECT ${PROJECT_BINARY_DIR}/prelude.cpp)
target_link_libraries(scimd_prelude PRIVATE Boost::json scimd_options)
target_precompile_headers(
    scimd_prelude
    PRIVATE
        <boost/json/value.hpp>
        <algorithm> <array> <chrono> <functional> <map> <memory> <optional> <span> <string> <string_view> <utility>
        <variant> <vector>
)

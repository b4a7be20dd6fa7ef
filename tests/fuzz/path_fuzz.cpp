// A path that parses prints to one that parses to the same.
#include "scim/filter/path.hpp"
#include "scim/sample_types.hpp"

#include <cstdint>
#include <cstdlib>
#include <string_view>

namespace {

using namespace scimd::scim;

void check(std::string_view text, const resource_type& type) {
    const auto parsed = parse_path(text, type);
    if (parsed && parse_path(to_text(*parsed), type) != parsed)
        std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    check(text, samples::user());
    check(text, samples::device());
    return 0;
}

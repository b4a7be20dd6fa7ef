// A filter that parses prints to one that parses to the same, and is evaluated without harm, in steps that
// its length and the document bound.
#include "fuzz/budget.hpp"
#include "scim/filter/filter.hpp"
#include "scim/filter/match.hpp"
#include "scim/sample_types.hpp"

#include <cstdint>
#include <cstdlib>
#include <string_view>

namespace {

using namespace scimd::scim;

const scimd::json::object& document() {
    static const scimd::json::object made = samples::document(R"({
        "id": "1", "userName": "bj", "active": true, "emails": [{"value": "a@b.c", "type": "work"}],
        "cores": 4, "weight": 1.5, "tags": ["red"], "meta": {"created": "2026-01-01T00:00:00Z"}
    })");
    return made;
}

void check(std::string_view text, const resource_type& type) {
    const auto parsed = parse_filter(text, type);
    if (!parsed)
        return;
    scimd::fuzz::in_proportion(text.size(),
            [&](scimd::work_budget& work) { static_cast<void>(matches(*parsed, document(), work)); });
    const std::string printed = to_text(*parsed);
    // The canonical spelling may be longer than what was written, and then too long.
    if (printed.size() > filter_bytes_max)
        return;
    const auto again = parse_filter(printed, type);
    if (!again || *again != *parsed)
        std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    check(text, samples::user());
    check(text, samples::device());
    return 0;
}

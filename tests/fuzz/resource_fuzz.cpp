// A body that is read as a resource is a canonical document: normalizing it changes nothing, what it says is
// JSON again, and reading it again gives the same. The body goes through the quirks first, as in the service.
// All of it takes steps in proportion to the body.
#include "fuzz/budget.hpp"
#include "scim/patch/quirks.hpp"
#include "scim/resource.hpp"
#include "scim/sample_types.hpp"
#include "support/sample_schemas.hpp"

#include <cstdint>
#include <cstdlib>
#include <string_view>

namespace {

using namespace scimd::scim;
namespace json = scimd::json;

void check(const json::object& body, const resource_type& type, scimd::work_budget& work) {
    const auto read = read_body(quirks::rewrite_resource(body, type, work), type, work);
    if (!read)
        return;
    json::object again = read->document;
    if (!normalize(again, type, work) || again != read->document)
        std::abort();
    const auto parsed = scimd::parse_json_object(scimd::to_text(read->document));
    if (!parsed || *parsed != read->document)
        std::abort();
    if (!check_replacement(read->document, read->document, type, work))
        std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    static const catalogue custom = scimd::test::sample_schemas();
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    for (const auto* type : {&samples::user(), &samples::group(), &samples::device(),
                 custom.find_type("User"), custom.find_type("Device")})
        scimd::fuzz::in_proportion(size, [&](scimd::work_budget& work) {
            if (const auto body = scimd::parse_json_object(text, work))
                check(*body, *type, work);
        });
    return 0;
}

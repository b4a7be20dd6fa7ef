// A body that is read as a resource is a canonical document: normalizing it changes nothing, what it says is
// JSON again, and reading it again gives the same. The body goes through the quirks first, as in the service.
#include "scim/quirks.hpp"
#include "scim/resource.hpp"
#include "scim/sample_types.hpp"
#include "support/sample_schemas.hpp"

#include <cstdint>
#include <cstdlib>
#include <string_view>

namespace {

using namespace scimd::scim;
namespace json = scimd::json;

void check(const json::object& body, const resource_type& type)
{
    const auto read = read_body(quirks::rewrite_resource(body, type), type);
    if (!read)
        return;
    json::object again = read->document;
    if (!normalize(again, type) || again != read->document)
        std::abort();
    const auto parsed = scimd::parse_json_object(scimd::to_text(read->document));
    if (!parsed || *parsed != read->document)
        std::abort();
    if (!check_replacement(read->document, read->document, type))
        std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    static const catalogue custom = scimd::test::sample_schemas();
    const auto body = scimd::parse_json_object({reinterpret_cast<const char*>(data), size});
    if (!body)
        return 0;
    check(*body, samples::user());
    check(*body, samples::group());
    check(*body, samples::device());
    check(*body, *custom.find_type("User"));
    check(*body, *custom.find_type("Device"));
    return 0;
}

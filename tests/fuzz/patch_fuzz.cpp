// A PATCH body that parses and applies leaves a document in canonical form: normalizing it changes nothing,
// and what it says is JSON again. The body goes through the quirks first, as in the service. What is too much
// work is refused; reading the body never is.
#include "fuzz/budget.hpp"
#include "scim/patch/patch.hpp"
#include "scim/patch/quirks.hpp"
#include "scim/resource.hpp"
#include "scim/sample_types.hpp"

#include <cstdint>
#include <cstdlib>
#include <optional>
#include <string_view>
#include <utility>

namespace {

using namespace scimd::scim;
namespace json = scimd::json;

json::object sample(std::string_view text, const resource_type& type) {
    json::object made = samples::document(text);
    if (!normalize(made, type))
        std::abort();
    return made;
}

const json::object& user() {
    static const json::object made = sample(
            R"({
            "userName": "bj", "active": true, "name": {"givenName": "B", "familyName": "J"},
            "emails": [{"value": "a@b", "type": "work", "primary": true}, {"value": "c@d", "type": "home"}],
            "roles": [{"value": "r", "display": "R"}, {"display": "S"}],
            "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User": {"manager": {"value": "1"}}
        })",
            samples::user());
    return made;
}

const json::object& device() {
    static const json::object made = sample(
            R"({
            "serial": "1", "cores": 4, "weight": 1.5, "tags": ["red", "blue"], "place": {"room": "1"},
            "ports": [{"kind": "usb", "speed": 5, "modes": ["a"]}], "urn:example:Device:Warranty": {"vendor": "v"}
        })",
            samples::device());
    return made;
}

const json::object& group() {
    static const json::object made = sample(R"({"displayName": "g"})", samples::group());
    return made;
}

void check(const json::object& body, std::size_t bytes, const json::object& document,
        const resource_type& type) {
    std::optional<patch> change;
    scimd::fuzz::in_proportion(bytes, [&](scimd::work_budget& work) {
        auto read =
                parse_patch(quirks::rewrite_patch(body, type, work), type, conformance_mode::compat, work);
        if (read)
            change = std::move(*read);
    });
    if (!change)
        return;
    scimd::fuzz::within_budget([&](scimd::work_budget& work) {
        const auto next = apply(*change, document, type, work);
        if (!next)
            return;
        json::object again = *next;
        if (!normalize(again, type, scimd::unlimited_work()) || again != *next)
            std::abort();
        const auto read = scimd::parse_json_object(scimd::to_text(*next));
        if (!read || *read != *next)
            std::abort();
    });
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const auto body = scimd::parse_json_object({reinterpret_cast<const char*>(data), size});
    if (!body)
        return 0;
    check(*body, size, user(), samples::user());
    check(*body, size, device(), samples::device());
    check(*body, size, group(), samples::group());
    return 0;
}

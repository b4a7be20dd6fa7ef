// A query string, or a SearchRequest, that is understood keeps to the limits of a page, means the same when
// it is read again, and projects: what is always returned stays, and projecting twice changes nothing.
#include "api/target.hpp"
#include "base/json/json.hpp"
#include "scim/messages/query.hpp"
#include "scim/sample_types.hpp"

#include <cstdint>
#include <cstdlib>
#include <iterator>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace {

using namespace scimd::scim;
namespace json = scimd::json;

void expect(bool holds) {
    if (!holds)
        std::abort();
}

const json::object& document() {
    static const json::object made = samples::document(R"({
        "schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"], "id": "1", "userName": "bj", "active": true,
        "displayName": "B", "name": {"givenName": "B"}, "emails": [{"value": "a@b.c", "type": "work"}],
        "serial": "s", "label": "l", "meta": {"created": "2026-01-01T00:00:00Z", "version": "W/\"1\""}
    })");
    return made;
}

void check_projection(const type_query& part) {
    json::object shown = document();
    project(shown, part.wanted, *part.type);
    expect(shown.contains("id"));
    json::object again = shown;
    project(again, part.wanted, *part.type);
    expect(again == shown);
}

void check(const list_request& asked, const std::vector<const resource_type*>& types) {
    const auto query = resolve(asked, types);
    if (!query) {
        expect(!resolve(
                asked, types, conformance_mode::strict));  // strict directories refuse more, never less
        return;
    }
    expect(query->parts.size() == types.size());
    expect(query->page.count <= page_size_max);
    expect(!query->page.start_index || *query->page.start_index >= 1);
    expect(!query->page.start_index || !query->page.cursor);
    const auto again = resolve(asked, types);
    expect(again && again->identity == query->identity);
    for (const type_query& part : query->parts)
        check_projection(part);
}

// What begins as an object is the body of POST /.search (RFC 7644 §3.4.3).
std::optional<list_request> read(std::string_view text) {
    if (text.starts_with('{')) {
        const auto body = scimd::parse_json_object(text);
        const auto asked = body ? read_search_request(*body) : body.error();
        return asked ? std::optional(*asked) : std::nullopt;
    }
    const auto where = scimd::api::parse_target("/directory/dir_1/scim/v2/Users?" + std::string(text));
    if (!where)
        return std::nullopt;
    expect(where->query.size() <= scimd::api::query_parameters_max);
    const auto asked = read_parameters(where->query);
    return asked ? std::optional(*asked) : std::nullopt;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const auto asked = read({reinterpret_cast<const char*>(data), size});
    if (!asked)
        return 0;
    // One of them an input, which its length decides: it is three times as many inputs in the same time.
    static const std::vector<const resource_type*> types[] = {
            {&samples::user()}, {&samples::device()}, {&samples::user(), &samples::group()}};
    check(*asked, types[size % std::size(types)]);
    return 0;
}

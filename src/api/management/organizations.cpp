// Organizations: create, find, list, search, change, delete.
#include "service/management/organizations.hpp"

#include "api/management/management_request.hpp"
#include "api/management/page_token.hpp"
#include "base/text.hpp"
#include "management_operations.hpp"

#include <limits>
#include <utility>

namespace scimd::api {
namespace {

namespace tenants = store::tenants;
namespace organizations = service::organizations;

constexpr number_bounds organization_page_size_bounds{1, 100, 10};
constexpr number_bounds found_page_size_bounds{1, 30, 10};
// Names of lists in page tokens. The tokens of "organizations" and "search", lists that began with the
// oldest, are refused.
constexpr std::string_view list_name = "newest_organizations";
constexpr std::string_view search_name = "newest_found";
constexpr std::size_t query_characters_min = 3;
constexpr std::size_t query_bytes_max = 400;  // 100 characters of UTF-8

http::response organization_response(int status, const tenants::organization& from) {
    return manage_response(status, {{"organization", organizations::to_json(from)}});
}

result<http::response> answer(const result<tenants::organization>& outcome, int status = 200) {
    if (!outcome)
        return outcome.error();
    return organization_response(status, *outcome);
}

template <class Body>
organizations::change read_organization_change(const Body& body) {
    organizations::change wanted;
    wanted.display_name = body.display_name;
    wanted.external_id = body.external_id;
    wanted.region_code = body.region_code;
    wanted.slug = body.slug;
    wanted.logo_url = body.logo_url;
    wanted.metadata = body.metadata;
    return wanted;
}

http::response page_response(const token_page<tenants::organization>& page, std::int64_t total) {
    json::array listed;
    for (const auto& row : page.rows)
        listed.push_back(organizations::to_json(row));
    return manage_response(
            200, {{"next_page_token", page.next}, {"total_size", total}, {"organizations", std::move(listed)},
                         {"prev_page_token", page.previous}});
}

std::int64_t id_of(const tenants::organization& row) {
    return row.id.value;
}

// Lists begin with the newest: organizations behind an id are older.
std::int64_t end_of(const page_position& where) {
    return where.is_first() ? std::numeric_limits<std::int64_t>::max() : where.id;
}

token_page<tenants::organization> read_page(
        store::transaction& tx, const page_position& where, std::int64_t size) {
    auto found = where.is_before ? tenants::list_organizations(tx, {where.id}, size + 1)
                                 : tenants::list_organizations_before(tx, {end_of(where)}, size + 1);
    return make_page(list_name, where, static_cast<std::size_t>(size), std::move(found), id_of);
}

bool matches(const tenants::organization& one, std::string_view folded_query) {
    return fold(one.display_name).find(folded_query) != std::string::npos ||
           one.id.text().find(folded_query) != std::string::npos ||
           (one.external_id && fold(*one.external_id).find(folded_query) != std::string::npos);
}

// A page of the organizations that match. Reads all: there are thousands, not millions.
http::response search(
        store::transaction& tx, const std::string& query, const page_position& where, std::int64_t size) {
    std::int64_t total = 0;
    std::vector<tenants::organization> found;
    tenants::each_organization(tx, [&](const tenants::organization& one) {
        if (!matches(one, query))
            return true;
        ++total;
        const bool is_wanted = where.is_before ? one.id.value > where.id : one.id.value < end_of(where);
        if (is_wanted)
            found.push_back(one);
        return true;
    });
    if (!where.is_before)
        std::ranges::reverse(found);
    found.resize(std::min(found.size(), static_cast<std::size_t>(size) + 1));
    const auto page = make_page(search_name, where, static_cast<std::size_t>(size), std::move(found), id_of);
    return page_response(page, total);
}

}  // namespace

result<http::response> create_organization(
        management_request& request, const create_organization_body& body) {
    return answer(organizations::create(request.tx, request.source(), read_organization_change(body)), 201);
}

result<http::response> list_organizations(management_request& request) {
    const auto size = number_parameter(request.context, "page_size", organization_page_size_bounds);
    const auto where = parse_page_token(list_name, query_parameter(request.context, "page_token"));
    if (!size || !where)
        return size ? where.error() : size.error();
    const std::string external_id(query_parameter(request.context, "external_id").value_or(""));
    if (external_id.empty())
        return page_response(read_page(request.tx, *where, *size), tenants::count_organizations(request.tx));
    token_page<tenants::organization> page;
    if (auto found = tenants::find_organization_by_external_id(request.tx, external_id))
        page.rows.push_back(std::move(*found));
    const auto total = static_cast<std::int64_t>(page.rows.size());
    return page_response(page, total);
}

result<http::response> search_organizations(management_request& request) {
    const auto size = number_parameter(request.context, "page_size", found_page_size_bounds);
    const auto where = parse_page_token(search_name, query_parameter(request.context, "page_token"));
    if (!size || !where)
        return size ? where.error() : size.error();
    const auto query = query_parameter(request.context, "query").value_or("");
    if (query.size() < query_characters_min || query.size() > query_bytes_max)
        return invalid_value("query must have 3 to 100 characters.");
    return search(request.tx, fold(query), *where, *size);
}

result<http::response> get_organization(management_request& request) {
    return answer(find_organization(request));
}

result<http::response> get_organization_by_external_id(management_request& request) {
    if (const auto id = query_parameter(request.context, "id"); id && !id->empty())
        return invalid_value("Give either id or external_id, not both.");
    const auto found =
            tenants::find_organization_by_external_id(request.tx, request.parameter("external_id"));
    if (!found)
        return error{errc::not_found, "The organization was not found."};
    return organization_response(200, *found);
}

result<http::response> refuse_no_external_id(management_request&) {
    return error{errc::not_found, "external_id is required: …/organizations:external/{external_id}."};
}

result<http::response> update_organization(
        management_request& request, const update_organization_body& body) {
    auto found = find_organization(request);
    if (!found)
        return found.error();
    return answer(organizations::update(
            request.tx, request.source(), std::move(*found), read_organization_change(body)));
}

result<http::response> delete_organization(management_request& request) {
    const auto found = find_organization(request);
    if (!found)
        return found.error();
    organizations::begin_removal(request.tx, request.source(), *found);
    return manage_response(200, {});
}

}  // namespace scimd::api

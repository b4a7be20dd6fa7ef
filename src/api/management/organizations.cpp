// Organizations: made, found, listed, changed, deleted.
#include "service/management/organizations.hpp"

#include "api/management/api.hpp"
#include "api/management/management_request.hpp"
#include "api/management/page_token.hpp"
#include "base/text.hpp"

#include <limits>
#include <utility>

namespace scimd::api {
namespace {

namespace tenants = store::tenants;
namespace organizations = service::organizations;

constexpr number_bounds organization_page_size_bounds{1, 100, 10};
constexpr number_bounds found_page_size_bounds{1, 30, 10};
// Those of tokens: of lists that began with the oldest, "organizations" and "search", tokens are refused.
constexpr std::string_view list_name = "newest_organizations";
constexpr std::string_view search_name = "newest_found";
constexpr std::size_t query_characters_min = 3;
constexpr std::size_t query_bytes_max = 400;  // 100 characters of UTF-8

http::response organization_response(int status, const tenants::organization& from)
{
    return manage_response(status, {{"organization", organizations::to_json(from)}});
}

reply answer(const result<tenants::organization>& outcome, int status = 200)
{
    return outcome ? organization_response(status, *outcome) : manage_error(outcome.error());
}

// The texts of `body` into the members that are named with them. null and absent are one.
result<void> read_texts(
    const json::object& body,
    std::initializer_list<std::pair<std::string_view, std::optional<std::string>*>> into
)
{
    for (const auto& [name, member] : into) {
        auto text = optional_text(body, name);
        if (!text)
            return text.error();
        *member = std::move(*text);
    }
    return {};
}

result<organizations::change> read_organization_change(const json::object& body)
{
    organizations::change wanted;
    auto read = read_texts(
        body,
        {{"display_name", &wanted.display_name},
         {"external_id", &wanted.external_id},
         {"region_code", &wanted.region_code},
         {"slug", &wanted.slug},
         {"logo_url", &wanted.logo_url}}
    );
    if (!read)
        return read.error();
    if (const auto* metadata = find_object(body, "metadata"))
        wanted.metadata = *metadata;
    return wanted;
}

http::response page_response(const token_page<tenants::organization>& page, std::int64_t total)
{
    json::array listed;
    for (const auto& row : page.rows)
        listed.push_back(organizations::to_json(row));
    return manage_response(
        200,
        {{"next_page_token", page.next},
         {"total_size", total},
         {"organizations", std::move(listed)},
         {"prev_page_token", page.previous}}
    );
}

std::int64_t id_of(const tenants::organization& row)
{
    return row.id.value;
}

// Lists begin with the newest: what comes behind an id is older.
std::int64_t end_of(const page_position& where)
{
    return where.is_first() ? std::numeric_limits<std::int64_t>::max() : where.id;
}

token_page<tenants::organization> read_page(
    store::transaction& tx, const page_position& where, std::int64_t size
)
{
    auto found = where.is_before ? tenants::list_organizations(tx, {where.id}, size + 1)
                                 : tenants::list_organizations_before(tx, {end_of(where)}, size + 1);
    return make_page(list_name, where, static_cast<std::size_t>(size), std::move(found), id_of);
}

bool matches(const tenants::organization& one, std::string_view folded_query)
{
    return fold(one.display_name).find(folded_query) != std::string::npos ||
           one.id.text().find(folded_query) != std::string::npos ||
           (one.external_id && fold(*one.external_id).find(folded_query) != std::string::npos);
}

// Those that match, paged like a list. Reads them all: there are thousands, not millions.
http::response search(
    store::transaction& tx, const std::string& query, const page_position& where, std::int64_t size
)
{
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

reply create_organization(const server_context& server, request_context& request)
{
    return with_manage_body(
        server,
        [&server, &request](store::transaction& tx, const json::object& body) -> reply {
            const auto wanted = read_organization_change(body);
            if (!wanted)
                return manage_error(wanted.error());
            return answer(organizations::create(tx, event_source_of(server, request), *wanted), 201);
        }
    );
}

reply list_organizations(const server_context&, request_context& request)
{
    const auto size = number_parameter(request, "page_size", organization_page_size_bounds);
    const auto where = parse_page_token(list_name, query_parameter(request, "page_token"));
    if (!size || !where)
        return manage_error(size ? where.error() : size.error());
    const auto external_id = query_parameter(request, "external_id");
    return transaction_step{
        store::intent::scan,
        [size = *size,
         where = *where,
         external_id = std::string(external_id.value_or(""))](store::transaction& tx) -> reply {
            if (external_id.empty())
                return page_response(read_page(tx, where, size), tenants::count_organizations(tx));
            token_page<tenants::organization> page;
            if (auto found = tenants::find_organization_by_external_id(tx, external_id))
                page.rows.push_back(std::move(*found));
            const auto total = static_cast<std::int64_t>(page.rows.size());
            return page_response(page, total);
        }
    };
}

reply search_organizations(const server_context&, request_context& request)
{
    const auto size = number_parameter(request, "page_size", found_page_size_bounds);
    const auto where = parse_page_token(search_name, query_parameter(request, "page_token"));
    if (!size || !where)
        return manage_error(size ? where.error() : size.error());
    const auto query = query_parameter(request, "query").value_or("");
    if (query.size() < query_characters_min || query.size() > query_bytes_max)
        return manage_error({errc::invalid_value, "query must have 3 to 100 characters."});
    return transaction_step{
        store::intent::scan,
        [query = fold(query), size = *size, where = *where](store::transaction& tx) -> reply {
            return search(tx, query, where, size);
        }
    };
}

reply get_organization(const server_context&, request_context& request)
{
    return transaction_step{store::intent::read, [&request](store::transaction& tx) -> reply {
                                return answer(find_organization(tx, request));
                            }};
}

reply get_organization_by_external_id(const server_context&, request_context& request)
{
    if (const auto id = query_parameter(request, "id"); id && !id->empty())
        return manage_error({errc::invalid_value, "Give either id or external_id, not both."});
    return transaction_step{store::intent::read, [&request](store::transaction& tx) -> reply {
                                auto found = tenants::find_organization_by_external_id(
                                    tx, request.parameter("external_id")
                                );
                                if (!found)
                                    return manage_error({errc::not_found, "The organization was not found."});
                                return organization_response(200, *found);
                            }};
}

reply refuse_no_external_id(const server_context&, request_context&)
{
    return manage_error({errc::not_found, "external_id is required: …/organizations:external/{external_id}."}
    );
}

reply update_organization(const server_context& server, request_context& request)
{
    return with_manage_body(
        server,
        [&server, &request](store::transaction& tx, const json::object& body) -> reply {
            auto found = find_organization(tx, request);
            if (!found)
                return manage_error(found.error());
            const auto wanted = read_organization_change(body);
            if (!wanted)
                return manage_error(wanted.error());
            return answer(
                organizations::update(tx, event_source_of(server, request), std::move(*found), *wanted)
            );
        }
    );
}

reply delete_organization(const server_context& server, request_context& request)
{
    return transaction_step{store::intent::write, [&server, &request](store::transaction& tx) -> reply {
                                const auto found = find_organization(tx, request);
                                if (!found)
                                    return manage_error(found.error());
                                organizations::begin_removal(tx, event_source_of(server, request), *found);
                                return manage_response(200, {});
                            }};
}

}  // namespace scimd::api

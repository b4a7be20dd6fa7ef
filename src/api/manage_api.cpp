#include "api/manage_api.hpp"

#include "api/manage_read.hpp"
#include "base/time.hpp"
#include "service/tenancy.hpp"

#include <limits>
#include <utility>

namespace scimd::api {
namespace {

namespace tenants = store::tenants;
namespace tenancy = service::tenancy;

constexpr number_bounds page_size_bounds{1, 100, 10};
constexpr number_bounds domain_page_size_bounds{1, 100, 30};
constexpr std::int64_t number_max = std::numeric_limits<std::int64_t>::max();

json::object to_json(const tenants::organization& from)
{
    json::object body{
        {"id", from.id.text()},
        {"create_time", format_rfc3339(from.created)},
        {"update_time", format_rfc3339(from.updated)},
        {"display_name", from.display_name},
        {"region_code", "US"},
        {"metadata", json::object()}
    };
    if (from.external_id)
        body["external_id"] = *from.external_id;
    return body;
}

std::string_view status_name(tenants::domain_status status)
{
    switch (status) {
        case tenants::domain_status::pending:
            return "PENDING";
        case tenants::domain_status::verified:
            return "VERIFIED";
        case tenants::domain_status::failed:
        case tenants::domain_status::lapsed:
            return "FAILED";
    }
    return "VERIFICATION_STATUS_UNSPECIFIED";
}

json::object to_json(const house& home, const tenants::domain& from)
{
    return {
        {"id", from.id.text()},
        {"domain", from.name},
        {"environment_id", home.environment.text()},
        {"organization_id", from.organization.text()},
        {"verification_status", status_name(from.status)},
        {"verification_method", "ADMIN"},
        {"domain_type", "ORGANIZATION_DOMAIN"},
        {"covers_subdomains", from.covers_subdomains},
        {"create_time", format_rfc3339(from.created)},
        {"update_time", format_rfc3339(from.updated)}
    };
}

http::response organization_response(int status, const tenants::organization& from)
{
    return manage_response(status, {{"organization", to_json(from)}});
}

}  // namespace

reply create_organization(const house& home, call& on)
{
    return with_manage_body(
        home,
        on,
        repeat::same_answer,
        [](store::transaction& tx, const json::object& body) -> reply {
            const auto name = required_text(body, "display_name");
            if (!name)
                return manage_error(name.error());
            const auto external_id = optional_text(body, "external_id");
            if (!external_id)
                return manage_error(external_id.error());
            const auto made = tenancy::create_organization(tx, *name, *external_id);
            return made ? organization_response(201, *made) : manage_error(made.error());
        }
    );
}

reply list_organizations(const house&, call& on)
{
    const auto size = number_parameter(on, "page_size", page_size_bounds);
    if (!size)
        return manage_error(size.error());
    const auto after = number_parameter(on, "page_token", {0, number_max, 0});
    if (!after)
        return manage_error({errc::invalid_value, "page_token is none of ours."});
    return work{store::intent::scan, [size = *size, after = *after](store::transaction& tx) -> reply {
                    auto rows = tenants::list_organizations(tx, organization_id{after}, size + 1);
                    const bool has_more = static_cast<std::int64_t>(rows.size()) > size;
                    if (has_more)
                        rows.pop_back();
                    json::array listed;
                    for (const auto& row : rows)
                        listed.push_back(to_json(row));
                    const auto next = has_more ? std::to_string(rows.back().id.value) : std::string();
                    return manage_response(
                        200,
                        {{"organizations", std::move(listed)},
                         {"total_size", tenants::count_organizations(tx)},
                         {"next_page_token", next},
                         {"prev_page_token", ""}}
                    );
                }};
}

reply get_organization(const house&, call& on)
{
    return work{store::intent::read, [&on](store::transaction& tx) -> reply {
                    const auto id = read_organization(tx, on);
                    if (!id)
                        return manage_error(id.error());
                    return organization_response(200, *tenants::find_organization(tx, *id));
                }};
}

reply create_domain(const house& home, call& on)
{
    return with_organization_body(
        home,
        on,
        repeat::same_answer,
        [&home](store::transaction& tx, organization_id owner, const json::object& body) -> reply {
            const auto name = required_text(body, "domain");
            if (!name)
                return manage_error(name.error());
            const auto covers_subdomains = optional_flag(body, "covers_subdomains");
            if (!covers_subdomains)
                return manage_error(covers_subdomains.error());
            const auto made = tenancy::create_domain(tx, owner, {*name, *covers_subdomains});
            return made ? manage_response(201, {{"domain", to_json(home, *made)}})
                        : manage_error(made.error());
        }
    );
}

reply list_domains(const house& home, call& on)
{
    const auto size = number_parameter(on, "page_size", domain_page_size_bounds);
    const auto number = number_parameter(on, "page_number", {0, 1'000'000, 0});
    if (!size || !number)
        return manage_error(size ? number.error() : size.error());
    return work{
        store::intent::scan,
        [&home, &on, size = *size, number = *number](store::transaction& tx) -> reply {
            const auto owner = read_organization(tx, on);
            if (!owner)
                return manage_error(owner.error());
            json::array listed;
            for (const auto& domain : tenants::list_domains(tx, *owner, size * number, size))
                listed.push_back(to_json(home, domain));
            return manage_response(
                200, {{"page_size", size}, {"page_number", number}, {"domains", std::move(listed)}}
            );
        }
    };
}

namespace {

result<tenants::domain> read_domain(store::transaction& tx, const call& on)
{
    const auto owner = read_organization(tx, on);
    if (!owner)
        return owner.error();
    const auto id = domain_id::parse(on.parameter("id"));
    auto found = id ? tenants::find_domain(tx, *owner, *id) : std::nullopt;
    if (!found)
        return error{errc::not_found, "The domain was not found."};
    return std::move(*found);
}

}  // namespace

reply get_domain(const house& home, call& on)
{
    return work{store::intent::read, [&home, &on](store::transaction& tx) -> reply {
                    const auto found = read_domain(tx, on);
                    return found ? manage_response(200, {{"domain", to_json(home, *found)}})
                                 : manage_error(found.error());
                }};
}

reply delete_domain(const house&, call& on)
{
    return work{store::intent::write, [&on](store::transaction& tx) -> reply {
                    const auto found = read_domain(tx, on);
                    if (!found)
                        return manage_error(found.error());
                    tenants::delete_domain(tx, found->organization, found->id);
                    return manage_response(200, {});
                }};
}

}  // namespace scimd::api

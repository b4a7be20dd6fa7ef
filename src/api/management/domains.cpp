// An organization's domains: added, listed, verified by DNS, removed.
#include "service/domains/domains.hpp"

#include "api/management/api.hpp"
#include "api/management/management_request.hpp"
#include "service/management/organizations.hpp"

#include <array>
#include <memory>
#include <utility>
#include <vector>

namespace scimd::api {
namespace {

namespace tenants = store::tenants;
namespace domain_claims = service::domain_claims;
using tenants::domain_method;
using tenants::domain_status;
using tenants::domain_type;

constexpr number_bounds domain_page_size_bounds{1, 100, 30};
constexpr number_bounds page_number_bounds{0, 1'000'000, 0};

http::response domain_response(const house& home, int status, const tenants::domain& from)
{
    return manage_response(status, {{"domain", domain_claims::to_json(home.environment, from)}});
}

// Unspecified is an organization's own, as with Scalekit.
result<domain_type> parse_type(std::string_view text)
{
    if (text == "ORGANIZATION_DOMAIN" || text == "DOMAIN_TYPE_UNSPECIFIED" || text.empty())
        return domain_type::organization;
    if (text == "ALLOWED_EMAIL_DOMAIN")
        return domain_type::allowed_email;
    return invalid_value("domain_type must be ORGANIZATION_DOMAIN or ALLOWED_EMAIL_DOMAIN.");
}

// `otherwise` when nothing is said.
result<bool> parse_is_by_dns(std::string_view text, domain_type type, bool otherwise)
{
    if (text.empty())
        return otherwise && type == domain_type::organization;
    if (type == domain_type::allowed_email) {
        if (text == "NOT_APPLICABLE")
            return false;
        return invalid_value("verification_method of an ALLOWED_EMAIL_DOMAIN can only be NOT_APPLICABLE.");
    }
    if (text == "DNS" || text == "ADMIN")
        return text == "DNS";
    return invalid_value("verification_method must be ADMIN or DNS.");
}

// A client of one organization cannot vouch for a domain: for it, DNS is what is meant when nothing is said.
result<domain_claims::new_claim> read_claim(const call& on, const json::object& body)
{
    domain_claims::new_claim wanted;
    auto name = required_text(body, "domain");
    if (!name)
        return name.error();
    wanted.name = std::move(*name);
    const auto type_text = optional_text(body, "domain_type");
    if (!type_text)
        return type_text.error();
    const auto type = parse_type(type_text->value_or(""));
    if (!type)
        return type.error();
    wanted.type = *type;
    const auto method_text = optional_text(body, "verification_method");
    if (!method_text)
        return method_text.error();
    const auto is_by_dns =
        parse_is_by_dns(method_text->value_or(""), wanted.type, !on.by.is_of_environment());
    if (!is_by_dns)
        return is_by_dns.error();
    wanted.is_by_dns = *is_by_dns;
    const auto covers_subdomains = optional_flag(body, "covers_subdomains");
    if (!covers_subdomains)
        return covers_subdomains.error();
    wanted.covers_subdomains = *covers_subdomains;
    return wanted;
}

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

// Verification by DNS is a feature of customers: who manages the environment has it anyway.
result<void> check_is_offered(store::transaction& tx, const call& on, organization_id to)
{
    if (on.by.is_of_environment())
        return {};
    const auto organization = tenants::find_organization(tx, to);
    if (organization && service::organizations::has_feature(*organization, "domain_verification"))
        return {};
    return error{errc::forbidden, "The feature domain_verification is turned off for this organization."};
}

http::response verdict(bool is_verified)
{
    return manage_response(200, {{"verified", is_verified}});
}

// Asks DNS, outside any transaction, and takes in what it says.
reply ask_dns(const house& home, const call& on, const tenants::domain& about)
{
    const auto finding = std::make_shared<domain_claims::dns_finding>();
    finding->domain = about.id;
    finding->is_on_schedule = false;
    return errand{
        [&home, finding, name = domain_claims::record_name(about)](std::function<void()> done) {
            home.look_up_txt(
                name,
                [finding, done = std::move(done)](std::vector<service::txt_answer> answers) {
                    finding->answers = std::move(answers);
                    done();
                }
            );
        },
        [&home, &on, finding]() -> reply {
            return work{store::intent::write, [&home, &on, finding](store::transaction& tx) -> reply {
                            const auto now =
                                domain_claims::take_in(tx, origin_of(home, on), home.domains, *finding);
                            if (!now)
                                return manage_error({errc::not_found, "The domain was not found."});
                            return verdict(now->status == domain_status::verified);
                        }};
        }
    };
}

}  // namespace

reply create_domain(const house& home, call& on)
{
    return with_organization_body(
        home,
        on,
        [&home, &on](store::transaction& tx, organization_id owner, const json::object& body) -> reply {
            if (auto offered = check_is_offered(tx, on, owner); !offered)
                return manage_error(offered.error());
            const auto wanted = read_claim(on, body);
            if (!wanted)
                return manage_error(wanted.error());
            const auto made =
                domain_claims::create(tx, origin_of(home, on), home.domains, home.random, owner, *wanted);
            return made ? domain_response(home, 201, *made) : manage_error(made.error());
        }
    );
}

reply list_domains(const house& home, call& on)
{
    const auto size = number_parameter(on, "page_size", domain_page_size_bounds);
    const auto number = number_parameter(on, "page_number", page_number_bounds);
    const auto type_text = query_parameter(on, "domain_type").value_or("");
    const auto type = parse_type(type_text);
    if (!size || !number || !type)
        return manage_error(!size ? size.error() : !number ? number.error() : type.error());
    const bool is_any = type_text.empty() || type_text == "DOMAIN_TYPE_UNSPECIFIED";
    return work{
        store::intent::scan,
        [&home, &on, size = *size, number = *number, type = *type, is_any](store::transaction& tx) -> reply {
            const auto owner = read_organization(tx, on);
            if (!owner)
                return manage_error(owner.error());
            const auto rows = is_any ? tenants::list_domains(tx, *owner, size * number, size)
                                     : tenants::list_domains(tx, *owner, type, size * number, size);
            json::array listed;
            for (const auto& domain : rows)
                listed.push_back(domain_claims::to_json(home.environment, domain));
            return manage_response(
                200, {{"page_size", size}, {"page_number", number}, {"domains", std::move(listed)}}
            );
        }
    };
}

reply get_domain(const house& home, call& on)
{
    return work{store::intent::read, [&home, &on](store::transaction& tx) -> reply {
                    const auto found = read_domain(tx, on);
                    return found ? domain_response(home, 200, *found) : manage_error(found.error());
                }};
}

reply delete_domain(const house& home, call& on)
{
    return work{store::intent::write, [&home, &on](store::transaction& tx) -> reply {
                    const auto found = read_domain(tx, on);
                    if (!found)
                        return manage_error(found.error());
                    domain_claims::remove(tx, origin_of(home, on), *found);
                    return manage_response(200, {});
                }};
}

reply verify_domain(const house& home, call& on)
{
    return work{store::intent::write, [&home, &on](store::transaction& tx) -> reply {
                    auto found = read_domain(tx, on);
                    if (!found)
                        return manage_error(found.error());
                    if (auto offered = check_is_offered(tx, on, found->organization); !offered)
                        return manage_error(offered.error());
                    // Nothing to ask: somebody vouched for it, or its window is over.
                    if (found->method != domain_method::dns || found->status == domain_status::failed)
                        return verdict(found->status == domain_status::verified);
                    if (!service::allow_request(*found, tx.now()))
                        return manage_error(
                            {errc::too_many_requests, "A domain is checked six times a minute at most."}
                        );
                    tenants::update_domain(tx, *found);
                    return ask_dns(home, on, *found);
                }};
}

}  // namespace scimd::api

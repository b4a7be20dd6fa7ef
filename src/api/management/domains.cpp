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
namespace domains = service::domains;
using tenants::domain_method;
using tenants::domain_status;
using tenants::domain_type;

constexpr number_bounds domain_page_size_bounds{1, 100, 30};
constexpr number_bounds page_number_bounds{0, 1'000'000, 0};

http::response domain_response(const server_context& server, int status, const tenants::domain& from)
{
    return manage_response(status, {{"domain", domains::to_json(server.environment, from)}});
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
result<bool> parse_is_by_dns(std::string_view text, domain_type type, bool fallback)
{
    if (text.empty())
        return fallback && type == domain_type::organization;
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
result<domains::new_claim> read_claim(const request_context& request, const json::object& body)
{
    domains::new_claim wanted;
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
        parse_is_by_dns(method_text->value_or(""), wanted.type, !request.api_client.is_of_environment());
    if (!is_by_dns)
        return is_by_dns.error();
    wanted.is_by_dns = *is_by_dns;
    const auto covers_subdomains = optional_flag(body, "covers_subdomains");
    if (!covers_subdomains)
        return covers_subdomains.error();
    wanted.covers_subdomains = *covers_subdomains;
    return wanted;
}

result<tenants::domain> read_domain(store::transaction& tx, const request_context& request)
{
    const auto owner = read_organization(tx, request);
    if (!owner)
        return owner.error();
    const auto id = domain_id::parse(request.parameter("id"));
    auto found = id ? tenants::find_domain(tx, *owner, *id) : std::nullopt;
    if (!found)
        return error{errc::not_found, "The domain was not found."};
    return std::move(*found);
}

// Verification by DNS is a feature of customers: who manages the environment has it anyway.
result<void> check_is_offered(store::transaction& tx, const request_context& request, organization_id to)
{
    if (request.api_client.is_of_environment())
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
reply ask_dns(const server_context& server, const request_context& request, const tenants::domain& about)
{
    const auto finding = std::make_shared<domains::dns_finding>();
    finding->domain = about.id;
    finding->is_on_schedule = false;
    return external_call{
        [&server, finding, name = domains::record_name(about)](std::function<void()> done) {
            server.look_up_txt(
                name,
                [finding, done = std::move(done)](std::vector<service::txt_answer> answers) {
                    finding->answers = std::move(answers);
                    done();
                }
            );
        },
        [&server, &request, finding]() -> reply {
            return transaction_step{
                store::intent::write,
                [&server, &request, finding](store::transaction& tx) -> reply {
                    const auto now =
                        domains::apply_finding(tx, event_source_of(server, request), server.domains, *finding);
                    if (!now)
                        return manage_error({errc::not_found, "The domain was not found."});
                    return verdict(now->status == domain_status::verified);
                }
            };
        }
    };
}

}  // namespace

reply create_domain(const server_context& server, request_context& request)
{
    return with_organization_body(
        server,
        request,
        [&server,
         &request](store::transaction& tx, organization_id owner, const json::object& body) -> reply {
            if (auto offered = check_is_offered(tx, request, owner); !offered)
                return manage_error(offered.error());
            const auto wanted = read_claim(request, body);
            if (!wanted)
                return manage_error(wanted.error());
            const auto made = domains::create(
                tx, event_source_of(server, request), server.domains, server.random, owner, *wanted
            );
            return made ? domain_response(server, 201, *made) : manage_error(made.error());
        }
    );
}

reply list_domains(const server_context& server, request_context& request)
{
    const auto size = number_parameter(request, "page_size", domain_page_size_bounds);
    const auto number = number_parameter(request, "page_number", page_number_bounds);
    const auto type_text = query_parameter(request, "domain_type").value_or("");
    const auto type = parse_type(type_text);
    if (!size || !number || !type)
        return manage_error(!size ? size.error() : !number ? number.error() : type.error());
    const bool is_any = type_text.empty() || type_text == "DOMAIN_TYPE_UNSPECIFIED";
    return transaction_step{
        store::intent::scan,
        [&server, &request, size = *size, number = *number, type = *type, is_any](store::transaction& tx
        ) -> reply {
            const auto owner = read_organization(tx, request);
            if (!owner)
                return manage_error(owner.error());
            const auto rows = is_any ? tenants::list_domains(tx, *owner, size * number, size)
                                     : tenants::list_domains(tx, *owner, type, size * number, size);
            json::array listed;
            for (const auto& domain : rows)
                listed.push_back(domains::to_json(server.environment, domain));
            return manage_response(
                200, {{"page_size", size}, {"page_number", number}, {"domains", std::move(listed)}}
            );
        }
    };
}

reply get_domain(const server_context& server, request_context& request)
{
    return transaction_step{store::intent::read, [&server, &request](store::transaction& tx) -> reply {
                                const auto found = read_domain(tx, request);
                                return found ? domain_response(server, 200, *found)
                                             : manage_error(found.error());
                            }};
}

reply delete_domain(const server_context& server, request_context& request)
{
    return transaction_step{store::intent::write, [&server, &request](store::transaction& tx) -> reply {
                                const auto found = read_domain(tx, request);
                                if (!found)
                                    return manage_error(found.error());
                                domains::remove(tx, event_source_of(server, request), *found);
                                return manage_response(200, {});
                            }};
}

reply verify_domain(const server_context& server, request_context& request)
{
    return transaction_step{
        store::intent::write,
        [&server, &request](store::transaction& tx) -> reply {
            auto found = read_domain(tx, request);
            if (!found)
                return manage_error(found.error());
            if (auto offered = check_is_offered(tx, request, found->organization); !offered)
                return manage_error(offered.error());
            // Nothing to ask: somebody vouched for it, or its window is over.
            if (found->method != domain_method::dns || found->status == domain_status::failed)
                return verdict(found->status == domain_status::verified);
            if (!service::allow_request(*found, tx.now()))
                return manage_error(
                    {errc::too_many_requests, "A domain is checked six times a minute at most."}
                );
            tenants::update_domain(tx, *found);
            return ask_dns(server, request, *found);
        }
    };
}

}  // namespace scimd::api

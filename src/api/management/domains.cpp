// Domains of an organization: add, list, verify by DNS, remove.
#include "service/domains/domains.hpp"

#include "api/management/management_request.hpp"
#include "management_operations.hpp"
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

http::response domain_response(const server_context& server, int status, const tenants::domain& from) {
    return manage_response(status, {{"domain", domains::to_json(server.environment, from)}});
}

// DOMAIN_TYPE_UNSPECIFIED means ORGANIZATION_DOMAIN, as with Scalekit.
result<domain_type> parse_type(std::string_view text) {
    if (text == "ORGANIZATION_DOMAIN" || text == "DOMAIN_TYPE_UNSPECIFIED" || text.empty())
        return domain_type::organization;
    if (text == "ALLOWED_EMAIL_DOMAIN")
        return domain_type::allowed_email;
    return invalid_value("domain_type must be ORGANIZATION_DOMAIN or ALLOWED_EMAIL_DOMAIN.");
}

// `fallback` when the body does not name a method.
result<bool> parse_is_by_dns(std::string_view text, domain_type type, bool fallback) {
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

// DNS is the default method for a client of one organization: it cannot vouch for a domain.
result<domains::new_claim> read_claim(const management_request& request, const create_domain_body& body) {
    domains::new_claim wanted;
    if (body.domain.empty())
        return invalid_value("domain is required.");
    wanted.name = body.domain;
    const auto type = parse_type(body.domain_type.value_or(""));
    if (!type)
        return type.error();
    wanted.type = *type;
    const auto is_by_dns =
            parse_is_by_dns(body.verification_method.value_or(""), wanted.type, !request.is_of_environment());
    if (!is_by_dns)
        return is_by_dns.error();
    wanted.is_by_dns = *is_by_dns;
    wanted.covers_subdomains = body.covers_subdomains.value_or(false);
    return wanted;
}

result<tenants::domain> read_domain(const management_request& request) {
    const auto owner = read_organization(request);
    if (!owner)
        return owner.error();
    const auto id = domain_id::parse(request.parameter("id"));
    auto found = id ? tenants::find_domain(request.tx, *owner, *id) : std::nullopt;
    if (!found)
        return error{errc::not_found, "The domain was not found."};
    return std::move(*found);
}

// Verification by DNS is a feature of organizations; callers who manage the environment have it anyway.
result<void> check_is_offered(const management_request& request, organization_id to) {
    if (request.is_of_environment())
        return {};
    const auto organization = tenants::find_organization(request.tx, to);
    if (organization && service::organizations::has_feature(*organization, "domain_verification"))
        return {};
    return error{errc::forbidden, "The feature domain_verification is turned off for this organization."};
}

http::response verdict(bool is_verified) {
    return manage_response(200, {{"verified", is_verified}});
}

// Asks DNS, outside of any transaction, and then stores what it says in another one.
reply ask_dns(const management_request& asked, const tenants::domain& about) {
    const auto finding = std::make_shared<domains::dns_finding>();
    finding->domain = about.id;
    finding->is_on_schedule = false;
    const auto& server = asked.server;
    return external_call{[&server, finding, name = domains::record_name(about)](std::function<void()> done) {
                             server.look_up_txt(name, [finding, done = std::move(done)](
                                                              std::vector<service::txt_answer> answers) {
                                 finding->answers = std::move(answers);
                                 done();
                             });
                         },
            [&server, source = asked.source(), finding]() -> reply {
                return transaction_step{
                        store::intent::write, [&server, source, finding](store::transaction& tx) -> reply {
                            const auto now = domains::apply_finding(tx, source, server.domains, *finding);
                            if (!now)
                                return manage_error({errc::not_found, "The domain was not found."});
                            return verdict(now->status == domain_status::verified);
                        }};
            }};
}

}  // namespace

result<http::response> create_domain(management_request& request, const create_domain_body& body) {
    const auto owner = read_organization(request);
    if (!owner)
        return owner.error();
    if (auto offered = check_is_offered(request, *owner); !offered)
        return offered.error();
    const auto wanted = read_claim(request, body);
    if (!wanted)
        return wanted.error();
    const auto& server = request.server;
    const auto made =
            domains::create(request.tx, request.source(), server.domains, server.random, *owner, *wanted);
    if (!made)
        return made.error();
    return domain_response(server, 201, *made);
}

result<http::response> list_domains(management_request& request) {
    const auto size = number_parameter(request.context, "page_size", domain_page_size_bounds);
    const auto number = number_parameter(request.context, "page_number", page_number_bounds);
    const auto type_text = query_parameter(request.context, "domain_type").value_or("");
    const auto type = parse_type(type_text);
    if (!size || !number || !type)
        return !size ? size.error() : !number ? number.error() : type.error();
    const auto owner = read_organization(request);
    if (!owner)
        return owner.error();
    const bool is_any = type_text.empty() || type_text == "DOMAIN_TYPE_UNSPECIFIED";
    const auto start = *size * *number;
    const auto rows = is_any ? tenants::list_domains(request.tx, *owner, start, *size)
                             : tenants::list_domains(request.tx, *owner, *type, start, *size);
    json::array listed;
    for (const auto& domain : rows)
        listed.push_back(domains::to_json(request.server.environment, domain));
    return manage_response(
            200, {{"page_size", *size}, {"page_number", *number}, {"domains", std::move(listed)}});
}

result<http::response> get_domain(management_request& request) {
    const auto found = read_domain(request);
    if (!found)
        return found.error();
    return domain_response(request.server, 200, *found);
}

result<http::response> delete_domain(management_request& request) {
    const auto found = read_domain(request);
    if (!found)
        return found.error();
    domains::remove(request.tx, request.source(), *found);
    return manage_response(200, {});
}

result<reply> verify_domain(management_request& request) {
    auto found = read_domain(request);
    if (!found)
        return found.error();
    if (auto offered = check_is_offered(request, found->organization); !offered)
        return offered.error();
    // DNS is not asked: the domain was vouched for, or its verification has failed for good.
    if (found->method != domain_method::dns || found->status == domain_status::failed)
        return reply(verdict(found->status == domain_status::verified));
    if (!service::allow_request(*found, request.tx.now()))
        return error{errc::too_many_requests, "A domain is checked six times a minute at most."};
    tenants::update_domain(request.tx, *found);
    return ask_dns(request, *found);
}

}  // namespace scimd::api

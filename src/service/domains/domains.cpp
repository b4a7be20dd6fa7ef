#include "service/domains/domains.hpp"

#include "base/codec.hpp"
#include "base/time.hpp"
#include "service/domains/domain_gate.hpp"
#include "service/events/events.hpp"

#include <array>
#include <string_view>
#include <utility>

namespace scimd::service::domains {
namespace {

namespace tenants = store::tenants;
using tenants::domain_method;
using tenants::domain_status;
using tenants::domain_type;

constexpr std::string_view challenge_label = "_scimd-challenge.";
constexpr std::size_t name_bytes_max = 253;     // RFC 1035 §2.3.4
constexpr std::size_t token_random_bytes = 20;  // 160 bits

std::string make_token(random_source& random) {
    std::array<std::byte, token_random_bytes> bytes{};
    random.fill(bytes);
    return to_base32(bytes);
}

std::string_view status_text(const domain& of) {
    if (of.type == domain_type::allowed_email)
        return "AUTO_VERIFIED";
    switch (of.status) {
        case domain_status::verified:
            return "VERIFIED";
        case domain_status::failed:
            return "FAILED";
        case domain_status::pending:
        case domain_status::lapsed:
            return "PENDING";
    }
    return "VERIFICATION_STATUS_UNSPECIFIED";
}

std::string_view method_text(domain_method method) {
    switch (method) {
        case domain_method::admin:
            return "ADMIN";
        case domain_method::dns:
            return "DNS";
        case domain_method::not_applicable:
            return "NOT_APPLICABLE";
    }
    return "VERIFICATION_METHOD_UNSPECIFIED";
}

std::string_view type_text(domain_type type) {
    return type == domain_type::organization ? "ORGANIZATION_DOMAIN" : "ALLOWED_EMAIL_DOMAIN";
}

// The members that the API and events have in common.
json::object common_json(environment_id environment, const domain& shown) {
    json::object body{{"id", shown.id.text()}, {"domain", shown.name}, {"environment_id", environment.text()},
            {"organization_id", shown.organization.text()}, {"domain_type", type_text(shown.type)},
            {"verification_status", status_text(shown)}, {"verification_method", method_text(shown.method)},
            {"txt_record_key", record_name(shown)}, {"txt_record_secret", shown.token}};
    if (const auto warning = warning_of(shown.name); !warning.empty())
        body["domain_warning"] = warning;
    return body;
}

void add_time(json::object& to, std::string_view name, const std::optional<time_point>& when) {
    if (when)
        to[name] = format_rfc3339(*when);
}

std::string_view type_of(domain_transition transition) {
    switch (transition) {
        case domain_transition::verified:
            return "organization.domain_dns_verification_success";
        case domain_transition::failed:
            return "organization.domain_dns_verification_failed";
        case domain_transition::lapsing:
            return "organization.domain_dns_verification_lapsing";
        case domain_transition::lapsed:
            return "organization.domain_dns_verification_lapsed";
    }
    return {};
}

void publish_domain(
        store::transaction& tx, const event_source& source, std::string_view type, const domain& subject) {
    event_draft draft;
    draft.type = type;
    draft.object = "Organization";
    draft.data = common_json(source.environment, subject);
    add_time(draft.data, "absent_since", subject.absent_since);
    if (!subject.last_outcome.empty())
        draft.data["last_check_outcome"] = subject.last_outcome;
    draft.data["updated_at"] = format_rfc3339(tx.now());
    publish(tx, source, {subject.organization, std::nullopt, {}}, std::move(draft));
}

result<domain> drafted(store::transaction& tx, const domain_policy_config& policy, random_source& random,
        const new_claim& claim) {
    const auto name = domain_name::parse(claim.name);
    if (!name)
        return error{errc::invalid_value, "domain: " + name.error().detail};
    if (auto allowed = policy.rules.check(*name); !allowed)
        return allowed.error();
    domain draft;
    draft.name = name->text();
    draft.type = claim.type;
    draft.covers_subdomains = claim.covers_subdomains;
    if (claim.type == domain_type::allowed_email) {
        draft.method = domain_method::not_applicable;
        return draft;
    }
    if (!claim.is_by_dns)
        return draft;
    if (challenge_label.size() + draft.name.size() > name_bytes_max)
        return error{errc::invalid_value, "domain: the name is too long to be verified by DNS."};
    draft.method = domain_method::dns;
    draft.status = domain_status::pending;
    draft.token = make_token(random);
    begin_window(draft, policy.schedule, tx.now());
    return draft;
}

}  // namespace

result<domain> create(store::transaction& tx, const event_source& source, const domain_policy_config& policy,
        random_source& random, organization_id owner, const new_claim& claim) {
    auto draft = drafted(tx, policy, random, claim);
    if (!draft)
        return draft.error();
    if (tenants::count_domains(tx, owner) >= domains_max)
        return error{errc::invalid_value, "The organization has 1000 domains already; remove one first."};
    draft->organization = owner;
    return add(tx, source, std::move(*draft));
}

result<domain> add(store::transaction& tx, const event_source& source, domain added) {
    const auto name = added.name;
    auto made = tenants::insert_domain(tx, std::move(added));
    if (!made)
        return error{errc::conflict, "The domain " + name + " already exists."};
    publish_domain(tx, source, "organization.domain_created", *made);
    return std::move(*made);
}

void remove(store::transaction& tx, const event_source& source, const domain& removed) {
    if (tenants::delete_domain(tx, removed.organization, removed.id))
        publish_domain(tx, source, "organization.domain_deleted", removed);
}

std::optional<domain> apply_finding(store::transaction& tx, const event_source& source,
        const domain_policy_config& policy, const dns_finding& finding) {
    auto found = tenants::find_domain_anywhere(tx, finding.domain);
    if (!found || found->method != domain_method::dns)
        return found;
    domain_check check{evaluate_answers(finding.answers, found->token), finding.is_on_schedule, tx.now()};
    const bool is_taken = tenants::is_owned_by_another(tx, found->organization, found->name);
    if (check.outcome == check_outcome::found && is_taken)
        check.outcome = check_outcome::owned_elsewhere;
    const auto transition = apply_check(*found, policy.schedule, check);
    tenants::update_domain(tx, *found);
    if (transition)
        publish_domain(tx, source, type_of(*transition), *found);
    return found;
}

std::string record_name(const domain& verified) {
    return verified.method == domain_method::dns ? std::string(challenge_label).append(verified.name)
                                                 : std::string();
}

json::object to_json(environment_id environment, const domain& shown) {
    auto body = common_json(environment, shown);
    body["create_time"] = format_rfc3339(shown.created);
    body["update_time"] = format_rfc3339(shown.updated);
    body["covers_subdomains"] = shown.covers_subdomains;
    if (shown.method != domain_method::dns)
        return body;
    body["txt_record_value"] = "token=" + shown.token;
    body["lapsed"] = shown.status == domain_status::lapsed;
    add_time(body, "verification_expire_time", shown.window_end);
    add_time(body, "next_check_time", shown.next_check);
    add_time(body, "absent_since", shown.absent_since);
    if (shown.last_check) {
        body["last_check"] = json::object{{"time", format_rfc3339(*shown.last_check)},
                {"outcome", shown.last_outcome}, {"detail", explain(shown.last_outcome)}};
    }
    return body;
}

}  // namespace scimd::service::domains

#include "service/domains/domain_gate.hpp"

#include "base/network/look_alike.hpp"

#include <algorithm>
#include <set>
#include <string_view>
#include <utility>

namespace scimd::service {
namespace {

using store::tenants::domain_gate_scope;
using store::tenants::domain_policy;

std::string named(const user_address& address) {
    return (address.is_user_name ? "userName " : "e-mail address ") + shown_address(address.text);
}

gate_refusal objection(const user_address& to, std::string reason, std::string domain, std::string detail) {
    return {.reason = std::move(reason),
            .domain = std::move(domain),
            .detail = std::move(detail),
            .address = shown_address(to.text),
            .of = &to};
}

gate_refusal no_address() {
    return {.reason = std::string(no_email_reason),
            .domain = {},
            .detail =
                    "The user has no e-mail address, so its domain cannot be checked. Map an address of a "
                    "verified "
                    "domain to emails in the identity provider."};
}

gate_refusal ill_formed(const user_address& address) {
    return objection(address, "invalid_email", {},
            "The user's " + named(address) + " cannot be used: " + address.fault);
}

gate_refusal not_verified(const user_address& address, const domain_name& domain) {
    return objection(address, "domain_not_verified", domain.text(),
            "The domain " + domain.text() + " of the " + named(address) +
                    " is not verified for this organization. Verify the domain, or leave this user out of "
                    "the "
                    "assignment.");
}

gate_refusal owned_elsewhere(const user_address& address, const domain_name& domain) {
    return objection(address, "domain_owned_elsewhere", domain.text(),
            "The domain " + domain.text() + " of the " + named(address) +
                    " is verified for another organization. Take the address off this user, or leave the "
                    "user out of "
                    "the assignment.");
}

// Checks an address that must be at a verified domain of the organization.
std::optional<gate_refusal> check_verified(domain_lookup& domains, const user_address& address) {
    if (!address.domain)
        return ill_formed(address);
    if (domains.is_own(*address.domain))
        return std::nullopt;
    return not_verified(address, *address.domain);
}

// Checks an address that must not be at a domain of another organization.
std::optional<gate_refusal> check_not_foreign(domain_lookup& domains, const user_address& address) {
    if (address.is_ambiguous)
        return ill_formed(address);
    for (const auto& domain : address.domains)
        if (domains.of(domain) == domain_ownership::foreign)
            return owned_elsewhere(address, domain);
    return std::nullopt;
}

constexpr std::size_t user_addresses_max = 1'000;

bool are_too_many(const std::vector<user_address>& addresses) {
    if (addresses.size() > user_addresses_max)
        return true;
    std::size_t mentions = 0;
    for (const auto& address : addresses)
        mentions += address.domains.size();
    if (mentions <= user_domains_max)
        return false;
    std::set<std::string_view> names;
    for (const auto& address : addresses)
        for (const auto& domain : address.domains)
            names.insert(domain.text());
    return names.size() > user_domains_max;
}

gate_refusal too_many() {
    return {.reason = "invalid_email",
            .domain = {},
            .detail = "A user has " + std::to_string(user_addresses_max) + " addresses at most, and in " +
                      std::to_string(user_domains_max) + " different domains."};
}

}  // namespace

std::vector<gate_refusal> objections_to(
        domain_lookup& domains, const caller& caller, const std::vector<user_address>& addresses) {
    if (caller.policy == domain_policy::off)
        return {};
    if (are_too_many(addresses))
        return {too_many()};
    std::vector<gate_refusal> found;
    if (addresses.empty() || !addresses.front().is_primary)
        found.push_back(no_address());
    for (const auto& address : addresses) {
        const bool is_strict = address.is_primary || caller.gate_scope == domain_gate_scope::all;
        auto problem = is_strict ? check_verified(domains, address) : check_not_foreign(domains, address);
        if (problem)
            found.push_back(std::move(*problem));
    }
    return found;
}

std::string warning_of(std::string_view domain) {
    const auto name = domain_name::parse(domain);
    return name ? look_alike_warning(*name) : std::string();
}

std::optional<gate_refusal> refuse_by_domain(
        domain_lookup& domains, const caller& caller, const std::vector<user_address>& addresses) {
    auto found = objections_to(domains, caller, addresses);
    return found.empty() ? std::nullopt : std::optional(std::move(found.front()));
}

std::vector<gate_refusal> standing_objections_to(
        domain_lookup& domains, const caller& caller, const std::vector<user_address>& addresses) {
    auto objections = objections_to(domains, caller, addresses);
    if (are_too_many(addresses))
        return objections;
    std::vector<gate_refusal> found;
    // The log of refusals needs one for each reason and domain.
    const auto add = [&](gate_refusal one) {
        const auto is_same = [&](const gate_refusal& other) {
            return other.reason == one.reason && other.domain == one.domain;
        };
        if (std::ranges::none_of(found, is_same))
            found.push_back(std::move(one));
    };
    for (const auto& address : addresses)
        if (auto problem = address.is_ambiguous ? std::nullopt : check_not_foreign(domains, address))
            add(std::move(*problem));
    for (auto& objection : objections) {
        // "Owned by another organization" says more than "not verified".
        const bool is_foreign = objection.of && !objection.of->is_ambiguous &&
                                check_not_foreign(domains, *objection.of).has_value();
        if (!is_foreign)
            add(std::move(objection));
    }
    return found;
}

}  // namespace scimd::service

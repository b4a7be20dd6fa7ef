#include "service/domains/admission.hpp"

#include "base/text.hpp"
#include "store/organizations.hpp"

#include <algorithm>
#include <string>

namespace scimd::service {
namespace {

using store::tenants::domain_policy;

// Empty: the organization has a seat for one more active user.
std::optional<gate_refusal> refuse_by_seats(store::transaction& tx, const caller& caller) {
    const auto seats = store::tenants::limited_seats(tx, caller.organization);
    if (!seats || seats->taken < seats->limit)
        return std::nullopt;
    return gate_refusal{.reason = std::string(seat_limit_reason),
            .domain = {},
            .detail = "The organization may have " + std::to_string(seats->limit) + " active users and has " +
                      std::to_string(seats->taken) +
                      ". Deactivate users who are not needed, or have the limit (max_allowed_users) raised.",
            .code = errc::forbidden};
}

// Whether the address was stored in the same attribute. ASCII letters compare case-insensitively.
bool is_stored(const std::vector<user_address>& before, const user_address& address) {
    return std::ranges::any_of(before, [&](const user_address& one) {
        return one.is_user_name == address.is_user_name && equals_ignoring_case(one.text, address.text);
    });
}

std::string primary_of(const checked_user& user) {
    const bool has_one = !user.addresses.empty() && user.addresses.front().is_primary;
    return has_one ? user.addresses.front().text : std::string();
}

struct change {
    domain_policy policy;
    const checked_user& before;
    const checked_user& after;
    bool was_held;
};

// Whether a change passes despite an objection of the gate to the changed user.
bool may_pass(const change& one, const gate_refusal& objection) {
    const bool holds = one.policy == domain_policy::hold;
    if (holds && one.was_held)
        return true;
    const auto& stored = one.before.addresses;
    const auto* address = objection.of;
    const bool has_no_primary = objection.reason == no_email_reason;
    if (!address && !has_no_primary)
        return one.before.addresses == one.after.addresses;
    if (address && !address->is_primary)
        return is_stored(stored, *address);
    const bool keeps_primary = primary_of(one.before) == primary_of(one.after);
    // A deactivation may have removed the verified address: a user that is activated again is checked by what
    // is left.
    if (is_active(one.after.document))
        return holds && keeps_primary && is_active(one.before.document);
    // A deactivation is never refused because of stored or removed addresses: a user whose domain has lapsed
    // can still be deactivated, and so can one whose e-mails are missing in the request.
    return keeps_primary || has_no_primary || is_stored(stored, *address);
}

}  // namespace

bool is_active(const json::object& user) {
    const auto* active = find(user, "active");
    return !active || !active->is_bool() || active->get_bool();
}

admission admit_new(
        store::transaction& tx, const caller& caller, domain_lookup& domains, const checked_user& user) {
    if (auto objection = refuse_by_domain(domains, caller, user.addresses)) {
        if (caller.policy == domain_policy::hold)
            return {.hold = std::move(objection)};
        return {.refusal = std::move(objection)};
    }
    if (is_active(user.document))
        return {.refusal = refuse_by_seats(tx, caller)};
    return {};
}

admission admit_change(store::transaction& tx, const caller& caller, domain_lookup& domains,
        const checked_user& before, const checked_user& after, bool was_held) {
    auto objections = objections_to(domains, caller, after.addresses);
    const change one{caller.policy, before, after, was_held};
    for (auto& objection : objections)
        if (!may_pass(one, objection))
            return {.refusal = std::move(objection)};
    if (was_held && !objections.empty())
        return {.hold = std::move(objections.front())};
    if (was_held)
        return {.hold = is_active(after.document) ? refuse_by_seats(tx, caller) : std::nullopt};
    if (is_active(after.document) && !is_active(before.document))
        return {.refusal = refuse_by_seats(tx, caller)};
    return {};
}

store::held_users::held_user as_held(resource_id user, const gate_refusal& reason) {
    return {.user = user,
            .reason = reason.reason,
            .domain = reason.domain,
            .detail = reason.detail,
            .address = reason.address};
}

std::optional<gate_refusal> reason_to_hold(
        store::transaction& tx, const caller& caller, domain_lookup& domains, const checked_user& user) {
    if (auto objection = refuse_by_domain(domains, caller, user.addresses))
        return objection;
    return is_active(user.document) ? refuse_by_seats(tx, caller) : std::nullopt;
}

}  // namespace scimd::service

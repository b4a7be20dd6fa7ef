#include "service/domains/admission.hpp"

#include "base/text.hpp"
#include "store/organizations.hpp"

#include <algorithm>
#include <string>

namespace scimd::service {
namespace {

using store::tenants::domain_policy;

// Empty: there is a seat for one more.
std::optional<gate_refusal> refuse_by_seats(store::transaction& tx, const caller& who)
{
    const auto seats = store::tenants::limited_seats(tx, who.organization);
    if (!seats || seats->taken < seats->limit)
        return std::nullopt;
    return gate_refusal{
        .reason = std::string(seat_limit_reason),
        .domain = {},
        .detail = "The organization may have " + std::to_string(seats->limit) + " active users and has " +
                  std::to_string(seats->taken) +
                  ". Deactivate users who are not needed, or have the limit (max_allowed_users) raised.",
        .code = errc::forbidden
    };
}

// The same address in the same place. Upper and lower case of ASCII letters are the same.
bool is_stored(const std::vector<user_address>& before, const user_address& address)
{
    return std::ranges::any_of(before, [&](const user_address& one) {
        return one.is_user_name == address.is_user_name && equals_ignoring_case(one.text, address.text);
    });
}

std::string primary_of(const judged_user& user)
{
    const bool has_one = !user.addresses.empty() && user.addresses.front().is_primary;
    return has_one ? user.addresses.front().text : std::string();
}

struct change {
    const caller& who;
    const judged_user& before;
    const judged_user& after;
    bool was_held;
};

// Whether a change passes in spite of what the gate has against the user as it will be.
bool may_pass(const change& what, const gate_refusal& objection)
{
    const bool holds = what.who.policy == domain_policy::hold;
    if (holds && what.was_held)
        return true;
    const auto& stored = what.before.addresses;
    const auto* address = objection.of;
    const bool has_no_primary = objection.reason == no_email_reason;
    if (!address && !has_no_primary)
        return what.before.addresses == what.after.addresses;
    if (address && !address->is_primary)
        return is_stored(stored, *address);
    const bool keeps_primary = primary_of(what.before) == primary_of(what.after);
    // A deactivation may have taken the verified address away: a user that comes back is judged by what is
    // left.
    if (is_active(what.after.document))
        return holds && keeps_primary && is_active(what.before.document);
    // A deactivation is never refused for what is stored or is taken away: a user whose domain has
    // lapsed can still be deactivated, and so can one whose e-mails are left out of the request.
    return keeps_primary || has_no_primary || is_stored(stored, *address);
}

}  // namespace

bool is_active(const json::object& user)
{
    const auto* active = find(user, "active");
    return !active || !active->is_bool() || active->get_bool();
}

admission admit_new(
    store::transaction& tx, const caller& who, domain_look_up& domains, const judged_user& user
)
{
    if (auto objection = refuse_by_domain(domains, who, user.addresses)) {
        if (who.policy == domain_policy::hold)
            return {.hold = std::move(objection)};
        return {.refusal = std::move(objection)};
    }
    if (is_active(user.document))
        return {.refusal = refuse_by_seats(tx, who)};
    return {};
}

admission admit_change(
    store::transaction& tx,
    const caller& who,
    domain_look_up& domains,
    const judged_user& before,
    const judged_user& after,
    bool was_held
)
{
    auto objections = objections_to(domains, who, after.addresses);
    const change what{who, before, after, was_held};
    for (auto& objection : objections)
        if (!may_pass(what, objection))
            return {.refusal = std::move(objection)};
    if (was_held && !objections.empty())
        return {.hold = std::move(objections.front())};
    if (was_held)
        return {.hold = is_active(after.document) ? refuse_by_seats(tx, who) : std::nullopt};
    if (is_active(after.document) && !is_active(before.document))
        return {.refusal = refuse_by_seats(tx, who)};
    return {};
}

store::held_users::held_user as_held(resource_id user, const gate_refusal& why)
{
    return {
        .user = user, .reason = why.reason, .domain = why.domain, .detail = why.detail, .address = why.address
    };
}

std::optional<gate_refusal> reason_to_hold(
    store::transaction& tx, const caller& who, domain_look_up& domains, const judged_user& user
)
{
    if (auto objection = refuse_by_domain(domains, who, user.addresses))
        return objection;
    return is_active(user.document) ? refuse_by_seats(tx, who) : std::nullopt;
}

}  // namespace scimd::service

#include "service/admission.hpp"

#include "store/organizations.hpp"

#include <string>

namespace scimd::service {
namespace {

using store::tenants::domain_policy;

bool is_active(const json::object& user)
{
    const auto* active = find(user, "active");
    return !active || !active->is_bool() || active->get_bool();
}

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

}  // namespace

admission admit_new(store::transaction& tx, const caller& who, const json::object& user)
{
    if (auto objection = refuse_by_domain(tx, who, user)) {
        if (who.policy == domain_policy::hold)
            return {.hold = std::move(objection)};
        return {.refusal = std::move(objection)};
    }
    if (is_active(user))
        return {.refusal = refuse_by_seats(tx, who)};
    return {};
}

admission admit_change(
    store::transaction& tx,
    const caller& who,
    const json::object& before,
    const json::object& after,
    bool was_held
)
{
    const bool keeps_address = email_of(before) == email_of(after);
    auto objection = refuse_by_domain(tx, who, after);
    // Shutting somebody out is never refused: a user whose domain has lapsed can still be deactivated.
    const bool may_pass =
        who.policy == domain_policy::hold ? was_held || keeps_address : keeps_address && !is_active(after);
    if (objection && !may_pass)
        return {.refusal = std::move(objection)};
    if (was_held)
        return {.hold = objection ? std::move(objection) : reason_to_hold(tx, who, after)};
    if (is_active(after) && !is_active(before))
        return {.refusal = refuse_by_seats(tx, who)};
    return {};
}

std::optional<gate_refusal> reason_to_hold(
    store::transaction& tx, const caller& who, const json::object& user
)
{
    if (auto objection = refuse_by_domain(tx, who, user))
        return objection;
    return is_active(user) ? refuse_by_seats(tx, who) : std::nullopt;
}

}  // namespace scimd::service

// The domain gate: checks that the addresses of users belong to verified domains of the organization. It
// checks every address of a user, because applications find accounts by preferred_username or by any e-mail
// address.
#pragma once

#include "base/error.hpp"
#include "service/auth/caller.hpp"
#include "service/domains/domain_ownership.hpp"
#include "service/domains/user_addresses.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace scimd::service {

constexpr std::string_view no_email_reason = "no_email";

// One reason to refuse or hold a user. A value, except for `of`.
struct gate_refusal {
    std::string reason;     // "no_email", "domain_not_verified", "domain_owned_elsewhere", "seat_limit", …
    std::string domain;     // as compared; empty: none
    std::string detail;     // for the client: names the address and its domain, and says what to do
    std::string address{};  // the address concerned, shortened to be shown; empty: none
    errc code = errc::invalid_value;
    const user_address* of = nullptr;  // the address concerned, in full; borrowed
};

// All reasons to refuse a user with these addresses, by the policy and the gate scope of the directory.
// Empty: the user is accepted. The reason about the primary address comes first.
std::vector<gate_refusal> objections_to(
        domain_lookup& domains, const caller& caller, const std::vector<user_address>& addresses);

// The warning that a domain looks like another one. Empty: it does not, or the text is not a domain.
std::string warning_of(std::string_view domain);

// The first of objections_to(); empty: the user is accepted.
std::optional<gate_refusal> refuse_by_domain(
        domain_lookup& domains, const caller& caller, const std::vector<user_address>& addresses);

// The objections to a stored user, for the review of a directory (domain_review.hpp). A directory whose gate
// is off has objections, too, to domains of other organizations.
std::vector<gate_refusal> standing_objections_to(
        domain_lookup& domains, const caller& caller, const std::vector<user_address>& addresses);

}  // namespace scimd::service

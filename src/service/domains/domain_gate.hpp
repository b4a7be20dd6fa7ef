// The domain gate: which users a directory takes in. It looks at every address that a user may be known by,
// because applications find accounts by preferred_username or by any e-mail.
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

// Why a user is not taken in.
struct gate_refusal {
    std::string reason;     // "no_email", "domain_not_verified", "domain_owned_elsewhere", "seat_limit", …
    std::string domain;     // as compared; empty when there is none
    std::string detail;     // for the client: names the address and its domain, and says what to do
    std::string address{};  // that is the reason; empty: none
    errc code = errc::invalid_value;
    const user_address* of = nullptr;  // the same as it is; borrowed
};

// What the gate has against a user's addresses, by the policy and the scope of the directory; empty: it may
// come in. That of the primary address comes first.
std::vector<gate_refusal> objections_to(
    domain_look_up& domains, const caller& who, const std::vector<user_address>& addresses
);

// Of a domain as refusals have it: that it may be taken for another. Empty: it may not, or there is none.
std::string warning_of(std::string_view domain);

// The first one; empty: none.
std::optional<gate_refusal> refuse_by_domain(
    domain_look_up& domains, const caller& who, const std::vector<user_address>& addresses
);

// The same for a user who has been let in: also by a directory whose gate is open, as far as the domain is
// another organization's.
std::vector<gate_refusal> standing_objections_to(
    domain_look_up& domains, const caller& who, const std::vector<user_address>& addresses
);

}  // namespace scimd::service

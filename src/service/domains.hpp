// The domain gate: which users a directory takes in.
#pragma once

#include "base/domain_name.hpp"
#include "base/json.hpp"
#include "service/caller.hpp"
#include "store/transaction.hpp"

#include <optional>
#include <string>

namespace scimd::service {

// The address that stands for a user: the primary e-mail, else the one of type work, else the first, else
// userName when it is an address. Empty when there is none.
std::string email_of(const json::object& user);

// Why a user is not taken in.
struct gate_refusal {
    std::string reason;  // "no_email", "invalid_email", "domain_not_verified", "seat_limit"
    std::string domain;  // as compared; empty when there is none
    std::string detail;  // for the client: names the domain and says what to do
    errc code = errc::invalid_value;
};

// Empty: the user may come in, by its domain. `user` is canonical.
std::optional<gate_refusal> refuse_by_domain(
    store::transaction& tx, const caller& who, const json::object& user
);

}  // namespace scimd::service

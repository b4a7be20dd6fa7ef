// The addresses of a user: its e-mails, and userName when it is an address. Pure.
#pragma once

#include "base/json/json.hpp"
#include "base/network/domain_name.hpp"

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace scimd::service {

constexpr std::size_t user_domains_max = 100;  // different domains in the addresses of one user

// One address. A value.
struct user_address {
    std::string text;
    bool is_user_name = false;            // false: from emails
    bool is_primary = false;              // the address of email_of()
    std::optional<domain_name> domain{};  // empty: the address is ill-formed
    std::string fault{};                  // why it is ill-formed
    bool is_ambiguous = false;            // ill-formed, and parsers can find different domains in it

    // The domain of a well-formed address; otherwise every name that some parser may take for the domain,
    // after mapping characters that stand for others.
    std::vector<domain_name> domains{};

    friend bool operator==(const user_address&, const user_address&) = default;
};

// The primary address of a user: the primary e-mail, otherwise the one of type "work", otherwise the first
// one, otherwise userName when it is an address. Empty: the user has none.
std::string email_of(const json::object& user);

// All addresses, the primary one first; none twice, except as an e-mail and as userName. `user` is a
// canonical document.
std::vector<user_address> addresses_of(const json::object& user);

// The values of emails, as they are in the document.
std::vector<std::string> emails_of(const json::object& user);

user_address read_address(std::string_view text);

// Whether a text can be read as an address: it has an '@', also a full-width one.
bool is_address(std::string_view text);

// The beginning of an address, long enough to recognize it.
std::string shown_address(std::string_view text);

}  // namespace scimd::service

// The addresses that a user may be known by: its e-mails, and userName when it is one. Pure.
#pragma once

#include "base/json/json.hpp"
#include "base/network/domain_name.hpp"

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace scimd::service {

// Domains of one user's addresses.
constexpr std::size_t user_domains_max = 100;

struct user_address {
    std::string text;
    bool is_user_name = false;            // else one of emails
    bool is_primary = false;              // stands for the user, see email_of()
    std::optional<domain_name> domain{};  // empty: it is no well-formed address
    std::string fault{};                  // why not
    bool is_ambiguous = false;            // ill-formed, and readers may find different domains in it

    // Of a well-formed address its domain; else every name in which some reader may see the domain of it,
    // once what stands for other characters has been mapped.
    std::vector<domain_name> domains{};

    friend bool operator==(const user_address&, const user_address&) = default;
};

// The address that stands for a user: the primary e-mail, else the one of type work, else the first, else
// userName when it is an address. Empty when there is none.
std::string email_of(const json::object& user);

// The primary one first; no address twice, unless as an e-mail and as userName. `user` is canonical.
std::vector<user_address> addresses_of(const json::object& user);

// The e-mails of a user alone, as they stand in its document.
std::vector<std::string> emails_of(const json::object& user);

user_address read_address(std::string_view text);

// Whether text can be read as an address: it has an '@', of whatever width.
bool is_address(std::string_view text);

// As much of an address as people need to recognize it.
std::string shown_address(std::string_view text);

}  // namespace scimd::service

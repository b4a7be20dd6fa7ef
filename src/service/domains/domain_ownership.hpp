// Ownership of the domains of addresses, as seen by one directory: own, another organization's, or unclaimed.
#pragma once

#include "base/network/domain_name.hpp"
#include "service/auth/caller.hpp"
#include "service/domains/user_addresses.hpp"
#include "store/engine/transaction.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace scimd::service {

enum class domain_ownership : std::uint8_t { unclaimed, own, foreign };

// Domains of addresses and whether each is verified for the organization, sorted by name. Event payloads are
// made from them. A value.
class verified_domains {
public:
    void add(const domain_name& name, bool is_verified);  // keeps the first entry of a name
    [[nodiscard]] bool contains(const domain_name& name) const;
    [[nodiscard]] std::size_t size() const noexcept { return names_.size(); }

    friend bool operator==(const verified_domains&, const verified_domains&) = default;

private:
    std::vector<std::pair<std::string, bool>> names_;
};

// Cache of ownership for one directory within one transaction, which outlives it together with the caller.
class domain_lookup {
public:
    static constexpr std::size_t remembered_max = 1'000;

    domain_lookup(store::transaction& tx, const caller& caller) : tx_(tx), caller_(caller) {}

    [[nodiscard]] domain_ownership of(const domain_name& name);
    [[nodiscard]] bool is_own(const domain_name& name) { return of(name) == domain_ownership::own; }

private:
    store::transaction& tx_;
    const caller& caller_;
    std::vector<std::pair<std::string, domain_ownership>> known_;  // usually one or two
};

// The first user_domains_max domains of the well-formed addresses; further ones count as not verified.
verified_domains verified_of(domain_lookup& domains, const std::vector<user_address>& addresses);
// The domains of a user before and after a change.
verified_domains verified_of(domain_lookup& domains, const std::vector<user_address>& before,
        const std::vector<user_address>& after);

}  // namespace scimd::service

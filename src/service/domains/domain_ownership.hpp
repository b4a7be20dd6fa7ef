// Whose the domains of addresses are, from where one directory stands: of its organization, of another one,
// or of none.
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

// Domains of addresses, each with whether it is verified for the organization; in the order of names. What
// texts of events are made by.
class verified_domains {
public:
    void add(const domain_name& name, bool is_verified);  // keeps the first one of a name
    [[nodiscard]] bool contains(const domain_name& name) const;
    [[nodiscard]] std::size_t size() const noexcept { return names_.size(); }

    friend bool operator==(const verified_domains&, const verified_domains&) = default;

private:
    std::vector<std::pair<std::string, bool>> names_;
};

// Looks each domain up once. Of one directory in one transaction; both outlive it.
class domain_look_up {
public:
    static constexpr std::size_t remembered_max = 1'000;

    domain_look_up(store::transaction& tx, const caller& who) : tx_(tx), who_(who) {}

    [[nodiscard]] domain_ownership of(const domain_name& name);
    [[nodiscard]] bool is_own(const domain_name& name) { return of(name) == domain_ownership::own; }

private:
    store::transaction& tx_;
    const caller& who_;
    std::vector<std::pair<std::string, domain_ownership>> known_;  // usually one or two
};

// Of the first user_domains_max domains of well-formed addresses; what is beyond is not verified.
verified_domains verified_of(domain_look_up& domains, const std::vector<user_address>& addresses);
// The same of a user before and after a change.
verified_domains verified_of(
    domain_look_up& domains, const std::vector<user_address>& before, const std::vector<user_address>& after
);

}  // namespace scimd::service

// Domains of organizations: claim, verification, removal. Each function writes its events in the transaction
// that it is given. (Triggers of the database schema request the release of held users, see
// store/held_users.hpp.)
#pragma once

#include "base/crypto/random.hpp"
#include "base/error.hpp"
#include "base/json/json.hpp"
#include "service/domains/domain_blocklist.hpp"
#include "service/domains/domain_verification.hpp"
#include "service/events/event_source.hpp"
#include "store/engine/transaction.hpp"
#include "store/tenants.hpp"

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace scimd::service::domains {

using store::tenants::domain;

constexpr std::int64_t domains_max = 1'000;  // of an organization

// The rules for claims. Lives as long as the process; any thread.
struct domain_policy_config {
    domain_blocklist rules{};
    domain_schedule schedule{};
};

// A domain that an organization claims.
struct new_claim {
    std::string name;
    store::tenants::domain_type type = store::tenants::domain_type::organization;
    bool is_by_dns = false;  // false: the caller vouches for it
    bool covers_subdomains = false;
};
// Creates a claim. invalid_value: not a domain name, on the blocklist, or there are domains_max. conflict:
// the organization has the domain already, or the caller vouches for it and another organization, which is
// not named, owns it.
result<domain> create(store::transaction& tx, const event_source& source, const domain_policy_config& policy,
        random_source& random, organization_id owner, const new_claim& claim);

// Adds a domain without checking the name. conflict: as above.
result<domain> add(store::transaction& tx, const event_source& source, domain added);

void remove(store::transaction& tx, const event_source& source, const domain& removed);

// The answers of DNS about a domain.
struct dns_finding {
    domain_id domain;
    std::vector<txt_answer> answers;
    bool is_on_schedule = true;
};
// Applies the answers and returns the domain; empty: it has been removed meanwhile.
std::optional<domain> apply_finding(store::transaction& tx, const event_source& source,
        const domain_policy_config& policy, const dns_finding& finding);

// The name of the TXT record: "_scimd-challenge.acme.com". Empty: the domain is not verified by DNS.
std::string record_name(const domain& verified);

// The domain in the format of the API; events have fewer members.
json::object to_json(environment_id environment, const domain& shown);

}  // namespace scimd::service::domains

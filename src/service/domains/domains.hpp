// An organization's domains: claimed, proved, lost. Each verb writes its events in the transaction that it is
// given. (Held users are looked at again by the schema's triggers, see store/held_users.hpp.)
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

// What claims are judged by. Lives as long as the process; any thread.
struct domain_policy_config {
    domain_blocklist rules{};
    domain_schedule schedule{};
};

struct new_claim {
    std::string name;
    store::tenants::domain_type type = store::tenants::domain_type::organization;
    bool is_by_dns = false;  // else whoever asks vouches for it
    bool covers_subdomains = false;
};
// invalid_value: no domain name, a public suffix, a mail provider, too many. conflict: this organization has
// it already, or it is vouched for and another one owns it, which is not named.
result<domain> create(
    store::transaction& tx,
    const event_source& from,
    const domain_policy_config& policy,
    random_source& random,
    organization_id owner,
    const new_claim& what
);

// The same with a draft that has been judged.
result<domain> add(store::transaction& tx, const event_source& from, domain what);

void remove(store::transaction& tx, const event_source& from, const domain& which);

// Takes in what DNS answered about the domain as it was then: nothing changes when it has been removed
// meanwhile. The domain as it is now; empty: it is gone.
struct dns_finding {
    domain_id domain;
    std::vector<txt_answer> answers;
    bool is_on_schedule = true;
};
std::optional<domain> take_in(
    store::transaction& tx,
    const event_source& from,
    const domain_policy_config& policy,
    const dns_finding& what
);

// The name to ask for TXT records: "_scimd-challenge.acme.com". Empty unless by DNS.
std::string record_name(const domain& of);

// As the API shows it; events show less.
json::object to_json(environment_id environment, const domain& from);

}  // namespace scimd::service::domains

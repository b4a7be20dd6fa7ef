// The domains of organizations, and when DNS is to be asked about them.
#pragma once

#include "base/clock.hpp"
#include "base/id.hpp"
#include "base/network/domain_name.hpp"
#include "store/engine/transaction.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace scimd::store::tenants {

enum class domain_type { organization, allowed_email };
enum class domain_method { admin, dns, not_applicable };
enum class domain_status { pending, verified, failed, lapsed };

struct domain {
    domain_id id;
    organization_id organization;
    std::string name;  // A-labels, see base/network/domain_name.hpp
    domain_type type = domain_type::organization;
    domain_method method = domain_method::admin;
    domain_status status = domain_status::verified;
    bool covers_subdomains = false;
    time_point created;
    time_point updated;

    // Of method dns alone.
    std::string token{};  // what the TXT record must hold
    std::optional<time_point> window_end{};
    std::optional<time_point> next_check{};
    std::int64_t checks = 0;  // on schedule, since the window began
    std::optional<time_point> last_check{};
    std::string last_outcome{};                // of service/domains/domain_verification.hpp; empty: none yet
    std::optional<time_point> absent_since{};  // of a verified domain's record
    std::int64_t absences = 0;                 // answers in a row that it is not there
    time_point asks_until{};                   // how far checks on request have used up their rate
};

// `what` with a new id and the times of now. Empty: the organization has the name with this type already, or
// it is to be verified and another organization owns it.
std::optional<domain> insert_domain(transaction& tx, domain what);
// One that an operator vouches for, or a claim.
std::optional<domain> insert_domain(
    transaction& tx,
    organization_id owner,
    const domain_name& name,
    domain_status status,
    bool covers_subdomains
);

// Status and everything of the checks; updated = tx.now(). false: it is to be verified and another
// organization owns the name; nothing is written.
bool update_domain(transaction& tx, const domain& what);

std::optional<domain> find_domain(transaction& tx, organization_id owner, domain_id id);
std::optional<domain> find_domain_anywhere(transaction& tx, domain_id id);  // for the checks, which serve all
std::vector<domain> list_domains(
    transaction& tx, organization_id owner, std::int64_t offset, std::int64_t limit
);
std::vector<domain> list_domains(
    transaction& tx, organization_id owner, domain_type type, std::int64_t offset, std::int64_t limit
);
std::int64_t count_domains(transaction& tx, organization_id owner);
bool delete_domain(transaction& tx, organization_id owner, domain_id id);  // false: was not there

// Whether another organization has the name verified.
bool is_owned_by_another(transaction& tx, organization_id owner, std::string_view name);

// Whose the name is: of the verified domains that are this name, or a parent of it that covers sub-domains,
// the longest decides. Empty: it is no organization's.
std::optional<organization_id> owner_of(transaction& tx, environment_id where, const domain_name& name);

bool is_verified_domain(transaction& tx, organization_id owner, const domain_name& name);

// Those whose next check is due, the longest overdue first.
std::vector<domain> list_due_domains(transaction& tx, std::int64_t limit);

}  // namespace scimd::store::tenants

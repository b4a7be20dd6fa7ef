// E-mail domains of organizations, their verification and the schedule of DNS checks. Table domains. The
// rules of verification are in service/domains/domain_verification.hpp.
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

    // Only for method dns.
    std::string token{};  // the value of the TXT record
    std::optional<time_point> window_end{};
    std::optional<time_point> next_check{};
    std::int64_t checks = 0;  // scheduled checks since the start of the window
    std::optional<time_point> last_check{};
    std::string last_outcome{};                // see domain_verification.hpp; empty: no check yet
    std::optional<time_point> absent_since{};  // since when the record of a verified domain is missing
    std::int64_t absences = 0;                 // consecutive answers without the record
    time_point asks_until{};                   // rate limit of checks on request: used up until then
};

// Inserts it with a new id and the current time. Returns nothing when the organization has the name with this
// type already, or when the status is verified and another organization owns the name.
std::optional<domain> insert_domain(transaction& tx, domain what);
// Inserts a domain of method admin.
std::optional<domain> insert_domain(transaction& tx, organization_id owner, const domain_name& name,
        domain_status status, bool covers_subdomains);

// Writes the status and the state of the checks; updated = tx.now(). Returns false, and writes nothing, when
// the status becomes verified and another organization owns the name.
bool update_domain(transaction& tx, const domain& what);

std::optional<domain> find_domain(transaction& tx, organization_id owner, domain_id id);
std::optional<domain> find_domain_anywhere(transaction& tx, domain_id id);  // for the check job
std::vector<domain> list_domains(
        transaction& tx, organization_id owner, std::int64_t offset, std::int64_t limit);
std::vector<domain> list_domains(
        transaction& tx, organization_id owner, domain_type type, std::int64_t offset, std::int64_t limit);
std::int64_t count_domains(transaction& tx, organization_id owner);
bool delete_domain(transaction& tx, organization_id owner, domain_id id);  // false: not found

// Whether another organization has verified the name.
bool is_owned_by_another(transaction& tx, organization_id owner, std::string_view name);

// The owner of a domain name: the organization with the longest verified domain that is the name, or a parent
// of it that covers subdomains. Empty when there is none.
std::optional<organization_id> owner_of(transaction& tx, environment_id where, const domain_name& name);

bool is_verified_domain(transaction& tx, organization_id owner, const domain_name& name);

// Domains whose next check is due, the most overdue first.
std::vector<domain> list_due_domains(transaction& tx, std::int64_t limit);

}  // namespace scimd::store::tenants

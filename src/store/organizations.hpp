// Organizations, the customers of the application. An organization that is being deleted is visible only to
// next_to_remove(), which the deletion job uses. Table organizations.
#pragma once

#include "base/clock.hpp"
#include "base/id.hpp"
#include "store/engine/transaction.hpp"

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace scimd::store::tenants {

struct organization {
    organization_id id;
    std::string display_name;
    std::optional<std::string> external_id{};  // unique in the environment
    time_point created;
    time_point updated;
    std::string region_code = "US";
    std::string metadata = "{}";        // a JSON object of strings
    std::optional<std::string> slug{};  // unique in the environment
    std::optional<std::string> logo_url{};
    std::optional<std::string> features{};            // a JSON object of flags
    std::string session_policy = "{}";                // a JSON object
    std::optional<std::int64_t> max_allowed_users{};  // 0: no limit
    std::int64_t active_users = 0;                    // counted by triggers, read-only
};

// Returns nothing when the external id is taken.
std::optional<organization> insert_organization(
        transaction& tx, std::string_view display_name, const std::optional<std::string>& external_id);
// Inserts it with a new id and the current time. Returns nothing when the external id or the slug is taken.
std::optional<organization> insert_organization(transaction& tx, organization what);
// Writes every member except id, times and active_users; updated_at becomes tx.now(). Returns false, and
// writes nothing, when the external id or the slug is taken.
bool update_organization(transaction& tx, const organization& what);

bool is_organization(transaction& tx, organization_id id);
std::optional<organization> find_organization(transaction& tx, organization_id id);
std::optional<organization> find_organization_by_external_id(transaction& tx, std::string_view external_id);
std::optional<organization> find_organization_by_slug(transaction& tx, std::string_view slug);

// Keyset pagination in the order of ids: the organizations after `after`, or backwards those before `before`.
// each_organization() stops when `each` returns false.
std::vector<organization> list_organizations(transaction& tx, organization_id after, std::int64_t limit);
std::vector<organization> list_organizations_before(
        transaction& tx, organization_id before, std::int64_t limit);
void each_organization(transaction& tx, const std::function<bool(const organization&)>& each);
std::int64_t count_organizations(transaction& tx);

// The seat limit of an organization and the number of its active users.
struct seat_count {
    std::int64_t limit = 0;
    std::int64_t taken = 0;
};
std::optional<seat_count> limited_seats(transaction& tx, organization_id id);  // empty: no limit

// --- deletion, in several transactions

// Hides the organization and frees its external id and slug.
void begin_removal(transaction& tx, organization_id id);
std::optional<organization_id> next_to_remove(transaction& tx);
// Counts directories that are being deleted, too.
bool has_directories(transaction& tx, organization_id id);
// Deletes the row, and by cascade what belongs to it. No directory may be left.
void finish_removal(transaction& tx, organization_id id);

}  // namespace scimd::store::tenants

// Organizations: the customers. One that is being deleted is not found by anything but the job that does it.
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
    std::optional<std::int64_t> max_allowed_users{};  // 0: as many as there are
    std::int64_t active_users = 0;                    // kept by the store, never written
};

// Empty: the external id is taken.
std::optional<organization> insert_organization(
    transaction& tx, std::string_view display_name, const std::optional<std::string>& external_id
);
// `what` with a new id and the times of now. Empty: the external id or the slug is taken.
std::optional<organization> insert_organization(transaction& tx, organization what);
// Every member but id, times and count; updated = tx.now(). false: a name is taken, and nothing is written.
bool update_organization(transaction& tx, const organization& what);

bool is_organization(transaction& tx, organization_id id);
std::optional<organization> find_organization(transaction& tx, organization_id id);
std::optional<organization> find_organization_by_external_id(transaction& tx, std::string_view external_id);
std::optional<organization> find_organization_by_slug(transaction& tx, std::string_view slug);

// In the order of ids, those after `after`; or backwards, those before it. `each` false stops.
std::vector<organization> list_organizations(transaction& tx, organization_id after, std::int64_t limit);
std::vector<organization> list_organizations_before(
    transaction& tx, organization_id before, std::int64_t limit
);
void each_organization(transaction& tx, const std::function<bool(const organization&)>& each);
std::int64_t count_organizations(transaction& tx);

// Empty: any number of users may be active.
struct seat_count {
    std::int64_t limit = 0;
    std::int64_t taken = 0;
};
std::optional<seat_count> limited_seats(transaction& tx, organization_id id);

// Nobody finds it from now on, and its external id and slug are free.
void begin_removal(transaction& tx, organization_id id);
std::optional<organization_id> next_to_remove(transaction& tx);
// Those that are being removed among them.
bool has_directories(transaction& tx, organization_id id);
// The row itself. Nothing may refer to it any more but what goes with it.
void finish_removal(transaction& tx, organization_id id);

}  // namespace scimd::store::tenants

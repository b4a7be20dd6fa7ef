// Management of organizations: creation, settings, feature flags, the seat limit, directories, and removal
// with everything that belongs to them. Each function writes its events in the transaction that it is given.
#pragma once

#include "base/error.hpp"
#include "base/json/json.hpp"
#include "service/events/event_source.hpp"
#include "store/engine/transaction.hpp"
#include "store/tenants.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace scimd::service::organizations {

using store::tenants::organization;

// Limits in characters unless the name says bytes.
constexpr std::size_t display_name_max = 200;
constexpr std::size_t external_id_max = 255;
constexpr std::size_t metadata_pairs_max = 10;
constexpr std::size_t metadata_key_min = 3;
constexpr std::size_t metadata_key_max = 25;
constexpr std::size_t metadata_value_max = 256;
constexpr std::size_t slug_bytes_max = 253;
constexpr std::size_t logo_url_bytes_max = 1'024;
constexpr std::int64_t directories_max = 1'000;
constexpr std::int64_t users_max = 2'147'483'647;  // the API has 32-bit numbers

// A requested change; empty members stay as they are.
struct change {
    std::optional<std::string> display_name{};
    std::optional<std::string> external_id{};  // empty text: none
    std::optional<std::string> region_code{};
    std::optional<json::object> metadata{};
    std::optional<std::string> slug{};      // empty text: none
    std::optional<std::string> logo_url{};  // empty text: none
};

// Publishes organization.created. invalid_value names the member; conflict: the external id or the slug is
// taken.
result<organization> create(store::transaction& tx, const event_source& source, const change& wanted);

// Publishes organization.updated, unless nothing changed. Errors as above.
result<organization> update(
        store::transaction& tx, const event_source& source, organization before, const change& wanted);

struct feature {
    std::string name;  // "sso", "dir_sync", … or an alias of it
    bool is_enabled = false;
};
// Whether a feature is on. A feature that has never been set has its default.
bool has_feature(const organization& owner, std::string_view name);

// Sets the features that are named and publishes organization.updated. invalid_value: a feature does not
// exist.
result<organization> switch_features(store::transaction& tx, const event_source& source, organization before,
        const std::vector<feature>& wanted);

struct new_directory {
    std::string name;
    std::string provider;  // of the enumeration DirectoryProvider, or empty
    store::tenants::domain_policy policy = store::tenants::domain_policy::reject;
    store::tenants::domain_gate_scope gate_scope = store::tenants::domain_gate_scope::primary;
};
// Adds a directory to the organization, with its events. forbidden: the feature dir_sync is off; conflict:
// there are directories_max.
result<store::tenants::directory> create_directory(store::transaction& tx, const event_source& source,
        organization_id owner, const new_directory& wanted);

// Sets the seat limit: the number of active users, at most users_max; empty or 0: unlimited.
organization limit_users(store::transaction& tx, organization before, std::optional<std::int64_t> limit);

// Changes the session policy. Errors are those of change_session_policy() (service/auth/session_policy.hpp).
result<organization> set_session_policy(
        store::transaction& tx, organization before, const json::object& wanted);

// Removes an organization and publishes domain_deleted for each of its domains and organization.deleted. It
// is not found from now on, nor are its directories; remove_some() deletes them.
void begin_removal(store::transaction& tx, const event_source& source, const organization& removed);

// Begins the removal of some directories of a removed organization, or deletes the organization when they are
// gone. False: nothing is left to do for now.
bool remove_some(store::transaction& tx, environment_id environment);

// The organization in the format of the API and of events.
json::object to_json(const organization& shown);

}  // namespace scimd::service::organizations

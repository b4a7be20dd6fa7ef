// The life of an organization: made, changed, removed with all that is its own.
//
// Each verb writes its event in the transaction that it is given.
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

// Characters, not bytes, where nothing else is said.
constexpr std::size_t display_name_max = 200;
constexpr std::size_t external_id_max = 255;
constexpr std::size_t metadata_pairs_max = 10;
constexpr std::size_t metadata_key_min = 3;
constexpr std::size_t metadata_key_max = 25;
constexpr std::size_t metadata_value_max = 256;
constexpr std::size_t slug_bytes_max = 253;
constexpr std::size_t logo_url_bytes_max = 1'024;
constexpr std::int64_t directories_max = 1'000;
constexpr std::int64_t users_max = 2'147'483'647;  // the API's numbers have 32 bits

// What is there is to be changed.
struct change {
    std::optional<std::string> display_name{};
    std::optional<std::string> external_id{};  // empty text: none
    std::optional<std::string> region_code{};
    std::optional<json::object> metadata{};
    std::optional<std::string> slug{};      // empty text: none
    std::optional<std::string> logo_url{};  // empty text: none
};

// organization.created. invalid_value names the member; conflict: the external id or the slug is taken.
result<organization> create(store::transaction& tx, const event_source& from, const change& wanted);

// organization.updated, unless nothing changed. Errors as above.
result<organization> update(
    store::transaction& tx, const event_source& from, organization which, const change& wanted
);

struct feature {
    std::string name;  // "sso", "dir_sync", … or an alias of it
    bool is_enabled = false;
};
// Whether what the feature stands for is there; one that has never been set is, but for those that do
// nothing.
bool has_feature(const organization& which, std::string_view name);

// Switches those that are named. organization.updated. invalid_value: there is no such feature.
result<organization> switch_features(
    store::transaction& tx, const event_source& from, organization which, const std::vector<feature>& wanted
);

struct new_directory {
    std::string name;
    std::string provider;  // of the enumeration DirectoryProvider, or empty
    store::tenants::domain_policy policy = store::tenants::domain_policy::reject;
    store::tenants::domain_gate_scope gate_scope = store::tenants::domain_gate_scope::primary;
};
// Adds a directory to the organization, with its events. forbidden: the feature dir_sync is off; conflict:
// there are directories_max.
result<store::tenants::directory> create_directory(
    store::transaction& tx, const event_source& from, organization_id owner, const new_directory& wanted
);

// How many users may be active, at most users_max; empty or 0: any number.
organization limit_users(store::transaction& tx, organization which, std::optional<std::int64_t> limit);

// Keeps the policy that `wanted` makes of the one there is (service/auth/session_policy.hpp), whose errors
// these are.
result<organization> set_session_policy(
    store::transaction& tx, organization which, const json::object& wanted
);

// organization.deleted, and domain_deleted for each of its domains. From now on nobody finds it nor what it
// has; its directories go with remove_some().
void begin_removal(store::transaction& tx, const event_source& from, const organization& which);

// Begins the removal of some directories of a removed organization, or ends its own when they are gone.
// False: there is nothing to do for now.
bool remove_some(store::transaction& tx, environment_id environment);

// As the API and events show it.
json::object to_json(const organization& from);

}  // namespace scimd::service::organizations

// The life of a directory: made, changed, switched on and off, removed in pieces.
//
// Each verb writes its event in the transaction that it is given.
#pragma once

#include "base/error.hpp"
#include "scim/schema/catalogue_set.hpp"
#include "service/events/event_source.hpp"
#include "store/directories.hpp"
#include "store/engine/transaction.hpp"
#include "store/tenants.hpp"

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace scimd::service::directories {

constexpr std::size_t display_name_bytes_max = 200;
constexpr std::size_t removal_batch_max = 200;  // resources or rows that one transaction takes away

// organization.directory.created, then organization.directory_enabled: a directory is born enabled.
void publish_created(store::transaction& tx, const event_source& from, const store::tenants::directory& made);

struct change {
    std::optional<std::string> name;
    std::optional<std::string> provider;  // empty text: none
    std::optional<std::string> status;
    std::optional<store::tenants::domain_policy> policy;
    std::optional<store::tenants::domain_gate_scope> gate_scope;
    std::optional<bool> is_enabled;
};
// Applies what is there to the row and to `which`. invalid_value names the member; nothing is written then.
result<void> update(
    store::transaction& tx, const event_source& from, store::tenants::directory& which, const change& wanted
);

// No event when it is so already.
void set_enabled(
    store::transaction& tx, const event_source& from, store::tenants::directory& which, bool is_enabled
);

// invalid_value while it is enabled. The directory is gone for everybody at once; its contents go with
// remove_some().
result<void> begin_removal(
    store::transaction& tx, const event_source& from, const store::tenants::directory& which
);

// What of a removal fits this transaction: all of a small directory, nothing of a large one.
void remove_if_small(store::transaction& tx, const scim::catalogue_set& schemas, directory_id which);

// Takes up to removal_batch_max resources or rows of a removal away, each resource with its event; at last
// the directory, with organization.directory.deleted. True: it is gone.
bool remove_some(
    store::transaction& tx, const scim::catalogue_set& schemas, const store::directories::removal& what
);

// invalid_value: neither one of the seven providers (service/request_log/idp_detection.hpp) nor empty.
result<void> check_provider(std::string_view provider);

// The settings of a directory as the API writes them; invalid_value or empty: there is no such value.
result<store::tenants::domain_policy> parse_policy(std::string_view text);
std::string_view to_text(store::tenants::domain_policy policy);

std::optional<store::tenants::domain_gate_scope> parse_gate_scope(std::string_view text);
std::string_view to_text(store::tenants::domain_gate_scope scope);

result<store::tenants::scim_mode> parse_mode(std::string_view text);
std::string_view to_text(store::tenants::scim_mode mode);

std::optional<store::tenants::unknown_members> parse_unknown_members(std::string_view text);
std::string_view to_text(store::tenants::unknown_members members);

}  // namespace scimd::service::directories

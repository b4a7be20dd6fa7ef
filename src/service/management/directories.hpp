// Management of directories: settings, enabling and disabling, and removal in batches. Each function writes
// its events in the transaction that it is given. Directories are created by
// organizations::create_directory().
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
constexpr std::size_t removal_batch_max = 200;  // resources or rows that one transaction deletes

// Publishes organization.directory.created, then organization.directory_enabled: new directories are enabled.
void publish_created(
        store::transaction& tx, const event_source& source, const store::tenants::directory& directory);

// A requested change; empty members stay as they are.
struct change {
    std::optional<std::string> name;
    std::optional<std::string> provider;  // empty text: none
    std::optional<std::string> status;
    std::optional<store::tenants::domain_policy> policy;
    std::optional<store::tenants::domain_gate_scope> gate_scope;
    std::optional<bool> is_enabled;
};
// Applies a change to the row and to `directory`. invalid_value names the member; nothing is written then.
result<void> update(store::transaction& tx, const event_source& source, store::tenants::directory& directory,
        const change& wanted);

// Enables or disables a directory; without an event when nothing changes.
void set_enabled(store::transaction& tx, const event_source& source, store::tenants::directory& directory,
        bool is_enabled);

// Removes a directory: it is not found from now on, and remove_some() deletes its contents. invalid_value: it
// is enabled.
result<void> begin_removal(
        store::transaction& tx, const event_source& source, const store::tenants::directory& directory);

// Completes the removal of a small directory in this transaction; does nothing for a large one.
void remove_if_small(store::transaction& tx, const scim::catalogue_set& schemas, directory_id directory);

// Deletes up to removal_batch_max resources or rows of a removed directory, each resource with its event;
// finally the directory itself, with organization.directory.deleted. True: the removal is complete.
bool remove_some(store::transaction& tx, const scim::catalogue_set& schemas,
        const store::directories::removal& removal);

// invalid_value: neither one of the seven providers (service/request_log/idp_detection.hpp) nor empty.
result<void> check_provider(std::string_view provider);

// Values of settings of a directory as texts of the API. invalid_value or empty: the text is not a value.
result<store::tenants::domain_policy> parse_policy(std::string_view text);
std::string_view to_text(store::tenants::domain_policy policy);

std::optional<store::tenants::domain_gate_scope> parse_gate_scope(std::string_view text);
std::string_view to_text(store::tenants::domain_gate_scope scope);

result<store::tenants::scim_mode> parse_mode(std::string_view text);
std::string_view to_text(store::tenants::scim_mode mode);

std::optional<store::tenants::unknown_members> parse_unknown_members(std::string_view text);
std::string_view to_text(store::tenants::unknown_members members);

}  // namespace scimd::service::directories

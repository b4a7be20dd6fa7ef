// Settings and deletion of a directory, which is deleted in several transactions. Tables directories and
// directory_removals. Creation and look-up are in store/tenants.hpp.
#pragma once

#include "base/clock.hpp"
#include "base/id.hpp"
#include "store/engine/transaction.hpp"
#include "store/tenants.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace scimd::store::directories {

void rename(transaction& tx, directory_id directory, std::string_view name);
void set_provider(transaction& tx, directory_id directory, std::string_view provider);

// The setup status as the management API has set it: "DRAFT", "IN_PROGRESS" or "COMPLETED"; empty when unset.
std::string status_of(transaction& tx, directory_id directory);
void set_status(transaction& tx, directory_id directory, std::string_view status);

// When a resource of the type was created or changed last, held users left out; empty when there is none.
std::optional<time_point> last_modified(transaction& tx, directory_id directory, std::string_view type);

// --- how SCIM requests are interpreted

void set_mode(transaction& tx, directory_id directory, tenants::scim_mode mode);

// Whether the displayName of groups is unique. Returns false, and writes nothing, when it is to become unique
// and two groups have one name already.
bool set_unique_group_names(transaction& tx, directory_id directory, bool are_unique);

void set_unknown_members(transaction& tx, directory_id directory, tenants::unknown_members what);

// 200 or 204: the response to a PATCH that succeeds.
void set_patch_status(transaction& tx, directory_id directory, int status);

// Replaces the detected identity provider. updated_at does not change.
void set_detected(transaction& tx, directory_id directory, const tenants::detection& what);

// --- deletion, in several transactions

// Hides the directory and revokes its secrets. `origin` is the event source, stored for the events of the
// deletion.
void begin_removal(transaction& tx, directory_id directory, std::string_view origin);

struct removal {
    tenants::directory directory;
    std::string origin;
};
// The first deletion at or after `from` in the order of ids; empty when there is none.
std::optional<removal> next_removal(transaction& tx, directory_id from = {});

// Up to `limit` resources that are left, users first, so that a user's memberships end before its groups do.
struct remainder {
    resource_id id;
    std::string type;
    std::int64_t version = 1;
    std::string document;
};
std::vector<remainder> remaining(transaction& tx, directory_id directory, std::int64_t limit);

// Deletes up to `limit` other rows of the directory once its resources are deleted; false when none was left.
bool remove_rows(transaction& tx, directory_id directory, std::int64_t limit);

// Deletes the row of the directory. Everything else must be deleted already.
void end_removal(transaction& tx, directory_id directory);

}  // namespace scimd::store::directories

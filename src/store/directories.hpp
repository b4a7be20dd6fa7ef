// A directory's own life: its name, what it says of itself, and its removal in pieces.
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

// "DRAFT", "IN_PROGRESS" or "COMPLETED" as somebody has set it; empty: nobody has.
std::string status_of(transaction& tx, directory_id directory);
void set_status(transaction& tx, directory_id directory, std::string_view status);

// When a resource of the type was made or changed last, but for users who are held; empty: there is none.
std::optional<time_point> last_modified(transaction& tx, directory_id directory, std::string_view type);

// --- how requests of its SCIM clients are read

// A setting of an existing directory, told by whoever manages it.
void set_mode(transaction& tx, directory_id directory, tenants::scim_mode mode);

// Whether two groups may not have one displayName. Turned on, it holds for all groups at once: false, and
// nothing is written, when two have one name already.
bool set_unique_group_names(transaction& tx, directory_id directory, bool are_unique);

void set_unknown_members(transaction& tx, directory_id directory, tenants::unknown_members what);

// 200 or 204.
void set_patch_status(transaction& tx, directory_id directory, int status);

// In place of what was recognized before.
void set_detected(transaction& tx, directory_id directory, const tenants::detection& what);

// --- removal

// From now on nobody finds the directory and none of its secrets opens it. `origin` is kept for the events of
// the removal. Secrets are revoked.
void begin_removal(transaction& tx, directory_id directory, std::string_view origin);

struct removal {
    tenants::directory directory;
    std::string origin;
};
// The first one from that directory's on, in the order of ids; empty: there is none.
std::optional<removal> next_removal(transaction& tx, directory_id from = {});

// Up to `limit` resources that are left, users first: whoever is gone is a member of nothing.
struct remainder {
    resource_id id;
    std::string type;
    std::int64_t version = 1;
    std::string document;
};
std::vector<remainder> remaining(transaction& tx, directory_id directory, std::int64_t limit);

// Deletes up to `limit` rows of what is left once the resources are gone; false: there was nothing left.
bool remove_rows(transaction& tx, directory_id directory, std::int64_t limit);

// The last row; everything else must be gone.
void end_removal(transaction& tx, directory_id directory);

}  // namespace scimd::store::directories

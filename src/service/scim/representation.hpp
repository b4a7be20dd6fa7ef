// Serializes stored resources as the JSON that SCIM clients get: the document with id, meta and the derived
// values, which are the members of a group and the groups of a user.
//
// Thread contract: that of the transaction. Functions without one are pure.
#pragma once

#include "base/error.hpp"
#include "base/spooled_text.hpp"
#include "scim/projection.hpp"
#include "service/auth/caller.hpp"
#include "store/engine/transaction.hpp"
#include "store/resources.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace scimd::service {

// The largest number of members of a group, or of all groups of a page, that is serialized by the writer or
// by the threads that serve sockets. Larger ones are left to a reader of the pool, so that others do not
// wait.
constexpr std::int64_t members_inline_max = 1'000;

// Likewise for the groups of a user, direct and indirect.
constexpr std::int64_t groups_inline_max = 200;

// A resource that is too long for the thread that was asked for it, and is to be read elsewhere.
struct not_loaded {
    std::string id;
    scim::projection wanted;
};

struct representation {
    std::string body{};  // without members and groups when `later` is set
    resource_id id{};
    std::string location{};  // absolute
    std::int64_t version = 0;
    std::optional<not_loaded> later{};
};

// Serializes one resource. Reads its members (of a group) or groups (of a user) only when the projection
// shows them, and at most members_inline_max or groups_inline_max; if there are more, `later` is set.
representation represent(store::transaction& tx, const caller& caller, const scim::resource_type& type,
        const store::resources::row& row, const scim::projection& wanted);

// Whether the projection of the type shows derived values: members or groups.
bool shows_links(const scim::resource_type& type, const scim::projection& wanted);

// Serializes a resource without derived values. Reads nothing.
representation represent_alone(const caller& caller, const scim::resource_type& type,
        const store::resources::row& row, const scim::projection& wanted);

// One resource of a page. Borrowed.
struct requested_row {
    const scim::resource_type* type = nullptr;
    const scim::projection* wanted = nullptr;
    const store::resources::row* row = nullptr;
};

// The number of members or direct groups that the representation of each row lists. Read from stored counts.
std::vector<std::int64_t> count_shown_links(
        store::transaction& tx, const caller& caller, const std::vector<requested_row>& rows);

// Appends resources in order, separated by commas, with all of their members. The groups of many users are
// read with one query a level; at most group_links_max memberships are followed.
void append_page(spooled_text& out, store::transaction& tx, const caller& caller,
        const std::vector<requested_row>& rows);
// As above, with the counts that count_shown_links() has returned for the rows in this transaction.
void append_page(spooled_text& out, store::transaction& tx, const caller& caller,
        const std::vector<requested_row>& rows, const std::vector<std::int64_t>& links);

// The resource as a document with id and meta, for filters on any attribute. It holds no derived values
// (service/scim/derived_values.hpp).
json::object document_with_meta(
        const caller& caller, const scim::resource_type& type, const store::resources::row& row);

// "diruser_42", "dirgroup_42".
std::string id_text(const scim::resource_type& type, resource_id id);

}  // namespace scimd::service

// A stored resource as the JSON that SCIM clients get: the document, with id, meta and what is derived from
// other rows.
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

// A group with more members than these is not written where others wait: neither by the writer nor by the
// threads that read sockets. So is a page of groups with more of them in all.
constexpr std::int64_t members_inline_max = 1'000;

// Nor is a user in more groups than these, with those that contain them.
constexpr std::int64_t groups_inline_max = 200;

// What is still to be read of a resource that is too long for the place where it was asked for.
struct not_loaded {
    std::string id;
    scim::projection wanted;
};

struct representation {
    std::string body{};  // without its members or groups when they are still to be read
    resource_id id{};
    std::string location{};  // absolute
    std::int64_t version = 0;
    std::optional<not_loaded> later{};
};

// The text of one resource, projected. Reads members (groups) or groups (users) only when they are wanted,
// and not more than members_inline_max or groups_inline_max.
representation represent(
    store::transaction& tx,
    const caller& who,
    const scim::resource_type& type,
    const store::resources::row& row,
    const scim::projection& wanted
);

// Whether it shows anything that other rows say: members or groups.
bool shows_links(const scim::resource_type& type, const scim::projection& wanted);

// Without them. Reads nothing.
representation represent_alone(
    const caller& who,
    const scim::resource_type& type,
    const store::resources::row& row,
    const scim::projection& wanted
);

struct requested_row {  // borrowed
    const scim::resource_type* type = nullptr;
    const scim::projection* wanted = nullptr;
    const store::resources::row* row = nullptr;
};

// How many members or direct groups the representation of each row lists: kept counts.
std::vector<std::int64_t> count_shown_links(
    store::transaction& tx, const caller& who, const std::vector<requested_row>& rows
);

// Any number of them, in order, with commas between and as many members as there are. The groups of many
// users are read at once; of those that contain them no more than group_links_max are looked at.
void append_page(
    spooled_text& out, store::transaction& tx, const caller& who, const std::vector<requested_row>& rows
);
// With what count_shown_links() has found of the rows in the same transaction.
void append_page(
    spooled_text& out,
    store::transaction& tx,
    const caller& who,
    const std::vector<requested_row>& rows,
    const std::vector<std::int64_t>& links
);

// The resource as a document, with its id and meta, for filters that look at anything. What it shows of other
// rows is not in it: service/scim/derived_values.hpp.
json::object document_with_meta(
    const caller& who, const scim::resource_type& type, const store::resources::row& row
);

std::string id_text(const scim::resource_type& type, resource_id id);

}  // namespace scimd::service

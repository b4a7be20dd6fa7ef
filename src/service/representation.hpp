// A stored resource as the JSON that SCIM clients get: the document, with id, meta and what is derived from
// other rows.
#pragma once

#include "base/error.hpp"
#include "scim/projection.hpp"
#include "service/caller.hpp"
#include "store/resources.hpp"
#include "store/transaction.hpp"

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace scimd::service {

struct representation {
    std::string body;
    std::string location;  // absolute
    std::int64_t version = 0;
};

// The text of one resource, projected. Reads members (groups) or groups (users) only when they are wanted.
representation represent(
    store::transaction& tx,
    const caller& who,
    const scim::resource_type& type,
    const store::resources::row& row,
    const scim::projection& wanted
);

struct wanted_row {  // borrowed
    const scim::resource_type* type = nullptr;
    const scim::projection* wanted = nullptr;
    const store::resources::row* row = nullptr;
};

// A page of them, in order. The groups of all users in it are read at once.
std::vector<std::string> represent_page(
    store::transaction& tx, const caller& who, const std::vector<wanted_row>& rows
);

// The whole resource as a document, for filters that look at anything; members or groups only where they are
// looked at, and of groups the direct ones alone: filters mean the memberships that somebody made.
json::object whole_document(
    store::transaction& tx,
    const caller& who,
    const scim::resource_type& type,
    const store::resources::row& row,
    bool with_derived
);

std::string id_text(const scim::resource_type& type, resource_id id);

}  // namespace scimd::service

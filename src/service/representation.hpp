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

// A page of them, in order.
std::vector<std::string> represent_page(
    store::transaction& tx,
    const caller& who,
    const scim::resource_type& type,
    const std::vector<store::resources::row>& rows,
    const scim::projection& wanted
);

// The whole resource as a document, for filters that look at anything.
json::object whole_document(
    store::transaction& tx,
    const caller& who,
    const scim::resource_type& type,
    const store::resources::row& row
);

std::string id_text(const scim::resource_type& type, resource_id id);

}  // namespace scimd::service

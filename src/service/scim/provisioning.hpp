// The verbs of SCIM on one directory (RFC 7644 §3.3 to §3.6).
//
// Each is a prepared change (service/scim/prepared_change.hpp) that is prepared and applied at once: it runs
// in one transaction and leaves either all of its traces, the event among them, or none. Results name what
// the caller did wrong; a user kept out by the domain gate is neither an error nor a success: `refused` has
// been recorded and is to be committed.
#pragma once

#include "base/error.hpp"
#include "scim/patch/patch.hpp"
#include "scim/projection.hpp"
#include "scim/resource.hpp"
#include "service/auth/caller.hpp"
#include "service/scim/prepared_change.hpp"
#include "service/scim/representation.hpp"
#include "store/engine/transaction.hpp"

#include <variant>

namespace scimd::service {

using provisioned = std::variant<representation, refused>;

result<provisioned> create(
    store::transaction& tx,
    const caller& who,
    const scim::resource_type& type,
    const scim::parsed_body& body,
    const scim::projection& wanted
);

result<representation> get(store::transaction& tx, const caller& who, const target& what);

// The same of one that is too long for represent(): appended to `into`, as it is in this transaction.
result<representation> get_whole(
    store::transaction& tx, const caller& who, const target& what, spooled_text& into
);

// PUT. A group's members stay as they are when the body does not name `members` at all
// (docs/compatibility.md).
result<provisioned> replace(
    store::transaction& tx, const caller& who, const target& what, const scim::parsed_body& body
);

result<provisioned> patch(
    store::transaction& tx, const caller& who, const target& what, const scim::patch& wanted
);

// The id of its event; empty: it was held, and has none.
result<std::string> remove(store::transaction& tx, const caller& who, const target& what);

}  // namespace scimd::service

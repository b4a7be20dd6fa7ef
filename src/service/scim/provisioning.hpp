// The SCIM operations on the resources of one directory: create, get, replace, patch, remove (RFC 7644 §3.3
// to §3.6). Start reading here.
//
// Each write is a prepared change (service/scim/prepared_change.hpp) that is prepared and applied at once. It
// runs in one transaction and leaves all of its changes, the event among them, or none. An error tells what
// the client did wrong. A user rejected by the domain gate is neither an error nor a success: the outcome
// `refused` has been recorded, and the transaction is to be committed.
//
// Thread contract: that of the transaction.
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

result<provisioned> create(store::transaction& tx, const caller& caller, const scim::resource_type& type,
        const scim::parsed_body& body, const scim::projection& shown);

result<representation> get(store::transaction& tx, const caller& caller, const target& target);

// Reads a resource that is too long for represent(). Its body is appended to `into`; the result has none.
result<representation> get_whole(
        store::transaction& tx, const caller& caller, const target& target, spooled_text& into);

// PUT. The members of a group stay unchanged when the body has no `members` attribute
// (docs/compatibility.md).
result<provisioned> replace(
        store::transaction& tx, const caller& caller, const target& target, const scim::parsed_body& body);

result<provisioned> patch(
        store::transaction& tx, const caller& caller, const target& target, const scim::patch& operations);

// The id of the event; empty for a held user, whose removal has no event.
result<std::string> remove(store::transaction& tx, const caller& caller, const target& target);

}  // namespace scimd::service

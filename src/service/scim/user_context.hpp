// The data of a user's event that do not come from its document: groups, roles, attribute mappings, verified
// domains. A snapshot of them lets an event be prepared by a reader and published by the writer when the
// writer reads an equal context. A value type.
#pragma once

#include "base/json/json.hpp"
#include "service/auth/caller.hpp"
#include "service/domains/domain_ownership.hpp"
#include "store/attributes.hpp"
#include "store/engine/transaction.hpp"
#include "store/pending_group_events.hpp"
#include "store/resources.hpp"

#include <string>
#include <vector>

namespace scimd::service {

struct user_context {
    std::vector<store::resources::membership> groups;
    std::vector<std::string> roles;
    std::vector<std::string> published_roles;  // as in the last published event
    std::vector<store::attributes::mapping> mappings;
    bool has_pending_groups = false;                                 // of any user of the directory
    std::vector<store::pending_group_events::row> pending_groups{};  // of this user, not published yet
    verified_domains domains{};  // of the user's addresses, before and after a change

    friend bool operator==(const user_context&, const user_context&) = default;
};

// Reads the context of a user whose addresses have the verified domains `domains`.
user_context read_user_context(
        store::transaction& tx, const caller& caller, resource_id user, verified_domains domains);

// Reads the context of a user that does not exist yet.
user_context read_new_user_context(store::transaction& tx, const caller& caller, verified_domains domains);

// The payload of the user as last published, and as it is now. Pure.
json::object published_state(
        const caller& caller, const user_context& context, resource_id user, const json::object& document);
json::object current_state(
        const caller& caller, const user_context& context, resource_id user, const json::object& document);

// Records that an event has published the current roles and groups of the user.
void record_published(
        store::transaction& tx, const caller& caller, const user_context& context, resource_id user);

}  // namespace scimd::service

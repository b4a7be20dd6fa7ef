#include "service/management/directory_view.hpp"

#include "base/time.hpp"
#include "scim/schema/hidden_attributes.hpp"
#include "service/domains/user_addresses.hpp"
#include "service/events/event_payload.hpp"
#include "service/scim/user_publication.hpp"
#include "store/directory_pages.hpp"

#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>

namespace scimd::service {
namespace {

namespace resources = store::resources;

json::array emails_in(const json::object& document) {
    json::array found;
    for (auto& email : emails_of(document))
        found.emplace_back(std::move(email));
    return found;
}

// A field that is always present, as in the JSON of protobuf; empty: the object has none.
json::string text_or_empty(const json::object& from, std::string_view name) {
    const auto* text = find_string(from, name);
    return text ? *text : json::string();
}

using memberships = std::vector<resources::membership>;

// The groups of each user, by the id of the user.
std::unordered_map<std::int64_t, memberships> groups_of_all(
        store::transaction& tx, const caller& caller, const std::vector<resources::row>& users) {
    std::vector<resource_id> ids;
    ids.reserve(users.size());
    for (const auto& user : users)
        ids.push_back(user.id);
    std::unordered_map<std::int64_t, memberships> groups;
    resources::groups_of_each(tx, caller.directory, ids, [&](resource_id member, const auto& of) {
        groups[member.value].push_back(of);
        return true;
    });
    return groups;
}

// Renders a user whose normalized form is `detail`.
json::object directory_user(const resources::row& row, const json::object& document,
        const memberships& groups, const json::object& detail) {
    json::array named;
    for (const auto& group : groups)
        named.push_back(
                json::object{{"id", group_id_text(group.group)}, {"display_name", group.display_name}});
    json::object user{{"id", user_id_text(row.id)}, {"email", text_or_empty(detail, "email")},
            {"preferred_username", text_or_empty(detail, "preferred_username")},
            {"given_name", text_or_empty(detail, "given_name")},
            {"family_name", text_or_empty(detail, "family_name")},
            {"updated_at", format_rfc3339(row.modified)}, {"emails", emails_in(document)},
            {"groups", std::move(named)}};
    for (const std::string_view mark : {"email_domain_verified", "preferred_username_domain_verified",
                 "email_addresses", "domain_warnings"})
        if (const auto* value = find(detail, mark))
            user[mark] = *value;
    return user;
}

json::object directory_group(
        store::transaction& tx, const caller& caller, const resources::row& row, bool has_detail) {
    const auto document = scim::visible_document(row.document, *caller.schemas->find_type("Group"));
    const auto id = group_id_text(row.id);
    json::object group{{"id", id}, {"display_name", text_or_empty(document, "displayName")},
            {"total_users", store::directory_pages::count_members(tx, caller.directory, row.id)},
            {"updated_at", format_rfc3339(row.modified)}};
    if (has_detail)
        group["group_detail"] = normalize_group(caller, id, document);
    return group;
}

}  // namespace

json::array directory_users(store::transaction& tx, const caller& caller,
        const std::vector<resources::row>& rows, bool has_detail) {
    auto groups = groups_of_all(tx, caller, rows);
    json::array listed;
    user_publication users(tx, caller);
    const auto& type = *caller.schemas->find_type("User");
    for (const auto& row : rows) {
        const auto document = scim::visible_document(row.document, type);
        const auto& in = groups[row.id.value];
        auto detail = has_detail ? users.current({row.id, document, in})
                                 : normalize_user(caller, user_id_text(row.id), document, in,
                                           users.domains_of(document));
        auto user = directory_user(row, document, in, detail);
        if (has_detail)
            user["user_detail"] = std::move(detail);
        listed.push_back(std::move(user));
    }
    return listed;
}

json::array directory_groups(store::transaction& tx, const caller& caller,
        const std::vector<resources::row>& rows, bool has_detail) {
    json::array listed;
    for (const auto& row : rows)
        listed.push_back(directory_group(tx, caller, row, has_detail));
    return listed;
}

}  // namespace scimd::service

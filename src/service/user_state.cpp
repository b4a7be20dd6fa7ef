#include "service/user_state.hpp"

#include "service/normalize.hpp"
#include "store/roles.hpp"

#include <string>
#include <utility>

namespace scimd::service {
namespace {

json::array named(const std::vector<std::string>& names)
{
    json::array listed;
    for (const auto& name : names)
        listed.push_back(json::object{{"role_name", name}});
    return listed;
}

// What a user does not have, or not as the mapping wants it, is left out.
json::object custom_attributes(const std::vector<attributes::mapping>& by, const json::object& document)
{
    json::object values;
    for (const auto& mapping : by)
        if (auto read = attributes::read(mapping, document); read && !read->is_null())
            values[mapping.key] = std::move(*read);
    return values;
}

}  // namespace

user_state::user_state(store::transaction& tx, const caller& who)
    : tx_(tx), who_(who), mappings_(attributes::mappings(tx, who))
{
}

json::object user_state::now(const user_parts& user) const
{
    return with(user, roles_now(user.id));
}

json::object user_state::told(const user_parts& user) const
{
    return with(user, roles_told(user.id));
}

json::object user_state::renewed(const user_parts& user)
{
    const auto names = store::roles::names_of(tx_, who_.directory, user.id);
    if (names != store::roles::told(tx_, who_.directory, user.id))
        store::roles::set_told(tx_, who_.directory, user.id, names);
    return with(user, named(names));
}

json::array user_state::roles_now(resource_id user) const
{
    return named(store::roles::names_of(tx_, who_.directory, user));
}

json::array user_state::roles_told(resource_id user) const
{
    return named(store::roles::told(tx_, who_.directory, user));
}

json::object user_state::with(const user_parts& user, json::array roles) const
{
    const auto id = "diruser_" + std::to_string(user.id.value);
    auto normalized = normalize_user(who_, id, user.document, user.groups);
    normalized["roles"] = std::move(roles);
    normalized["custom_attributes"] = custom_attributes(mappings_, user.document);
    return normalized;
}

}  // namespace scimd::service

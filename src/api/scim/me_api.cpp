#include "api/scim/me_api.hpp"

#include "api/render.hpp"
#include "api/scim/scim_api.hpp"

#include <string>

namespace scimd::api {
namespace {

const scim::resource_type* type_of_users(const call& on)
{
    return on.who.schemas->find_type("User");
}

bool is_own(const call& on, const scim::resource_type& type)
{
    const auto number = parse_prefixed(on.parameter("id"), type.id_prefix);
    return &type == type_of_users(on) && number && resource_id{*number} == on.who.user;
}

// `next` on the resource that "/Me" stands for, as if its permanent URI had been asked.
reply with_me(const house& home, call& on, handler next)
{
    const auto* type = type_of_users(on);
    if (!on.who.user || !type)
        return scim_error(
            on,
            {errc::not_implemented, "The token stands for the directory, not for a user: there is no /Me."}
        );
    const auto id = user_id_text(*on.who.user);
    on.alias_of = on.who.base_url + type->endpoint + '/' + id;
    on.parameters.emplace_back("endpoint", type->endpoint.substr(1));
    on.parameters.emplace_back("id", id);
    return next(home, on);
}

reply refuse_second_self(const house&, call& on)
{
    return scim_error(
        on,
        {errc::uniqueness, "The user for whom the token stands is there already: change it by PUT or PATCH."}
    );
}

reply refuse_removal(const house&, call& on)
{
    return scim_error(
        on, {errc::forbidden, "A user is for the directory to delete, not for the user itself."}
    );
}

}  // namespace

reply get_me(const house& home, call& on)
{
    return with_me(home, on, get_resource);
}

reply create_me(const house& home, call& on)
{
    return with_me(home, on, refuse_second_self);
}

reply replace_me(const house& home, call& on)
{
    return with_me(home, on, replace_resource);
}

reply patch_me(const house& home, call& on)
{
    return with_me(home, on, patch_resource);
}

reply delete_me(const house& home, call& on)
{
    return with_me(home, on, refuse_removal);
}

result<void> check_reach(const call& on, const principal& row)
{
    if (!on.who.user)
        return {};
    const auto& endpoint = on.parameter("endpoint");
    const auto* type = on.who.schemas->find_endpoint(endpoint);
    if (!endpoint.empty() && !type)
        return no_endpoint(on);
    if (row == principal::directory_user && (!type || is_own(on, *type)))
        return {};
    return error{
        errc::forbidden,
        "The token stands for one user: it reads and changes that user at /Me, and nothing else of the "
        "directory."
    };
}

}  // namespace scimd::api

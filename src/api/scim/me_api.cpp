#include "api/scim/me_api.hpp"

#include "api/render.hpp"
#include "api/scim/scim_api.hpp"

#include <string>

namespace scimd::api {
namespace {

const scim::resource_type* user_type(const request_context& request) {
    return request.caller.schemas->find_type("User");
}

bool is_own(const request_context& request, const scim::resource_type& type) {
    const auto number = parse_prefixed(request.parameter("id"), type.id_prefix);
    return &type == user_type(request) && number && resource_id{*number} == request.caller.user;
}

// Calls `next` as if the request had the permanent URI of the user instead of "/Me".
reply with_me(const server_context& server, request_context& request, handler next) {
    const auto* type = user_type(request);
    if (!request.caller.user || !type)
        return scim_error(
                request, {errc::not_implemented,
                                 "The token stands for the directory, not for a user: there is no /Me."});
    const auto id = user_id_text(*request.caller.user);
    request.permanent_uri = request.caller.base_url + type->endpoint + '/' + id;
    request.parameters.emplace_back("endpoint", type->endpoint.substr(1));
    request.parameters.emplace_back("id", id);
    return next(server, request);
}

reply reject_creation(const server_context&, request_context& request) {
    return scim_error(request,
            {errc::uniqueness,
                    "The user for whom the token stands is there already: change it by PUT or PATCH."});
}

reply reject_deletion(const server_context&, request_context& request) {
    return scim_error(
            request, {errc::forbidden, "A user cannot delete itself: only the directory can delete a user."});
}

}  // namespace

reply get_me(const server_context& server, request_context& request) {
    return with_me(server, request, get_resource);
}

reply create_me(const server_context& server, request_context& request) {
    return with_me(server, request, reject_creation);
}

reply replace_me(const server_context& server, request_context& request) {
    return with_me(server, request, replace_resource);
}

reply patch_me(const server_context& server, request_context& request) {
    return with_me(server, request, patch_resource);
}

reply delete_me(const server_context& server, request_context& request) {
    return with_me(server, request, reject_deletion);
}

result<void> check_reach(const request_context& request, const principal& row) {
    if (!request.caller.user)
        return {};
    const auto& endpoint = request.parameter("endpoint");
    const auto* type = request.caller.schemas->find_endpoint(endpoint);
    if (!endpoint.empty() && !type)
        return no_endpoint(request);
    if (row == principal::directory_user && (!type || is_own(request, *type)))
        return {};
    return error{errc::forbidden,
            "The token stands for one user: it reads and changes that user at /Me, and nothing else of the "
            "directory."};
}

}  // namespace scimd::api

#include "api/routes.hpp"

#include "api/auth/oauth_api.hpp"
#include "api/ops_api.hpp"
#include "api/render.hpp"
#include "api/scim/bulk_api.hpp"
#include "api/scim/me_api.hpp"
#include "api/scim/scim_api.hpp"
#include "api/scim/search_api.hpp"
#include "management_routes.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace scimd::api {
namespace {

// clang-format off
constexpr std::array public_and_scim_routes = {
    route{"GET",    "/healthz", principal::anyone, get_health},
    route{"GET",    "/readyz",  principal::anyone, get_readiness},
    route{"GET",    "/metrics", principal::metrics_reader, get_metrics},
    route{"GET",    "/openapi.json", principal::anyone, get_openapi},

    route{"POST",   "/oauth/token", principal::anyone, issue_token},
    route{"GET",    "/keys",        principal::anyone, list_keys},
    route{"GET",    "/.well-known/openid-configuration", principal::anyone, describe_issuer},

    route{"GET",    "/directory/{directory}/scim/v2/ServiceProviderConfig", principal::directory_user, get_service_provider_config},
    route{"GET",    "/directory/{directory}/scim/v2/ResourceTypes",         principal::directory_user, list_resource_types},
    route{"GET",    "/directory/{directory}/scim/v2/ResourceTypes/{id}",    principal::directory_user, get_resource_type},
    route{"GET",    "/directory/{directory}/scim/v2/Schemas",               principal::directory_user, list_schemas},
    route{"GET",    "/directory/{directory}/scim/v2/Schemas/{id}",          principal::directory_user, get_schema},
    route{"POST",   "/directory/{directory}/scim/v2/Bulk",                  principal::directory, post_bulk},
    route{"GET",    "/directory/{directory}/scim/v2",                       principal::directory, list_all},
    route{"POST",   "/directory/{directory}/scim/v2/.search",               principal::directory, search_all},
    route{"POST",   "/directory/{directory}/scim/v2/{endpoint}/.search",    principal::directory, search_resources},
    route{"GET",    "/directory/{directory}/scim/v2/Me",                    principal::directory_user, get_me},
    route{"POST",   "/directory/{directory}/scim/v2/Me",                    principal::directory_user, create_me},
    route{"PUT",    "/directory/{directory}/scim/v2/Me",                    principal::directory_user, replace_me},
    route{"PATCH",  "/directory/{directory}/scim/v2/Me",                    principal::directory_user, patch_me},
    route{"DELETE", "/directory/{directory}/scim/v2/Me",                    principal::directory_user, delete_me},
    route{"GET",    "/directory/{directory}/scim/v2/{endpoint}",            principal::directory, list_resources},
    route{"POST",   "/directory/{directory}/scim/v2/{endpoint}",            principal::directory, create_resource},
    route{"GET",    "/directory/{directory}/scim/v2/{endpoint}/{id}",       principal::directory_user, get_resource},
    route{"PUT",    "/directory/{directory}/scim/v2/{endpoint}/{id}",       principal::directory, replace_resource},
    route{"PATCH",  "/directory/{directory}/scim/v2/{endpoint}/{id}",       principal::directory, patch_resource},
    route{"DELETE", "/directory/{directory}/scim/v2/{endpoint}/{id}",       principal::directory, delete_resource},
};
// clang-format on

constexpr auto table = [] {
    std::array<route, public_and_scim_routes.size() + management_routes.size()> rows{};
    const auto end = std::ranges::copy(public_and_scim_routes, rows.begin()).out;
    std::ranges::copy(management_routes, end);
    return rows;
}();
static_assert(std::ranges::all_of(table, is_declared));

// RFC 7644 §3.13. "v2.1" and "v1" are versions of the protocol that are not served here, "users" is no
// version.
bool names_another_version(const target& where) {
    const auto& segments = where.segments;
    if (segments.size() < 4 || segments[0] != "directory" || segments[2] != "scim")
        return false;
    const std::string_view version = segments[3];
    return version.size() > 1 && version[0] == 'v' && version != "v2" &&
           version.find_first_not_of("0123456789.", 1) == std::string_view::npos;
}

error no_such_version() {
    return {errc::invalid_version, "The only version of SCIM that is served is v2."};
}

}  // namespace

std::span<const route> routes() {
    return table;
}

error no_such_path() {
    return {errc::not_found, "There is nothing at this path."};
}

http::response options_response(std::string allow) {
    http::response response;
    response.status = 204;
    response.headers.add("Allow", std::move(allow));
    return response;
}

http::response no_route_response(const request_context& request, const match& found) {
    if (found.allow.empty())
        return error_for(request, names_another_version(request.target) ? no_such_version() : no_such_path());
    if (request.http.method == "OPTIONS")
        return options_response(found.allow);
    auto response =
            error_for(request, {errc::method_not_allowed, "This path has the methods " + found.allow + "."});
    response.headers.add("Allow", found.allow);
    return response;
}

}  // namespace scimd::api

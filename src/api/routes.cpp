#include "api/routes.hpp"

#include "api/auth/oauth_api.hpp"
#include "api/management/api.hpp"
#include "api/management/webhooks.hpp"
#include "api/ops_api.hpp"
#include "api/render.hpp"
#include "api/scim/bulk_api.hpp"
#include "api/scim/me_api.hpp"
#include "api/scim/scim_api.hpp"
#include "api/scim/search_api.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace scimd::api {
namespace {

using area = service::scope_area;

// clang-format off
constexpr std::array table = {
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

    route{"POST",   "/api/v1/organizations",                principal::environment(area::organizations), create_organization, idempotency_policy::same_answer},
    route{"GET",    "/api/v1/organizations",                principal::environment(area::organizations), list_organizations},
    route{"GET",    "/api/v1/organizations:search",         principal::environment(area::organizations), search_organizations},
    route{"GET",    "/api/v1/organizations:external",       principal::environment(area::organizations), refuse_no_external_id},
    route{"GET",    "/api/v1/organizations:external/{external_id}", principal::environment(area::organizations), get_organization_by_external_id},
    route{"GET",    "/api/v1/organizations/{organization}", principal::organization(area::organizations), get_organization},
    route{"PATCH",  "/api/v1/organizations/{organization}", principal::organization(area::organizations, organization_fields), update_organization},
    route{"DELETE", "/api/v1/organizations/{organization}", principal::environment(area::organizations), delete_organization},
    route{"PATCH",  "/api/v1/organizations/{organization}/settings",                principal::environment(area::organizations), update_organization_settings},
    route{"GET",    "/api/v1/organizations/{organization}/settings/usermanagement", principal::organization(area::organizations), get_user_limit},
    route{"PATCH",  "/api/v1/organizations/{organization}/settings/usermanagement", principal::environment(area::organizations), update_user_limit},
    route{"GET",    "/api/v1/organizations/{organization}/session-policy",          principal::organization(area::organizations), get_session_policy},
    route{"PATCH",  "/api/v1/organizations/{organization}/session-policy",          principal::environment(area::organizations), update_session_policy},
    route{"GET",    "/api/v1/organizations/{organization}/application-session-policy", principal::organization(area::organizations), get_application_session_policy},

    route{"POST",   "/api/v1/organizations/{organization}/domains",      principal::organization(area::domains, domain_fields), create_domain, idempotency_policy::same_answer},
    route{"GET",    "/api/v1/organizations/{organization}/domains",      principal::organization(area::domains), list_domains},
    route{"PATCH",  "/api/v1/organizations/{organization}/domains/{id}:verify", principal::organization(area::domains), verify_domain},
    route{"GET",    "/api/v1/organizations/{organization}/domains/{id}", principal::organization(area::domains), get_domain},
    route{"DELETE", "/api/v1/organizations/{organization}/domains/{id}", principal::organization(area::domains), delete_domain},

    route{"POST",   "/api/v1/organizations/{organization}/directories",                     principal::organization(area::directories, directory_fields), create_directory, idempotency_policy::same_answer},
    route{"GET",    "/api/v1/organizations/{organization}/directories",                     principal::organization(area::directories), list_directories},
    route{"PATCH",  "/api/v1/organizations/{organization}/directories/{directory}:enable",  principal::organization(area::directories), enable_directory},
    route{"PATCH",  "/api/v1/organizations/{organization}/directories/{directory}:disable", principal::organization(area::directories), disable_directory},
    route{"GET",    "/api/v1/organizations/{organization}/directories/{directory}",         principal::organization(area::directories), get_directory},
    route{"PATCH",  "/api/v1/organizations/{organization}/directories/{directory}",         principal::organization(area::directories, directory_fields), update_directory},
    route{"DELETE", "/api/v1/organizations/{organization}/directories/{directory}",         principal::organization(area::directories), delete_directory},

    route{"GET",    "/api/v1/organizations/{organization}/directories/{directory}/quotas",  principal::organization(area::directories), get_quotas},
    route{"GET",    "/api/v1/organizations/{organization}/directories/{directory}/quota-limits", principal::operator_only, get_quotas},
    route{"PATCH",  "/api/v1/organizations/{organization}/directories/{directory}/quota-limits", principal::operator_only, update_quotas},
    route{"POST",   "/api/v1/organizations/{organization}/directories/{directory}/secrets",      principal::organization(area::secrets, secret_fields), create_secret, idempotency_policy::conflict},
    route{"POST",   "/api/v1/organizations/{organization}/directories/{directory}/secrets:regenerate", principal::organization(area::secrets, secret_fields), regenerate_secret, idempotency_policy::conflict},
    route{"GET",    "/api/v1/organizations/{organization}/directories/{directory}/secrets",      principal::organization(area::secrets), list_secrets},
    route{"GET",    "/api/v1/organizations/{organization}/directories/{directory}/secrets/{id}", principal::organization(area::secrets), get_secret},
    route{"DELETE", "/api/v1/organizations/{organization}/directories/{directory}/secrets/{id}", principal::organization(area::secrets), revoke_secret},
    route{"GET",    "/api/v1/organizations/{organization}/directories/{directory}/request-log",  principal::organization(area::users), list_requests},
    route{"GET",    "/api/v1/organizations/{organization}/directories/{directory}/users",          principal::organization(area::users), list_directory_users},
    route{"GET",    "/api/v1/organizations/{organization}/directories/{directory}/groups/summary", principal::organization(area::users), list_group_names},
    route{"GET",    "/api/v1/organizations/{organization}/directories/{directory}/groups",         principal::organization(area::users), list_directory_groups},
    route{"PUT",    "/api/v1/organizations/{organization}/directories/{directory}/groups/-/roles:assign", principal::organization(area::roles, role_assignment_fields), assign_roles},
    route{"PUT",    "/api/v1/organizations/{organization}/directories/{directory}/attributes", principal::organization(area::directories, attribute_mapping_fields), map_attributes},
    route{"POST",   "/api/v1/organizations/{organization}/directories/{directory}/attributes:preview", principal::organization(area::directories, attribute_mapping_fields), preview_attributes, idempotency_policy::run_again, effect::none},
    route{"GET",    "/api/v1/organizations/{organization}/directories/{directory}/refusals",     principal::organization(area::users), list_refusals},
    route{"GET",    "/api/v1/organizations/{organization}/directories/{directory}/held-users",     principal::organization(area::users), list_held_users},

    route{"GET",    "/api/v1/directory-user-attributes", principal::environment(area::attributes), list_attributes},
    route{"POST",   "/api/v1/directory-user-attributes", principal::environment(area::attributes), create_attribute, idempotency_policy::same_answer},
    route{"PATCH",  "/api/v1/directory-user-attributes/{key}", principal::environment(area::attributes), update_attribute},
    route{"DELETE", "/api/v1/directory-user-attributes/{key}", principal::environment(area::attributes), delete_attribute},

    route{"POST",   "/api/v1/roles", principal::environment(area::roles), create_role, idempotency_policy::same_answer},
    route{"GET",    "/api/v1/roles", principal::environment(area::roles), list_roles},
    route{"PATCH",  "/api/v1/roles:set_defaults", principal::environment(area::roles), set_default_roles},
    route{"GET",    "/api/v1/roles/{role_name}", principal::environment(area::roles), get_role},
    route{"PUT",    "/api/v1/roles/{role_name}", principal::environment(area::roles), update_role},
    route{"DELETE", "/api/v1/roles/{role_name}", principal::environment(area::roles), delete_role},
    route{"POST",   "/api/v1/organizations/{organization}/roles", principal::organization(area::roles, role_fields), create_role, idempotency_policy::same_answer},
    route{"GET",    "/api/v1/organizations/{organization}/roles", principal::organization(area::roles), list_roles},
    route{"PATCH",  "/api/v1/organizations/{organization}/roles:set_defaults", principal::organization(area::roles, default_role_fields), set_default_roles},
    route{"GET",    "/api/v1/organizations/{organization}/roles/{role_name}", principal::organization(area::roles), get_role},
    route{"PUT",    "/api/v1/organizations/{organization}/roles/{role_name}", principal::organization(area::roles, role_fields), update_role},
    route{"DELETE", "/api/v1/organizations/{organization}/roles/{role_name}", principal::organization(area::roles), delete_role},

    route{"POST",   "/api/v1/webhook-endpoints",                                            principal::environment(area::webhooks), create_webhook, idempotency_policy::conflict},
    route{"GET",    "/api/v1/webhook-endpoints",                                            principal::environment(area::webhooks), list_webhooks},
    route{"POST",   "/api/v1/webhook-endpoints/{webhook}:enable",                           principal::environment(area::webhooks), enable_webhook, idempotency_policy::same_answer},
    route{"PATCH",  "/api/v1/webhook-endpoints/{webhook}:enable",                           principal::environment(area::webhooks), enable_webhook},
    route{"POST",   "/api/v1/webhook-endpoints/{webhook}:disable",                          principal::environment(area::webhooks), disable_webhook, idempotency_policy::same_answer},
    route{"PATCH",  "/api/v1/webhook-endpoints/{webhook}:disable",                          principal::environment(area::webhooks), disable_webhook},
    route{"POST",   "/api/v1/webhook-endpoints/{webhook}:test",                             principal::environment(area::webhooks), test_webhook, idempotency_policy::same_answer},
    route{"POST",   "/api/v1/webhook-endpoints/{webhook}:rotate-secret",                    principal::environment(area::webhooks), rotate_webhook_secret, idempotency_policy::conflict},
    route{"POST",   "/api/v1/webhook-endpoints/{webhook}:retry-failed",                     principal::environment(area::webhooks), retry_failed_deliveries, idempotency_policy::same_answer},
    route{"POST",   "/api/v1/webhook-endpoints/{webhook}:replay",                           principal::environment(area::webhooks), replay_events, idempotency_policy::same_answer},
    route{"GET",    "/api/v1/webhook-endpoints/{webhook}",                                  principal::environment(area::webhooks), get_webhook},
    route{"PATCH",  "/api/v1/webhook-endpoints/{webhook}",                                  principal::environment(area::webhooks), update_webhook},
    route{"DELETE", "/api/v1/webhook-endpoints/{webhook}",                                  principal::environment(area::webhooks), delete_webhook},
    route{"GET",    "/api/v1/webhook-endpoints/{webhook}/attempts",                         principal::environment(area::webhooks), list_webhook_attempts},
    route{"GET",    "/api/v1/webhook-endpoints/{webhook}/dead-letters",                     principal::environment(area::webhooks), list_dead_letters},
    route{"POST",   "/api/v1/webhook-endpoints/{webhook}/dead-letters/{event}:retry",       principal::environment(area::webhooks), retry_dead_letter, idempotency_policy::same_answer},
    route{"GET",    "/api/v1/webhook-endpoints/{webhook}/dead-letters/{event}",             principal::environment(area::webhooks), get_dead_letter},
    route{"DELETE", "/api/v1/webhook-endpoints/{webhook}/dead-letters/{event}",             principal::environment(area::webhooks), discard_dead_letter},

    route{"GET",    "/api/v1/events/stream", principal::environment(area::events), stream_events},
    route{"GET",    "/api/v1/events", principal::environment(area::events), list_events},
    route{"POST",   "/api/v1/events", principal::environment(area::events), search_events, idempotency_policy::run_again, effect::none},
    route{"GET",    "/api/v1/audit-log", principal::environment(area::audit_log), list_audit_log},

    route{"POST",   "/api/v1/clients",      principal::operator_only, create_client, idempotency_policy::conflict},
    route{"GET",    "/api/v1/clients",      principal::operator_only, list_clients},
    route{"GET",    "/api/v1/clients/{id}", principal::operator_only, get_client},
    route{"DELETE", "/api/v1/clients/{id}", principal::operator_only, delete_client},
    route{"POST",   "/api/v1/clients/{id}/secrets",          principal::operator_only, create_client_secret, idempotency_policy::conflict},
    route{"DELETE", "/api/v1/clients/{id}/secrets/{secret}", principal::operator_only, revoke_client_secret},

    route{"GET",    "/api/v1/signing-keys",        principal::operator_only, list_signing_keys},
    route{"POST",   "/api/v1/signing-keys:rotate", principal::operator_only, rotate_signing_key, idempotency_policy::same_answer},
    route{"POST",   "/api/v1/master-key:rotate",   principal::operator_only, renew_master_key, idempotency_policy::same_answer},

    route{"POST",   "/api/v1/demo",   principal::operator_only, prepare_demo, idempotency_policy::conflict},
    route{"POST",   "/api/v1/check",  principal::operator_only, check_store, idempotency_policy::run_again, effect::none},
    route{"POST",   "/api/v1/backup", principal::operator_only, backup_store},
};
// clang-format on

// A row that clients may call asks for a scope, and one that an organization's clients may call names the
// organization, to which they are confined.
constexpr bool is_declared(const route& row)
{
    if (is_for_clients(row.who) != (row.who.area != area::none))
        return false;
    return !row.who.callers.contains(service::caller_kind::organization_client) ||
           row.path.starts_with("/api/v1/organizations/{organization}");
}
static_assert(std::ranges::all_of(table, is_declared));

// RFC 7644 §3.13. "v2.1" and "v1" are versions of the protocol that are not served here, "users" is no
// version.
bool names_another_version(const target& where)
{
    const auto& segments = where.segments;
    if (segments.size() < 4 || segments[0] != "directory" || segments[2] != "scim")
        return false;
    const std::string_view version = segments[3];
    return version.size() > 1 && version[0] == 'v' && version != "v2" &&
           version.find_first_not_of("0123456789.", 1) == std::string_view::npos;
}

error no_such_version()
{
    return {errc::invalid_version, "The only version of SCIM that is served is v2."};
}

}  // namespace

std::span<const route> routes()
{
    return table;
}

error no_such_path()
{
    return {errc::not_found, "There is nothing at this path."};
}

http::response options_response(std::string allow)
{
    http::response response;
    response.status = 204;
    response.headers.add("Allow", std::move(allow));
    return response;
}

http::response no_route_response(const request_context& request, const match& found)
{
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

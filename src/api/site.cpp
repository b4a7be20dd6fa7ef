#include "api/site.hpp"

#include "api/audit_trail.hpp"
#include "api/authenticate.hpp"
#include "api/authorize.hpp"
#include "api/bulk_api.hpp"
#include "api/description.hpp"
#include "api/idempotency.hpp"
#include "api/late_body.hpp"
#include "api/manage_api.hpp"
#include "api/manage_webhooks.hpp"
#include "api/me_api.hpp"
#include "api/oauth_api.hpp"
#include "api/ops_api.hpp"
#include "api/render.hpp"
#include "api/request_notes.hpp"
#include "api/scim_api.hpp"
#include "api/search_api.hpp"
#include "api/sighting.hpp"

#include <array>
#include <utility>

namespace scimd::api {
namespace {

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

    route{"POST",   "/api/v1/organizations",                principal::application, create_organization, repeat::same_answer},
    route{"GET",    "/api/v1/organizations",                principal::application, list_organizations},
    route{"GET",    "/api/v1/organizations:search",         principal::application, search_organizations},
    route{"GET",    "/api/v1/organizations:external",       principal::application, refuse_no_external_id},
    route{"GET",    "/api/v1/organizations:external/{external_id}", principal::application, get_organization_by_external_id},
    route{"GET",    "/api/v1/organizations/{organization}", principal::application, get_organization},
    route{"PATCH",  "/api/v1/organizations/{organization}", principal::application, update_organization},
    route{"DELETE", "/api/v1/organizations/{organization}", principal::application, delete_organization},
    route{"PATCH",  "/api/v1/organizations/{organization}/settings",                principal::application, update_organization_settings},
    route{"GET",    "/api/v1/organizations/{organization}/settings/usermanagement", principal::application, get_user_limit},
    route{"PATCH",  "/api/v1/organizations/{organization}/settings/usermanagement", principal::application, update_user_limit},
    route{"GET",    "/api/v1/organizations/{organization}/session-policy",          principal::application, get_session_policy},
    route{"PATCH",  "/api/v1/organizations/{organization}/session-policy",          principal::application, update_session_policy},

    route{"POST",   "/api/v1/organizations/{organization}/domains",      principal::application, create_domain, repeat::same_answer},
    route{"GET",    "/api/v1/organizations/{organization}/domains",      principal::application, list_domains},
    route{"PATCH",  "/api/v1/organizations/{organization}/domains/{id}:verify", principal::application, verify_domain},
    route{"GET",    "/api/v1/organizations/{organization}/domains/{id}", principal::application, get_domain},
    route{"DELETE", "/api/v1/organizations/{organization}/domains/{id}", principal::application, delete_domain},

    route{"POST",   "/api/v1/organizations/{organization}/directories",                     principal::application, create_directory, repeat::same_answer},
    route{"GET",    "/api/v1/organizations/{organization}/directories",                     principal::application, list_directories},
    route{"PATCH",  "/api/v1/organizations/{organization}/directories/{directory}:enable",  principal::application, enable_directory},
    route{"PATCH",  "/api/v1/organizations/{organization}/directories/{directory}:disable", principal::application, disable_directory},
    route{"GET",    "/api/v1/organizations/{organization}/directories/{directory}",         principal::application, get_directory},
    route{"PATCH",  "/api/v1/organizations/{organization}/directories/{directory}",         principal::application, update_directory},
    route{"DELETE", "/api/v1/organizations/{organization}/directories/{directory}",         principal::application, delete_directory},

    route{"GET",    "/api/v1/organizations/{organization}/directories/{directory}/quotas",  principal::application, get_quotas},
    route{"GET",    "/api/v1/organizations/{organization}/directories/{directory}/quota-limits", principal::operator_, get_quotas},
    route{"PATCH",  "/api/v1/organizations/{organization}/directories/{directory}/quota-limits", principal::operator_, update_quotas},
    route{"POST",   "/api/v1/organizations/{organization}/directories/{directory}/secrets",      principal::application, create_secret, repeat::conflict},
    route{"POST",   "/api/v1/organizations/{organization}/directories/{directory}/secrets:regenerate", principal::application, regenerate_secret, repeat::conflict},
    route{"GET",    "/api/v1/organizations/{organization}/directories/{directory}/secrets",      principal::application, list_secrets},
    route{"GET",    "/api/v1/organizations/{organization}/directories/{directory}/secrets/{id}", principal::application, get_secret},
    route{"DELETE", "/api/v1/organizations/{organization}/directories/{directory}/secrets/{id}", principal::application, revoke_secret},
    route{"GET",    "/api/v1/organizations/{organization}/directories/{directory}/request-log",  principal::application, list_requests},
    route{"GET",    "/api/v1/organizations/{organization}/directories/{directory}/users",          principal::application, list_directory_users},
    route{"GET",    "/api/v1/organizations/{organization}/directories/{directory}/groups/summary", principal::application, list_group_names},
    route{"GET",    "/api/v1/organizations/{organization}/directories/{directory}/groups",         principal::application, list_directory_groups},
    route{"PUT",    "/api/v1/organizations/{organization}/directories/{directory}/groups/-/roles:assign", principal::application, assign_roles},
    route{"PUT",    "/api/v1/organizations/{organization}/directories/{directory}/attributes", principal::application, map_attributes},
    route{"POST",   "/api/v1/organizations/{organization}/directories/{directory}/attributes:preview", principal::application, preview_attributes, repeat::anew, effect::none},
    route{"GET",    "/api/v1/organizations/{organization}/directories/{directory}/refusals",     principal::application, list_refusals},
    route{"GET",    "/api/v1/organizations/{organization}/directories/{directory}/held-users",     principal::application, list_held_users},

    route{"GET",    "/api/v1/directory-user-attributes", principal::application, list_attributes},
    route{"POST",   "/api/v1/directory-user-attributes", principal::application, create_attribute, repeat::same_answer},
    route{"PATCH",  "/api/v1/directory-user-attributes/{key}", principal::application, update_attribute},
    route{"DELETE", "/api/v1/directory-user-attributes/{key}", principal::application, delete_attribute},

    route{"POST",   "/api/v1/roles", principal::application, create_role, repeat::same_answer},
    route{"GET",    "/api/v1/roles", principal::application, list_roles},
    route{"PATCH",  "/api/v1/roles:set_defaults", principal::application, set_default_roles},
    route{"GET",    "/api/v1/roles/{role_name}", principal::application, get_role},
    route{"PUT",    "/api/v1/roles/{role_name}", principal::application, update_role},
    route{"DELETE", "/api/v1/roles/{role_name}", principal::application, delete_role},
    route{"POST",   "/api/v1/organizations/{organization}/roles", principal::application, create_role, repeat::same_answer},
    route{"GET",    "/api/v1/organizations/{organization}/roles", principal::application, list_roles},
    route{"PATCH",  "/api/v1/organizations/{organization}/roles:set_defaults", principal::application, set_default_roles},
    route{"GET",    "/api/v1/organizations/{organization}/roles/{role_name}", principal::application, get_role},
    route{"PUT",    "/api/v1/organizations/{organization}/roles/{role_name}", principal::application, update_role},
    route{"DELETE", "/api/v1/organizations/{organization}/roles/{role_name}", principal::application, delete_role},

    route{"POST",   "/api/v1/webhook-endpoints",                                            principal::application, create_webhook, repeat::conflict},
    route{"GET",    "/api/v1/webhook-endpoints",                                            principal::application, list_webhooks},
    route{"POST",   "/api/v1/webhook-endpoints/{webhook}:enable",                           principal::application, enable_webhook, repeat::same_answer},
    route{"PATCH",  "/api/v1/webhook-endpoints/{webhook}:enable",                           principal::application, enable_webhook},
    route{"POST",   "/api/v1/webhook-endpoints/{webhook}:disable",                          principal::application, disable_webhook, repeat::same_answer},
    route{"PATCH",  "/api/v1/webhook-endpoints/{webhook}:disable",                          principal::application, disable_webhook},
    route{"POST",   "/api/v1/webhook-endpoints/{webhook}:test",                             principal::application, test_webhook, repeat::same_answer},
    route{"POST",   "/api/v1/webhook-endpoints/{webhook}:rotate-secret",                    principal::application, rotate_webhook_secret, repeat::conflict},
    route{"POST",   "/api/v1/webhook-endpoints/{webhook}:retry-failed",                     principal::application, retry_failed_deliveries, repeat::same_answer},
    route{"POST",   "/api/v1/webhook-endpoints/{webhook}:replay",                           principal::application, replay_events, repeat::same_answer},
    route{"GET",    "/api/v1/webhook-endpoints/{webhook}",                                  principal::application, get_webhook},
    route{"PATCH",  "/api/v1/webhook-endpoints/{webhook}",                                  principal::application, update_webhook},
    route{"DELETE", "/api/v1/webhook-endpoints/{webhook}",                                  principal::application, delete_webhook},
    route{"GET",    "/api/v1/webhook-endpoints/{webhook}/attempts",                         principal::application, list_webhook_attempts},
    route{"GET",    "/api/v1/webhook-endpoints/{webhook}/dead-letters",                     principal::application, list_dead_letters},
    route{"POST",   "/api/v1/webhook-endpoints/{webhook}/dead-letters/{event}:retry",       principal::application, retry_dead_letter, repeat::same_answer},
    route{"GET",    "/api/v1/webhook-endpoints/{webhook}/dead-letters/{event}",             principal::application, get_dead_letter},
    route{"DELETE", "/api/v1/webhook-endpoints/{webhook}/dead-letters/{event}",             principal::application, discard_dead_letter},

    route{"GET",    "/api/v1/events/stream", principal::application, stream_events},
    route{"GET",    "/api/v1/events", principal::application, list_events},
    route{"POST",   "/api/v1/events", principal::application, search_events, repeat::anew, effect::none},
    route{"GET",    "/api/v1/audit-log", principal::application, list_audit_log},

    route{"POST",   "/api/v1/clients",      principal::operator_, create_client, repeat::conflict},
    route{"GET",    "/api/v1/clients",      principal::operator_, list_clients},
    route{"GET",    "/api/v1/clients/{id}", principal::operator_, get_client},
    route{"DELETE", "/api/v1/clients/{id}", principal::operator_, delete_client},
    route{"POST",   "/api/v1/clients/{id}/secrets",          principal::operator_, create_client_secret, repeat::conflict},
    route{"DELETE", "/api/v1/clients/{id}/secrets/{secret}", principal::operator_, revoke_client_secret},

    route{"GET",    "/api/v1/signing-keys",        principal::operator_, list_signing_keys},
    route{"POST",   "/api/v1/signing-keys:rotate", principal::operator_, rotate_signing_key, repeat::same_answer},
    route{"POST",   "/api/v1/master-key:rotate",   principal::operator_, renew_master_key, repeat::same_answer},

    route{"POST",   "/api/v1/demo",   principal::operator_, prepare_demo, repeat::conflict},
    route{"POST",   "/api/v1/check",  principal::operator_, check_store, repeat::anew, effect::none},
    route{"POST",   "/api/v1/backup", principal::operator_, backup_store},
};
// clang-format on

error no_such_path()
{
    return {errc::not_found, "There is nothing at this path."};
}

// RFC 7644 §3.13: "v2.1" and "v1" are versions that nobody serves here, "users" is none.
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

// RFC 9110 §9.3.7.
http::response options(std::string allow)
{
    http::response response;
    response.status = 204;
    response.headers.add("Allow", std::move(allow));
    return response;
}

// "*" asks for the server as a whole.
constexpr std::string_view methods_of_server = "GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS";

http::response unmatched(const call& on, const match& found)
{
    if (found.allow.empty())
        return error_for(on, names_another_version(on.where) ? no_such_version() : no_such_path());
    if (on.head.method == "OPTIONS")
        return options(found.allow);
    auto response =
        error_for(on, {errc::method_not_allowed, "This path has the methods " + found.allow + "."});
    response.headers.add("Allow", found.allow);
    return response;
}

// Once for each request, when it is known whose it is.
result<void> check_rate(const house& home, call& on)
{
    if (!home.rates)
        return {};
    if (!on.rate)  // else the work is done again
        on.rate = home.rates->take(on.who.directory, on.begun);
    if (!on.rate->is_over)
        return {};
    home.figures
        .count("scimd_rate_limited_total", "Requests that were over the rate limit of their directory.")
        .add();
    return error{
        errc::too_many_requests, "This directory has sent more requests than its rate limit allows."
    };
}

// A token that cannot be good is refused without asking the store.
template <class Proceed>
reply authenticated(const house& home, call& on, Proceed proceed)
{
    if (!has_plausible_token(on.head))
        return scim_error(on, unauthorized());
    return work{store::intent::read, [&home, &on, proceed](store::transaction& tx) -> reply {
                    if (auto known = authenticate(home, on, on.where.segments[1], tx); !known)
                        return scim_error(on, known.error());
                    if (auto allowed = check_rate(home, on); !allowed)
                        return scim_error(on, allowed.error());
                    auto next = with_sighting(home, on, nullptr, proceed);
                    // Another read goes on in this transaction.
                    const auto* more = std::get_if<work>(&next);
                    return more && more->mode == store::intent::read ? more->run(tx) : std::move(next);
                }};
}

bool is_of_management(principal who)
{
    return who == principal::application || who == principal::operator_;
}

// Holds the body against its description before the handler sees it.
reply as_described(const route& row, reply next)
{
    auto* wanted = std::get_if<body_wanted>(&next);
    const auto* schema = served_description().body_schema(row.method, row.path);
    if (!wanted || !schema)
        return next;
    wanted->then = [schema, then = std::move(wanted->then)](std::string text) -> reply {
        auto parsed = parse_json_object(text.empty() ? "{}" : text);
        if (!parsed)
            return manage_error(parsed.error());
        json::value body = std::move(*parsed);
        if (write_whole_numbers(body))
            text = to_text(body.get_object());
        const auto checked = served_description().check(*schema, body);
        return checked ? then(std::move(text)) : reply(manage_error(checked.error()));
    };
    return next;
}

// What a client must be allowed to do.
access wanted_of(const call& on, const route* row)
{
    const bool is_reading =
        on.head.method == "GET" || on.head.method == "HEAD" || (row && row->does == effect::none);
    return is_reading ? access::reading : access::writing;
}

// While the disk is nearly full: what makes the store smaller, or takes access away.
bool may_use_reserve(const call& on, const route& row)
{
    return on.head.from.is_operator || row.does == effect::none || row.method == "GET" ||
           row.method == "DELETE" || row.path.ends_with(":disable");
}

bool may_read_metrics(const house& home, const call& on)
{
    return home.is_metrics_open || on.head.from.is_loopback;
}

}  // namespace

std::span<const route> routes()
{
    return table;
}

reply site::handle(call& on) const
{
    on.begun = home_.wall.now();
    if (on.head.method == "OPTIONS" && on.head.target == "*")
        return options(std::string(methods_of_server));
    auto where = parse_target(on.head.target);
    if (!where)
        return error_for(on, where.error());
    on.where = std::move(*where);
    auto found = find_route(table, on.head.method, on.where);
    on.parameters = std::move(found.parameters);
    if (found.row)
        on.notes.route = found.row->path;
    const auto who = found.who;
    const auto wanted = wanted_of(on, found.row);
    const auto proceed = [this, &on, who, found = std::move(found)]() -> reply {
        if (!found.row)
            return unmatched(on, found);
        if (const auto allowed = check_reach(on, found.row->who); !allowed)
            return scim_error(on, allowed.error());
        if (is_of_scim(who))
            return judged_again(home_, on, found.row->handle(home_, on), [&on](store::transaction& tx) {
                return authenticate_again(on, tx);
            });
        if (!is_of_management(who))
            return found.row->handle(home_, on);
        if (auto checked = served_description().check_query(found.row->method, found.row->path, on.where);
            !checked)
            return manage_error(checked.error());
        if (home_.quotas->is_storage_reserved() && !may_use_reserve(on, *found.row))
            return manage_error(service::storage_reserved());
        auto next = found.row->handle(home_, on);
        if (found.row->method == "GET")
            return next;
        next = once(home_, on, found.row->again, std::move(next));
        next = audited(home_, on, as_described(*found.row, std::move(next)));
        return judged_again(home_, on, std::move(next), [this, &on](store::transaction& tx) {
            return authorize_again(home_, on, tx);
        });
    };
    if (is_of_directory(on.where))
        return authenticated(home_, on, proceed);
    if (who == principal::operator_ && !on.head.from.is_operator)
        return error_for(on, no_such_path());
    if (is_of_management(who))
        return authorized(home_, on, wanted, proceed);
    if (who == principal::metrics_reader && !may_read_metrics(home_, on))
        return error_for(on, {errc::forbidden, "Metrics are shown to loopback peers only."});
    return proceed();
}

void site::note(call& on, const http::response& answered, std::chrono::microseconds took) const
{
    if (is_of_directory(on.where))
        note_request(home_, on, answered, took);
}

http::response site::refuse(const error& reason, std::string_view target) const
{
    http::request request;
    request.target = target;
    return error_for(call(request), reason);
}

}  // namespace scimd::api

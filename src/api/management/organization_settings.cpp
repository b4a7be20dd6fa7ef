// What is set of an organization: features, the number of its users, its session policy. Bodies have been
// held against their description.
#include "api/management/api.hpp"
#include "api/management/management_request.hpp"
#include "service/auth/session_policy.hpp"
#include "service/management/organizations.hpp"

#include <utility>
#include <vector>

namespace scimd::api {
namespace {

namespace tenants = store::tenants;
namespace organizations = service::organizations;

std::vector<organizations::feature> read_features(const json::object& body)
{
    std::vector<organizations::feature> wanted;
    for (const auto& one : *find_array(body, "features")) {
        const auto& feature = one.get_object();
        const auto* is_enabled = find(feature, "enabled");
        wanted.push_back(
            {std::string(*find_string(feature, "name")),
             is_enabled && is_enabled->is_bool() && is_enabled->get_bool()}
        );
    }
    return wanted;
}

http::response limit_response(const tenants::organization& of)
{
    json::object settings;
    if (of.max_allowed_users)
        settings["max_allowed_users"] = *of.max_allowed_users;
    return manage_response(200, {{"settings", std::move(settings)}});
}

http::response policy_response(const tenants::organization& of)
{
    const auto policy = service::stored_session_policy(of.session_policy);
    return manage_response(200, {{"policy", service::session_policy_json(policy)}});
}

// A body, then the organization of the path; `run` is (transaction&, organization, const json::object&).
template <class Run>
reply with_changed_organization(const server_context& server, const request_context& request, Run run)
{
    return with_manage_body(
        server,
        [&request, run = std::move(run)](store::transaction& tx, const json::object& body) -> reply {
            auto found = find_organization(tx, request);
            return found ? run(tx, std::move(*found), body) : reply(manage_error(found.error()));
        }
    );
}

template <class Show>
reply show(const request_context& request, Show show_it)
{
    return transaction_step{store::intent::read, [&request, show_it](store::transaction& tx) -> reply {
                                const auto found = find_organization(tx, request);
                                return found ? show_it(*found) : manage_error(found.error());
                            }};
}

}  // namespace

reply update_organization_settings(const server_context& server, request_context& request)
{
    return with_changed_organization(
        server,
        request,
        [&server,
         &request](store::transaction& tx, tenants::organization which, const json::object& body) -> reply {
            const auto changed = organizations::switch_features(
                tx, event_source_of(server, request), std::move(which), read_features(body)
            );
            if (!changed)
                return manage_error(changed.error());
            return manage_response(200, {{"organization", organizations::to_json(*changed)}});
        }
    );
}

reply get_user_limit(const server_context&, request_context& request)
{
    return show(request, limit_response);
}

reply update_user_limit(const server_context& server, request_context& request)
{
    return with_changed_organization(
        server,
        request,
        [](store::transaction& tx, tenants::organization which, const json::object& body) -> reply {
            const auto* settings = find_object(body, "settings");
            const auto limit = optional_number(*settings, "max_allowed_users", 0, organizations::users_max);
            if (!limit)
                return manage_error(limit.error());
            return limit_response(organizations::limit_users(tx, std::move(which), *limit));
        }
    );
}

reply get_session_policy(const server_context&, request_context& request)
{
    return show(request, policy_response);
}

reply get_application_session_policy(const server_context&, request_context& request)
{
    return show(request, [](const tenants::organization&) {
        return manage_response(200, {{"application_policy", service::application_session_policy_json()}});
    });
}

reply update_session_policy(const server_context& server, request_context& request)
{
    return with_changed_organization(
        server,
        request,
        [](store::transaction& tx, tenants::organization which, const json::object& body) -> reply {
            const auto changed = organizations::set_session_policy(tx, std::move(which), body);
            return changed ? policy_response(*changed) : manage_error(changed.error());
        }
    );
}

}  // namespace scimd::api

// Settings of an organization: its features, the limit of its users, its session policy.
#include "api/management/management_request.hpp"
#include "management_operations.hpp"
#include "service/auth/session_policy.hpp"
#include "service/management/organizations.hpp"

#include <utility>
#include <vector>

namespace scimd::api {
namespace {

namespace tenants = store::tenants;
namespace organizations = service::organizations;

http::response limit_response(const tenants::organization& of) {
    json::object settings;
    if (of.max_allowed_users)
        settings["max_allowed_users"] = *of.max_allowed_users;
    return manage_response(200, {{"settings", std::move(settings)}});
}

http::response policy_response(const tenants::organization& of) {
    const auto policy = service::stored_session_policy(of.session_policy);
    return manage_response(200, {{"policy", service::session_policy_json(policy)}});
}

}  // namespace

result<http::response> update_organization_settings(
        management_request& request, const update_organization_settings_body& body) {
    auto found = find_organization(request);
    if (!found)
        return found.error();
    std::vector<organizations::feature> wanted;
    wanted.reserve(body.features.size());
    for (const auto& one : body.features)
        wanted.push_back({one.name, one.enabled.value_or(false)});
    const auto changed =
            organizations::switch_features(request.tx, request.source(), std::move(*found), wanted);
    if (!changed)
        return changed.error();
    return manage_response(200, {{"organization", organizations::to_json(*changed)}});
}

result<http::response> get_user_limit(management_request& request) {
    const auto found = find_organization(request);
    if (!found)
        return found.error();
    return limit_response(*found);
}

result<http::response> update_user_limit(management_request& request, const update_user_limit_body& body) {
    auto found = find_organization(request);
    if (!found)
        return found.error();
    const auto limit = body.settings.max_allowed_users.value_or(std::nullopt);
    return limit_response(organizations::limit_users(request.tx, std::move(*found), limit));
}

result<http::response> get_session_policy(management_request& request) {
    const auto found = find_organization(request);
    if (!found)
        return found.error();
    return policy_response(*found);
}

result<http::response> get_application_session_policy(management_request& request) {
    if (const auto found = find_organization(request); !found)
        return found.error();
    return manage_response(200, {{"application_policy", service::application_session_policy_json()}});
}

result<http::response> update_session_policy(management_request& request) {
    auto found = find_organization(request);
    if (!found)
        return found.error();
    const auto changed = organizations::set_session_policy(request.tx, std::move(*found), request.body);
    if (!changed)
        return changed.error();
    return policy_response(*changed);
}

}  // namespace scimd::api

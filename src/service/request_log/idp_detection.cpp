#include "service/request_log/idp_detection.hpp"

#include "base/text.hpp"

#include <algorithm>
#include <array>
#include <initializer_list>
#include <utility>

namespace scimd::service {
namespace {

using providers::auth0;
using providers::entra;
using providers::google;
using providers::jumpcloud;
using providers::okta;
using providers::onelogin;
using providers::ping;

// ---- parts of requests

bool contains_ignoring_case(std::string_view text, std::string_view part) {
    return !std::ranges::search(
            text, part, {}, [](char c) { return to_lower_ascii(c); },
            [](char c) {
                return to_lower_ascii(c);
            }).empty();
}

std::string_view query_of(const request_traits& request) {
    const auto question = request.target.find('?');
    return question == std::string_view::npos ? std::string_view() : request.target.substr(question + 1);
}

bool is_filter_sent(const request_traits& request) {
    return contains_ignoring_case(query_of(request), "filter=");
}

const json::value* member(const request_traits& request, std::string_view name) {
    return request.body ? find_ignoring_case(*request.body, name) : nullptr;
}

bool has_schema(const request_traits& request, std::string_view urn) {
    const auto* schemas = member(request, "schemas");
    return schemas && schemas->is_array() &&
           std::ranges::any_of(schemas->get_array(), [&](const json::value& each) {
               return each.is_string() && equals_ignoring_case(each.get_string(), urn);
           });
}

bool has_external_id(const request_traits& request, auto&& looks_like) {
    const auto* id = member(request, "externalId");
    return id && id->is_string() && looks_like(std::string_view(id->get_string()));
}

// Whether `claim`, (const json::object&) -> bool, holds for any operation of a PATCH.
bool any_operation(const request_traits& request, auto&& claim) {
    const auto* operations = member(request, "Operations");
    return operations && operations->is_array() &&
           std::ranges::any_of(operations->get_array(),
                   [&](const json::value& each) { return each.is_object() && claim(each.get_object()); });
}

// Whether `claim` holds for any object in the list that is the operation's value.
bool any_element(const json::object& operation, auto&& claim) {
    const auto* value = find_ignoring_case(operation, "value");
    return value && value->is_array() &&
           std::ranges::any_of(value->get_array(),
                   [&](const json::value& each) { return each.is_object() && claim(each.get_object()); });
}

// ---- fingerprints

bool names_entra_flag(const request_traits& request) {
    const auto query = query_of(request);
    return contains_ignoring_case(query, "aadOptscim062020") ||
           contains_ignoring_case(query, "AzureAdScimPatch2017");
}

bool names_entra_schema(const request_traits& request) {
    return has_schema(request, "http://schemas.microsoft.com/2006/11/ResourceManagement/ADSCIM/2.0/Group");
}

bool misspells_enterprise(const request_traits& request) {
    constexpr std::string_view odd = "urn:ietf:params:scim:schemas:extension:enterprise:2.0User";
    return has_schema(request, odd) || member(request, odd) != nullptr;
}

bool capitalizes_operations(const request_traits& request) {
    return any_operation(request, [](const json::object& one) {
        const auto op = text_ignoring_case(one, "op");
        return op == "Add" || op == "Replace" || op == "Remove";
    });
}

bool sends_null_references(const request_traits& request) {
    return any_operation(request, [](const json::object& one) {
        return any_element(one, [](const json::object& element) {
            const auto* reference = find_ignoring_case(element, "$ref");
            return reference && reference->is_null();
        });
    });
}

// A value with keys as "displayName", "name.givenName" and URNs side by side, without a path.
bool puts_paths_into_values(const request_traits& request) {
    return any_operation(request, [](const json::object& one) {
        const auto* value = find_ignoring_case(one, "value");
        return !find_ignoring_case(one, "path") && value && value->is_object() &&
               std::ranges::any_of(value->get_object(),
                       [](const auto& each) { return std::string_view(each.key()).starts_with("name."); });
    });
}

bool quotes_booleans_in_paths(const request_traits& request) {
    return any_operation(request, [](const json::object& one) {
        const auto path = text_ignoring_case(one, "path");
        return path.find("[primary eq \"True\"]") != std::string_view::npos ||
               (path == "active" && (text_ignoring_case(one, "value") == "False" ||
                                            text_ignoring_case(one, "value") == "True"));
    });
}

// A manager addressed by an unusual path, as a bare id, in a list, or removed by an empty value.
bool addresses_manager_oddly(const request_traits& request) {
    return any_operation(request, [](const json::object& one) {
        const auto path = text_ignoring_case(one, "path");
        const auto* value = find_ignoring_case(one, "value");
        if (!value || !path.ends_with("manager"))
            return false;
        const bool is_empty = value->is_object() && text_ignoring_case(value->get_object(), "value").empty();
        return path.ends_with("User.manager") || path == "manager" || !value->is_object() || is_empty;
    });
}

// A POST with meta but without id: no other provider sends what the endpoint implies.
bool creates_with_meta(const request_traits& request) {
    const auto* meta = member(request, "meta");
    return request.method == "POST" && meta && meta->is_object() && meta->get_object().size() == 1 &&
           meta->get_object().contains("resourceType") && !member(request, "id");
}

bool quotes_primary_role(const request_traits& request) {
    const auto* roles = member(request, "roles");
    return roles && roles->is_array() && std::ranges::any_of(roles->get_array(), [](const json::value& each) {
        return each.is_object() && text_ignoring_case(each.get_object(), "primary") == "True";
    });
}

// A filter with spaces as plus signs, and no User-Agent.
bool filters_like_entra(const request_traits& request) {
    const auto query = query_of(request);
    const bool is_anonymous = !request.user_agent.has_value();
    const bool has_plus = query.find("+eq+") != std::string_view::npos;
    return is_filter_sent(request) && is_anonymous && has_plus;
}

bool creates_like_okta(const request_traits& request) {
    constexpr std::size_t okta_id_size = 20;
    return request.method != "PATCH" && has_external_id(request, [](std::string_view id) {
        return id.size() == okta_id_size && id.starts_with("00u");
    });
}

// RFC 7643 has read-only `groups`, which no client needs to send, and few send a password with every user.
bool sends_empty_groups(const request_traits& request) {
    const auto* groups = member(request, "groups");
    return request.method == "POST" && groups && groups->is_array() && groups->get_array().empty() &&
           member(request, "password");
}

bool renames_with_id(const request_traits& request) {
    return any_operation(request, [](const json::object& one) {
        const auto* value = find_ignoring_case(one, "value");
        return !find_ignoring_case(one, "path") && value && value->is_object() &&
               find_ignoring_case(value->get_object(), "id") &&
               find_ignoring_case(value->get_object(), "displayName");
    });
}

bool identifies_like_jumpcloud(const request_traits& request) {
    constexpr std::size_t object_id_size = 24;
    return has_external_id(request, [](std::string_view id) {
        return id.size() == object_id_size && std::ranges::all_of(id, [](char c) {
            return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
        });
    });
}

bool replaces_with_null_emails(const request_traits& request) {
    const auto* emails = member(request, "emails");
    return request.method == "PUT" && emails && emails->is_null();
}

bool removes_by_value_in_small_letters(const request_traits& request) {
    return any_operation(request, [](const json::object& one) {
        return text_ignoring_case(one, "op") == "remove" && text_ignoring_case(one, "path") == "members" &&
               any_element(one, [](const json::object& element) {
                   return element.size() == 1 && find_ignoring_case(element, "value");
               });
    });
}

bool speaks_scim_1(const request_traits& request) {
    return has_schema(request, "urn:scim:schemas:core:1.0");
}

bool sends_emails_as_object(const request_traits& request) {
    const auto* emails = member(request, "emails");
    return emails && emails->is_object();
}

bool has_empty_agent(const request_traits& request) {
    return request.user_agent && request.user_agent->empty();
}

bool capitalizes_operators(const request_traits& request) {
    const auto query = query_of(request);
    return is_filter_sent(request) &&
           (query.find("%20Eq%20") != std::string_view::npos || query.find("+Eq+") != std::string_view::npos);
}

// ---- providers

struct agent {
    std::string_view part;  // of the User-Agent, in any case
    std::string_view provider;
};

constexpr auto agents = std::to_array<agent>({
        {"okta", okta},
        {"Google-Auto-Provisioning", google},
        {"JumpCloud", jumpcloud},
        {"OneLogin", onelogin},
        {"PingFederate", ping},
        {"PingOne", ping},
        {"PingIdentity", ping},
        {"Auth0", auth0},
});

constexpr std::string_view by_agent = "its User-Agent";

struct fingerprint {
    std::string_view provider;
    std::string_view by;
    bool is_certain;
    bool (*matches)(const request_traits&);
};

// The first match decides. Fingerprints of Entra alone come before those that others may show, too.
constexpr auto fingerprints = std::to_array<fingerprint>({
        {entra, "the flag in its base URL", true, names_entra_flag},
        {entra, "the schema of its groups", true, names_entra_schema},
        {entra, "the enterprise URN without its last colon", false, misspells_enterprise},
        {entra, "operations in capitals", false, capitalizes_operations},
        {entra, "members with $ref null", false, sends_null_references},
        {entra, "booleans in quotes", false, quotes_booleans_in_paths},
        {entra, "booleans in quotes", false, quotes_primary_role},
        {entra, "names with dots in values", false, puts_paths_into_values},
        {entra, "the form of the manager", false, addresses_manager_oddly},
        {entra, "meta.resourceType in new resources", false, creates_with_meta},
        {okta, "the form of externalId", false, creates_like_okta},
        {okta, "empty groups and a password in new users", false, sends_empty_groups},
        {okta, "groups renamed with their id", false, renames_with_id},
        {onelogin, "the schema of SCIM 1", false, speaks_scim_1},
        {onelogin, "e-mail addresses as one object", false, sends_emails_as_object},
        {jumpcloud, "the form of externalId", false, identifies_like_jumpcloud},
        {jumpcloud, "e-mail addresses replaced by null", false, replaces_with_null_emails},
        {jumpcloud, "members removed by value", false, removes_by_value_in_small_letters},
        {ping, "the operator Eq", false, capitalizes_operators},
        {entra, "filters with plus signs and no User-Agent", false, filters_like_entra},
        {onelogin, "an empty User-Agent", false, has_empty_agent},
});

}  // namespace

std::optional<idp_detection> detect_idp(const request_traits& request) {
    if (request.user_agent)
        if (auto named = detect_by_user_agent(*request.user_agent))
            return named;
    for (const fingerprint& each : fingerprints)
        if (each.matches(request))
            return idp_detection{each.provider, each.by, each.is_certain};
    return std::nullopt;
}

std::optional<idp_detection> detect_by_user_agent(std::string_view user_agent) {
    for (const agent& each : agents)
        if (contains_ignoring_case(user_agent, each.part))
            return idp_detection{each.provider, by_agent, true};
    return std::nullopt;
}

bool should_replace(
        const idp_detection& seen, const std::optional<store::tenants::detection>& known, time_point now) {
    if (!known)
        return true;
    if (known->provider == seen.provider)
        return seen.is_certain && !known->is_certain;
    if (now - known->at < detection_interval)
        return seen.is_certain && !known->is_certain;
    return seen.is_certain || !known->is_certain || now - known->at >= certainty_lasts;
}

scim::conformance_mode conformance_mode_of(store::tenants::scim_mode mode,
        std::string_view configured_provider, const std::optional<store::tenants::detection>& detected) {
    if (mode == store::tenants::scim_mode::strict)
        return scim::conformance_mode::strict;
    const bool is_detected =
            configured_provider.empty() && detected && detected->is_certain && detected->provider == entra;
    return configured_provider == entra || is_detected ? scim::conformance_mode::entra
                                                       : scim::conformance_mode::compat;
}

}  // namespace scimd::service

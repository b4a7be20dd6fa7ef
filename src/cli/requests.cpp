#include "cli/requests.hpp"

#include "cli/webhook_requests.hpp"

#include <cctype>
#include <charconv>
#include <filesystem>
#include <utility>

namespace scimd::cli {
namespace {

const std::string organizations = "/api/v1/organizations";

std::string organization_path(const std::string& id)
{
    return organizations + '/' + path_segment(id);
}

std::string directory_path(const std::string& id)
{
    return organizations + "/-/directories/" + path_segment(id);
}

void add_query(std::string& target, std::string_view name, const std::string& value)
{
    if (!value.empty())
        target.append("&").append(name).append("=").append(path_segment(value));
}

http::request organization_request(const options::command& what)
{
    const auto& verb = what.positional[1];
    if (verb == "create") {
        json::object body{{"display_name", what.arguments[0]}};
        add_if_given(body, "external_id", what.external_id);
        return make_request("POST", organizations, body);
    }
    if (verb == "list")
        return make_request("GET", organizations + "?page_size=100");
    if (verb == "search")
        return make_request(
            "GET", organizations + ":search?page_size=30&query=" + path_segment(what.arguments[0])
        );
    const auto path = organization_path(what.arguments[0]);
    if (verb == "update") {
        json::object body;
        add_if_given(body, "display_name", what.name);
        add_if_given(body, "external_id", what.external_id);
        return make_request("PATCH", path, body);
    }
    if (verb == "limit") {
        json::object settings;
        if (what.users_max)
            settings["max_allowed_users"] = *what.users_max;
        return make_request("PATCH", path + "/settings/usermanagement", {{"settings", std::move(settings)}});
    }
    return make_request(verb == "delete" ? "DELETE" : "GET", path);
}

http::request domain_request(const options::command& what)
{
    const auto& verb = what.positional[1];
    const auto domains = organization_path(what.arguments[0]) + "/domains";
    if (verb == "create" || verb == "add") {
        json::object body{{"domain", what.arguments[1]}, {"covers_subdomains", what.covers_subdomains}};
        if (what.is_by_dns)
            body["verification_method"] = "DNS";
        return make_request("POST", domains, body);
    }
    if (verb == "list")
        return make_request("GET", domains + "?page_size=100");
    if (verb == "verify")
        return make_request("PATCH", domains + '/' + path_segment(what.arguments[1]) + ":verify");
    return make_request(verb == "show" ? "GET" : "DELETE", domains + '/' + path_segment(what.arguments[1]));
}

http::request history_request(const options::command& what, const std::string& directory)
{
    const bool is_log = what.positional[1] == "log";
    std::string target = directory + (is_log ? "/request-log?page_size=1000" : "/refusals?page_size=1000");
    add_query(target, "status", what.status);
    add_query(target, "method", what.method);
    add_query(target, "resource_id", what.resource);
    add_query(target, "since", what.since);
    add_query(target, "until", what.until);
    add_query(target, "reason", what.reason);
    add_query(target, "user", what.user);
    return make_request("GET", std::move(target));
}

// What is no number goes as it is, for the server to refuse with the reason.
json::value number_or_text(const std::string& text)
{
    std::int64_t number = 0;
    const auto* const end = text.data() + text.size();
    const auto read = std::from_chars(text.data(), end, number);
    return read.ec == std::errc() && read.ptr == end ? json::value(number) : json::value(text);
}

http::request quota_request(const std::string& directory, const std::string& name, const std::string& limit)
{
    json::value wanted = limit == "default" ? json::value(nullptr) : number_or_text(limit);
    json::object quotas;
    quotas[name] = std::move(wanted);
    return make_request("PATCH", directory + "/quota-limits", {{"quotas", std::move(quotas)}});
}

http::request directory_request(const options::command& what)
{
    const auto& verb = what.positional[1];
    if (verb == "create") {
        json::object body{{"directory_type", "SCIM"}};
        add_if_given(body, "name", what.name);
        add_if_given(body, "directory_provider", what.provider);
        add_if_given(body, "domain_policy", what.domain_policy);
        add_if_given(body, "domain_gate_scope", what.domain_gate_scope);
        add_if_given(body, "scim_mode", what.scim_mode);
        add_if_given(body, "unknown_members", what.unknown_members);
        if (!what.patch_status.empty())
            body["patch_status"] = number_or_text(what.patch_status);
        if (what.allows_equal_group_names)
            body["unique_group_names"] = false;
        return make_request("POST", organization_path(what.arguments[0]) + "/directories", body);
    }
    if (verb == "list")
        return make_request("GET", organization_path(what.arguments[0]) + "/directories");
    const auto path = directory_path(what.arguments[0]);
    if (verb == "show")
        return make_request("GET", path);
    if (verb == "usage")
        return make_request("GET", path + "/quotas");
    if (verb == "quota")
        return quota_request(path, what.arguments[1], what.arguments[2]);
    if (verb == "log" || verb == "refused" || verb == "refusals")
        return history_request(what, path);
    if (verb == "held")
        return make_request("GET", path + "/held-users?page_size=1000");
    if (verb == "delete")
        return make_request("DELETE", path);
    if (verb == "policy")
        return make_request("PATCH", path, {{"domain_policy", what.arguments[1]}});
    if (verb == "scope")
        return make_request("PATCH", path, {{"domain_gate_scope", what.arguments[1]}});
    if (verb == "mode")
        return make_request("PATCH", path, {{"scim_mode", what.arguments[1]}});
    if (verb == "unknown-members")
        return make_request("PATCH", path, {{"unknown_members", what.arguments[1]}});
    if (verb == "patch-status")
        return make_request("PATCH", path, {{"patch_status", number_or_text(what.arguments[1])}});
    if (verb == "provider")
        return make_request("PATCH", path, {{"directory_provider", what.arguments[1]}});
    return make_request("PATCH", path + ':' + verb);
}

http::request secret_request(const options::command& what)
{
    const auto& verb = what.positional[1];
    const auto secrets = directory_path(what.arguments[0]) + "/secrets";
    if (verb == "create" || verb == "regenerate") {
        json::object body;
        add_if_given(body, "expire_time", what.expires);
        add_if_given(body, "directory_user_id", what.user);
        if (what.overlap_seconds)
            body["overlap_seconds"] = *what.overlap_seconds;
        return make_request("POST", verb == "create" ? secrets : secrets + ":regenerate", body);
    }
    if (verb == "list")
        return make_request("GET", secrets);
    return make_request(verb == "show" ? "GET" : "DELETE", secrets + '/' + path_segment(what.arguments[1]));
}

http::request client_request(const options::command& what)
{
    const auto& verb = what.positional[1];
    const std::string clients = "/api/v1/clients";
    if (verb == "create") {
        json::object body{{"name", what.arguments[0]}};
        add_if_given(body, "organization_id", what.organization);
        if (what.is_read_only)
            body["access"] = "READ";
        if (!what.scopes.empty())
            body["scopes"] = json::array(what.scopes.begin(), what.scopes.end());
        return make_request("POST", clients, body);
    }
    if (verb == "list")
        return make_request("GET", clients + "?page_size=100");
    const auto path = clients + '/' + path_segment(what.arguments[0]);
    if (verb == "add-secret") {
        json::object body;
        add_if_given(body, "expire_time", what.expires);
        return make_request("POST", path + "/secrets", body);
    }
    if (verb == "revoke-secret")
        return make_request("DELETE", path + "/secrets/" + path_segment(what.arguments[1]));
    return make_request(verb == "show" ? "GET" : "DELETE", path);
}

http::request key_request(const options::command& what)
{
    const auto& verb = what.positional[1];
    if (verb == "list")
        return make_request("GET", "/api/v1/signing-keys");
    if (verb == "rotate")
        return make_request("POST", "/api/v1/master-key:rotate");
    return make_request("POST", "/api/v1/signing-keys:rotate", {{"at_once", what.is_at_once}});
}

http::request audit_request(const options::command& what)
{
    std::string target = "/api/v1/audit-log?page_size=1000";
    add_query(target, "organization_id", what.organization);
    add_query(target, "directory_id", what.directory);
    add_query(target, "actor", what.actor);
    add_query(target, "since", what.since);
    return make_request("GET", std::move(target));
}

}  // namespace

http::request make_request(std::string_view method, std::string target, const json::object& body)
{
    http::request made;
    made.method = method;
    made.target = std::move(target);
    if (!body.empty()) {
        made.headers.add("Content-Type", "application/json");
        made.body = to_text(body);
    }
    return made;
}

std::string path_segment(std::string_view text)
{
    constexpr std::string_view digits = "0123456789ABCDEF";
    std::string encoded;
    for (const char letter : text) {
        const auto code = static_cast<unsigned char>(letter);
        const bool is_plain = std::isalnum(code) != 0 || letter == '_' || letter == '-';
        if (is_plain) {
            encoded += letter;
        } else {
            encoded += '%';
            encoded += digits[code >> 4U];
            encoded += digits[code & 15U];
        }
    }
    return encoded;
}

http::request request_of(const options::command& what)
{
    const auto& noun = what.positional[0];
    if (noun == "organization")
        return organization_request(what);
    if (noun == "domain")
        return domain_request(what);
    if (noun == "directory")
        return directory_request(what);
    if (noun == "secret")
        return secret_request(what);
    if (noun == "client")
        return client_request(what);
    if (noun == "key")
        return key_request(what);
    if (noun == "audit")
        return audit_request(what);
    if (noun == "webhook")
        return webhook_request(what);
    if (noun == "demo") {
        json::object body;
        add_if_given(body, "domain_policy", what.domain_policy);
        return make_request("POST", "/api/v1/demo", body);
    }
    if (noun == "backup") {
        const auto file = std::filesystem::absolute(what.arguments[0]).string();
        return make_request("POST", "/api/v1/backup", {{"file", file}});
    }
    return make_request("POST", "/api/v1/check");
}

void add_if_given(json::object& body, std::string_view name, const std::string& text)
{
    if (!text.empty())
        body[name] = text;
}

}  // namespace scimd::cli

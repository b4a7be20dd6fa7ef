// API clients and their secrets.
#include "service/auth/clients.hpp"

#include "api/management/management_request.hpp"
#include "api/management/secret_json.hpp"
#include "base/text.hpp"
#include "base/time.hpp"
#include "management_operations.hpp"
#include "service/auth/tokens.hpp"

#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace scimd::api {
namespace {

namespace client_rows = store::clients;
namespace clients = service::clients;

constexpr number_bounds client_page_size_bounds{1, 100, 10};

json::object to_json(const client_rows::secret_row& from, time_point now) {
    return {{"id", from.id.text()}, {"create_time", format_rfc3339(from.created)},
            {"secret_suffix", from.suffix}, {"status", service::is_alive(from, now) ? "ACTIVE" : "INACTIVE"},
            {"expire_time", time_or_never(from.expires)},
            {"last_used_time", last_use_json(from.created, from.last_used)}};
}

json::array scopes_json(const service::scope_set& from) {
    json::array names;
    const auto text = names_of(from);
    for (const auto name : split(text, ' '))
        if (!name.empty())
            names.emplace_back(name);
    return names;
}

json::object to_json(store::transaction& tx, const client_rows::client& from) {
    json::array secrets;
    for (const auto& secret : client_rows::list_secrets(tx, from.id))
        secrets.push_back(to_json(secret, tx.now()));
    json::object body{{"id", from.id.text()}, {"client_id", from.id.text()}, {"name", from.name},
            {"access", from.may_write ? "READ_WRITE" : "READ"},
            {"scopes", scopes_json(clients::scopes_of(from))}, {"create_time", format_rfc3339(from.created)},
            {"update_time", format_rfc3339(from.updated)}, {"secrets", std::move(secrets)}};
    if (from.organization)
        body["organization_id"] = from.organization->text();
    return body;
}

// The scopes of a new client; empty: all, also those of later versions.
std::optional<std::string> read_client_scopes(const std::vector<std::string>& names) {
    if (names.empty())
        return std::nullopt;
    service::scope_set wanted;
    for (const auto& name : names)
        wanted.add(service::parse_scope(name).value());  // the description lists all names
    return names_of(wanted);
}

result<client_rows::new_client> read_new_client(const create_client_body& body) {
    const auto owner = organization_id::parse(body.organization_id.value_or(""));
    if (body.organization_id && !owner)
        return error{errc::not_found, "organization_id: the organization was not found."};
    return client_rows::new_client{owner, body.name, body.access.value_or("READ_WRITE") == "READ_WRITE",
            read_client_scopes(body.scopes.value_or(std::vector<std::string>()))};
}

result<client_rows::client> read_client(const management_request& request) {
    const auto id = client_id::parse(request.parameter("id"));
    auto found = id ? client_rows::find(request.tx, *id) : std::nullopt;
    if (!found)
        return error{errc::not_found, "The client was not found."};
    return std::move(*found);
}

}  // namespace

result<http::response> create_client(management_request& request, const create_client_body& body) {
    const auto wanted = read_new_client(body);
    if (!wanted)
        return wanted.error();
    const auto made = clients::create_client(request.tx, request.server.random, *wanted);
    if (!made)
        return made.error();
    return manage_response(
            201, {{"client", to_json(request.tx, made->client)}, {"client_id", made->client.id.text()},
                         {"client_secret", made->plain.reveal()}});
}

result<http::response> list_clients(management_request& request) {
    const auto size = number_parameter(request.context, "page_size", client_page_size_bounds);
    if (!size)
        return size.error();
    const auto after = number_parameter(request.context, "page_token", {0, number_max, 0});
    if (!after)
        return invalid_value("page_token is not valid.");
    auto found = client_rows::list(request.tx, client_id{*after}, *size + 1);
    const bool has_more = static_cast<std::int64_t>(found.size()) > *size;
    if (has_more)
        found.pop_back();
    json::array listed;
    for (const auto& client : found)
        listed.push_back(to_json(request.tx, client));
    const auto next = has_more ? std::to_string(found.back().id.value) : std::string();
    return manage_response(
            200, {{"clients", std::move(listed)}, {"total_size", client_rows::count(request.tx)},
                         {"next_page_token", next}, {"prev_page_token", ""}});
}

result<http::response> get_client(management_request& request) {
    const auto found = read_client(request);
    if (!found)
        return found.error();
    return manage_response(200, {{"client", to_json(request.tx, *found)}});
}

result<http::response> delete_client(management_request& request) {
    const auto found = read_client(request);
    if (!found)
        return found.error();
    client_rows::erase(request.tx, found->id);
    return manage_response(200, {});
}

result<http::response> create_client_secret(
        management_request& request, const create_client_secret_body& body) {
    const auto expires = parse_time(body.expire_time, "expire_time");
    if (!expires)
        return expires.error();
    const auto owner = read_client(request);
    if (!owner)
        return owner.error();
    const auto made = clients::add_secret(request.tx, request.server.random, owner->id, *expires);
    if (!made)
        return made.error();
    return manage_response(201, {{"client_id", owner->id.text()}, {"client_secret", made->plain.reveal()},
                                        {"secret", to_json(made->row, request.tx.now())}});
}

result<http::response> revoke_client_secret(management_request& request) {
    const auto owner = read_client(request);
    if (!owner)
        return owner.error();
    const auto id = secret_id::parse(request.parameter("secret"));
    if (!id || !client_rows::erase_secret(request.tx, owner->id, *id))
        return error{errc::not_found, "The secret was not found."};
    return manage_response(200, {});
}

}  // namespace scimd::api

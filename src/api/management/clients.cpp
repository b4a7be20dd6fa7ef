// The clients of this API and their secrets.
#include "service/auth/clients.hpp"

#include "api/management/api.hpp"
#include "api/management/management_request.hpp"
#include "api/management/secret_json.hpp"
#include "base/text.hpp"
#include "base/time.hpp"
#include "service/auth/tokens.hpp"

#include <utility>

namespace scimd::api {
namespace {

namespace client_rows = store::clients;
namespace clients = service::clients;

constexpr number_bounds client_page_size_bounds{1, 100, 10};

json::object to_json(const client_rows::secret_row& from, time_point now)
{
    return {
        {"id", from.id.text()},
        {"create_time", format_rfc3339(from.created)},
        {"secret_suffix", from.suffix},
        {"status", service::is_alive(from, now) ? "ACTIVE" : "INACTIVE"},
        {"expire_time", time_or_never(from.expires)},
        {"last_used_time", last_use_json(from.created, from.last_used)}
    };
}

json::array scopes_json(const service::scope_set& from)
{
    json::array names;
    const auto text = names_of(from);
    for (const auto name : split(text, ' '))
        if (!name.empty())
            names.emplace_back(name);
    return names;
}

json::object to_json(store::transaction& tx, const client_rows::client& from)
{
    json::array secrets;
    for (const auto& secret : client_rows::list_secrets(tx, from.id))
        secrets.push_back(to_json(secret, tx.now()));
    json::object body{
        {"id", from.id.text()},
        {"client_id", from.id.text()},
        {"name", from.name},
        {"access", from.may_write ? "READ_WRITE" : "READ"},
        {"scopes", scopes_json(clients::scopes_of(from))},
        {"create_time", format_rfc3339(from.created)},
        {"update_time", format_rfc3339(from.updated)},
        {"secrets", std::move(secrets)}
    };
    if (from.organization)
        body["organization_id"] = from.organization->text();
    return body;
}

// Without any, all there are, those of later versions among them.
std::optional<std::string> read_client_scopes(const json::object& body)
{
    const auto* names = find_array(body, "scopes");
    if (!names || names->empty())
        return std::nullopt;
    service::scope_set wanted;
    for (const auto& name : *names)
        wanted.add(service::parse_scope(name.as_string()).value());  // the description lists all names
    return names_of(wanted);
}

result<client_rows::new_client> read_new_client(const json::object& body)
{
    auto name = required_text(body, "name");
    if (!name)
        return name.error();
    const auto owner_text = optional_text(body, "organization_id");
    if (!owner_text)
        return owner_text.error();
    const auto owner = organization_id::parse(owner_text->value_or(""));
    if (*owner_text && !owner)
        return error{errc::not_found, "organization_id: the organization was not found."};
    const auto access = optional_text(body, "access");
    if (!access)
        return access.error();
    const auto wanted = access->value_or("READ_WRITE");
    if (wanted != "READ_WRITE" && wanted != "READ")
        return error{errc::invalid_value, "access must be READ_WRITE or READ."};
    return client_rows::new_client{owner, std::move(*name), wanted == "READ_WRITE", read_client_scopes(body)};
}

result<client_rows::client> read_client(store::transaction& tx, const request_context& request)
{
    const auto id = client_id::parse(request.parameter("id"));
    auto found = id ? client_rows::find(tx, *id) : std::nullopt;
    if (!found)
        return error{errc::not_found, "The client was not found."};
    return std::move(*found);
}

}  // namespace

reply create_client(const server_context& server, request_context&)
{
    return with_manage_body(server, [&server](store::transaction& tx, const json::object& body) -> reply {
        const auto wanted = read_new_client(body);
        if (!wanted)
            return manage_error(wanted.error());
        const auto made = clients::create_client(tx, server.random, *wanted);
        if (!made)
            return manage_error(made.error());
        return manage_response(
            201,
            {{"client", to_json(tx, made->client)},
             {"client_id", made->client.id.text()},
             {"client_secret", made->plain.reveal()}}
        );
    });
}

reply list_clients(const server_context&, request_context& request)
{
    const auto size = number_parameter(request, "page_size", client_page_size_bounds);
    if (!size)
        return manage_error(size.error());
    const auto after = number_parameter(request, "page_token", {0, number_max, 0});
    if (!after)
        return manage_error({errc::invalid_value, "page_token is not valid."});
    return transaction_step{
        store::intent::scan,
        [size = *size, after = *after](store::transaction& tx) -> reply {
            auto found = client_rows::list(tx, client_id{after}, size + 1);
            const bool has_more = static_cast<std::int64_t>(found.size()) > size;
            if (has_more)
                found.pop_back();
            json::array listed;
            for (const auto& client : found)
                listed.push_back(to_json(tx, client));
            const auto next = has_more ? std::to_string(found.back().id.value) : std::string();
            return manage_response(
                200,
                {{"clients", std::move(listed)},
                 {"total_size", client_rows::count(tx)},
                 {"next_page_token", next},
                 {"prev_page_token", ""}}
            );
        }
    };
}

reply get_client(const server_context&, request_context& request)
{
    return transaction_step{store::intent::read, [&request](store::transaction& tx) -> reply {
                                const auto found = read_client(tx, request);
                                return found ? manage_response(200, {{"client", to_json(tx, *found)}})
                                             : manage_error(found.error());
                            }};
}

reply delete_client(const server_context&, request_context& request)
{
    return transaction_step{store::intent::write, [&request](store::transaction& tx) -> reply {
                                const auto found = read_client(tx, request);
                                if (!found)
                                    return manage_error(found.error());
                                client_rows::erase(tx, found->id);
                                return manage_response(200, {});
                            }};
}

reply create_client_secret(const server_context& server, request_context& request)
{
    return with_manage_body(
        server,
        [&server, &request](store::transaction& tx, const json::object& body) -> reply {
            const auto expires = optional_time(body, "expire_time");
            if (!expires)
                return manage_error(expires.error());
            const auto owner = read_client(tx, request);
            if (!owner)
                return manage_error(owner.error());
            const auto made = clients::add_secret(tx, server.random, owner->id, *expires);
            if (!made)
                return manage_error(made.error());
            return manage_response(
                201,
                {{"client_id", owner->id.text()},
                 {"client_secret", made->plain.reveal()},
                 {"secret", to_json(made->row, tx.now())}}
            );
        }
    );
}

reply revoke_client_secret(const server_context&, request_context& request)
{
    return transaction_step{store::intent::write, [&request](store::transaction& tx) -> reply {
                                const auto owner = read_client(tx, request);
                                if (!owner)
                                    return manage_error(owner.error());
                                const auto id = secret_id::parse(request.parameter("secret"));
                                if (!id || !client_rows::erase_secret(tx, owner->id, *id))
                                    return manage_error({errc::not_found, "The secret was not found."});
                                return manage_response(200, {});
                            }};
}

}  // namespace scimd::api

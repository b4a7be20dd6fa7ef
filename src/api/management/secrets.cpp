// The secrets of directories.
#include "service/auth/secrets.hpp"

#include "api/management/api.hpp"
#include "api/management/management_request.hpp"
#include "api/management/secret_json.hpp"
#include "base/time.hpp"
#include "service/auth/tokens.hpp"

#include <algorithm>
#include <chrono>
#include <optional>
#include <string>
#include <utility>

namespace scimd::api {
namespace {

namespace credentials = store::credentials;
namespace secrets = service::secrets;
namespace tenants = store::tenants;

// RFC 7644 §7.4: no later than the operator lets it, and then at the latest when nothing is said.
result<std::optional<time_point>> end_of(
    const server_context& server, const json::object& body, time_point now
)
{
    const auto asked = optional_time(body, "expire_time");
    const auto latest = latest_end(server, now);
    if (!asked || !latest)
        return asked;
    if (*asked && **asked > *latest)
        return error{
            errc::invalid_value,
            "expire_time must be at most " + std::to_string(server.secret_lifetime_max->count()) +
                " days from now, as the server is configured."
        };
    return *asked ? *asked : latest;
}

reply shown_once(store::transaction& tx, const result<secrets::new_secret>& made)
{
    if (!made)
        return manage_error(made.error());
    return manage_response(
        201, {{"plain_secret", made->plain.reveal()}, {"secret", secret_json(made->row, tx.now())}}
    );
}

}  // namespace

std::string time_or_never(const std::optional<time_point>& when)
{
    return when ? format_rfc3339(*when) : "0001-01-01T00:00:00Z";
}

std::string last_use_json(time_point created, std::optional<time_point> last)
{
    return time_or_never(last ? std::optional(std::max(*last, created)) : last);
}

json::object secret_json(const credentials::secret_row& from, time_point now)
{
    json::object body{
        {"id", from.id.text()},
        {"create_time", format_rfc3339(from.created)},
        {"secret_suffix", from.suffix},
        {"status", service::is_alive(from, now) ? "ACTIVE" : "INACTIVE"},
        {"expire_time", time_or_never(from.expires)},
        {"last_used_time", last_use_json(from.created, from.last_used)},
        {"last_used_address", from.last_used_address},
        {"last_used_user_agent", from.last_used_agent},
        {"directory_id", from.directory.text()}
    };
    if (from.user)
        body["directory_user_id"] = user_id_text(*from.user);
    return body;
}

credentials::secret_row with_last_use(const server_context& server, credentials::secret_row row)
{
    const auto last = server.last_used.of(row.id);
    if (!last)
        return row;
    row.last_used = std::chrono::floor<std::chrono::minutes>(last->when);
    row.last_used_address = last->address;
    row.last_used_agent = last->agent;
    return row;
}

std::optional<time_point> latest_end(const server_context& server, time_point now)
{
    return server.secret_lifetime_max ? std::optional(now + *server.secret_lifetime_max) : std::nullopt;
}

secret_list secrets_of(const server_context& server, store::transaction& tx, directory_id directory)
{
    secret_list found;
    for (auto& row : credentials::list_directory_secrets(tx, directory)) {
        const auto secret = with_last_use(server, std::move(row));
        found.last_used = std::max(found.last_used, secret.last_used);
        found.listed.push_back(secret_json(secret, tx.now()));
    }
    return found;
}

reply create_secret(const server_context& server, request_context& request)
{
    return with_directory_body(
        server,
        request,
        [&server, &request](
            store::transaction& tx, const tenants::directory& owner, const json::object& body
        ) -> reply {
            const auto expires = end_of(server, body, tx.now());
            if (!expires)
                return manage_error(expires.error());
            const auto user = optional_text(body, "directory_user_id");
            if (!user)
                return manage_error(user.error());
            const auto from = event_source_of(server, request);
            if (*user)
                return shown_once(
                    tx, secrets::create_for_user(tx, from, server.random, owner, **user, *expires)
                );
            return shown_once(tx, secrets::create(tx, from, server.random, owner, *expires));
        }
    );
}

reply regenerate_secret(const server_context& server, request_context& request)
{
    return with_directory_body(
        server,
        request,
        [&server, &request](
            store::transaction& tx, const tenants::directory& owner, const json::object& body
        ) -> reply {
            const auto expires = end_of(server, body, tx.now());
            if (!expires)
                return manage_error(expires.error());
            const auto seconds = optional_number(body, "overlap_seconds", 0, secrets::overlap_max.count());
            if (!seconds)
                return manage_error(seconds.error());
            const std::chrono::seconds overlap(seconds->value_or(secrets::overlap_default.count()));
            return shown_once(
                tx,
                secrets::regenerate(
                    tx, event_source_of(server, request), server.random, owner, *expires, overlap
                )
            );
        }
    );
}

reply list_secrets(const server_context& server, request_context& request)
{
    return with_directory(
        request,
        store::intent::read,
        [&server](store::transaction& tx, const tenants::directory& of) -> reply {
            json::array listed;
            for (auto& row : credentials::list_secrets(tx, of.id))
                listed.push_back(secret_json(with_last_use(server, std::move(row)), tx.now()));
            return manage_response(200, {{"secrets", std::move(listed)}});
        }
    );
}

reply get_secret(const server_context& server, request_context& request)
{
    return with_directory(
        request,
        store::intent::read,
        [&server, &request](store::transaction& tx, const tenants::directory& of) -> reply {
            auto rows = credentials::list_secrets(tx, of.id);
            const auto id = secret_id::parse(request.parameter("id"));
            const auto found = std::ranges::find(rows, id, &credentials::secret_row::id);
            if (found == rows.end())
                return manage_error({errc::not_found, "The secret was not found."});
            return manage_response(
                200, {{"secret", secret_json(with_last_use(server, std::move(*found)), tx.now())}}
            );
        }
    );
}

reply revoke_secret(const server_context& server, request_context& request)
{
    return with_directory(
        request,
        store::intent::write,
        [&server, &request](store::transaction& tx, const tenants::directory& of) -> reply {
            const auto id = secret_id::parse(request.parameter("id"));
            if (!id || !secrets::revoke(tx, event_source_of(server, request), of, *id))
                return manage_error({errc::not_found, "The secret was not found, or is revoked already."});
            return manage_response(200, {});
        }
    );
}

}  // namespace scimd::api

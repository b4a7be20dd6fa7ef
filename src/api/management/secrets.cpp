// Secrets of directories: create, regenerate, list, revoke.
#include "service/auth/secrets.hpp"

#include "api/management/management_request.hpp"
#include "api/management/secret_json.hpp"
#include "base/time.hpp"
#include "management_operations.hpp"
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

// When a new secret expires (RFC 7644 §7.4): as asked, and no later than the operator allows; else as late as
// that.
result<std::optional<time_point>> end_of(
        const management_request& request, const std::optional<std::string>& expire_time) {
    const auto& server = request.server;
    const auto asked = parse_time(expire_time, "expire_time");
    const auto latest = latest_end(server, request.tx.now());
    if (!asked || !latest)
        return asked;
    if (*asked && **asked > *latest)
        return error{errc::invalid_value, "expire_time must be at most " +
                                                  std::to_string(server.secret_lifetime_max->count()) +
                                                  " days from now, as the server is configured."};
    return *asked ? *asked : latest;
}

result<http::response> shown_once(store::transaction& tx, const result<secrets::new_secret>& made) {
    if (!made)
        return made.error();
    return manage_response(
            201, {{"plain_secret", made->plain.reveal()}, {"secret", secret_json(made->row, tx.now())}});
}

}  // namespace

std::string time_or_never(const std::optional<time_point>& when) {
    return when ? format_rfc3339(*when) : "0001-01-01T00:00:00Z";
}

std::string last_use_json(time_point created, std::optional<time_point> last) {
    return time_or_never(last ? std::optional(std::max(*last, created)) : last);
}

json::object secret_json(const credentials::secret_row& from, time_point now) {
    json::object body{{"id", from.id.text()}, {"create_time", format_rfc3339(from.created)},
            {"secret_suffix", from.suffix}, {"status", service::is_alive(from, now) ? "ACTIVE" : "INACTIVE"},
            {"expire_time", time_or_never(from.expires)},
            {"last_used_time", last_use_json(from.created, from.last_used)},
            {"last_used_address", from.last_used_address}, {"last_used_user_agent", from.last_used_agent},
            {"directory_id", from.directory.text()}};
    if (from.user)
        body["directory_user_id"] = user_id_text(*from.user);
    return body;
}

credentials::secret_row with_last_use(const server_context& server, credentials::secret_row row) {
    const auto last = server.last_used.of(row.id);
    if (!last)
        return row;
    row.last_used = std::chrono::floor<std::chrono::minutes>(last->when);
    row.last_used_address = last->address;
    row.last_used_agent = last->agent;
    return row;
}

std::optional<time_point> latest_end(const server_context& server, time_point now) {
    return server.secret_lifetime_max ? std::optional(now + *server.secret_lifetime_max) : std::nullopt;
}

secret_list secrets_of(const server_context& server, store::transaction& tx, directory_id directory) {
    secret_list found;
    for (auto& row : credentials::list_directory_secrets(tx, directory)) {
        const auto secret = with_last_use(server, std::move(row));
        found.last_used = std::max(found.last_used, secret.last_used);
        found.listed.push_back(secret_json(secret, tx.now()));
    }
    return found;
}

result<http::response> create_secret(management_request& request, const create_secret_body& body) {
    const auto owner = read_directory(request);
    if (!owner)
        return owner.error();
    const auto expires = end_of(request, body.expire_time);
    if (!expires)
        return expires.error();
    auto& tx = request.tx;
    auto& random = request.server.random;
    const auto& user = body.directory_user_id;
    if (user)
        return shown_once(
                tx, secrets::create_for_user(tx, request.source(), random, *owner, *user, *expires));
    return shown_once(tx, secrets::create(tx, request.source(), random, *owner, *expires));
}

result<http::response> regenerate_secret(management_request& request, const regenerate_secret_body& body) {
    const auto owner = read_directory(request);
    if (!owner)
        return owner.error();
    const auto expires = end_of(request, body.expire_time);
    if (!expires)
        return expires.error();
    const std::chrono::seconds overlap(body.overlap_seconds.value_or(secrets::overlap_default.count()));
    return shown_once(request.tx, secrets::regenerate(request.tx, request.source(), request.server.random,
                                          *owner, *expires, overlap));
}

result<http::response> list_secrets(management_request& request) {
    const auto of = read_directory(request);
    if (!of)
        return of.error();
    json::array listed;
    for (auto& row : credentials::list_secrets(request.tx, of->id))
        listed.push_back(secret_json(with_last_use(request.server, std::move(row)), request.tx.now()));
    return manage_response(200, {{"secrets", std::move(listed)}});
}

result<http::response> get_secret(management_request& request) {
    const auto of = read_directory(request);
    if (!of)
        return of.error();
    auto rows = credentials::list_secrets(request.tx, of->id);
    const auto id = secret_id::parse(request.parameter("id"));
    const auto found = std::ranges::find(rows, id, &credentials::secret_row::id);
    if (found == rows.end())
        return error{errc::not_found, "The secret was not found."};
    const auto shown = with_last_use(request.server, std::move(*found));
    return manage_response(200, {{"secret", secret_json(shown, request.tx.now())}});
}

result<http::response> revoke_secret(management_request& request) {
    const auto of = read_directory(request);
    if (!of)
        return of.error();
    const auto id = secret_id::parse(request.parameter("id"));
    if (!id || !secrets::revoke(request.tx, request.source(), *of, *id))
        return error{errc::not_found, "The secret was not found, or is revoked already."};
    return manage_response(200, {});
}

}  // namespace scimd::api

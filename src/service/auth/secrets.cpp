#include "service/auth/secrets.hpp"

#include "base/time.hpp"
#include "service/auth/tokens.hpp"
#include "service/events/events.hpp"
#include "store/held_users.hpp"
#include "store/resources.hpp"

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>
#include <vector>

namespace scimd::service::secrets {
namespace {

namespace credentials = store::credentials;
namespace tenants = store::tenants;

// How long before the expiry of a token its warnings are due, the first one first.
constexpr std::array<std::chrono::hours, 2> warnings = {std::chrono::hours(7 * 24), std::chrono::hours(24)};

// How many warnings are due already when a token is created; they are not given.
std::int64_t warnings_passed(std::optional<time_point> expires, time_point now) {
    return expires ? std::ranges::count_if(warnings, [&](auto ahead) { return *expires - now <= ahead; }) : 0;
}

std::vector<credentials::secret_row> alive(
        const store::transaction& tx, std::vector<credentials::secret_row> rows) {
    std::erase_if(rows, [&](const auto& one) { return !is_alive(one, tx.now()); });
    return rows;
}

std::vector<credentials::secret_row> alive_of_directory(store::transaction& tx, directory_id of) {
    return alive(tx, credentials::list_directory_secrets(tx, of));
}

std::vector<credentials::secret_row> alive_of_user(
        store::transaction& tx, directory_id of, resource_id user) {
    return alive(tx, credentials::list_user_secrets(tx, of, user));
}

json::object to_json(const credentials::secret_row& row) {
    json::object data{{"id", row.id.text()}, {"directory_id", row.directory.text()},
            {"secret_suffix", row.suffix}, {"create_time", format_rfc3339(row.created)}};
    if (row.user)
        data["directory_user_id"] = user_id_text(*row.user);
    if (row.expires)
        data["expire_time"] = format_rfc3339(*row.expires);
    return data;
}

event_place place_of(const tenants::directory& owner) {
    return {owner.organization, owner.id, owner.provider};
}

struct token_event {
    std::string_view type;
    const credentials::secret_row& token;
    std::string caused_by{};  // id of the event that led to this one; empty: none
};

void publish_token(
        store::transaction& tx, const event_source& source, const event_place& place, token_event event) {
    event_draft draft;
    draft.type = event.type;
    draft.object = "DirectorySecret";
    draft.data = to_json(event.token);
    draft.data["organization_id"] = place.organization->text();
    draft.caused_by = std::move(event.caused_by);
    publish(tx, source, place, std::move(draft));
}

void revoke_row(store::transaction& tx, const event_source& source, const event_place& place,
        const credentials::secret_row& one, std::string caused_by = {}) {
    credentials::revoke_secret(tx, one.directory, one.id);
    publish_token(tx, source, place, {"organization.directory.token_revoked", one, std::move(caused_by)});
}

result<void> check_expiry(const store::transaction& tx, std::optional<time_point> expires) {
    if (expires && *expires <= tx.now())
        return error{errc::conflict, "expire_time must lie in the future."};
    return {};
}

// Creates a token of the user or, without one, of the directory.
new_secret make(store::transaction& tx, const event_source& source, random_source& random,
        const tenants::directory& owner, std::optional<time_point> expires, std::optional<resource_id> user) {
    auto token = mint_token(random);
    auto row = credentials::insert_secret(
            tx, owner.id, {token.digest, token.suffix, expires, user, warnings_passed(expires, tx.now())});
    publish_token(tx, source, place_of(owner), {"organization.directory.token_created", row});
    return {std::move(token.text), std::move(row)};
}

result<resource_id> find_user(store::transaction& tx, directory_id directory, std::string_view text) {
    const auto number = parse_prefixed(text, user_prefix);
    if (!number)
        return error{errc::invalid_value, "directory_user_id must be the id of a user: diruser_…"};
    const resource_id user{*number};
    switch (user_status_of(tx, directory, user)) {
        case user_status::unknown:
            return error{errc::not_found, "directory_user_id: this directory has no such user."};
        case user_status::held:
            return error{errc::conflict, "directory_user_id: the user is held back; see held-users."};
        case user_status::inactive:
            return error{errc::conflict, "directory_user_id: the user is deactivated."};
        case user_status::good:
            break;
    }
    return user;
}

}  // namespace

result<new_secret> create(store::transaction& tx, const event_source& source, random_source& random,
        const tenants::directory& owner, std::optional<time_point> expires) {
    if (auto lies_ahead = check_expiry(tx, expires); !lies_ahead)
        return lies_ahead.error();
    if (alive_of_directory(tx, owner.id).size() >= alive_max)
        return error{errc::conflict, "The directory has 20 secrets already; revoke one first."};
    credentials::forget_ended_of_directory(tx, owner.id, ended_max);
    return make(tx, source, random, owner, expires, std::nullopt);
}

user_status user_status_of(store::transaction& tx, directory_id directory, resource_id user) {
    const auto is_active = store::resources::is_active_user(tx, directory, user);
    if (!is_active)
        return user_status::unknown;
    if (store::held_users::is_held(tx, directory, user))
        return user_status::held;
    return *is_active ? user_status::good : user_status::inactive;
}

result<new_secret> create_for_user(store::transaction& tx, const event_source& source, random_source& random,
        const tenants::directory& owner, std::string_view user, std::optional<time_point> expires) {
    if (auto lies_ahead = check_expiry(tx, expires); !lies_ahead)
        return lies_ahead.error();
    const auto found = find_user(tx, owner.id, user);
    if (!found)
        return found.error();
    if (alive_of_user(tx, owner.id, *found).size() >= alive_of_user_max)
        return error{errc::conflict, "The user has 10 secrets already; revoke one first."};
    if (credentials::count_alive_of_users(tx, owner.id) >= static_cast<std::int64_t>(alive_of_users_max))
        return error{
                errc::conflict, "The users of the directory have 1000 secrets already; revoke one first."};
    credentials::forget_ended_of_users(tx, owner.id, ended_of_users_max);
    return make(tx, source, random, owner, expires, *found);
}

result<new_secret> regenerate(store::transaction& tx, const event_source& source, random_source& random,
        const tenants::directory& owner, std::optional<time_point> expires, std::chrono::seconds overlap) {
    for (const auto& one : alive_of_directory(tx, owner.id))
        if (overlap == std::chrono::seconds(0))
            revoke_row(tx, source, place_of(owner), one);
        else
            credentials::end_by(tx, one.id, tx.now() + overlap);
    return create(tx, source, random, owner, expires);
}

bool revoke(
        store::transaction& tx, const event_source& source, const tenants::directory& owner, secret_id id) {
    const auto rows = credentials::list_secrets(tx, owner.id);
    const auto found = std::ranges::find(rows, id, &credentials::secret_row::id);
    if (found == rows.end() || found->revoked)
        return false;
    revoke_row(tx, source, place_of(owner), *found);
    return true;
}

void revoke_user_tokens(
        store::transaction& tx, const caller& caller, resource_id user, const std::string& event) {
    const event_place place{caller.organization, caller.directory, caller.provider};
    for (const auto& one : alive_of_user(tx, caller.directory, user))
        revoke_row(tx, event_source_of(caller), place, one, event);
}

void revoke_surplus(store::transaction& tx, const event_source& source, const tenants::directory& owner) {
    const auto rows = alive_of_directory(tx, owner.id);
    for (std::size_t i = 0; i + alive_max <= rows.size(); ++i)
        revoke_row(tx, source, place_of(owner), rows[i]);
}

std::size_t warn_of_expiry(store::transaction& tx, const event_source& source, std::size_t limit) {
    std::size_t warned = 0;
    // The nearer warning first: a token for which both are due, after a long downtime, gets only that one.
    for (auto count = warnings.size(); count > 0; --count) {
        const auto left = static_cast<std::int64_t>(limit - warned);
        const auto due =
                credentials::expiring(tx, warnings[count - 1], static_cast<std::int64_t>(count), left);
        for (const auto& one : due) {
            credentials::set_warnings_given(tx, one.id, static_cast<std::int64_t>(count));
            const auto organization = tenants::owner_of(tx, one.directory);
            const auto owner =
                    organization ? tenants::find_directory(tx, *organization, one.directory) : std::nullopt;
            if (owner)
                publish_token(tx, source, place_of(*owner), {"organization.directory.token_expiring", one});
        }
        warned += due.size();
    }
    return warned;
}

}  // namespace scimd::service::secrets

#include "service/secrets.hpp"

#include "base/time.hpp"
#include "service/events.hpp"
#include "service/tokens.hpp"

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>
#include <vector>

namespace scimd::service::secrets {
namespace {

namespace credentials = store::credentials;
namespace tenants = store::tenants;

// How long before the end a secret is warned of, the first warning first.
constexpr std::array<std::chrono::hours, 2> warnings = {std::chrono::hours(7 * 24), std::chrono::hours(24)};

// How many warnings a secret is too short-lived for.
std::int64_t warnings_passed(std::optional<time_point> expires, time_point now)
{
    return expires ? std::ranges::count_if(warnings, [&](auto ahead) { return *expires - now <= ahead; }) : 0;
}

std::vector<credentials::secret_row> alive(store::transaction& tx, directory_id of)
{
    auto rows = credentials::list_secrets(tx, of);
    std::erase_if(rows, [&](const auto& one) { return !is_alive(one, tx.now()); });
    return rows;
}

json::object to_json(const credentials::secret_row& from)
{
    json::object told{
        {"id", from.id.text()},
        {"directory_id", from.directory.text()},
        {"secret_suffix", from.suffix},
        {"create_time", format_rfc3339(from.created)}
    };
    if (from.expires)
        told["expire_time"] = format_rfc3339(*from.expires);
    return told;
}

void publish_token(
    store::transaction& tx,
    const origin& from,
    const tenants::directory& owner,
    std::string_view type,
    json::object data
)
{
    data["organization_id"] = owner.organization.text();
    event_draft draft;
    draft.type = type;
    draft.object = "DirectorySecret";
    draft.data = std::move(data);
    publish(tx, from, {owner.organization, owner.id, owner.provider}, std::move(draft));
}

void revoke_row(
    store::transaction& tx,
    const origin& from,
    const tenants::directory& owner,
    const credentials::secret_row& one
)
{
    credentials::revoke_secret(tx, owner.id, one.id);
    publish_token(tx, from, owner, "organization.directory.token_revoked", to_json(one));
}

}  // namespace

bool is_alive(const credentials::secret_row& one, time_point now)
{
    return !one.revoked && (!one.expires || *one.expires > now);
}

result<new_secret> create(
    store::transaction& tx,
    const origin& from,
    random_source& random,
    const tenants::directory& owner,
    std::optional<time_point> expires
)
{
    if (expires && *expires <= tx.now())
        return error{errc::invalid_value, "expire_time must lie in the future."};
    if (alive(tx, owner.id).size() >= alive_max)
        return error{errc::conflict, "The directory has 20 secrets already; revoke one first."};
    auto token = mint_token(random);
    auto row = credentials::insert_secret(
        tx, owner.id, token.digest, token.suffix, expires, warnings_passed(expires, tx.now())
    );
    publish_token(tx, from, owner, "organization.directory.token_created", to_json(row));
    return new_secret{std::move(token.text), std::move(row)};
}

result<new_secret> regenerate(
    store::transaction& tx,
    const origin& from,
    random_source& random,
    const tenants::directory& owner,
    std::optional<time_point> expires,
    std::chrono::seconds overlap
)
{
    for (const auto& one : alive(tx, owner.id))
        if (overlap == std::chrono::seconds(0))
            revoke_row(tx, from, owner, one);
        else
            credentials::end_by(tx, one.id, tx.now() + overlap);
    return create(tx, from, random, owner, expires);
}

bool revoke(store::transaction& tx, const origin& from, const tenants::directory& owner, secret_id which)
{
    const auto rows = credentials::list_secrets(tx, owner.id);
    const auto found = std::ranges::find(rows, which, &credentials::secret_row::id);
    if (found == rows.end() || found->revoked)
        return false;
    revoke_row(tx, from, owner, *found);
    return true;
}

void make_room(store::transaction& tx, const origin& from, const tenants::directory& owner)
{
    const auto rows = alive(tx, owner.id);
    for (std::size_t i = 0; i + alive_max <= rows.size(); ++i)
        revoke_row(tx, from, owner, rows[i]);
}

std::size_t warn_of_expiry(store::transaction& tx, const origin& from, std::size_t limit)
{
    std::size_t warned = 0;
    // The nearer warning first: a secret that is due for both, after a long pause, gets this one alone.
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
                publish_token(tx, from, *owner, "organization.directory.token_expiring", to_json(one));
        }
        warned += due.size();
    }
    return warned;
}

}  // namespace scimd::service::secrets

#include "api/authenticate.hpp"

#include "base/text.hpp"
#include "service/dialect.hpp"
#include "service/secrets.hpp"
#include "service/tokens.hpp"
#include "store/credentials.hpp"

#include <optional>

namespace scimd::api {
namespace {

namespace credentials = store::credentials;
using service::secrets::standing;
using service::secrets::standing_of;

// Empty: none, or more than one.
std::string_view presented_token(const http::request& head)
{
    if (head.headers.count("Authorization") != 1)
        return {};
    const std::string_view value = *head.headers.find("Authorization");
    constexpr std::string_view scheme = "Bearer ";
    if (!starts_with_ignoring_case(value, scheme))
        return {};
    return trim(value.substr(scheme.size()));
}

bool is_alive(const credentials::bearer& token, time_point now)
{
    return !token.revoked && (!token.expires || *token.expires > now);
}

// A user's own client is none of the identity provider, whatever that needs.
scim::leniency leniency_for(const credentials::bearer& token)
{
    const auto& directory = token.directory;
    return token.user ? service::leniency_of(directory.mode, {}, std::nullopt)
                      : service::leniency_of(directory.mode, directory.provider, directory.detected);
}

}  // namespace

error unauthorized()
{
    return {errc::unauthorized, "The request needs a valid bearer token of this directory."};
}

bool has_plausible_token(const http::request& head)
{
    return service::is_plausible_token(presented_token(head));
}

result<void> authenticate(
    const house& home, call& on, std::string_view directory_text, store::transaction& tx
)
{
    const auto digest = service::digest_of_token(presented_token(on.head));
    const auto directory = directory_id::parse(directory_text);
    if (!digest || !directory)
        return unauthorized();
    const auto token = credentials::find_bearer(tx, *digest);
    if (!token || !constant_time_equal(token->digest, *digest))
        return unauthorized();
    if (!is_alive(*token, tx.now()) || token->directory.id != *directory)
        return unauthorized();
    const auto of_user = token->user ? standing_of(tx, *directory, *token->user) : standing::good;
    if (of_user == standing::unknown || of_user == standing::held)
        return unauthorized();
    on.notes.organization = token->directory.organization.text();
    on.notes.directory = directory->text();
    if (token->user)
        on.notes.user = user_id_text(*token->user);
    if (!token->directory.is_enabled)
        return error{errc::forbidden, "This directory is disabled. Enable it to provision users and groups."};
    if (of_user == standing::inactive)
        return error{errc::forbidden, "The user for whom this token stands is deactivated."};
    const auto* agent = on.head.headers.find("User-Agent");
    home.usage.note(token->id, tx.now(), on.head.from.address, agent ? std::string_view(*agent) : "");
    on.who = {
        .environment = home.environment,
        .organization = token->directory.organization,
        .directory = *directory,
        .token = token->id,
        .token_suffix = token->suffix,
        .user = token->user,
        .provider = token->directory.effective_provider(),
        .is_provider_told = !token->directory.provider.empty(),
        .detected = token->directory.detected,
        .policy = token->directory.policy,
        .base_url = home.public_url + "/directory/" + directory->text() + "/scim/v2",
        .request_id = on.head.id,
        .leniency = leniency_for(*token),
        .has_unique_group_names = token->directory.has_unique_group_names,
        .schemas = &home.schemas.of(token->directory.schemas),
        .trace = &on.trace
    };
    return {};
}

}  // namespace scimd::api

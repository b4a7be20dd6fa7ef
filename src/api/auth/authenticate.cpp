#include "api/auth/authenticate.hpp"

#include "base/text.hpp"
#include "service/auth/secrets.hpp"
#include "service/auth/tokens.hpp"
#include "service/request_log/idp_detection.hpp"
#include "store/credentials.hpp"

#include <optional>

namespace scimd::api {
namespace {

namespace credentials = store::credentials;
using service::secrets::user_status;
using service::secrets::user_status_of;

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

// A user's own client is none of the identity provider, whatever that needs.
scim::conformance_mode leniency_for(const credentials::bearer& token)
{
    const auto& directory = token.directory;
    return token.user ? service::conformance_mode_of(directory.mode, {}, std::nullopt)
                      : service::conformance_mode_of(directory.mode, directory.provider, directory.detected);
}

struct known_token {
    credentials::bearer token;
    user_status of_user = user_status::good;  // of the user for whom it stands, if it does
};

// unauthorized: there is none that is good for the directory.
result<known_token> find_token(
    const http::request& head, std::string_view directory_text, store::transaction& tx
)
{
    const auto digest = service::digest_of_token(presented_token(head));
    const auto directory = directory_id::parse(directory_text);
    if (!digest || !directory)
        return unauthorized();
    auto token = credentials::find_bearer(tx, *digest);
    if (!token || !constant_time_equal(token->digest, *digest))
        return unauthorized();
    if (!service::is_alive(*token, tx.now()) || token->directory.id != *directory)
        return unauthorized();
    const auto of_user = token->user ? user_status_of(tx, *directory, *token->user) : user_status::good;
    if (of_user == user_status::unknown || of_user == user_status::held)
        return unauthorized();
    return known_token{std::move(*token), of_user};
}

// forbidden: it is good, and what it stands for is switched off.
result<void> check_awake(const known_token& known)
{
    if (!known.token.may_synchronize)
        return error{errc::forbidden, "The feature dir_sync is turned off for this organization."};
    if (!known.token.directory.is_enabled)
        return error{errc::forbidden, "This directory is disabled. Enable it to provision users and groups."};
    if (known.of_user == user_status::inactive)
        return error{errc::forbidden, "The user for whom this token stands is deactivated."};
    return {};
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
    const server_context& server,
    request_context& request,
    std::string_view directory_text,
    store::transaction& tx
)
{
    const auto known = find_token(request.http, directory_text, tx);
    if (!known)
        return known.error();
    const auto& token = known->token;
    const auto& directory = token.directory;
    request.access_log.organization = directory.organization.text();
    request.access_log.directory = directory.id.text();
    if (token.user)
        request.access_log.user = user_id_text(*token.user);
    if (auto awake = check_awake(*known); !awake)
        return awake;
    const auto* agent = request.http.headers.find("User-Agent");
    server.last_used.note(
        token.id, tx.now(), request.http.from.address, agent ? std::string_view(*agent) : ""
    );
    request.caller = {
        .environment = server.environment,
        .organization = directory.organization,
        .directory = directory.id,
        .token = token.id,
        .token_suffix = token.suffix,
        .user = token.user,
        .provider = directory.effective_provider(),
        .is_provider_configured = !directory.provider.empty(),
        .detected = directory.detected,
        .policy = directory.policy,
        .gate_scope = directory.gate_scope,
        .base_url = server.public_url + "/directory/" + directory.id.text() + "/scim/v2",
        .request_id = request.http.id,
        .mode = leniency_for(token),
        .has_unique_group_names = directory.has_unique_group_names,
        .ignores_unknown_members = directory.unknown == store::tenants::unknown_members::ignore,
        .patch_status = directory.patch_status,
        .schemas = &server.schemas.of(directory.schemas),
        .trace = &request.trace,
        .work = &request.budget,
        .quotas = server.quotas.get()
    };
    return {};
}

result<void> reauthenticate(const request_context& request, store::transaction& tx)
{
    const auto known = find_token(request.http, request.caller.directory.text(), tx);
    return known ? check_awake(*known) : known.error();
}

}  // namespace scimd::api

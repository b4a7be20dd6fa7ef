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

// The bearer token of the Authorization header; empty: there is none, or more than one.
std::string_view presented_token(const http::request& head) {
    if (head.headers.count("Authorization") != 1)
        return {};
    const std::string_view value = *head.headers.find("Authorization");
    constexpr std::string_view scheme = "Bearer ";
    if (!starts_with_ignoring_case(value, scheme))
        return {};
    return trim(value.substr(scheme.size()));
}

// The conformance mode that the identity provider of the directory needs. The own client of a user is not
// that provider, so nothing is detected for it.
scim::conformance_mode mode_for(const credentials::bearer& token) {
    const auto& directory = token.directory;
    return token.user ? service::conformance_mode_of(directory.mode, {}, std::nullopt)
                      : service::conformance_mode_of(directory.mode, directory.provider, directory.detected);
}

// A valid token, and the status of the user that it belongs to; a token of the directory belongs to no user.
struct known_token {
    credentials::bearer token;
    user_status of_user = user_status::good;
};

// Looks up the token of the request. unauthorized: there is no token that is valid for the directory.
result<known_token> find_token(
        const http::request& head, std::string_view directory_text, store::transaction& tx) {
    const auto digest = service::digest_of_token(presented_token(head));
    const auto directory = directory_id::parse(directory_text);
    if (!digest || !directory)
        return unauthorized();
    auto token = credentials::find_bearer(tx, *digest);
    if (!token || !constant_time_equal(token->digest, *digest))
        return unauthorized();
    if (!service::is_alive(*token, tx.now()) || token->directory.id != *directory)
        return unauthorized();
    const auto status = token->user ? user_status_of(tx, *directory, *token->user) : user_status::good;
    if (status == user_status::unknown || status == user_status::held)
        return unauthorized();
    return known_token{std::move(*token), status};
}

// forbidden: the token is valid, but its organization's feature, its directory or its user is switched off.
result<void> check_enabled(const known_token& known) {
    if (!known.token.may_synchronize)
        return error{errc::forbidden, "The feature dir_sync is turned off for this organization."};
    if (!known.token.directory.is_enabled)
        return error{errc::forbidden, "This directory is disabled. Enable it to provision users and groups."};
    if (known.of_user == user_status::inactive)
        return error{errc::forbidden, "The user for whom this token stands is deactivated."};
    return {};
}

}  // namespace

error unauthorized() {
    return {errc::unauthorized, "The request needs a valid bearer token of this directory."};
}

bool has_plausible_token(const http::request& head) {
    return service::is_plausible_token(presented_token(head));
}

result<void> authenticate(const server_context& server, request_context& request,
        std::string_view directory_text, store::transaction& tx) {
    const auto known = find_token(request.http, directory_text, tx);
    if (!known)
        return known.error();
    const auto& token = known->token;
    const auto& directory = token.directory;
    request.access_log.organization = directory.organization.text();
    request.access_log.directory = directory.id.text();
    if (token.user)
        request.access_log.user = user_id_text(*token.user);
    if (auto enabled = check_enabled(*known); !enabled)
        return enabled;
    const auto* agent = request.http.headers.find("User-Agent");
    server.last_used.note(
            token.id, tx.now(), request.http.from.address, agent ? std::string_view(*agent) : "");
    request.caller = {.environment = server.environment,
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
            .mode = mode_for(token),
            .has_unique_group_names = directory.has_unique_group_names,
            .ignores_unknown_members = directory.unknown == store::tenants::unknown_members::ignore,
            .patch_status = directory.patch_status,
            .schemas = &server.schemas.of(directory.schemas),
            .trace = &request.trace,
            .work = &request.budget,
            .quotas = server.quotas.get()};
    return {};
}

result<void> reauthenticate(const request_context& request, store::transaction& tx) {
    const auto known = find_token(request.http, request.caller.directory.text(), tx);
    return known ? check_enabled(*known) : known.error();
}

}  // namespace scimd::api

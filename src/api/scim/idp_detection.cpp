#include "api/scim/idp_detection.hpp"

#include "service/request_log/idp_detection.hpp"
#include "store/directories.hpp"

#include <utility>

namespace scimd::api {
namespace {

std::optional<std::string_view> user_agent_of(const http::request& head) {
    const auto* field = head.headers.find("User-Agent");
    return field ? std::optional<std::string_view>(*field) : std::nullopt;
}

// Lets the current request be handled as one of the provider.
void adopt(service::caller& caller, const store::tenants::detection& detected) {
    caller.detected = detected;
    if (caller.is_provider_configured)
        return;
    caller.provider = detected.provider;
    if (caller.mode != scim::conformance_mode::strict)
        caller.mode = service::conformance_mode_of(store::tenants::scim_mode::compat, {}, detected);
}

// The provider that the request reveals, when it should replace the recorded one.
std::optional<service::idp_detection> detect_new_idp(
        const server_context& server, const request_context& request, const json::object* body) {
    if (request.caller.user)
        return std::nullopt;
    auto seen = service::detect_idp({.method = request.http.method,
            .user_agent = user_agent_of(request.http),
            .target = request.http.target,
            .body = body});
    if (seen && !service::should_replace(*seen, request.caller.detected, server.wall_clock.now()))
        seen.reset();
    return seen;
}

}  // namespace

bool detects_new_idp(const server_context& server, const request_context& request, const json::object* body) {
    return detect_new_idp(server, request, body).has_value();
}

reply with_idp_detection(const server_context& server, request_context& request, const json::object* body,
        std::function<reply()> next) {
    const auto seen = detect_new_idp(server, request, body);
    if (!seen)
        return next();
    return transaction_step{
            store::intent::write, [&request, seen, next = std::move(next)](store::transaction& tx) -> reply {
                const store::tenants::detection found{
                        std::string(seen->provider), std::string(seen->by), seen->is_certain, tx.now()};
                store::directories::set_detected(tx, request.caller.directory, found);
                adopt(request.caller, found);
                return next();
            }};
}

}  // namespace scimd::api

#include "api/pipeline.hpp"

#include "api/auth/anonymous.hpp"
#include "api/auth/authenticate.hpp"
#include "api/auth/oauth_api.hpp"
#include "api/auth/reauthenticate.hpp"
#include "api/management/pipeline.hpp"
#include "api/render.hpp"
#include "api/scim/idp_detection.hpp"
#include "api/scim/me_api.hpp"
#include "api/scim/scim_request_log.hpp"

#include <string>
#include <utility>

namespace scimd::api {
namespace {

constexpr std::string_view token_path = "/oauth/token";

// The answer to "OPTIONS *", which is about the server as a whole.
constexpr std::string_view methods_of_server = "GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS";

// Counts the request for its directory, once, when the directory is known.
result<void> check_rate(const server_context& server, request_context& request) {
    if (!server.directory_limits)
        return {};
    if (!request.rate_limit)  // else the step runs again
        request.rate_limit = server.directory_limits->take(request.caller.directory, request.started_at);
    if (!request.rate_limit->is_over)
        return {};
    server.metrics
            .counter_of(
                    "scimd_rate_limited_total", "Requests that were over the rate limit of their directory.")
            .add();
    return error{
            errc::too_many_requests, "This directory has sent more requests than its rate limit allows."};
}

// Whether the request needs no credentials. A request for an access token is not public: it is counted when
// the credentials of its client have been checked.
bool is_public(const request_context& request, const match& found) {
    if (is_of_directory(request.target) || found.who != principal::anyone)
        return false;
    return !found.row || (!is_probe(found.row->path) && found.row->path != token_path);
}

bool is_over_anonymous_rate(const server_context& server, request_context& request) {
    if (!server.anonymous_limits || request.http.from.is_operator)
        return false;
    const auto over = server.anonymous_limits->over(request.http.from, request.started_at);
    if (over)
        request.rate_limit = over;
    return over.has_value();
}

// Answers a request of SCIM whose token has been accepted.
reply answer_scim(const server_context& server, request_context& request, const match& found) {
    if (!found.row)
        return no_route_response(request, found);
    if (const auto allowed = check_reach(request, found.row->who); !allowed)
        return scim_error(request, allowed.error());
    return reauthenticate_late(server, request, found.row->handle(server, request),
            [&request](store::transaction& tx) { return reauthenticate(request, tx); });
}

// SCIM: authenticates, counts the request for its directory, detects the identity provider, and goes on with
// the handler in the same transaction when that reads. A token that cannot be good is refused without asking
// the store.
reply handle_scim(const server_context& server, request_context& request, match found) {
    if (!has_plausible_token(request.http))
        return scim_error(request, unauthorized());
    return transaction_step{store::intent::read,
            [&server, &request, found = std::move(found)](store::transaction& tx) -> reply {
                if (auto known = authenticate(server, request, request.target.segments[1], tx); !known)
                    return scim_error(request, known.error());
                if (auto allowed = check_rate(server, request); !allowed)
                    return scim_error(request, allowed.error());
                const auto proceed = [&server, &request, found] {
                    return answer_scim(server, request, found);
                };
                auto next = with_idp_detection(server, request, nullptr, proceed);
                const auto* more = std::get_if<transaction_step>(&next);
                return more && more->mode == store::intent::read ? more->run(tx) : std::move(next);
            }};
}

bool may_read_metrics(const server_context& server, const request_context& request) {
    return server.is_metrics_open || request.http.from.is_loopback;
}

// Routes without credentials.
reply handle_public(const server_context& server, request_context& request, const match& found) {
    if (found.who == principal::metrics_reader && !may_read_metrics(server, request))
        return error_for(request, {errc::forbidden, "Metrics are shown to loopback peers only."});
    return found.row ? found.row->handle(server, request) : reply(no_route_response(request, found));
}

}  // namespace

reply request_pipeline::handle(request_context& request) const {
    request.started_at = server_.wall_clock.now();
    if (request.http.method == "OPTIONS" && request.http.target == "*")
        return options_response(std::string(methods_of_server));
    auto target = parse_target(request.http.target);
    if (!target)
        return error_for(request, target.error());
    request.target = std::move(*target);
    auto found = find_route(routes(), request.http.method, request.target);
    if (is_public(request, found) && is_over_anonymous_rate(server_, request))
        return error_for(request, over_anonymous_rate());
    request.parameters = std::move(found.parameters);
    if (found.row)
        request.access_log.route = found.row->path;
    if (is_of_directory(request.target))
        return handle_scim(server_, request, std::move(found));
    if (is_of_management(found.who))
        return handle_management(server_, request, std::move(found));
    return handle_public(server_, request, found);
}

// Counts requests without valid credentials for their address. A request with valid ones is never refused for
// what others at its address do.
void request_pipeline::finish(request_context& request, http::response& answer) const {
    const bool is_for_token = request.access_log.route == token_path;
    const bool is_unknown = answer.status == 401 || (is_for_token && answer.status >= 400);
    if (is_unknown && is_over_anonymous_rate(server_, request))
        answer = is_for_token ? too_many_token_requests() : error_for(request, over_anonymous_rate());
    add_rate_fields(request, answer);
}

void request_pipeline::log_request(
        request_context& request, const http::response& answered, std::chrono::microseconds took) const {
    if (is_of_directory(request.target))
        record_request(server_, request, answered, took);
}

http::response request_pipeline::refuse(const error& reason, std::string_view target) const {
    http::request head;
    head.target = target;
    return error_for(request_context(head), reason);
}

}  // namespace scimd::api

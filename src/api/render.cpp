#include "api/render.hpp"

#include "api/content_negotiation.hpp"
#include "scim/messages/message.hpp"
#include "service/scim/etag.hpp"

#include <memory>
#include <optional>
#include <utility>

namespace scimd::api {
namespace {

constexpr std::string_view scim_json = "application/scim+json";
constexpr std::string_view plain_json = "application/json";
constexpr std::string_view retry_after_seconds = "2";
constexpr std::string_view retry_after_storage_seconds = "60";  // an operator has to free disk space

// RFC 7644 §3.8: the media type follows from the Accept header; the suffix ".scim" of the path overrides it.
std::string_view scim_type_of(const request_context& request) {
    const auto* accept = request.http.headers.find("Accept");
    return accept && !request.target.has_scim_suffix && prefers_plain_json(*accept) ? plain_json : scim_json;
}

// A response body that is streamed from a spooled text. One thread at a time, as every body source.
class spooled_body final : public http::body_source {
public:
    explicit spooled_body(spooled_text text) : text_(std::move(text)) {}

    state next(std::string& piece) override { return text_.read(piece) ? state::more : state::done; }
    [[nodiscard]] std::optional<std::uint64_t> bytes_left() const override { return text_.size(); }

private:
    spooled_text text_;
};

// The body of a response to HEAD: its length is unknown, and it is never sent.
class unread_body final : public http::body_source {
public:
    state next(std::string& /*piece*/) override { return state::done; }
};

// RFC 7643 §3.1: Content-Location is meta.location of the resource in the response; RFC 7644 §3.3 and the
// examples of §3.4.1, §3.5.1 and §3.5.2 have the URI in Location as well.
void add_location_fields(http::response& made, const std::string& location) {
    made.headers.set("Location", location);
    made.headers.set("Content-Location", location);
}

void add_resource_fields(http::response& made, const service::representation& resource) {
    made.headers.add("ETag", service::etag(resource.version));
    add_location_fields(made, resource.location);
}

http::response make_response(int status, std::string_view type, std::string body) {
    http::response made;
    made.status = status;
    made.body = std::move(body);
    if (!made.body.empty())
        made.headers.add("Content-Type", std::string(type));
    made.headers.add("Cache-Control", "no-store");
    made.headers.add("X-Content-Type-Options", "nosniff");
    return made;
}

// RFC 7644 §3.11: every response to "/Me" has the permanent URI of the resource in Location.
void add_alias_fields(http::response& made, const std::string& permanent_uri) {
    if (!permanent_uri.empty())
        made.headers.set("Location", permanent_uri);
}

void add_error_fields(http::response& made, const error& failure) {
    if (failure.code == errc::unauthorized)
        made.headers.add("WWW-Authenticate", "Bearer realm=\"scimd\"");
    if (failure.code == errc::unavailable || failure.code == errc::too_many_requests)
        made.headers.add("Retry-After", std::string(retry_after_seconds));
    if (failure.code == errc::storage_reserved)
        made.headers.add("Retry-After", std::string(retry_after_storage_seconds));
}

// The numbers and names of google.rpc.Code; where Scalekit has another name, that one.
struct rpc_code {
    int number;
    std::string_view name;
};

rpc_code rpc_code_of(const error& failure) {
    if (failure.code == errc::precondition_failed)
        return {9, "FAILED_PRECONDITION"};
    switch (http_status(failure.code)) {
        case 401:
            return {16, "UNAUTHENTICATED"};
        case 403:
            return {7, "PERMISSION_DENIED"};
        case 404:
        case 410:
            return {5, "NOT_FOUND"};
        case 405:
            return {12, "UNIMPLEMENTED"};
        case 408:
            return {4, "DEADLINE_EXCEEDED"};
        case 409:
            return {6, "ALREADY_EXISTS"};
        case 429:
            return {8, "RATE_LIMITED"};
        case 500:
            return {13, "INTERNAL"};
        case 501:
        case 505:
            return {12, "UNIMPLEMENTED"};
        case 503:
            return {14, "UNAVAILABLE"};
        case 507:
            return {8, "RESOURCE_EXHAUSTED"};
        default:
            return {3, "INVALID_ARGUMENT"};
    }
}

}  // namespace

http::response scim_response(const request_context& request, int status, std::string body) {
    auto made = make_response(status, scim_type_of(request), std::move(body));
    add_alias_fields(made, request.permanent_uri);
    return made;
}

http::response scim_resource(const request_context& request, int status, service::representation resource) {
    auto made = scim_response(request, status, std::move(resource.body));
    add_resource_fields(made, resource);
    return made;
}

http::response scim_version(int status, const service::representation& resource) {
    http::response made;
    made.status = status;
    add_resource_fields(made, resource);
    return made;
}

http::response scim_document(const request_context& request, const json::object& document) {
    auto made = scim_response(request, 200, to_text(document));
    const std::string location(document.at("meta").at("location").as_string());
    add_location_fields(made, location);
    return made;
}

http::response long_scim_response(const request_context& request, int status, spooled_text body) {
    if (body.is_in_memory())
        return scim_response(request, status, std::move(body).take());
    auto made = scim_response(request, status, std::string());
    made.headers.add("Content-Type", std::string(scim_type_of(request)));
    made.stream = std::make_unique<spooled_body>(std::move(body));
    return made;
}

http::response long_scim_resource(
        const request_context& request, int status, service::representation resource, spooled_text body) {
    auto made = long_scim_response(request, status, std::move(body));
    add_resource_fields(made, resource);
    return made;
}

http::response unread_scim_resource(
        const request_context& request, int status, service::representation resource) {
    auto made = scim_response(request, status, std::string());
    made.headers.add("Content-Type", std::string(scim_type_of(request)));
    made.stream = std::make_unique<unread_body>();
    add_resource_fields(made, resource);
    return made;
}

http::response scim_error(const request_context& request, const error& failure) {
    auto made = scim_response(request, http_status(failure.code), scim::error_message(failure));
    add_error_fields(made, failure);
    return made;
}

http::response manage_response(int status, const json::object& body) {
    return make_response(status, plain_json, to_text(body));
}

std::string_view error_code(const error& failure) {
    return rpc_code_of(failure).name;
}

http::response manage_error(const error& failure) {
    const auto code = rpc_code_of(failure);
    const json::object body{{"code", code.number}, {"message", failure.detail},
            {"details", {json::object{{"@type", "type.googleapis.com/scalekit.v1.errdetails.ErrorInfo"},
                                {"error_code", code.name}}}}};
    auto made = manage_response(http_status(failure.code), body);
    add_error_fields(made, failure);
    return made;
}

void add_rate_fields(const request_context& request, http::response& made) {
    if (!request.rate_limit)
        return;
    const auto& rate = *request.rate_limit;
    made.headers.set("X-Rate-Limit-Limit", std::to_string(rate.limit));
    made.headers.set("X-Rate-Limit-Remaining", std::to_string(rate.remaining));
    made.headers.set("X-Rate-Limit-Reset", std::to_string(rate.reset.count()));
    if (!rate.is_over)
        return;
    const auto seconds = std::to_string(rate.retry_after.count());
    made.headers.set("Retry-After", seconds);
    made.headers.set("X-Rate-Limit-Retry-After-Seconds", seconds);
}

bool is_scim_path(std::string_view target) {
    return target.starts_with("/directory/");
}

error work_refusal(const request_context& request, const work_limit_exceeded& reason) {
    const bool is_read = request.http.method == "GET" || request.http.method == "HEAD";
    const bool is_list = is_read || std::string_view(request.access_log.route).ends_with("/.search");
    return {is_list ? errc::too_many : errc::too_large, reason.what()};
}

error work_refusal(const work_cancelled&) {
    return {errc::unavailable, "The request took too long, or the service is stopping. Try again shortly."};
}

http::response error_for(const request_context& request, const error& failure) {
    return is_scim_path(request.http.target) ? scim_error(request, failure) : manage_error(failure);
}

}  // namespace scimd::api

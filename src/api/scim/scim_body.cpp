#include "api/scim/scim_body.hpp"

#include "api/render.hpp"
#include "base/text.hpp"

#include <string_view>
#include <utility>

namespace scimd::api {
namespace {

// RFC 7644 §3.8, extended by the habits of identity providers: any parameter, no Content-Type, plain JSON.
result<void> check_content_type(const http::request& head) {
    const auto* field = head.headers.find("Content-Type");
    if (!field)
        return {};
    const auto type = trim(std::string_view(*field).substr(0, field->find(';')));
    if (equals_ignoring_case(type, "application/scim+json") || equals_ignoring_case(type, "application/json"))
        return {};
    return error{errc::unsupported_media_type, "The body must be application/scim+json or application/json."};
}

std::string_view without_byte_order_mark(std::string_view text, scim::conformance_mode mode) noexcept {
    constexpr std::string_view mark = "\xEF\xBB\xBF";
    if (mode != scim::conformance_mode::strict && text.starts_with(mark))
        text.remove_prefix(mark.size());
    return text;
}

}  // namespace

reply with_json_body(request_context& request, body_bounds bounds, std::function<reply(json::object)> then) {
    if (auto type = check_content_type(request.http); !type)
        return scim_error(request, type.error());
    return body_request{bounds.bytes_max,
            [&request, then = std::move(then), may_be_empty = bounds.may_be_empty](
                    const std::string& sent) -> reply {
                const std::string_view text = without_byte_order_mark(sent, request.caller.mode);
                if (request.caller.trace && text.size() <= service::request_trace::body_bytes_max)
                    request.caller.trace->body = text;
                if (may_be_empty && trim(text).empty() &&
                        request.caller.mode != scim::conformance_mode::strict)
                    return then({});
                auto body = parse_json_object(text, request.budget);
                if (!body)
                    return scim_error(request, body.error());
                return then(std::move(*body));
            },
            std::move(bounds.too_large)};
}

}  // namespace scimd::api

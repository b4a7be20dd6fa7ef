#include "api/management/management_request.hpp"

#include "base/time.hpp"

#include <algorithm>
#include <charconv>
#include <chrono>
#include <iterator>
#include <utility>

namespace scimd::api {

service::event_source management_request::source() const {
    const bool is_operator = context.api_client.kind == service::caller_kind::operator_;
    service::event_actor who{
            is_operator ? "operator" : "client", is_operator ? std::string() : context.api_client.name, {}};
    return {server.environment, "api", std::move(who), context.http.id};
}

result<std::optional<time_point>> parse_time(const std::optional<std::string>& text, std::string_view name) {
    if (!text)
        return std::optional<time_point>();
    auto when = parse_rfc3339(*text);
    if (!when)
        return invalid_value(std::string(name) + " must be a timestamp of RFC 3339.");
    return when;
}

std::optional<std::string_view> query_parameter(const request_context& request, std::string_view name) {
    if (const auto text = request.target.parameter(name))
        return text;
    std::string joined;
    std::ranges::remove_copy(name, std::back_inserter(joined), '_');
    return request.target.parameter(joined);
}

result<std::int64_t> number_parameter(
        const request_context& request, std::string_view name, const number_bounds& bounds) {
    const auto text = query_parameter(request, name);
    if (!text || text->empty())
        return bounds.default_value;
    std::int64_t number = 0;
    const auto* end = text->data() + text->size();
    const auto read = std::from_chars(text->data(), end, number);
    if (read.ec != std::errc() || read.ptr != end || number < bounds.least || number > bounds.most) {
        return error{errc::invalid_value, std::string(name) + " must be a number from " +
                                                  std::to_string(bounds.least) + " to " +
                                                  std::to_string(bounds.most) + "."};
    }
    return number;
}

result<organization_id> read_organization(const management_request& request) {
    const auto id = organization_id::parse(request.parameter("organization"));
    if (!id || !store::tenants::is_organization(request.tx, *id))
        return error{errc::not_found, "The organization was not found."};
    return *id;
}

result<store::tenants::organization> find_organization(const management_request& request) {
    const auto id = organization_id::parse(request.parameter("organization"));
    auto found = id ? store::tenants::find_organization(request.tx, *id) : std::nullopt;
    if (!found)
        return error{errc::not_found, "The organization was not found."};
    return std::move(*found);
}

result<store::tenants::directory> read_directory(const management_request& request) {
    const error missing{errc::not_found, "The directory was not found."};
    const auto id = directory_id::parse(request.parameter("directory"));
    if (!id)
        return missing;
    auto owner = organization_id::parse(request.parameter("organization"));
    if (request.parameter("organization") == "-")
        owner = store::tenants::owner_of(request.tx, *id);
    if (!owner)
        return missing;
    auto found = store::tenants::find_directory(request.tx, *owner, *id);
    if (!found)
        return missing;
    return std::move(*found);
}

std::int64_t last_id_at(time_point when) {
    return first_id_at(when + std::chrono::milliseconds(1)) - 1;
}

}  // namespace scimd::api

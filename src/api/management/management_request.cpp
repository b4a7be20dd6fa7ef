#include "api/management/management_request.hpp"

#include "base/time.hpp"

#include <algorithm>
#include <charconv>
#include <chrono>
#include <iterator>

namespace scimd::api {

result<std::optional<std::string>> optional_text(const json::object& body, std::string_view name)
{
    const auto* value = find(body, name);
    if (!value || value->is_null())
        return std::optional<std::string>();
    if (!value->is_string())
        return error{errc::invalid_value, std::string(name) + " must be a string."};
    return std::optional(std::string(value->get_string()));
}

result<std::string> required_text(const json::object& body, std::string_view name)
{
    auto text = optional_text(body, name);
    if (!text)
        return text.error();
    if (!*text || (*text)->empty())
        return error{errc::invalid_value, std::string(name) + " is required."};
    return std::move(**text);
}

result<bool> optional_flag(const json::object& body, std::string_view name)
{
    const auto* value = find(body, name);
    if (!value || value->is_null())
        return false;
    if (!value->is_bool())
        return error{errc::invalid_value, std::string(name) + " must be true or false."};
    return value->get_bool();
}

result<std::optional<time_point>> optional_time(const json::object& body, std::string_view name)
{
    const auto text = optional_text(body, name);
    if (!text)
        return text.error();
    if (!*text)
        return std::optional<time_point>();
    auto when = parse_rfc3339(**text);
    if (!when)
        return error{errc::invalid_value, std::string(name) + " must be a timestamp of RFC 3339."};
    return when;
}

result<std::optional<std::int64_t>> optional_number(
    const json::object& body, std::string_view name, std::int64_t least, std::int64_t most
)
{
    const auto* value = find(body, name);
    if (!value || value->is_null())
        return std::optional<std::int64_t>();
    if (value->is_int64() && value->get_int64() >= least && value->get_int64() <= most)
        return std::optional(value->get_int64());
    return error{
        errc::invalid_value,
        std::string(name) + " must be a number from " + std::to_string(least) + " to " +
            std::to_string(most) + "."
    };
}

std::optional<std::string_view> query_parameter(const request_context& request, std::string_view name)
{
    if (const auto text = request.target.parameter(name))
        return text;
    std::string joined;
    std::ranges::remove_copy(name, std::back_inserter(joined), '_');
    return request.target.parameter(joined);
}

result<std::int64_t> number_parameter(
    const request_context& request, std::string_view name, const number_bounds& bounds
)
{
    const auto text = query_parameter(request, name);
    if (!text || text->empty())
        return bounds.default_value;
    std::int64_t number = 0;
    const auto* end = text->data() + text->size();
    const auto read = std::from_chars(text->data(), end, number);
    if (read.ec != std::errc() || read.ptr != end || number < bounds.least || number > bounds.most) {
        return error{
            errc::invalid_value,
            std::string(name) + " must be a number from " + std::to_string(bounds.least) + " to " +
                std::to_string(bounds.most) + "."
        };
    }
    return number;
}

result<organization_id> read_organization(store::transaction& tx, const request_context& request)
{
    const auto id = organization_id::parse(request.parameter("organization"));
    if (!id || !store::tenants::is_organization(tx, *id))
        return error{errc::not_found, "The organization was not found."};
    return *id;
}

result<store::tenants::organization> find_organization(store::transaction& tx, const request_context& request)
{
    const auto id = organization_id::parse(request.parameter("organization"));
    auto found = id ? store::tenants::find_organization(tx, *id) : std::nullopt;
    if (!found)
        return error{errc::not_found, "The organization was not found."};
    return std::move(*found);
}

result<store::tenants::directory> read_directory(store::transaction& tx, const request_context& request)
{
    const error missing{errc::not_found, "The directory was not found."};
    const auto id = directory_id::parse(request.parameter("directory"));
    if (!id)
        return missing;
    auto owner = organization_id::parse(request.parameter("organization"));
    if (request.parameter("organization") == "-")
        owner = store::tenants::owner_of(tx, *id);
    if (!owner)
        return missing;
    auto found = store::tenants::find_directory(tx, *owner, *id);
    if (!found)
        return missing;
    return std::move(*found);
}

service::event_source event_source_of(const server_context& server, const request_context& request)
{
    const bool is_operator = request.api_client.kind == service::caller_kind::operator_;
    service::event_actor who{
        is_operator ? "operator" : "client", is_operator ? std::string() : request.api_client.name, {}
    };
    return {server.environment, "api", std::move(who), request.http.id};
}

std::int64_t last_id_at(time_point when)
{
    return first_id_at(when + std::chrono::milliseconds(1)) - 1;
}

}  // namespace scimd::api

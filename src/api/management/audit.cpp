// GET /api/v1/audit-log: the entries of the audit log, page by page.
#include "store/audit.hpp"

#include "api/management/management_request.hpp"
#include "base/time.hpp"
#include "management_operations.hpp"

#include <utility>

namespace scimd::api {
namespace {

constexpr number_bounds audit_page_size_bounds{1, 1'000, 100};
constexpr std::size_t actor_bytes_max = 64;
constexpr std::size_t audit_page_bytes_max = 4 * 1024 * 1024;  // a page ends early when its entries are large

template <class Id>
result<std::optional<Id>> id_parameter(const request_context& request, std::string_view name) {
    const auto text = request.target.parameter(name);
    if (!text)
        return std::optional<Id>();
    const auto id = Id::parse(*text);
    if (!id)
        return error{errc::invalid_value, std::string(name) + " is not valid."};
    return id;
}

result<std::optional<time_point>> since_parameter(const request_context& request) {
    const auto text = request.target.parameter("since");
    if (!text)
        return std::optional<time_point>();
    const auto when = parse_rfc3339(*text);
    if (!when)
        return error{errc::invalid_value, "since must be a timestamp of RFC 3339."};
    return when;
}

result<store::audit::query> read_query(const request_context& request) {
    store::audit::query read;
    const auto size = number_parameter(request, "page_size", audit_page_size_bounds);
    if (!size)
        return size.error();
    read.limit = *size;
    const auto before = number_parameter(request, "page_token", {1, number_max, number_max});
    if (!before)
        return error{errc::invalid_value, "page_token is not valid."};
    read.before = *before;
    const auto organization = id_parameter<organization_id>(request, "organization_id");
    if (!organization)
        return organization.error();
    read.organization = *organization;
    const auto directory = id_parameter<directory_id>(request, "directory_id");
    if (!directory)
        return directory.error();
    read.directory = *directory;
    const auto since = since_parameter(request);
    if (!since)
        return since.error();
    read.since = *since;
    const auto actor = request.target.parameter("actor").value_or("");
    if (actor.size() > actor_bytes_max)
        return error{errc::invalid_value, "actor must have at most 64 bytes."};
    if (!actor.empty())
        read.actor = actor;
    return read;
}

json::object to_json(const store::audit::entry& from) {
    json::object body{{"id", "aud_" + std::to_string(from.number)}, {"time", format_rfc3339(from.at)},
            {"actor", from.actor}};
    if (from.organization)
        body["organization_id"] = from.organization->text();
    if (from.directory)
        body["directory_id"] = from.directory->text();
    auto details = parse_json_object(from.body).value();
    for (auto& [name, value] : details)
        body[name] = std::move(value);
    body["digest"] = from.digest;
    return body;
}

}  // namespace

result<http::response> list_audit_log(management_request& request) {
    const auto asked = read_query(request.context);
    if (!asked)
        return asked.error();
    auto query = *asked;
    ++query.limit;
    const auto found = store::audit::list(request.tx, query);
    json::array listed;
    std::size_t bytes = 0;
    for (const auto& entry : found) {
        if (static_cast<std::int64_t>(listed.size()) == asked->limit || bytes > audit_page_bytes_max)
            break;
        bytes += entry.body.size();
        listed.push_back(to_json(entry));
    }
    const bool has_more = listed.size() < found.size();
    const auto next = has_more ? std::to_string(found[listed.size() - 1].number) : std::string();
    return manage_response(
            200, {{"entries", std::move(listed)}, {"next_page_token", next}, {"prev_page_token", ""}});
}

}  // namespace scimd::api

#include "api/router.hpp"

#include "base/text.hpp"

#include <optional>
#include <utility>

namespace scimd::api {
namespace {

using parameters = std::vector<std::pair<std::string_view, std::string>>;

// "{id}:enable" against "dir_42:enable" gives id = "dir_42".
bool match_parameter(std::string_view pattern, std::string_view segment, parameters& found)
{
    const auto close = pattern.find('}');
    const auto suffix = pattern.substr(close + 1);
    if (!segment.ends_with(suffix) || segment.size() == suffix.size())
        return false;
    found.emplace_back(
        pattern.substr(1, close - 1), std::string(segment.substr(0, segment.size() - suffix.size()))
    );
    return true;
}

std::optional<parameters> match_path(std::string_view path, const std::vector<std::string>& segments)
{
    parameters found;
    path.remove_prefix(1);
    for (std::size_t i = 0; i < segments.size(); ++i) {
        if (path.empty())
            return std::nullopt;
        const auto slash = path.find('/');
        const auto pattern = path.substr(0, slash);
        path = slash == std::string_view::npos ? std::string_view() : path.substr(slash + 1);
        const bool is_parameter = pattern.starts_with('{');
        if (is_parameter ? !match_parameter(pattern, segments[i], found) : pattern != segments[i])
            return std::nullopt;
    }
    return path.empty() ? std::optional(std::move(found)) : std::nullopt;
}

void add_method(std::string& allow, std::string_view method)
{
    if (!allow.empty())
        allow += ", ";
    allow += method;
    if (method == "GET")
        allow += ", HEAD";
}

}  // namespace

match find_route(std::span<const route> table, std::string_view method, const target& where)
{
    const auto wanted = method == "HEAD" ? std::string_view("GET") : method;
    match found;
    std::string_view
        path;  // of the first row that fits: rows behind it with another template are other resources
    for (const auto& row : table) {
        if (!path.empty() && row.path != path)
            continue;
        auto parameters = match_path(row.path, where.segments);
        if (!parameters)
            continue;
        if (path.empty()) {
            path = row.path;
            found.who = row.who;
        }
        if (row.method == wanted) {
            found.row = &row;
            found.parameters = std::move(*parameters);
            return found;
        }
        add_method(found.allow, row.method);
        found.parameters = std::move(*parameters);
    }
    if (!found.allow.empty())
        add_method(found.allow, "OPTIONS");
    return found;
}

}  // namespace scimd::api

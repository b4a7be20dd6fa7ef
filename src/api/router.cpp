#include "api/router.hpp"

#include "base/text.hpp"

#include <utility>

namespace scimd::api {
namespace {

using parameters = std::vector<std::pair<std::string_view, std::string>>;

// The value of a parameter: "dir_42" for "{id}:enable" and "dir_42:enable"; empty when the segment does not
// fit.
std::string_view value_of(std::string_view pattern, std::string_view segment) {
    const auto suffix = pattern.substr(pattern.find('}') + 1);
    return segment.ends_with(suffix) ? segment.substr(0, segment.size() - suffix.size()) : std::string_view();
}

// Calls `each` with the pattern and the segment at every position of the path until it returns false. false
// then, and when the number of segments differs.
template <class Each>
bool all_places(std::string_view path, const std::vector<std::string>& segments, Each each) {
    path.remove_prefix(1);
    for (const auto& segment : segments) {
        if (path.empty())
            return false;
        const auto slash = path.find('/');
        if (!each(path.substr(0, slash), std::string_view(segment)))
            return false;
        path = slash == std::string_view::npos ? std::string_view() : path.substr(slash + 1);
    }
    return path.empty();
}

bool is_parameter(std::string_view pattern) {
    return pattern.starts_with('{');
}

bool fits(std::string_view path, const std::vector<std::string>& segments) {
    return all_places(path, segments, [](std::string_view pattern, std::string_view segment) {
        return is_parameter(pattern) ? !value_of(pattern, segment).empty() : pattern == segment;
    });
}

// The parameters of a path that fits.
parameters parameters_in(std::string_view path, const std::vector<std::string>& segments) {
    parameters found;
    all_places(path, segments, [&](std::string_view pattern, std::string_view segment) {
        if (is_parameter(pattern))
            found.emplace_back(
                    pattern.substr(1, pattern.find('}') - 1), std::string(value_of(pattern, segment)));
        return true;
    });
    return found;
}

void add_method(std::string& allow, std::string_view method) {
    if (!allow.empty())
        allow += ", ";
    allow += method;
    if (method == "GET")
        allow += ", HEAD";
}

}  // namespace

match find_route(std::span<const route> table, std::string_view method, const target& where) {
    const auto wanted = method == "HEAD" ? std::string_view("GET") : method;
    match found;
    std::string_view path;  // of the first row that fits: rows with other templates are other resources
    for (const auto& row : table) {
        if (!path.empty() && row.path != path)
            continue;
        if (!fits(row.path, where.segments))
            continue;
        if (path.empty()) {
            path = row.path;
            found.who = row.who;
            found.parameters = parameters_in(path, where.segments);
        }
        if (row.method == wanted) {
            found.row = &row;
            return found;
        }
        add_method(found.allow, row.method);
    }
    if (!found.allow.empty())
        add_method(found.allow, "OPTIONS");
    return found;
}

}  // namespace scimd::api

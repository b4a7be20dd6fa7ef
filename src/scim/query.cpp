#include "scim/query.hpp"

#include "base/text.hpp"
#include "scim/excerpt.hpp"

#include <algorithm>
#include <charconv>
#include <limits>

namespace scimd::scim {

namespace {

// The first of that name; an empty one is as good as none where nothing can be meant by it.
const std::string* find_parameter(const parameters& given, std::string_view name)
{
    const auto found = std::find_if(given.begin(), given.end(), [name](const auto& each) {
        return equals_ignoring_case(each.first, name);
    });
    return found == given.end() ? nullptr : &found->second;
}

std::string_view text_of(const parameters& given, std::string_view name)
{
    const std::string* const found = find_parameter(given, name);
    return found ? trim(*found) : std::string_view{};
}

// A whole number; beyond 64 bits it is the nearest that there is, since both parameters have ends anyway.
result<std::int64_t> read_integer(std::string_view name, std::string_view text)
{
    using limits = std::numeric_limits<std::int64_t>;
    std::int64_t value = 0;
    const char* const end = text.data() + text.size();
    const auto [rest, failure] = std::from_chars(text.data(), end, value);
    if (rest != end || failure == std::errc::invalid_argument)
        return error{
            errc::invalid_value, std::string(name) + " must be an integer, not " + excerpt(text) + "."
        };
    if (failure == std::errc::result_out_of_range)
        return text.starts_with('-') ? limits::min() : limits::max();
    return value;
}

result<void> read_page(const parameters& given, list_query& made)
{
    if (const std::string_view text = text_of(given, "startIndex"); !text.empty()) {
        const auto number = read_integer("startIndex", text);
        if (!number)
            return number.error();
        made.start_index = static_cast<std::uint64_t>(std::max<std::int64_t>(*number, 1));
    }
    if (const std::string_view text = text_of(given, "count"); !text.empty()) {
        const auto number = read_integer("count", text);
        if (!number)
            return number.error();
        constexpr auto most = static_cast<std::int64_t>(page_size_max);
        made.count = static_cast<std::size_t>(std::clamp<std::int64_t>(*number, 0, most));
    }
    return {};
}

// RFC 7644 §3.4.2.3: a complex attribute is sorted by a sub-attribute, which is `value` where none is named.
result<path> read_sort_by(std::string_view text, const resource_type& type)
{
    auto found = parse_path(text, type);
    if (!found)
        return error{errc::invalid_path, "sortBy: " + found.error().detail};
    if (found->leaf().is_complex())
        found->sub_attribute = found->attribute->find("value");
    if (found->leaf().is_complex())
        return error{errc::invalid_path, "sortBy must name a sub-attribute of " + excerpt(text) + "."};
    // The order of passwords would tell of them.
    if (found->attribute->returned == returned::never || found->leaf().returned == returned::never)
        return error{errc::invalid_path, "sortBy cannot be " + excerpt(text) + "."};
    return found;
}

result<void> read_order(const parameters& given, const resource_type& type, list_query& made)
{
    if (const std::string_view text = text_of(given, "sortBy"); !text.empty()) {
        auto found = read_sort_by(text, type);
        if (!found)
            return found.error();
        made.sort_by = *found;
    }
    const std::string_view order = text_of(given, "sortOrder");
    if (equals_ignoring_case(order, "descending"))
        made.order = sort_order::descending;
    else if (!order.empty() && !equals_ignoring_case(order, "ascending"))
        return error{
            errc::invalid_value, "sortOrder must be ascending or descending, not " + excerpt(order) + "."
        };
    return {};
}

}  // namespace

result<projection> parse_projection(const parameters& given, const resource_type& type, leniency how)
{
    const std::string_view attributes = text_of(given, "attributes");
    const std::string_view excluded = text_of(given, "excludedAttributes");
    if (how == leniency::strict && !attributes.empty() && !excluded.empty())
        return error{errc::invalid_value, "attributes and excludedAttributes exclude each other."};
    return parse_projection(attributes, excluded, type);
}

result<list_query> parse_query(const parameters& given, const resource_type& type, leniency how)
{
    list_query made;
    // An empty filter is an error, lest a client that lost its own gets everybody.
    if (const std::string* const text = find_parameter(given, "filter")) {
        auto parsed = parse_filter(*text, type, how);
        if (!parsed)
            return parsed.error();
        made.where = std::move(*parsed);
    }
    if (const auto read = read_page(given, made); !read)
        return read.error();
    if (const auto read = read_order(given, type, made); !read)
        return read.error();
    auto wanted = parse_projection(given, type, how);
    if (!wanted)
        return wanted.error();
    made.wanted = std::move(*wanted);
    return made;
}

}  // namespace scimd::scim

#include "scim/messages/query.hpp"

#include "base/text.hpp"
#include "scim/quoted_input.hpp"

#include <algorithm>
#include <charconv>
#include <limits>

namespace scimd::scim {

namespace {

// Finds the first parameter of that name.
const std::string* find_parameter(const parameters& given, std::string_view name) {
    const auto found = std::find_if(given.begin(), given.end(),
            [name](const auto& each) { return equals_ignoring_case(each.first, name); });
    return found == given.end() ? nullptr : &found->second;
}

// Returns a parameter's text; an empty one counts as missing where it can mean nothing.
std::string_view text_of(const parameters& given, std::string_view name) {
    const std::string* const found = find_parameter(given, name);
    return found ? trim(*found) : std::string_view{};
}

error not_an_integer(errc code, std::string_view name, std::string_view text) {
    return {code, std::string(name) + " must be an integer, not " + quoted_input(text) + "."};
}

result<page_request> read_page(const parameters& given) {
    page_request page;
    if (const std::string* const cursor = find_parameter(given, "cursor"))
        page.cursor = std::string(trim(*cursor));
    if (const std::string_view text = text_of(given, "startIndex"); !text.empty()) {
        const auto number = parse_integer(text);
        if (!number)
            return not_an_integer(errc::invalid_value, "startIndex", text);
        page.set_start_index(*number);
    }
    if (const std::string_view text = text_of(given, "count"); !text.empty()) {
        const auto number = parse_integer(text);
        if (!number)
            return not_an_integer(page.cursor ? errc::invalid_count : errc::invalid_value, "count", text);
        page.set_count(*number);
    }
    return page;
}

// Resolves sortBy. A complex attribute is sorted by its sub-attribute `value` unless another is named (RFC
// 7644 §3.4.2.3).
result<path> read_sort_by(std::string_view text, const resource_type& type) {
    auto found = parse_path(text, type);
    if (!found)
        return error{errc::invalid_path, "sortBy: " + found.error().detail};
    if (found->leaf().is_complex())
        found->sub_attribute = found->attribute->find("value");
    if (found->leaf().is_complex())
        return error{errc::invalid_path, "sortBy must name a sub-attribute of " + quoted_input(text) + "."};
    // Sorting by passwords would reveal their order.
    if (found->attribute->returned == returned::never || found->leaf().returned == returned::never)
        return error{errc::invalid_path, "sortBy cannot be " + quoted_input(text) + "."};
    return found;
}

// Resolves sortBy for one of several types: its own attribute of that name, or the one of the first other
// type that has it.
result<path> read_sort_by(
        std::string_view text, const resource_type& type, std::span<const resource_type* const> types) {
    auto own = read_sort_by(text, type);
    if (own)
        return own;
    for (const resource_type* const other : types)
        if (auto found = read_sort_by(text, *other))
            return found;
    return own;
}

std::string identity_of(const list_request& asked, std::span<const resource_type* const> types) {
    json::array texts;
    for (const resource_type* const type : types)
        texts.emplace_back(type->name);
    texts.emplace_back(asked.filter ? json::value(*asked.filter) : json::value());
    texts.emplace_back(asked.sort_by);
    texts.emplace_back(asked.order == sort_order::descending);
    return scimd::to_text(json::value(std::move(texts)));
}

}  // namespace

std::optional<std::int64_t> parse_integer(std::string_view text) {
    using limits = std::numeric_limits<std::int64_t>;
    std::int64_t value = 0;
    const char* const end = text.data() + text.size();
    const auto [rest, failure] = std::from_chars(text.data(), end, value);
    if (rest != end || failure == std::errc::invalid_argument)
        return std::nullopt;
    if (failure == std::errc::result_out_of_range)
        return text.starts_with('-') ? limits::min() : limits::max();
    return value;
}

result<projection> parse_projection(std::string_view attributes, std::string_view excluded,
        const resource_type& type, conformance_mode mode) {
    if (mode == conformance_mode::strict && !attributes.empty() && !excluded.empty())
        return error{errc::invalid_value, "attributes and excludedAttributes exclude each other."};
    return parse_projection(attributes, excluded, type);
}

result<projection> parse_projection(
        const parameters& given, const resource_type& type, conformance_mode mode) {
    return parse_projection(text_of(given, "attributes"), text_of(given, "excludedAttributes"), type, mode);
}

void page_request::set_start_index(std::int64_t wanted) noexcept {
    start_index = static_cast<std::uint64_t>(std::max<std::int64_t>(wanted, 1));
}

void page_request::set_count(std::int64_t wanted) noexcept {
    constexpr auto most = static_cast<std::int64_t>(page_size_max);
    count = static_cast<std::size_t>(std::clamp<std::int64_t>(wanted, 0, most));
}

result<sort_order> parse_sort_order(std::string_view text) {
    if (equals_ignoring_case(text, "descending"))
        return sort_order::descending;
    if (text.empty() || equals_ignoring_case(text, "ascending"))
        return sort_order::ascending;
    return error{errc::invalid_value,
            "sortOrder must be ascending or descending, not " + quoted_input(text) + "."};
}

result<list_request> read_parameters(const parameters& given) {
    list_request asked;
    // An empty filter is an error, so that a client that lost its filter does not get all resources.
    if (const std::string* const text = find_parameter(given, "filter"))
        asked.filter = *text;
    auto page = read_page(given);
    if (!page)
        return page.error();
    asked.page = std::move(*page);
    const auto order = parse_sort_order(text_of(given, "sortOrder"));
    if (!order)
        return order.error();
    asked.order = *order;
    asked.sort_by = text_of(given, "sortBy");
    asked.attributes = text_of(given, "attributes");
    asked.excluded_attributes = text_of(given, "excludedAttributes");
    return asked;
}

result<list_query> resolve(
        const list_request& asked, std::span<const resource_type* const> types, conformance_mode mode) {
    if (asked.page.start_index && asked.page.cursor)
        return error{errc::invalid_value, "startIndex and cursor are two ways to page: send one of them."};
    list_query made{
            .parts = {}, .order = asked.order, .page = asked.page, .identity = identity_of(asked, types)};
    for (const resource_type* const type : types) {
        type_query part{.type = type};
        if (asked.filter) {
            auto parsed = parse_filter(*asked.filter, *type, types, mode);
            if (!parsed)
                return parsed.error();
            part.where = std::move(*parsed);
        }
        if (!asked.sort_by.empty()) {
            auto found = read_sort_by(asked.sort_by, *type, types);
            if (!found)
                return found.error();
            part.sort_by = *found;
        }
        auto wanted = parse_projection(asked.attributes, asked.excluded_attributes, *type, mode);
        if (!wanted)
            return wanted.error();
        part.wanted = std::move(*wanted);
        made.parts.push_back(std::move(part));
    }
    return made;
}

}  // namespace scimd::scim

// The body of POST /.search (RFC 7644 §3.4.3, RFC 9865 §3); it implements read_search_request of query.hpp.
#include "base/text.hpp"
#include "scim/messages/query.hpp"
#include "scim/quoted_input.hpp"
#include "scim/schema/legacy_names.hpp"
#include "scim/schema/urn.hpp"

#include <algorithm>
#include <array>

namespace scimd::scim {

namespace {

error wrong(std::string_view name, std::string_view must_be) {
    return {errc::invalid_syntax, std::string(name) + " must be " + std::string(must_be) + "."};
}

// Reads names of attributes into one comma-separated text, as in a URL.
result<void> read_names(
        const json::value& value, std::string_view name, conformance_mode mode, std::string& into) {
    if (value.is_string() && mode != conformance_mode::strict) {
        into = value.get_string();
        return {};
    }
    const auto* const names = value.if_array();
    if (!names)
        return wrong(name, "an array of attribute names");
    for (const auto& each : *names) {
        if (!each.is_string())
            return wrong(name, "an array of attribute names");
        into.append(into.empty() ? "" : ",").append(each.get_string());
    }
    return {};
}

result<void> read_text(const json::value& value, std::string_view name, std::string& into) {
    const auto* const text = value.if_string();
    if (!text)
        return wrong(name, "a string");
    into = *text;
    return {};
}

// Empty: an empty text, which like an empty parameter says nothing.
result<std::optional<std::int64_t>> read_number(
        const json::value& value, std::string_view name, conformance_mode mode, errc code) {
    if (const auto* const number = value.if_int64())
        return std::optional(*number);
    const auto* const text = mode == conformance_mode::strict ? nullptr : value.if_string();
    if (text && trim(*text).empty())
        return std::optional<std::int64_t>();
    const auto number = text ? parse_integer(trim(*text)) : std::nullopt;
    if (!number)
        return error{code, wrong(name, "an integer").detail};
    return number;
}

struct reader {
    conformance_mode mode = conformance_mode::compat;
    bool goes_by_cursor = false;
    list_request made{};

    result<void> read(std::string_view name, const json::value& value) {
        constexpr std::array members = {
                std::pair("schemas", &reader::read_schemas),
                std::pair("attributes", &reader::read_attributes),
                std::pair("excludedAttributes", &reader::read_excluded),
                std::pair("filter", &reader::read_filter),
                std::pair("sortBy", &reader::read_sort_by),
                std::pair("sortOrder", &reader::read_order),
                std::pair("startIndex", &reader::read_start_index),
                std::pair("count", &reader::read_count),
                std::pair("cursor", &reader::read_cursor),
        };
        const auto* const known = std::ranges::find_if(
                members, [name](const auto& each) { return equals_ignoring_case(each.first, name); });
        if (known == members.end())
            return error{errc::invalid_syntax, "A SearchRequest has no member " + quoted_input(name) + "."};
        return value.is_null() ? result<void>() : (this->*known->second)(value);
    }

    result<void> read_schemas(const json::value& value) {
        const auto* const urns = value.if_array();
        const auto is_search_request = [this](const json::value& each) {
            return is_message(each, urn::search_request, mode);
        };
        if (!urns || std::ranges::none_of(*urns, is_search_request))
            return wrong("schemas", "an array that lists " + std::string(urn::search_request));
        return {};
    }

    result<void> read_attributes(const json::value& value) {
        return read_names(value, "attributes", mode, made.attributes);
    }

    result<void> read_excluded(const json::value& value) {
        return read_names(value, "excludedAttributes", mode, made.excluded_attributes);
    }

    result<void> read_filter(const json::value& value) {
        return read_text(value, "filter", made.filter.emplace());
    }

    result<void> read_sort_by(const json::value& value) { return read_text(value, "sortBy", made.sort_by); }

    result<void> read_order(const json::value& value) {
        std::string text;
        if (auto read = read_text(value, "sortOrder", text); !read)
            return read;
        const auto order = parse_sort_order(trim(text));
        if (!order)
            return order.error();
        made.order = *order;
        return {};
    }

    result<void> read_start_index(const json::value& value) {
        const auto number = read_number(value, "startIndex", mode, errc::invalid_syntax);
        if (!number)
            return number.error();
        if (*number)
            made.page.set_start_index(**number);
        return {};
    }

    result<void> read_count(const json::value& value) {
        const auto number = read_number(
                value, "count", mode, goes_by_cursor ? errc::invalid_count : errc::invalid_syntax);
        if (!number)
            return number.error();
        if (*number)
            made.page.set_count(**number);
        return {};
    }

    result<void> read_cursor(const json::value& value) {
        return read_text(value, "cursor", made.page.cursor.emplace());
    }
};

}  // namespace

result<list_request> read_search_request(const json::object& body, conformance_mode mode) {
    const auto* const cursor = find_ignoring_case(body, "cursor");
    reader in{.mode = mode, .goes_by_cursor = cursor && !cursor->is_null()};
    for (const auto& member : body)
        if (auto read = in.read(member.key(), member.value()); !read)
            return read.error();
    return std::move(in.made);
}

}  // namespace scimd::scim

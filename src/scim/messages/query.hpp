// List queries: filter, sorting and pagination as query parameters (RFC 7644 §3.4.2) or a SearchRequest
// (§3.4.3), and their resolution against the resource types that are listed. Pure.
#pragma once

#include "base/error.hpp"
#include "base/json/json.hpp"
#include "scim/conformance_mode.hpp"
#include "scim/filter/filter.hpp"
#include "scim/projection.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace scimd::scim {

constexpr std::size_t page_size_default = 100;
constexpr std::size_t page_size_max = 1'000;
constexpr std::chrono::seconds cursor_lifetime{3'600};

enum class sort_order { ascending, descending };

// The page that is requested (RFC 7644 §3.4.2.4, RFC 9865 §2).
struct page_request {
    std::optional<std::uint64_t> start_index{};  // 1-based; the default is 1
    std::size_t count = page_size_default;
    std::optional<std::string> cursor{};  // present: cursor pagination (RFC 9865); empty: its first page

    // The setters clamp: a start index below 1 is 1; a count below 0 is 0 and above page_size_max is
    // page_size_max.
    void set_start_index(std::int64_t wanted) noexcept;
    void set_count(std::int64_t wanted) noexcept;
};

// A list query as sent; names of attributes have not been resolved.
struct list_request {
    std::optional<std::string> filter{};
    std::string sort_by{};
    sort_order order = sort_order::ascending;
    page_request page{};
    std::string attributes{};           // comma-separated
    std::string excluded_attributes{};  // comma-separated
};

// Decoded name/value pairs of a query string; names are matched without regard to case, and unknown ones are
// ignored. Errors: invalid_value, or invalid_count for a count that is not a number with cursor pagination.
using parameters = std::vector<std::pair<std::string, std::string>>;
result<list_request> read_parameters(const parameters& given);

// Parses a SearchRequest. invalid_syntax: an unknown member, a member of the wrong type, wrong schemas (they
// may be missing); invalid_count as above. Unknown members are refused, unlike parameters of a URL: members
// serve no other purpose, so an unknown one is a mistake. Unless the directory is strict, numbers and lists
// of names may be strings, as in a URL.
result<list_request> read_search_request(
        const json::object& body, conformance_mode mode = conformance_mode::compat);

// Parses an integer and clamps it to 64 bits. Empty: not an integer.
std::optional<std::int64_t> parse_integer(std::string_view text);

// The query as resolved against one resource type.
struct type_query {
    const resource_type* type = nullptr;
    std::optional<filter> where{};
    std::optional<path> sort_by{};
    projection wanted{};
};

// A resolved list query.
struct list_query {
    std::vector<type_query> parts;  // one per type, in the order given
    sort_order order = sort_order::ascending;
    page_request page{};
    std::string identity;  // equal for two queries that list the same resources in the same order

    [[nodiscard]] bool is_sorted() const noexcept {
        return !parts.empty() && parts.front().sort_by.has_value();
    }
};

result<sort_order> parse_sort_order(std::string_view text);  // case-insensitive; empty: ascending

// Resolves a query against at least one type. invalid_value: index and cursor pagination at once. With
// several types, an attribute that a type lacks is unassigned there; one that all lack is invalid_filter or
// (sortBy) invalid_path.
result<list_query> resolve(const list_request& asked, std::span<const resource_type* const> types,
        conformance_mode mode = conformance_mode::compat);

// Parses attributes and excludedAttributes. RFC 7644 §3.9 allows only one of them: both are invalid_value in
// a strict directory; in others the second is subtracted from the first.
result<projection> parse_projection(
        const parameters& given, const resource_type& type, conformance_mode mode);

}  // namespace scimd::scim

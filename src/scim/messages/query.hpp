// What a client asks of a list: the parameters of a URL (RFC 7644 §3.4.2) or a SearchRequest (§3.4.3), and
// what they mean for the resource types that are listed. Pure.
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

// RFC 7644 §3.4.2.4, RFC 9865 §2.
struct page_request {
    std::optional<std::uint64_t> start_index{};  // 1-based, and 1 where it is not said
    std::size_t count = page_size_default;
    std::optional<std::string> cursor{};  // there: pages by cursor (RFC 9865); empty: the first of them

    // Below 1 is 1; below 0 is 0, above page_size_max that.
    void set_start_index(std::int64_t wanted) noexcept;
    void set_count(std::int64_t wanted) noexcept;
};

// As sent: names of attributes have not been looked at.
struct list_request {
    std::optional<std::string> filter{};
    std::string sort_by{};
    sort_order order = sort_order::ascending;
    page_request page{};
    std::string attributes{};           // with commas between them
    std::string excluded_attributes{};  // the same
};

// Decoded name/value pairs of a query string; names match whatever their case, unknown ones are ignored.
// Errors: invalid_value, or invalid_count for a count that is no number where pages go by cursor.
using parameters = std::vector<std::pair<std::string, std::string>>;
result<list_request> read_parameters(const parameters& given);

// invalid_syntax: an unknown member, one of another type, other schemas (they may be missing); invalid_count
// as above. Unlike parameters of a URL, members have no other purpose: one that nobody knows is a slip. But
// in strict directories numbers and lists of names may be texts, as they are in a URL.
result<list_request> read_search_request(
    const json::object& body, conformance_mode mode = conformance_mode::compat
);

// A whole number; beyond 64 bits it is the nearest that there is. Empty: the text is none.
std::optional<std::int64_t> parse_integer(std::string_view text);

// What is asked of the resources of one type.
struct type_query {
    const resource_type* type = nullptr;
    std::optional<filter> where{};
    std::optional<path> sort_by{};
    projection wanted{};
};

struct list_query {
    std::vector<type_query> parts;  // one for each type, in the order given
    sort_order order = sort_order::ascending;
    page_request page{};
    std::string identity;  // equal for two queries that list the same in the same order

    [[nodiscard]] bool is_sorted() const noexcept
    {
        return !parts.empty() && parts.front().sort_by.has_value();
    }
};

result<sort_order> parse_sort_order(std::string_view text);  // in any case; empty: ascending

// At least one type. invalid_value for a page by index and by cursor at once. Of several types, one that
// lacks an attribute has it unassigned; an attribute that none of them has is invalid_filter or (sortBy)
// invalid_path.
result<list_query> resolve(
    const list_request& asked,
    std::span<const resource_type* const> types,
    conformance_mode mode = conformance_mode::compat
);

// attributes and excludedAttributes. RFC 7644 §3.9 lets only one of them be there: both are invalid_value in
// a strict directory, and the one less the other elsewhere.
result<projection> parse_projection(
    const parameters& given, const resource_type& type, conformance_mode mode
);

}  // namespace scimd::scim

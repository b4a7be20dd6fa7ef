// The parameters of a list request (RFC 7644 §3.4.2). Pure.
#pragma once

#include "base/error.hpp"
#include "scim/filter.hpp"
#include "scim/projection.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace scimd::scim {

constexpr std::size_t page_size_default = 100;
constexpr std::size_t page_size_max = 1'000;

enum class sort_order { ascending, descending };

struct list_query {
    std::optional<filter> where;
    std::optional<path> sort_by;
    sort_order order = sort_order::ascending;
    std::uint64_t start_index = 1;  // 1-based
    std::size_t count = page_size_default;
    projection wanted;
};

// Decoded name/value pairs of a query string; names match whatever their case, unknown ones are ignored.
using parameters = std::vector<std::pair<std::string, std::string>>;

// attributes and excludedAttributes. RFC 7644 §3.9 lets only one of them be there: both are invalid_value in
// a strict directory, and the one less the other elsewhere.
result<projection> parse_projection(const parameters& given, const resource_type& type, leniency how);

// startIndex below 1 is 1, count below 0 is 0 and above the maximum the maximum; not a number: invalid_value.
// sortBy unknown: invalid_path.
result<list_query> parse_query(
    const parameters& given, const resource_type& type, leniency how = leniency::compat
);

}  // namespace scimd::scim

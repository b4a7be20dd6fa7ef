// Unique attributes: those whose values no two resources of a type may share (RFC 7643 §2.2 "uniqueness"),
// and the keys by which their values are compared. Pure.
//
// `global` is enforced like `server`, within a directory and a type: an error must not reveal what other
// tenants have. userName of users and displayName of groups are not included, because they have columns of
// their own.
#pragma once

#include "base/error.hpp"
#include "base/json/json.hpp"
#include "base/work_budget.hpp"
#include "scim/filter/filter.hpp"
#include "scim/filter/path.hpp"
#include "scim/schema/schema.hpp"

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

namespace scimd::scim {

constexpr std::size_t unique_value_bytes_max = 1'024;

// Returns the unique attributes of a type.
std::vector<path> unique_attributes(const resource_type& type);

// True if the path is one of them.
bool is_unique(const path& target, const resource_type& type);

// A value of a unique attribute, as a key. A value.
struct unique_value {
    std::string attribute;  // canonical text of its path
    std::string key;        // two keys are equal if and only if the values are
    friend auto operator<=>(const unique_value&, const unique_value&) = default;
};

// Returns the values in a document, without duplicates.
std::vector<unique_value> unique_values(
        const json::object& document, const resource_type& type, work_budget& work);

// Returns the key of a filter's literal; empty when no value of the attribute can be equal to it.
std::optional<std::string> unique_key(const literal& wanted, const attribute& of);

// Returns an identifier of the rule that makes the keys: stored keys must be recomputed when it changes.
std::string unique_comparison(const attribute& of);

// invalid_value: a value is too long for a key.
result<void> check_unique_lengths(const json::object& document, const resource_type& type);

}  // namespace scimd::scim

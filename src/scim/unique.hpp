// Attributes whose values no two resources of a type may share (RFC 7643 §2.2 "uniqueness"), and the form in
// which their values are compared. Pure.
//
// `global` is kept as `server` is, within a directory and a type: what another tenant has must not be told by
// a refusal. The userName of a User and the displayName of a Group are left out: they have columns of their
// own.
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

std::vector<path> unique_attributes(const resource_type& type);

// Whether it is one of these.
bool is_unique(const path& where, const resource_type& type);

struct unique_value {
    std::string attribute;  // canonical text of its path
    std::string key;        // equal exactly for values that are the same
    friend auto operator<=>(const unique_value&, const unique_value&) = default;
};

// All of a document, each once.
std::vector<unique_value> unique_values(
    const json::object& document, const resource_type& type, work_budget& work
);

// The key of a filter's literal; empty when no value of the attribute can equal it.
std::optional<std::string> unique_key(const literal& wanted, const attribute& of);

// Names the rule by which keys are made: when it changes, they have to be made anew.
std::string unique_comparison(const attribute& of);

// invalid_value: a value that is too long to be kept unique.
result<void> check_unique_lengths(const json::object& document, const resource_type& type);

}  // namespace scimd::scim

// Custom attributes of users: applications declare them for the environment, and each directory maps SCIM
// attributes to them. Functions of a transaction; the mappings are values.
#pragma once

#include "base/error.hpp"
#include "base/json/json.hpp"
#include "base/work_budget.hpp"
#include "scim/patch/patch.hpp"
#include "service/auth/caller.hpp"
#include "store/attributes.hpp"
#include "store/engine/transaction.hpp"

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace scimd::service::attributes {

constexpr std::size_t definitions_max = 100;
constexpr std::size_t path_bytes_max = 500;

using store::attributes::definition;

// An attribute that every normalized user has (event_payload.hpp).
struct standard_attribute {
    std::string_view key;
    std::string_view label;
    std::string_view datatype;
};
std::span<const standard_attribute> standard_attributes();

// A requested change of a definition; empty members stay as they are.
struct change {
    std::optional<std::string> label{};
    std::optional<std::string> datatype{};
    std::optional<bool> is_enabled{};
    std::optional<bool> is_required{};
};
// Creates a definition. conflict: the key exists, or there are definitions_max. invalid_value names the
// member.
result<definition> define(store::transaction& tx, std::string_view key, const change& wanted);

// Changes a definition. invalid_value names the member.
result<definition> redefine(store::transaction& tx, definition before, const change& wanted);

// A mapping whose path has been parsed.
struct mapping {
    std::string key;
    std::string datatype;
    bool is_required = false;
    scim::patch_target from;
};

// A mapping as a request has it.
struct wanted_mapping {
    std::string key;
    std::string map_to;
};
// Checks the mappings of a directory. Clients swap the key and the SCIM path; the text that is a declared key
// is taken as the key. Errors name the index.
result<std::vector<store::attributes::mapping>> check(
        store::transaction& tx, const caller& caller, const std::vector<wanted_mapping>& wanted);

// Parses the paths of stored mappings. Mappings that are disabled or do not fit the schema any more are left
// out.
std::vector<mapping> parse_mappings(
        const std::vector<store::attributes::mapping>& rows, const scim::catalogue& schemas);
// The enabled mappings of the directory.
std::vector<mapping> mappings(store::transaction& tx, const caller& caller);

// Reads the value of a custom attribute from a canonical document; null: it has none. invalid_value: the
// value cannot be converted to the datatype.
result<json::value> read(const mapping& mapped, const json::object& document, work_budget& work);

}  // namespace scimd::service::attributes

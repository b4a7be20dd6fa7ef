// Custom attributes: what an application declares, and from which SCIM attribute each directory takes it.
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

// What every user has by the schema of its directory: keys of normalized users.
struct standard_attribute {
    std::string_view key;
    std::string_view label;
    std::string_view datatype;
};
std::span<const standard_attribute> standard_attributes();

// What a request says of a definition; what is empty stays as it is.
struct change {
    std::optional<std::string> label{};
    std::optional<std::string> datatype{};
    std::optional<bool> is_enabled{};
    std::optional<bool> is_required{};
};
// conflict: the key is taken, or there are definitions_max. invalid_value names the member.
result<definition> define(store::transaction& tx, std::string_view key, const change& what);
result<definition> redefine(store::transaction& tx, definition which, const change& what);

// A mapping that has been understood.
struct mapping {
    std::string key;
    std::string datatype;
    bool is_required = false;
    scim::patch_target from;
};

struct wanted_mapping {
    std::string key;
    std::string map_to;
};
// Which of the two texts is the declared key and which the SCIM path is told by the declarations: clients
// write them in either order. Errors name the index.
result<std::vector<store::attributes::mapping>> check(
    store::transaction& tx, const caller& where, const std::vector<wanted_mapping>& wanted
);

// Of checked mappings; those that a changed schema has no place for any more are left out.
std::vector<mapping> understand(
    const std::vector<store::attributes::mapping>& of, const scim::catalogue& schemas
);
// The enabled ones of the directory.
std::vector<mapping> mappings(store::transaction& tx, const caller& where);

// The value in a canonical document: null when there is none. invalid_value when it cannot be had in the
// mapping's datatype.
result<json::value> read(const mapping& what, const json::object& document, work_budget& work);

}  // namespace scimd::service::attributes

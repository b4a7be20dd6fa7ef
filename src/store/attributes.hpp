// Custom attributes: the definitions of an environment, and the mapping of each directory from SCIM paths to
// them. Tables attribute_definitions and attribute_mappings.
#pragma once

#include "base/id.hpp"
#include "store/engine/transaction.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace scimd::store::attributes {

struct definition {
    std::string key;
    std::string label;
    std::string datatype;  // "STRING", "NUMBER", "BOOL", "ARRAY", "OBJECT"
    bool is_enabled = true;
    bool is_required = false;
};

// Returns false when the key is taken.
bool insert(transaction& tx, const definition& what);
void update(transaction& tx, const definition& what);  // everything but the key
void remove(transaction& tx, std::string_view key);    // with its mappings
std::optional<definition> find(transaction& tx, std::string_view key);
std::vector<definition> list(transaction& tx);  // in the order of keys
std::int64_t count(transaction& tx);

struct mapping {
    std::string key;
    std::string path;  // a SCIM attribute path
    std::string datatype;
    bool is_enabled = true;
    bool is_required = false;

    friend bool operator==(const mapping&, const mapping&) = default;
};
std::vector<mapping> mappings(transaction& tx, directory_id directory);  // in the order of replace_mappings
// Reads only key and path of each mapping.
void replace_mappings(transaction& tx, directory_id directory, const std::vector<mapping>& with);

}  // namespace scimd::store::attributes

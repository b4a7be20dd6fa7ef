// The dialect of a directory in its JSON and its changes: how its identity provider is read, and which one
// was detected.
#pragma once

#include "base/error.hpp"
#include "base/json/json.hpp"
#include "store/engine/transaction.hpp"
#include "store/tenants.hpp"

#include <cstdint>
#include <optional>
#include <string>

namespace scimd::api {

// Settings that a body names.
struct dialect_change {
    std::optional<std::string> scim_mode;
    std::optional<bool> unique_group_names;
    std::optional<std::string> unknown_members;
    std::optional<std::int64_t> patch_status;
};

// Of the body of create_directory or update_directory.
template <class Body>
dialect_change dialect_in(const Body& body) {
    return {body.scim_mode, body.unique_group_names, body.unknown_members, body.patch_status};
}

// Adds scim_mode, unique_group_names, unknown_members, patch_status, detected_provider and, when there is
// one, detected_provider_time and detected_provider_by.
void append_dialect(json::object& to, const store::tenants::directory& from);

// Changes the settings in the store and in `of`. conflict: two groups of the directory have one name.
result<void> set_dialect(store::transaction& tx, store::tenants::directory& of, const dialect_change& to);

}  // namespace scimd::api

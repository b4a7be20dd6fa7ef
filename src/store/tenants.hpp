// Directories of organizations: creation, look-up and the settings of the domain policy. Includes the headers
// of organizations and domains, which share the namespace. Tables environments and directories; other
// settings and deletion are in store/directories.hpp.
#pragma once

#include "base/clock.hpp"
#include "base/id.hpp"
#include "store/domains.hpp"
#include "store/engine/transaction.hpp"
#include "store/organizations.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace scimd::store::tenants {

environment_id environment(transaction& tx);  // the only environment, created with the database

// What happens to users with addresses outside the verified domains: accepted, rejected, or held until their
// domain is verified.
enum class domain_policy { off, reject, hold };

// Which addresses of a user must be at verified domains: the primary one or all of them. With `primary` the
// other addresses may be at any domain that no other organization owns.
enum class domain_gate_scope { primary, all };

enum class scim_mode { compat, strict };

// What happens to members of a group that are not users or groups of the directory.
enum class unknown_members { refuse, ignore };

// The identity provider that was detected from the requests of a directory.
struct detection {
    std::string provider;     // "OKTA", "MICROSOFT_AD", …
    std::string by;           // the evidence in the request, human-readable: "User-Agent"
    bool is_certain = false;  // the provider names itself; otherwise its habits were recognized
    time_point at;
    friend bool operator==(const detection&, const detection&) = default;
};

struct directory {
    directory_id id;
    organization_id organization;
    std::string name;
    std::string provider;  // as configured: "OKTA", "MICROSOFT_AD", …; empty: see `detected`
    bool is_enabled = true;
    domain_policy policy = domain_policy::reject;
    time_point created;
    time_point updated;
    std::int64_t last_sequence = 0;
    std::optional<std::string> schemas{};  // the chosen schemas (scim::schema_choice); empty: all
    scim_mode mode = scim_mode::compat;
    bool has_unique_group_names = true;
    std::optional<detection> detected{};
    unknown_members unknown = unknown_members::refuse;
    int patch_status = 200;  // of a successful PATCH that requests no attributes: 200 or 204
    domain_gate_scope gate_scope = domain_gate_scope::primary;

    // The configured provider, otherwise the detected one, otherwise empty.
    [[nodiscard]] const std::string& effective_provider() const {
        return provider.empty() && detected ? detected->provider : provider;
    }
};

// Expects the columns id, organization_id, name, provider, is_enabled, domain_policy, created_at, updated_at,
// last_sequence, schemas, scim_mode, unique_group_names, detected_provider, detected_by, detected_is_certain,
// detected_at, unknown_members, patch_status and domain_gate_scope in this order, the first of them at
// `first`.
directory read_directory(const sql::row& current, int first);

directory insert_directory(transaction& tx, organization_id owner, std::string_view name,
        std::string_view provider, domain_policy policy);
std::optional<directory> find_directory(transaction& tx, organization_id owner, directory_id id);
std::optional<organization_id> owner_of(
        transaction& tx, directory_id id);  // for operators, who are not limited to one organization
std::vector<directory> list_directories(transaction& tx, organization_id owner);
std::int64_t count_directories(transaction& tx, organization_id owner);  // with those that are being deleted
bool set_directory_enabled(transaction& tx, organization_id owner, directory_id id, bool is_enabled);
bool set_domain_policy(transaction& tx, organization_id owner, directory_id id, domain_policy policy);
bool set_domain_gate_scope(transaction& tx, organization_id owner, directory_id id, domain_gate_scope scope);
bool set_directory_schemas(
        transaction& tx, organization_id owner, directory_id id, const std::optional<std::string>& schemas);

}  // namespace scimd::store::tenants

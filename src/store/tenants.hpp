// Organizations, their domains and their directories.
#pragma once

#include "base/clock.hpp"
#include "base/domain_name.hpp"
#include "base/id.hpp"
#include "store/transaction.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace scimd::store::tenants {

environment_id environment(transaction& tx
);  // the one environment of this store, made by the first migration's run

struct organization {
    organization_id id;
    std::string display_name;
    std::optional<std::string> external_id;  // unique in the environment
    time_point created;
    time_point updated;
};

// Empty: the external id is taken.
std::optional<organization> insert_organization(
    transaction& tx, std::string_view display_name, const std::optional<std::string>& external_id
);
std::optional<organization> find_organization(transaction& tx, organization_id id);
std::optional<organization> find_organization_by_external_id(transaction& tx, std::string_view external_id);
// In the order of ids, those after `after`.
std::vector<organization> list_organizations(transaction& tx, organization_id after, std::int64_t limit);
std::int64_t count_organizations(transaction& tx);

enum class domain_status { pending, verified, failed };

struct domain {
    domain_id id;
    organization_id organization;
    std::string name;  // A-labels, see base/domain_name.hpp
    domain_status status = domain_status::verified;
    bool covers_subdomains = false;
    time_point created;
    time_point updated;
};

// Empty: the name belongs to this organization or another one already (one owner a name).
std::optional<domain> insert_domain(
    transaction& tx,
    organization_id owner,
    const domain_name& name,
    domain_status status,
    bool covers_subdomains
);
std::optional<domain> find_domain(transaction& tx, organization_id owner, domain_id id);
std::vector<domain> list_domains(
    transaction& tx, organization_id owner, std::int64_t offset, std::int64_t limit
);
bool delete_domain(transaction& tx, organization_id owner, domain_id id);  // false: was not there

// Whether the name, or a parent of it that covers sub-domains, is a verified domain of the organization.
bool is_verified_domain(transaction& tx, organization_id owner, const domain_name& name);

enum class domain_policy { off, reject };

struct directory {
    directory_id id;
    organization_id organization;
    std::string name;
    std::string provider;  // "OKTA", "MICROSOFT_AD", … or empty
    bool is_enabled = true;
    domain_policy policy = domain_policy::reject;
    time_point created;
    time_point updated;
    std::int64_t last_sequence = 0;
};

directory insert_directory(
    transaction& tx,
    organization_id owner,
    std::string_view name,
    std::string_view provider,
    domain_policy policy
);
std::optional<directory> find_directory(transaction& tx, organization_id owner, directory_id id);
std::optional<organization_id> owner_of(transaction& tx, directory_id id);  // for operators, who see all
std::vector<directory> list_directories(transaction& tx, organization_id owner);
bool set_directory_enabled(transaction& tx, organization_id owner, directory_id id, bool is_enabled);
bool set_domain_policy(transaction& tx, organization_id owner, directory_id id, domain_policy policy);

}  // namespace scimd::store::tenants

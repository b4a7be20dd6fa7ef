// What an operator does: organizations, their domains and directories, and the directories' secrets.
#pragma once

#include "base/error.hpp"
#include "base/id.hpp"
#include "base/random.hpp"
#include "base/secret.hpp"
#include "store/credentials.hpp"
#include "store/tenants.hpp"
#include "store/transaction.hpp"

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace scimd::service::tenancy {

constexpr std::size_t display_name_bytes_max = 200;
constexpr std::size_t external_id_bytes_max = 255;
constexpr std::size_t secrets_max = 20;  // alive at a time, of one directory

result<store::tenants::organization> create_organization(
    store::transaction& tx, std::string_view display_name, const std::optional<std::string>& external_id
);

struct new_domain {
    std::string name;
    bool covers_subdomains = false;
};
// Verified at once: an operator vouches for it. conflict: it has an owner already, who is not named.
result<store::tenants::domain> create_domain(
    store::transaction& tx, organization_id owner, const new_domain& what
);

struct new_directory {
    std::string name;
    std::string provider;  // of the enumeration DirectoryProvider, or empty
    store::tenants::domain_policy policy = store::tenants::domain_policy::reject;
};
result<store::tenants::directory> create_directory(
    store::transaction& tx, organization_id owner, const new_directory& what
);

struct new_secret {
    secret plain;  // to be shown once
    store::credentials::secret_row row;
};
result<new_secret> create_secret(
    store::transaction& tx, random_source& random, directory_id directory, std::optional<time_point> expires
);

result<store::tenants::domain_policy> parse_policy(std::string_view text);
std::string_view to_text(store::tenants::domain_policy policy);

result<store::tenants::scim_mode> parse_mode(std::string_view text);
std::string_view to_text(store::tenants::scim_mode mode);

// invalid_value for what is neither empty nor of the enumeration DirectoryProvider.
result<void> check_provider(std::string_view provider);

// The organization "Example Corp" with the verified domain example.com and a directory, made at the first
// call; a fresh secret at each.
struct demo_access {
    organization_id organization;
    directory_id directory;
    secret token;
};
result<demo_access> prepare_demo(
    store::transaction& tx, random_source& random, std::optional<store::tenants::domain_policy> policy
);

}  // namespace scimd::service::tenancy

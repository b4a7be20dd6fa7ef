// Directories to begin with, and an example of everything.
#pragma once

#include "base/crypto/random.hpp"
#include "base/crypto/secret.hpp"
#include "base/error.hpp"
#include "base/id.hpp"
#include "service/events/event_source.hpp"
#include "store/engine/transaction.hpp"
#include "store/tenants.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace scimd::service::tenancy {

constexpr std::size_t display_name_bytes_max = 200;
constexpr std::int64_t directories_max = 1'000;  // of an organization

struct new_directory {
    std::string name;
    std::string provider;  // of the enumeration DirectoryProvider, or empty
    store::tenants::domain_policy policy = store::tenants::domain_policy::reject;
    store::tenants::domain_gate_scope gate_scope = store::tenants::domain_gate_scope::primary;
};
// With its events.
result<store::tenants::directory> create_directory(
    store::transaction& tx, const event_source& from, organization_id owner, const new_directory& what
);

result<store::tenants::domain_policy> parse_policy(std::string_view text);
std::string_view to_text(store::tenants::domain_policy policy);

std::optional<store::tenants::domain_gate_scope> parse_gate_scope(std::string_view text);
std::string_view to_text(store::tenants::domain_gate_scope scope);

result<store::tenants::scim_mode> parse_mode(std::string_view text);
std::string_view to_text(store::tenants::scim_mode mode);

std::optional<store::tenants::unknown_members> parse_unknown_members(std::string_view text);
std::string_view to_text(store::tenants::unknown_members what);

// The organization "Example Corp" with the verified domain example.com and a directory, made at the first
// call; a fresh secret at each.
struct demo_access {
    organization_id organization;
    directory_id directory;
    secret token;
};
result<demo_access> prepare_demo(
    store::transaction& tx,
    const event_source& from,
    random_source& random,
    std::optional<store::tenants::domain_policy> policy,
    std::optional<time_point> secret_expires
);

}  // namespace scimd::service::tenancy

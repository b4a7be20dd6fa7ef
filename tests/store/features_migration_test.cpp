// The migration after which features have an effect and clients have scopes, on a database of an older
// version.
#include "older_database.hpp"
#include "store/clients.hpp"
#include "store/roles.hpp"
#include "store/tenants.hpp"

#include <gtest/gtest.h>

namespace scimd::store {
namespace {

TEST(features_migration, turns_on_what_is_in_use) {
    older_database database("0024_scopes_roles_features.sql");
    database.execute(
            "insert into organizations (id, environment_id, display_name, created_at, updated_at, features) "
            "values"
            " (7, 1, 'In use', 1, 2, '{\"sso\":false,\"dir_sync\":false,\"domain_verification\":false}'),"
            " (8, 1, 'Not in use', 1, 2, '{\"dir_sync\":false,\"domain_verification\":false}'),"
            " (9, 1, 'Never set', 1, 2, null);"
            "insert into directories (id, organization_id, name, provider, is_enabled, domain_policy, "
            "created_at,"
            " updated_at) values (21, 7, 'd', 'OKTA', 1, 'off', 1, 2);"
            "insert into domains (id, environment_id, organization_id, name, type, method, status, "
            "covers_subdomains, created_at,"
            " updated_at) values (11, 1, 7, 'acme.com', 'organization', 'dns', 'pending', 0, 1, 2);"
            "insert into clients (id, environment_id, name, may_write, created_at, updated_at)"
            " values (31, 1, 'Billing', 1, 1, 2);");
    database.apply_later_migrations();
    auto& tx = database.tx();
    EXPECT_EQ(tenants::find_organization(tx, {7})->features,
            R"({"sso":false,"dir_sync":true,"domain_verification":true})");
    EXPECT_EQ(tenants::find_organization(tx, {8})->features,
            R"({"dir_sync":false,"domain_verification":false})");
    EXPECT_FALSE(tenants::find_organization(tx, {9})->features);
    EXPECT_FALSE(clients::find(tx, {31})->scopes) << "a client of before has all scopes";
    EXPECT_TRUE(roles::list(tx, std::nullopt).empty()) << "an environment in use keeps the roles it has";
    EXPECT_FALSE(roles::find_defaults(tx, std::nullopt).creator);
}

TEST(features_migration, gives_a_fresh_environment_its_two_roles) {
    older_database database("0024_scopes_roles_features.sql");
    database.apply_later_migrations();
    auto& tx = database.tx();
    const auto listed = roles::list(tx, std::nullopt);
    ASSERT_EQ(listed.size(), 2U);
    EXPECT_EQ(listed[0].name, "admin");
    EXPECT_EQ(listed[1].name, "member");
    EXPECT_EQ(roles::find_defaults(tx, std::nullopt).creator, listed[0].id);
    EXPECT_FALSE(roles::find_defaults(tx, std::nullopt).member);
}

}  // namespace
}  // namespace scimd::store

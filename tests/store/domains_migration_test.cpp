// The migration that adds settings of organizations, on a database of an older version.
#include "older_database.hpp"
#include "store/tenants.hpp"

#include <gtest/gtest.h>

namespace scimd::store {
namespace {

TEST(domains_migration, keeps_domains_policies_and_counts_the_seats) {
    older_database database("0004_domains.sql");
    database.execute(
            "insert into organizations values (7, 1, 'Acme', 'a', 1, 2), (8, 1, 'Other', null, 1, 2);"
            "insert into domains values (11, 1, 7, 'acme.com', 'verified', 1, 1, 2),"
            " (12, 1, 8, 'claimed.com', 'pending', 0, 1, 2);"
            "insert into directories values (21, 7, 'd', 'OKTA', 1, 'off', 1, 2, 0),"
            " (22, 7, 'e', '', 0, 'reject', 1, 2, 0);"
            "insert into resources values (31, 21, 'User', 1, 0, 0, 'a', null, null, 1, '{}'),"
            " (32, 21, 'User', 1, 0, 0, 'b', null, null, 0, '{}'), (33, 22, 'User', 1, 0, 0, 'c', null, "
            "null, "
            "null, '{}'),"
            " (34, 22, 'Group', 1, 0, 0, 'g', null, null, null, '{}');");
    database.apply_later_migrations();
    auto& tx = database.tx();
    const auto acme = tenants::find_organization(tx, {7});
    ASSERT_TRUE(acme);
    EXPECT_EQ(acme->active_users, 2);
    EXPECT_EQ(acme->metadata, "{}");
    EXPECT_EQ(acme->region_code, "US");
    EXPECT_FALSE(tenants::limited_seats(tx, {7}));
    const auto domain = tenants::find_domain(tx, {7}, {11});
    ASSERT_TRUE(domain);
    EXPECT_EQ(domain->method, tenants::domain_method::admin);
    EXPECT_EQ(domain->status, tenants::domain_status::verified);
    EXPECT_TRUE(domain->covers_subdomains);
    EXPECT_EQ(tenants::find_domain(tx, {8}, {12})->status, tenants::domain_status::pending);
    EXPECT_EQ(tenants::find_directory(tx, {7}, {21})->policy, tenants::domain_policy::off);
    EXPECT_EQ(tenants::find_directory(tx, {7}, {22})->policy, tenants::domain_policy::reject);
}

}  // namespace
}  // namespace scimd::store

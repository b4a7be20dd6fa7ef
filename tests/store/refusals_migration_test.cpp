// The migration of refusals to a log with ids and a resolved state.
#include "older_database.hpp"
#include "store/refusals.hpp"

#include <gtest/gtest.h>

#include <limits>
#include <string>
#include <vector>

namespace scimd::store::refusals {
namespace {

std::vector<refusal> listed(transaction& tx, directory_id where) {
    std::vector<refusal> seen;
    list(tx, where, {}, std::numeric_limits<std::int64_t>::max(), [&](const refusal& each) {
        seen.push_back(each);
        return true;
    });
    return seen;
}

TEST(refusals_migration, keeps_each_in_the_order_of_its_first_time_and_all_open) {
    older_database database("0012_request_log.sql");
    database.execute(
            "insert into organizations (id, environment_id, display_name, created_at, updated_at)"
            " values (7, 1, 'Acme', 1, 2);"
            "insert into directories (id, organization_id, name, provider, is_enabled, domain_policy, "
            "created_at,"
            " updated_at, last_sequence) values (21, 7, 'd', 'OKTA', 1, 'off', 1, 2, 0),"
            " (22, 7, 'e', '', 1, 'off', 1, 2, 0);"
            "insert into refusals values (21, 'eve', 'domain_not_verified', 'evil.test', 'Eve', 'no', 3, 50, "
            "90),"
            " (21, 'eve', 'uniqueness', '', 'Eve', 'taken', 1, 20, 20),"
            " (21, 'bob', 'no_email', '', 'Bob', 'none', 2, 30, 95),"
            " (22, 'eve', 'no_email', '', 'Eve', 'none', 1, 30, 30);");
    database.apply_later_migrations();
    auto& tx = database.tx();

    const auto here = listed(tx, {21});
    ASSERT_EQ(here.size(), 3U);
    EXPECT_EQ(here[0].subject + here[1].subject + here[2].subject, "evebobeve");
    EXPECT_EQ(here[0].reason, "domain_not_verified");
    EXPECT_EQ(here[0].user_name, "Eve");
    EXPECT_EQ(here[0].external_id, "");
    EXPECT_EQ(here[0].domain, "evil.test");
    EXPECT_EQ(here[0].detail, "no");
    EXPECT_EQ(here[0].count, 3);
    EXPECT_EQ(here[2].reason, "uniqueness");
    for (const auto& one : here) {
        EXPECT_FALSE(one.resolved_at);
        EXPECT_GT(one.id, 0);
    }
    EXPECT_EQ(listed(tx, {22}).size(), 1U);

    // The log continues: a repeat is counted, a later refusal comes first, success resolves it.
    EXPECT_FALSE(record(tx, {21}, {.subject = "eve", .reason = "uniqueness", .user_name = "Eve"}, tx.now()));
    EXPECT_TRUE(record(tx, {21}, {.subject = "mia", .reason = "no_email", .user_name = "Mia"}, tx.now()));
    EXPECT_EQ(listed(tx, {21}).front().subject, "mia");
    EXPECT_EQ(listed(tx, {21}).back().count, 2);
    resolve(tx, {21}, "eve", "eve", tx.now());
    for (const auto& one : listed(tx, {21}))
        EXPECT_EQ(one.resolved_at.has_value(), one.subject == "eve") << one.subject;
}

}  // namespace
}  // namespace scimd::store::refusals

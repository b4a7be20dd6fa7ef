// The migration of the domain gate: all users of an older database are reviewed, because the gate now checks
// every address.
#include "older_database.hpp"
#include "store/domain_reviews.hpp"
#include "store/held_users.hpp"
#include "store/refusals.hpp"
#include "store/tenants.hpp"

#include <gtest/gtest.h>

#include <limits>

namespace scimd::store {
namespace {

class domain_gate_migration : public testing::Test {
protected:
    void migrate_with(const char* rows) {
        database.execute(
                "insert into organizations (id, environment_id, display_name, created_at, updated_at)"
                " values (7, 1, 'Acme', 1, 2);"
                "insert into directories (id, organization_id, name, provider, is_enabled, domain_policy,"
                " created_at, updated_at) values (21, 7, 'd', 'OKTA', 1, 'reject', 1, 2)");
        database.execute(rows);
        database.apply_later_migrations();
    }

    older_database database{"0023_domain_gate.sql"};
};

TEST_F(domain_gate_migration, users_are_reviewed_again_and_nothing_else_changes) {
    migrate_with(
            "insert into resources (id, directory_id, type, version, created_at, modified_at, unique_key, "
            "document)"
            " values (31, 21, 'User', 1, 0, 0, 'a', '{}'), (32, 21, 'User', 1, 0, 0, 'b', '{}');"
            "insert into refusals (directory_id, subject, reason, domain, user_name, detail, count, "
            "first_at, "
            "last_at)"
            " values (21, 'eve', 'no_email', '', 'Eve', 'none', 1, 30, 30);"
            "insert into held_users (directory_id, user_id, reason, domain, detail, held_at)"
            " values (21, 32, 'domain_not_verified', 'late.com', 'd', 5)");
    auto& tx = database.tx();
    EXPECT_EQ(tenants::find_directory(tx, {7}, {21})->gate_scope, tenants::domain_gate_scope::primary);
    auto review = domain_reviews::next(tx);
    ASSERT_TRUE(review);
    EXPECT_EQ(review->name, "");
    EXPECT_FALSE(review->directory);
    const auto read = domain_reviews::read_users(tx, *review, {21}, 1, 1'000);
    ASSERT_EQ(read.users.size(), 1U);
    EXPECT_EQ(read.users[0].id, resource_id{31});
    EXPECT_FALSE(read.is_complete);
    review->at = {21};
    review->after = read.last;
    domain_reviews::advance(tx, *review);
    EXPECT_EQ(domain_reviews::next(tx)->after, resource_id{31});
    EXPECT_TRUE(domain_reviews::read_users(tx, *domain_reviews::next(tx), {21}, 2, 1'000).is_complete);
    domain_reviews::finish(tx, review->id);
    EXPECT_FALSE(domain_reviews::next(tx));

    EXPECT_EQ(held_users::list(tx, {21}, {}, 10).at(0).address, "");
    refusals::list(tx, {21}, {}, std::numeric_limits<std::int64_t>::max(), [](const refusals::refusal& one) {
        EXPECT_EQ(one.address, "");
        EXPECT_FALSE(one.user);
        return true;
    });
}

TEST_F(domain_gate_migration, an_empty_store_has_nothing_to_review) {
    migrate_with("select 1");
    auto& tx = database.tx();
    EXPECT_FALSE(domain_reviews::next(tx));
}

TEST_F(domain_gate_migration, a_batch_ends_with_the_document_that_exceeds_it) {
    migrate_with(
            "insert into resources (id, directory_id, type, version, created_at, modified_at, unique_key, "
            "document)"
            " values (31, 21, 'User', 1, 0, 0, 'a', '{\"userName\":\"A@Victim.COM\"}'),"
            " (32, 21, 'User', 1, 0, 0, 'b', '{\"userName\":\"x@elsewhere.com\"}'),"
            " (33, 21, 'User', 1, 0, 0, 'c', '{\"userName\":\"x@victim.com\"}')");
    auto& tx = database.tx();
    auto review = *domain_reviews::next(tx);
    review.name = "victim.com";
    auto read = domain_reviews::read_users(tx, review, {21}, 10, 50);
    EXPECT_EQ(read.last, resource_id{32});
    EXPECT_FALSE(read.is_complete);
    ASSERT_EQ(read.users.size(), 1U);
    EXPECT_EQ(read.users[0].id, resource_id{31});
    review.after = read.last;
    read = domain_reviews::read_users(tx, review, {21}, 10, 50);
    EXPECT_EQ(read.users.size(), 1U);
    EXPECT_TRUE(read.is_complete);
}

}  // namespace
}  // namespace scimd::store

// The migration that renames tables and columns: rows, triggers, foreign keys and the planner's statistics
// stay.
#include "older_database.hpp"
#include "store/engine/query.hpp"
#include "store/held_users.hpp"
#include "store/pending_group_events.hpp"
#include "store/resources.hpp"
#include "store/roles.hpp"
#include "store/sqlite/integrity_check.hpp"
#include "store/tenants.hpp"
#include "store/webhook_deliveries.hpp"

#include <gtest/gtest.h>

namespace scimd::store {
namespace {

constexpr sql::statement statistics_of_table{
        "statistics", "select tbl || ' ' || idx || ' ' || stat from sqlite_stat1 where tbl = $1"};
constexpr sql::statement count_old_names{"old_names",
        "select count(*) from sqlite_schema where sql like '%untold%' or sql like '%told_roles%'"
        " or sql like '%webhook_lanes%' or sql like '% releases%' or sql like '%detected_surely%'"};

class standard_names_migration : public testing::Test {
protected:
    standard_names_migration() {
        old.execute(
                "insert into organizations (id, environment_id, display_name, created_at, updated_at)"
                " values (7, 1, 'Acme', 1, 2);"
                "insert into directories (id, organization_id, name, provider, is_enabled, domain_policy,"
                " created_at, updated_at, detected_provider, detected_by, detected_surely, detected_at)"
                " values (21, 7, 'd', '', 1, 'hold', 0, 0, 'OKTA', 'User-Agent', 1, 5);"
                "insert into resources values (31, 21, 'User', 1, 0, 0, 'a', null, null, 1, '{}');"
                "insert into resource_counts values (21, 'User', 1);"
                "insert into untold_changes values (51, 21, 'Staff', '{}', 'evt_1');"
                "insert into untold_groups (directory_id, user_id, group_id, was_member, change_id)"
                " values (21, 31, 41, 1, 51);"
                "insert into told_roles (directory_id, user_id, names) values (21, 31, 'admin viewer');"
                "insert into webhook_endpoints (id, url, description, event_types, headers, mode, signature,"
                " created_at, updated_at, position) values (61, '', '', '[]', '{}', 'ordered', 'v1', 0, 0, "
                "0);"
                "insert into webhook_lanes values (61, 21, 71, 3, 72, 4, 5, 'timeout');"
                "insert into releases values (21, 31);");
        old.apply_later_migrations();
    }

    transaction& tx() { return old.tx(); }

    older_database old{"0025_standard_names.sql"};
    const directory_id directory{21};
    const resource_id user{31};
};

TEST_F(standard_names_migration, keeps_pending_group_events) {
    const auto rows = pending_group_events::of_user(tx(), directory, user);
    ASSERT_EQ(rows.size(), 1U);
    EXPECT_EQ(rows[0].what, (pending_group_events::membership{{41}, true}));
    EXPECT_EQ(rows[0].change_id, 51);
    EXPECT_EQ(rows[0].from, (pending_group_events::change{"Staff", "{}", "evt_1"}));
}

TEST_F(standard_names_migration, keeps_published_roles) {
    EXPECT_EQ(roles::published(tx(), directory, user), (std::vector<std::string>{"admin", "viewer"}));
}

TEST_F(standard_names_migration, keeps_directory_queues_of_endpoints) {
    const auto queues = webhooks::list_directory_queues(tx(), {61}, 10);
    ASSERT_EQ(queues.size(), 1U);
    EXPECT_EQ(queues[0].directory, directory);
    EXPECT_EQ(queues[0].settled, event_id{71});
    EXPECT_EQ(queues[0].head, event_id{72});
    EXPECT_EQ(queues[0].last_error, "timeout");
}

TEST_F(standard_names_migration, keeps_requests_to_release_held_users_and_their_triggers) {
    const auto request = held_users::next_release(tx());
    ASSERT_TRUE(request);
    EXPECT_EQ(request->directory, directory);
    EXPECT_EQ(request->after, user);

    held_users::finish_release(tx(), directory);
    held_users::hold(tx(), directory, {.user = user, .reason = "no_email", .domain = "", .detail = ""});
    tenants::set_domain_policy(tx(), {7}, directory, tenants::domain_policy::off);
    EXPECT_EQ(held_users::next_release(tx())->directory, directory);
}

TEST_F(standard_names_migration, keeps_the_detected_identity_provider) {
    const auto found = tenants::find_directory(tx(), {7}, directory);
    ASSERT_TRUE(found && found->detected);
    EXPECT_EQ(found->detected->provider, "OKTA");
    EXPECT_TRUE(found->detected->is_certain);
}

TEST_F(standard_names_migration, keeps_foreign_keys) {
    EXPECT_EQ(find_violations(old.connection), std::vector<std::string>());
    resources::remove(tx(), directory, "User", user);
    EXPECT_FALSE(pending_group_events::has_any(tx(), directory));
    EXPECT_TRUE(roles::published(tx(), directory, user).empty());
}

TEST_F(standard_names_migration, moves_the_statistics_along) {
    const auto of = [&](std::string_view table) {
        return sql::value<std::string>(tx(), statistics_of_table, {table});
    };
    EXPECT_EQ(of("pending_group_changes"), "pending_group_changes pending_group_changes_of_directory 100 5");
    EXPECT_EQ(of("pending_group_events"), "pending_group_events pending_group_events 1000000 100000 2 1");
    EXPECT_EQ(of("published_roles"), "published_roles published_roles 1000000 100000 1");
    EXPECT_EQ(of("webhook_directory_queues"), "webhook_directory_queues webhook_directory_queues 1000 10 1");
    for (const std::string_view table : {"untold_changes", "untold_groups", "told_roles", "webhook_lanes"})
        EXPECT_EQ(of(table), "") << table;
    EXPECT_EQ(sql::value(tx(), count_old_names), 0);
}

}  // namespace
}  // namespace scimd::store

#include "store/pending_group_events.hpp"

#include "store/resources.hpp"
#include "support/large_group.hpp"
#include "support/recording_connection.hpp"
#include "support/temp_store.hpp"

#include <gtest/gtest.h>

namespace scimd::store::pending_group_events {
namespace {

class pending_group_events_test : public testing::Test {
protected:
    pending_group_events_test() : here(store.add_directory().id), there(store.add_directory().id) {
        users_here = test::write_users(store.tx(), here, "u", 3);
        for (const auto where : {here, there})
            changes.push_back(insert_change(store.tx(), where, {"Staff", "{}", "evt_1"}));
    }

    void note_here(resource_id user, bool was_member, resource_id group = {77}) {
        note(store.tx(), here, user, {group, was_member}, changes[0]);
    }

    test::temp_store store;
    directory_id here;
    directory_id there;
    std::vector<resource_id> users_here;
    std::vector<std::int64_t> changes;
};

TEST_F(pending_group_events_test, a_pending_membership_is_kept_until_it_is_published_or_reverted) {
    EXPECT_FALSE(has_any(store.tx(), here));
    note_here(users_here[0], false);
    note_here(users_here[1], true);
    const auto rows = of_user(store.tx(), here, users_here[1]);
    ASSERT_EQ(rows.size(), 1U);
    EXPECT_EQ(rows[0].what.group, resource_id{77});
    EXPECT_TRUE(rows[0].what.was_member);
    EXPECT_EQ(rows[0].change_id, changes[0]);
    EXPECT_EQ(rows[0].from.group_name, "Staff");
    EXPECT_EQ(rows[0].from.caused_by, "evt_1");

    note_here(users_here[1], false);  // back again
    EXPECT_TRUE(of_user(store.tx(), here, users_here[1]).empty());
    EXPECT_EQ(users(store.tx(), here, 10), (std::vector<resource_id>{users_here[0]}));
    forget(store.tx(), here, users_here[0]);
    EXPECT_FALSE(has_any(store.tx(), here));
}

TEST_F(pending_group_events_test, pending_events_are_deleted_with_their_user) {
    note_here(users_here[0], false);
    note_here(users_here[0], false, {78});
    EXPECT_EQ(of_user(store.tx(), here, users_here[0]).size(), 2U);
    resources::remove(store.tx(), here, "User", users_here[0]);
    EXPECT_FALSE(has_any(store.tx(), here));
}

TEST_F(pending_group_events_test, directories_are_listed_in_order_and_are_isolated) {
    const auto user_there = test::write_users(store.tx(), there, "u", 1)[0];
    note_here(users_here[2], false);
    note_here(users_here[0], false);
    note(store.tx(), there, user_there, {{99}, true}, changes[1]);
    EXPECT_EQ(next_directory(store.tx(), {}), here);
    EXPECT_EQ(next_directory(store.tx(), here), there);
    EXPECT_EQ(next_directory(store.tx(), there), std::nullopt);
    EXPECT_EQ(users(store.tx(), here, 10), (std::vector<resource_id>{users_here[0], users_here[2]}));
    EXPECT_EQ(users(store.tx(), here, 1), (std::vector<resource_id>{users_here[0]}));
    forget(store.tx(), here, user_there);
    EXPECT_EQ(of_user(store.tx(), there, user_there).size(), 1U);
}

TEST_F(pending_group_events_test, every_statement_has_an_index) {
    test::recording_connection recorder(store.connection());
    transaction tx(recorder, store.tx().now(), store.ids);
    note(tx, here, users_here[0], {{77}, true}, changes[0]);
    of_user(tx, here, users_here[0]);
    users(tx, here, 100);
    has_any(tx, here);
    next_directory(tx, {});
    forget(tx, here, users_here[0]);
    remove_changes(tx, here, 100);
    ASSERT_EQ(recorder.texts.size(), 8U);
    for (const auto& text : recorder.texts) {
        const auto plan = recorder.plan_of(text);
        EXPECT_EQ(plan.find("SCAN"), std::string::npos) << text << "\n" << plan;
        const bool is_of_user = text.find("join") != std::string::npos;  // a handful of rows, sorted
        EXPECT_EQ(plan.find("TEMP B-TREE") != std::string::npos, is_of_user) << text << "\n" << plan;
    }
}

}  // namespace
}  // namespace scimd::store::pending_group_events

// Held users, and the counts that follow them wherever rows come from and go to.
#include "store/holds.hpp"

#include "store/resources.hpp"
#include "store/tenants.hpp"
#include "support/temp_store.hpp"

#include <gtest/gtest.h>

namespace scimd::store::holds {
namespace {

class holds_test : public testing::Test {
protected:
    transaction& tx() { return store.tx(); }

    resource_id add(std::string_view type, std::string_view name, std::optional<bool> active = true)
    {
        resources::index_columns columns;
        columns.unique_key = std::string(name);
        columns.active = active;
        return resources::insert(tx(), home.id, type, "{}", columns)->id;
    }

    void set_active(resource_id user, std::string_view name, std::optional<bool> active)
    {
        resources::index_columns columns;
        columns.unique_key = std::string(name);
        columns.active = active;
        ASSERT_TRUE(resources::update(tx(), home.id, "User", user, "{}", columns));
    }

    void keep(resource_id user, std::string_view reason = "domain_not_verified")
    {
        hold(tx(), home.id, {user, std::string(reason), "late.test", "why"});
    }

    std::int64_t seats_taken() { return tenants::find_organization(tx(), home.organization)->active_users; }

    test::temp_store store;
    const tenants::directory home = store.add_directory();
};

TEST_F(holds_test, a_seat_is_taken_by_whoever_is_active_and_not_held)
{
    const auto anna = add("User", "anna");
    const auto bert = add("User", "bert", false);
    const auto carl = add("User", "carl", std::nullopt);
    add("Group", "staff", std::nullopt);
    EXPECT_EQ(seats_taken(), 2);

    set_active(bert, "bert", true);
    EXPECT_EQ(seats_taken(), 3);
    set_active(bert, "bert", true);
    EXPECT_EQ(seats_taken(), 3);
    set_active(carl, "carl", false);
    EXPECT_EQ(seats_taken(), 2);

    keep(anna);
    EXPECT_EQ(seats_taken(), 1);
    keep(anna, "seat_limit");
    EXPECT_EQ(seats_taken(), 1);
    set_active(anna, "anna", false);
    set_active(anna, "anna", true);
    EXPECT_EQ(seats_taken(), 1);
    keep(carl);
    EXPECT_EQ(seats_taken(), 1);
    EXPECT_TRUE(release(tx(), home.id, carl));
    EXPECT_EQ(seats_taken(), 1);
    EXPECT_TRUE(release(tx(), home.id, anna));
    EXPECT_FALSE(release(tx(), home.id, anna));
    EXPECT_EQ(seats_taken(), 2);

    keep(anna);
    resources::remove(tx(), home.id, "User", anna);
    EXPECT_EQ(seats_taken(), 1);
    EXPECT_FALSE(is_held(tx(), home.id, anna));
    resources::remove(tx(), home.id, "User", bert);
    resources::remove(tx(), home.id, "User", carl);
    EXPECT_EQ(seats_taken(), 0);
    EXPECT_EQ(count(tx(), home.id), 0);
}

TEST_F(holds_test, a_groups_held_members_are_counted_whatever_comes_first)
{
    const auto group = add("Group", "staff", std::nullopt);
    const auto anna = add("User", "anna");
    const auto bert = add("User", "bert");
    const auto join = [&](resource_id who) {
        resources::add_member(tx(), home.id, group, {who, "User", {}});
    };
    const auto held_members = [&] { return count_members(tx(), home.id, group); };
    keep(anna);
    join(anna);
    EXPECT_EQ(held_members(), 1);
    join(bert);
    EXPECT_EQ(held_members(), 1);
    keep(bert);
    EXPECT_EQ(held_members(), 2);
    EXPECT_TRUE(resources::remove_member(tx(), home.id, group, anna));
    EXPECT_EQ(held_members(), 1);
    release(tx(), home.id, bert);
    EXPECT_EQ(held_members(), 0);
    keep(bert);
    resources::remove(tx(), home.id, "User", bert);
    EXPECT_EQ(held_members(), 0);
    join(anna);
    resources::remove(tx(), home.id, "Group", group);
    EXPECT_EQ(count(tx(), home.id), 1);
}

TEST_F(holds_test, are_listed_in_pages_with_their_reason_and_time)
{
    const auto anna = add("User", "anna");
    const auto bert = add("User", "bert");
    keep(anna);
    const auto start = tx().now();
    store.advance(std::chrono::hours(1));
    keep(bert, "no_email");
    keep(anna, "seat_limit");
    const auto first = list(tx(), home.id, {}, 1);
    ASSERT_EQ(first.size(), 1U);
    EXPECT_EQ(first[0].user, anna);
    EXPECT_EQ(first[0].reason, "seat_limit");
    EXPECT_EQ(first[0].domain, "late.test");
    EXPECT_EQ(first[0].since, start);
    const auto second = list(tx(), home.id, anna, 10);
    ASSERT_EQ(second.size(), 1U);
    EXPECT_EQ(second[0].user, bert);
    EXPECT_EQ(count(tx(), home.id), 2);
    const auto elsewhere =
        tenants::insert_directory(tx(), home.organization, "other", "", tenants::domain_policy::hold);
    EXPECT_TRUE(list(tx(), elsewhere.id, {}, 10).empty());
    EXPECT_FALSE(is_held(tx(), elsewhere.id, anna));
}

TEST_F(holds_test, requests_are_made_where_somebody_waits_and_start_over_when_repeated)
{
    const auto anna = add("User", "anna");
    request_releases(tx(), home.organization);
    EXPECT_FALSE(next_release(tx()));
    keep(anna);
    request_releases(tx(), home.organization, "seat_limit");
    EXPECT_FALSE(next_release(tx()));
    request_releases(tx(), home.organization, "domain_not_verified");
    ASSERT_TRUE(next_release(tx()));
    advance_release(tx(), {home.id, anna});
    EXPECT_EQ(next_release(tx())->after, anna);
    request_releases(tx(), home.organization);
    EXPECT_EQ(next_release(tx())->after, resource_id());
    finish_release(tx(), home.id);
    EXPECT_FALSE(next_release(tx()));
    request_release(tx(), home.id);
    EXPECT_EQ(next_release(tx())->directory, home.id);
}

}  // namespace
}  // namespace scimd::store::holds

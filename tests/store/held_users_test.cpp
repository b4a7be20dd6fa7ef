// Held users, and the counts that follow them wherever rows come from and go to.
#include "store/held_users.hpp"

#include "store/resources.hpp"
#include "store/tenants.hpp"
#include "support/temp_store.hpp"

#include <gtest/gtest.h>

namespace scimd::store::held_users {
namespace {

class held_users_test : public testing::Test {
protected:
    transaction& tx() { return store.tx(); }

    resource_id add(std::string_view type, std::string_view name, std::optional<bool> active = true) {
        resources::index_columns columns;
        columns.unique_key = std::string(name);
        columns.active = active;
        return resources::insert(tx(), home.id, type, "{}", columns)->id;
    }

    void set_active(resource_id user, std::string_view name, std::optional<bool> active) {
        resources::index_columns columns;
        columns.unique_key = std::string(name);
        columns.active = active;
        ASSERT_TRUE(resources::update(tx(), home.id, "User", user, "{}", columns));
    }

    void keep(resource_id user, std::string_view reason = "domain_not_verified") {
        hold(tx(), home.id, {user, std::string(reason), "late.test", "why"});
    }

    std::int64_t seats_taken() { return tenants::find_organization(tx(), home.organization)->active_users; }

    test::temp_store store;
    const tenants::directory home = store.add_directory();
};

TEST_F(held_users_test, active_users_who_are_not_held_take_seats) {
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

TEST_F(held_users_test, held_members_of_a_group_are_counted_in_any_order_of_changes) {
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

TEST_F(held_users_test, are_listed_in_pages_with_their_reason_and_time) {
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

// Whether a release is wanted, and then it is done.
class release_note {
public:
    explicit release_note(transaction& tx) : tx_(tx) {}

    bool take() {
        const auto wanted = next_release(tx_);
        if (wanted)
            finish_release(tx_, wanted->directory);
        return wanted.has_value();
    }

private:
    transaction& tx_;
};

TEST_F(held_users_test, a_release_is_requested_when_domains_policy_or_seats_change) {
    using namespace tenants;
    const auto acme = domain_name::parse("acme.com").value();
    release_note note(tx());
    const auto anna = add("User", "anna");
    auto owner = find_organization(tx(), home.organization).value();
    const auto limit_to = [&](std::optional<std::int64_t> seats) {
        owner.max_allowed_users = seats;
        update_organization(tx(), owner);
    };
    const auto set_policy = [&](domain_policy policy) {
        set_domain_policy(tx(), home.organization, home.id, policy);
    };

    // No user is held.
    insert_domain(tx(), home.organization, acme, domain_status::verified, false);
    set_policy(domain_policy::hold);
    limit_to(5);
    EXPECT_FALSE(note.take());

    keep(anna);
    EXPECT_FALSE(note.take());
    set_policy(domain_policy::hold);
    EXPECT_FALSE(note.take());
    set_policy(domain_policy::off);
    EXPECT_TRUE(note.take());
    limit_to(6);
    EXPECT_FALSE(note.take());  // it is not a seat that she waits for

    auto claim = insert_domain(
            tx(), home.organization, domain_name::parse("b.test").value(), domain_status::pending, false);
    EXPECT_FALSE(note.take());
    claim->status = domain_status::verified;
    update_domain(tx(), *claim);
    EXPECT_TRUE(note.take());
    claim->checks = 1;
    update_domain(tx(), *claim);
    EXPECT_FALSE(note.take());
    insert_domain(
            tx(), home.organization, domain_name::parse("c.test").value(), domain_status::verified, false);
    EXPECT_TRUE(note.take());

    keep(anna, "seat_limit");
    const auto bert = add("User", "bert");
    EXPECT_FALSE(note.take());
    limit_to(7);
    EXPECT_TRUE(note.take());
    limit_to(7);
    EXPECT_FALSE(note.take());
    limit_to(std::nullopt);
    EXPECT_TRUE(note.take());
    set_active(bert, "bert", false);
    EXPECT_TRUE(note.take());
    set_active(bert, "bert", true);
    EXPECT_FALSE(note.take());
    resources::remove(tx(), home.id, "User", bert);
    EXPECT_TRUE(note.take());
}

TEST_F(held_users_test, a_release_under_way_starts_again_after_a_change) {
    const auto anna = add("User", "anna");
    keep(anna);
    const auto gain = [&](std::string_view name) {
        tenants::insert_domain(tx(), home.organization, domain_name::parse(name).value(),
                tenants::domain_status::verified, false);
    };
    gain("a.test");
    EXPECT_EQ(next_release(tx())->after, resource_id());
    advance_release(tx(), {home.id, anna});
    EXPECT_EQ(next_release(tx())->after, anna);
    gain("b.test");
    EXPECT_EQ(next_release(tx())->directory, home.id);
    EXPECT_EQ(next_release(tx())->after, resource_id());
}

}  // namespace
}  // namespace scimd::store::held_users

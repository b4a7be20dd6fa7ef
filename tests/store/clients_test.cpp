#include "store/clients.hpp"

#include "support/temp_store.hpp"

#include <gtest/gtest.h>

namespace scimd::store::clients {
namespace {

using namespace std::chrono_literals;

class clients_test : public testing::Test {
protected:
    transaction& tx() { return store.tx(); }

    test::temp_store store;
};

TEST_F(clients_test, a_client_is_found_as_it_was_inserted) {
    const auto owner = store.add_directory().organization;
    const auto whole = insert(tx(), {std::nullopt, "Billing", true});
    const auto bound = insert(tx(), {owner, "Portal", false});
    const auto found = find(tx(), bound.id);
    ASSERT_TRUE(found);
    EXPECT_EQ(found->organization, owner);
    EXPECT_EQ(found->name, "Portal");
    EXPECT_FALSE(found->may_write);
    EXPECT_EQ(found->created, tx().now());
    EXPECT_EQ(find(tx(), whole.id)->organization, std::nullopt);
    EXPECT_TRUE(find(tx(), whole.id)->may_write);
    EXPECT_EQ(find_by_name(tx(), "Billing")->id, whole.id);
    EXPECT_FALSE(find_by_name(tx(), "billing"));
    EXPECT_FALSE(find(tx(), client_id{1}));
    EXPECT_EQ(count(tx()), 2);
    EXPECT_EQ(list(tx(), client_id{0}, 1).front().id, whole.id);
    EXPECT_EQ(list(tx(), whole.id, 9).front().id, bound.id);
    EXPECT_TRUE(list(tx(), bound.id, 9).empty());
}

TEST_F(clients_test, secrets_belong_to_their_client_and_are_deleted_with_it) {
    const auto one = insert(tx(), {std::nullopt, "one", true}).id;
    const auto two = insert(tx(), {std::nullopt, "two", true}).id;
    const auto first = insert_secret(tx(), one, {sha256("first"), "irst", std::nullopt});
    const auto second = insert_secret(tx(), one, {sha256("second"), "cond", tx().now() + 1h});
    insert_secret(tx(), two, {sha256("third"), "hird", std::nullopt});
    const auto listed = list_secrets(tx(), one);
    ASSERT_EQ(listed.size(), 2U);
    EXPECT_EQ(listed[0].id, first.id);
    EXPECT_EQ(listed[0].digest, sha256("first"));
    EXPECT_EQ(listed[0].suffix, "irst");
    EXPECT_EQ(listed[0].expires, std::nullopt);
    EXPECT_EQ(listed[1].expires, tx().now() + 1h);
    EXPECT_FALSE(erase_secret(tx(), two, second.id)) << "of another client";
    EXPECT_TRUE(erase_secret(tx(), one, second.id));
    EXPECT_FALSE(erase_secret(tx(), one, second.id));
    EXPECT_TRUE(erase(tx(), one));
    EXPECT_FALSE(erase(tx(), one));
    EXPECT_TRUE(list_secrets(tx(), one).empty());
    EXPECT_EQ(list_secrets(tx(), two).size(), 1U);
}

TEST_F(clients_test, the_last_use_is_kept_to_the_minute_and_never_goes_back) {
    const auto client = insert(tx(), {std::nullopt, "one", true}).id;
    const auto secret = insert_secret(tx(), client, {sha256("first"), "irst", std::nullopt}).id;
    const auto minute = std::chrono::floor<std::chrono::minutes>(tx().now()) + 1h;
    set_last_used(tx(), secret, minute + 59s);
    EXPECT_EQ(list_secrets(tx(), client)[0].last_used, time_point(minute));
    set_last_used(tx(), secret, minute - 1h);
    EXPECT_EQ(list_secrets(tx(), client)[0].last_used, time_point(minute));
}

TEST_F(clients_test, a_client_of_an_organization_is_deleted_with_it) {
    const auto owner = tenants::insert_organization(tx(), "Other", std::nullopt)->id;
    const auto bound = insert(tx(), {owner, "Portal", true}).id;
    insert_secret(tx(), bound, {sha256("first"), "irst", std::nullopt});
    tx().sql().run({"test", "delete from organizations where id = $1"}, {owner.value});
    EXPECT_FALSE(find(tx(), bound));
}

}  // namespace
}  // namespace scimd::store::clients

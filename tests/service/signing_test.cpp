#include "service/auth/signing.hpp"

#include "support/fixed_random.hpp"
#include "support/temp_store.hpp"

#include <gtest/gtest.h>

#include <vector>

namespace scimd::service::signing {
namespace {

using namespace std::chrono_literals;

std::vector<master_key> one_key(random_source& random) {
    std::vector<master_key> keys;
    keys.push_back(make_master_key(random));
    return keys;
}

class signing_test : public testing::Test {
protected:
    store::transaction& tx() { return store.tx(); }

    std::vector<store::signing_keys::key> keys() { return store::signing_keys::list(tx()); }

    test::temp_store store;
    test::fixed_random random;
    vault key_vault{one_key(random), random};
    const rsa_key some = rsa_key::generate();
};

TEST_F(signing_test, without_a_key_nothing_signs_and_no_rotation_is_due) {
    EXPECT_FALSE(signer(keys(), tx().now()));
    EXPECT_FALSE(is_due(keys(), tx().now()));
}

TEST_F(signing_test, rotation_is_due_after_the_life_of_a_key_and_leaves_no_gap) {
    const auto first = introduce(tx(), key_vault, some, urgency::as_usual)->id;
    EXPECT_EQ(signer(keys(), tx().now())->id, first);
    store.advance(key_life - 1us);
    EXPECT_FALSE(is_due(keys(), tx().now()));
    store.advance(1us);
    EXPECT_TRUE(is_due(keys(), tx().now()));
    const auto second = introduce(tx(), key_vault, some, urgency::as_usual)->id;
    EXPECT_FALSE(is_due(keys(), tx().now()));
    EXPECT_EQ(signer(keys(), tx().now())->id, first);
    EXPECT_EQ(introduce(tx(), key_vault, some, urgency::as_usual).error().code, errc::conflict);
    store.advance(lead - 1us);
    EXPECT_EQ(signer(keys(), tx().now())->id, first);
    store.advance(1us);
    EXPECT_EQ(signer(keys(), tx().now())->id, second);
}

TEST_F(signing_test, the_next_rotation_deletes_keys_that_are_no_longer_published) {
    introduce(tx(), key_vault, some, urgency::as_usual).value();
    introduce(tx(), key_vault, some, urgency::as_usual).value();
    store.advance(lead + 24h + 5min);
    EXPECT_EQ(keys().size(), 2U);
    EXPECT_FALSE(is_published(keys()[0], tx().now()));
    EXPECT_TRUE(is_published(keys()[1], tx().now()));
    introduce(tx(), key_vault, some, urgency::as_usual).value();
    EXPECT_EQ(keys().size(), 2U);
    int sealed = 0;
    tx().sql().run({"test", "select count(*) from sealed_values"}, {},
            [&](const auto& row) { sealed = static_cast<int>(row.integer(0)); });
    EXPECT_EQ(sealed, 2) << "with its private half";
}

TEST_F(signing_test, an_immediate_rotation_deletes_the_other_keys) {
    introduce(tx(), key_vault, some, urgency::as_usual).value();
    introduce(tx(), key_vault, some, urgency::as_usual).value();
    const auto made = introduce(tx(), key_vault, some, urgency::at_once)->id;
    ASSERT_EQ(keys().size(), 1U);
    EXPECT_EQ(signer(keys(), tx().now())->id, made);
}

}  // namespace
}  // namespace scimd::service::signing

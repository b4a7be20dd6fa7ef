#include "store/encrypted_secrets.hpp"

#include "support/fixed_random.hpp"
#include "support/temp_store.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace scimd::store::encrypted_secrets {
namespace {

std::vector<master_key> one_key(random_source& random) {
    std::vector<master_key> keys;
    keys.push_back(make_master_key(random));
    return keys;
}

class encrypted_secrets_test : public testing::Test {
protected:
    transaction& tx() { return store.tx(); }

    std::string found(std::string_view place) {
        const auto value = find(tx(), key_vault, place);
        return value ? std::string(value->reveal()) : "none";
    }

    std::string stored(std::string_view place) {
        std::string text;
        tx().sql().run({"test", "select sealed from sealed_values where place = $1"}, {place},
                [&](const sql::row& row) { text = row.text(0); });
        return text;
    }

    test::temp_store store;
    test::fixed_random random;
    vault key_vault{one_key(random), random};
};

TEST_F(encrypted_secrets_test, a_secret_is_read_as_it_was_stored) {
    put(tx(), key_vault, "a", "first");
    put(tx(), key_vault, "b", "second");
    put(tx(), key_vault, "a", "third");
    EXPECT_EQ(found("a"), "third");
    EXPECT_EQ(found("b"), "second");
    erase(tx(), "a");
    EXPECT_EQ(found("a"), "none");
    EXPECT_EQ(found("b"), "second");
}

TEST_F(encrypted_secrets_test, the_database_does_not_hold_the_text) {
    put(tx(), key_vault, "a", "hunter2hunter2");
    EXPECT_EQ(stored("a").find("hunter2"), std::string::npos);
}

TEST_F(encrypted_secrets_test, a_secret_moved_to_another_name_cannot_be_decrypted) {
    put(tx(), key_vault, "a", "first");
    tx().sql().run({"test", "update sealed_values set place = 'b'"});
    EXPECT_THROW(find(tx(), key_vault, "b"), sql::failure);
}

TEST_F(encrypted_secrets_test, key_rotation_encrypts_a_few_secrets_at_a_time) {
    for (const auto* place : {"a", "b", "c"})
        put(tx(), key_vault, place, std::string("of ") + place);
    const auto old_key = key_vault.sealing_key();
    key_vault.add_sealing_key(make_master_key(random));
    EXPECT_EQ(key_ids(tx()), std::vector{old_key});
    EXPECT_EQ(reseal(tx(), key_vault, 2), 2);
    EXPECT_EQ(key_ids(tx()).size(), 2);
    EXPECT_EQ(reseal(tx(), key_vault, 2), 1);
    EXPECT_EQ(reseal(tx(), key_vault, 2), 0);
    EXPECT_EQ(key_ids(tx()), std::vector{key_vault.sealing_key()});
    EXPECT_EQ(found("a") + found("b") + found("c"), "of aof bof c");
}

TEST_F(encrypted_secrets_test, a_secret_of_an_unknown_key_is_a_failure_and_stays) {
    put(tx(), key_vault, "a", "first");
    const auto before = stored("a");
    const vault other(one_key(random), random);
    EXPECT_THROW(find(tx(), other, "a"), sql::failure);
    EXPECT_THROW(reseal(tx(), other, 10), sql::failure);
    EXPECT_EQ(stored("a"), before);
}

}  // namespace
}  // namespace scimd::store::encrypted_secrets

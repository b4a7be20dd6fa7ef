#include "base/crypto/vault.hpp"

#include "support/fixed_random.hpp"

#include <gtest/gtest.h>

#include <string>
#include <utility>

namespace scimd {
namespace {

const std::string hex_key(64, 'a');
const std::string base64_key = "MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=";

std::vector<master_key> keys(std::string_view text) {
    return parse_master_keys(text).value();
}

class vault_test : public testing::Test {
protected:
    test::fixed_random random;
    vault key_vault{keys(base64_key), random};
};

TEST_F(vault_test, an_encrypted_text_decrypts_in_its_place) {
    for (const auto& plain :
            {std::string(), std::string("hunter2"), std::string("a\0b", 3), std::string(100'000, 'x')}) {
        const auto sealed = key_vault.seal(plain, "webhook/1");
        const auto opened = key_vault.open(sealed, "webhook/1");
        ASSERT_TRUE(opened);
        EXPECT_EQ(opened->reveal(), plain);
    }
}

TEST_F(vault_test, an_encrypted_text_reveals_nothing_and_never_repeats) {
    const auto first = key_vault.seal("hunter2hunter2", "webhook/1");
    EXPECT_EQ(first.find("hunter2"), std::string::npos);
    EXPECT_NE(first, key_vault.seal("hunter2hunter2", "webhook/1"));
}

TEST_F(vault_test, a_text_moved_to_another_place_does_not_decrypt) {
    const auto sealed = key_vault.seal("hunter2", "webhook/1");
    EXPECT_FALSE(key_vault.open(sealed, "webhook/2"));
    EXPECT_FALSE(key_vault.open(sealed, ""));
}

TEST_F(vault_test, a_modified_text_does_not_decrypt) {
    const auto sealed = key_vault.seal("hunter2", "webhook/1");
    for (std::size_t i = 0; i < sealed.size(); ++i) {
        auto changed = sealed;
        changed[i] = changed[i] == 'B' ? 'C' : 'B';
        EXPECT_FALSE(key_vault.open(changed, "webhook/1")) << i;
        EXPECT_FALSE(key_vault.open(sealed.substr(0, i), "webhook/1")) << i;
    }
    EXPECT_FALSE(key_vault.open(sealed + "AAAA", "webhook/1"));
}

TEST_F(vault_test, a_text_of_another_key_decrypts_once_the_key_is_known) {
    const vault other(keys(hex_key), random);
    const auto sealed = other.seal("hunter2", "webhook/1");
    EXPECT_FALSE(key_vault.open(sealed, "webhook/1"));
    EXPECT_FALSE(key_vault.knows(other.sealing_key()));
    const vault both(keys(base64_key + "," + hex_key), random);
    EXPECT_EQ(both.open(sealed, "webhook/1")->reveal(), "hunter2");
}

TEST_F(vault_test, the_first_key_encrypts_until_another_is_added) {
    const auto before = key_vault.seal("hunter2", "webhook/1");
    key_vault.add_sealing_key(std::move(keys(hex_key).front()));
    const auto after = key_vault.seal("hunter2", "webhook/1");
    EXPECT_EQ(vault::key_of(after), keys(hex_key).front().id);
    EXPECT_EQ(vault::key_of(before), keys(base64_key).front().id);
    EXPECT_EQ(key_vault.open(before, "webhook/1")->reveal(), "hunter2");
    EXPECT_EQ(key_vault.open(after, "webhook/1")->reveal(), "hunter2");
}

TEST(master_keys, are_parsed_as_they_are_written) {
    test::fixed_random random;
    std::vector<master_key> made;
    made.push_back(make_master_key(random));
    made.push_back(make_master_key(random));
    const auto read = keys(to_text(made).reveal());
    ASSERT_EQ(read.size(), 2);
    for (std::size_t i = 0; i < read.size(); ++i) {
        EXPECT_EQ(read[i].id, made[i].id);
        EXPECT_EQ(read[i].bytes.reveal(), made[i].bytes.reveal());
    }
}

TEST(master_keys, are_equal_in_base64_and_in_hexadecimal) {
    std::string hex;
    for (const char letter : std::string("0123456789abcdef0123456789abcdef"))
        hex += letter <= '9' ? std::string("3") + letter
                             : std::string("6") + static_cast<char>(letter - 'a' + '1');
    EXPECT_EQ(keys(hex).front().id, keys(base64_key).front().id);
}

TEST(master_keys, may_be_separated_by_lines_and_commas_with_comments) {
    EXPECT_EQ(keys("# the first seals\r\n" + hex_key + "\r\n\n  " + base64_key + " ,\n").size(), 2);
}

TEST(master_keys, are_refused_with_their_position_and_without_their_text) {
    const std::pair<std::string, std::string> rows[] = {
            {"", "there is no master key in it"},
            {"# none\n", "there is no master key in it"},
            {"secret", "master key 1 is not 32 bytes in base64 or hexadecimal"},
            {std::string(63, 'a') + 'g', "master key 1 is not 32 bytes in base64 or hexadecimal"},
            {std::string(62, 'a'), "master key 1 is not 32 bytes in base64 or hexadecimal"},
            {hex_key + "\n" + base64_key.substr(4), "master key 2 is not 32 bytes in base64 or hexadecimal"},
            {hex_key + "," + hex_key, "master key 2 is there twice"},
    };
    for (const auto& [text, detail] : rows)
        EXPECT_EQ(parse_master_keys(text).error(), (error{errc::invalid_value, detail})) << text;
}

TEST_F(vault_test, derived_keys_are_deterministic_and_differ_by_purpose) {
    const auto ids = [](const std::vector<master_key>& made) {
        std::vector<std::string> found;
        for (const auto& key : made)
            found.push_back(key.id);
        return found;
    };
    const auto made = key_vault.derived("lists");
    ASSERT_EQ(made.size(), 1U);
    EXPECT_EQ(made.front().bytes.reveal().size(), master_key_bytes);
    EXPECT_EQ(ids(key_vault.derived("lists")), ids(made));
    EXPECT_NE(ids(key_vault.derived("others")), ids(made));
    EXPECT_FALSE(key_vault.knows(made.front().id));

    const vault lists(key_vault.derived("lists"), random);
    EXPECT_FALSE(key_vault.open(lists.seal("x", "a"), "a").has_value());
    EXPECT_TRUE(lists.open(lists.seal("x", "a"), "a").has_value());
    auto next = keys(hex_key);
    key_vault.add_sealing_key(std::move(next.front()));
    EXPECT_EQ(key_vault.derived("lists").size(), 2U);
    EXPECT_EQ(key_vault.derived("lists").back().id, made.front().id);
}

TEST(master_keys, are_limited_to_sixteen) {
    test::fixed_random random;
    std::vector<master_key> made;
    for (std::size_t i = 0; i < master_keys_max; ++i)
        made.push_back(make_master_key(random));
    EXPECT_EQ(keys(to_text(made).reveal()).size(), master_keys_max);
    made.push_back(make_master_key(random));
    EXPECT_EQ(parse_master_keys(to_text(made).reveal()).error().detail,
            "there are more than 16 master keys in it");
}

}  // namespace
}  // namespace scimd

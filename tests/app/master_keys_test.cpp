#include "app/master_keys.hpp"

#include "support/fixed_random.hpp"
#include "support/temp_directory.hpp"

#include <gtest/gtest.h>

#include <fstream>
#include <sstream>
#include <string>
#include <vector>

namespace scimd::app {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view hex_key = "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff";

class master_keys_test : public testing::Test {
protected:
    master_keys_test() { settings.data = folder.path(); }

    result<std::vector<master_key>> load(const std::vector<std::string>& used = {}) {
        return load_master_keys(settings, used, random, log);
    }

    std::string detail(const std::vector<std::string>& used = {}) {
        const auto loaded = load(used);
        return loaded ? "none" : loaded.error().detail;
    }

    fs::path write(std::string_view text) {
        auto file = folder.path() / "given.key";
        std::ofstream(file) << text;
        fs::permissions(file, fs::perms::owner_read | fs::perms::owner_write);
        return file;
    }

    test::temp_directory folder;
    test::fixed_random random;
    std::string log_text;
    logger log{[this](std::string_view line) { log_text += line; }, log_level::info};
    options::configuration settings;
    const std::string hex_key_id = parse_master_keys(hex_key).value().front().id;
};

TEST_F(master_keys_test, the_first_start_makes_a_key_that_only_the_owner_can_read) {
    const auto made = load();
    ASSERT_TRUE(made);
    const auto file = own_master_key_file(settings);
    EXPECT_EQ(fs::status(file).permissions(), fs::perms::owner_read | fs::perms::owner_write);
    const auto again = load({made->front().id});
    ASSERT_TRUE(again);
    EXPECT_EQ(again->front().id, made->front().id);
    EXPECT_EQ(log_text.find("readable_by_others"), std::string::npos);
}

TEST_F(master_keys_test, a_missing_key_is_an_error_and_is_not_replaced) {
    EXPECT_EQ(detail({"0123abcd"}), own_master_key_file(settings).string() +
                                            ": the file is missing, and the store holds secrets sealed with "
                                            "master key 0123abcd; put the"
                                            " file back, or name it with --master-key-file.");
    EXPECT_FALSE(fs::exists(own_master_key_file(settings)));
}

TEST_F(master_keys_test, a_key_that_secrets_need_must_be_configured) {
    settings.master_key = hex_key;
    EXPECT_TRUE(load({hex_key_id}));
    EXPECT_EQ(detail({"0123abcd", hex_key_id}),
            "The store holds secrets sealed with master key 0123abcd, which is not among the keys given; "
            "give "
            "that"
            " one, too, behind the new one.");
}

TEST_F(master_keys_test, a_configured_file_is_read_instead_of_the_data_folder) {
    settings.master_key_file = write(std::string(hex_key) + "\n");
    EXPECT_EQ(load().value().front().id, hex_key_id);
    EXPECT_FALSE(fs::exists(own_master_key_file(settings)));
    EXPECT_FALSE(owns_master_key(settings));
}

TEST_F(master_keys_test, a_file_that_others_can_read_is_logged_as_a_warning) {
    settings.master_key_file = write(hex_key);
    fs::permissions(settings.master_key_file, fs::perms::others_read, fs::perm_options::add);
    EXPECT_TRUE(load());
    EXPECT_NE(log_text.find("master_key.readable_by_others"), std::string::npos);
}

TEST_F(master_keys_test, unreadable_keys_are_errors_that_name_the_source) {
    settings.master_key_file = folder.path() / "absent";
    EXPECT_EQ(detail(), settings.master_key_file.string() +
                                ": the master key cannot be read: No such file or directory.");
    settings.master_key_file = write("hunter2");
    EXPECT_EQ(detail(),
            settings.master_key_file.string() + ": master key 1 is not 32 bytes in base64 or hexadecimal.");
    settings.master_key_file = write(std::string(64 * 1024 + 1, '\n'));
    EXPECT_EQ(detail(), settings.master_key_file.string() + ": a file of master keys has at most 64 KiB.");
    settings.master_key_file.clear();
    settings.master_key = "hunter2";
    EXPECT_EQ(detail(), "SCIMD_MASTER_KEY: master key 1 is not 32 bytes in base64 or hexadecimal.");
}

TEST_F(master_keys_test, a_replaced_file_has_the_new_keys_in_order) {
    const auto first = load().value().front().id;
    std::vector<master_key> keys;
    keys.push_back(make_master_key(random));
    keys.push_back(std::move(load().value().front()));
    write_master_keys(own_master_key_file(settings), keys);
    const auto read = load({first, keys.front().id});
    ASSERT_TRUE(read);
    ASSERT_EQ(read->size(), 2U);
    EXPECT_EQ((*read)[0].id, keys.front().id);
    EXPECT_EQ((*read)[1].id, first);
    EXPECT_FALSE(fs::exists(own_master_key_file(settings).concat(".new")));
}

}  // namespace
}  // namespace scimd::app

#include "options/schema_folder.hpp"

#include "command_line.hpp"
#include "support/temp_directory.hpp"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <string>
#include <string_view>
#include <vector>

namespace scimd::options {
namespace {

using texts = std::vector<std::string>;

constexpr std::string_view good = R"({"id": "urn:example:User", "attributes": [{"name": "a"}]})";

class schema_folder_test : public testing::Test {
protected:
    void write(std::string_view name, std::string_view content) {
        std::ofstream(folder.path() / name) << content;
    }

    std::string path() { return folder.path().string(); }

    test::temp_directory folder;
};

TEST_F(schema_folder_test, reads_json_files_in_the_order_of_their_names) {
    write("b.json", good);
    write("a.json", "[]");
    write("readme.md", "#");
    write(".hidden.json", "{");
    std::filesystem::create_directory(folder.path() / "c.json");
    std::filesystem::create_symlink("b.json", folder.path() / "d.txt");
    const auto read = read_schema_folder(path());
    EXPECT_EQ(read.errors, texts{});
    ASSERT_EQ(read.files.size(), 2U);
    EXPECT_EQ(read.files[0].name, "a.json");
    EXPECT_EQ(read.files[1].content, good);
}

TEST_F(schema_folder_test, follows_links) {
    write("real.txt", good);
    std::filesystem::create_symlink("real.txt", folder.path() / "a.json");
    EXPECT_EQ(read_schema_folder(path()).files.size(), 1U);
}

TEST_F(schema_folder_test, reports_folders_that_cannot_be_read) {
    EXPECT_EQ(read_schema_folder(path() + "/missing").errors,
            texts{path() + "/missing: No such file or directory"});
    write("file", "");
    EXPECT_EQ(read_schema_folder(path() + "/file").errors, texts{path() + "/file: Not a directory"});
    EXPECT_EQ(read_schema_folder(path()).errors, texts{path() + " has no file *.json"});
}

TEST_F(schema_folder_test, reports_files_that_are_too_long_or_too_many) {
    const std::string longest(scim::definition_file_bytes_max - good.size(), ' ');
    write("a.json", longest + std::string(good));
    EXPECT_EQ(read_schema_folder(path()).errors, texts{});
    write("a.json", longest + " " + std::string(good));
    EXPECT_EQ(read_schema_folder(path()).errors, texts{"a.json: the file is longer than 1048576 bytes."});
    for (std::size_t i = 0; i < scim::definition_files_max; ++i)
        write(std::to_string(i) + ".json", "[]");
    EXPECT_EQ(read_schema_folder(path()).errors, texts{path() + " has more than 256 files"});
}

TEST_F(schema_folder_test, its_errors_are_reported_with_those_of_other_options) {
    write("a.json", good);
    const auto parsed = parse({"serve", "--schema-dir", path()});
    ASSERT_TRUE(parsed.run) << parsed.output;
    EXPECT_EQ(parsed.run->settings.definitions.size(), 1U);
    ASSERT_TRUE(parse({"serve"}, {{"SCIMD_SCHEMA_DIR", path()}}).run);

    write("a.json", R"({"id": "urn:example:User", "attributes": [{"name": "a", "type": "text"}, {}]})");
    const auto refused = parse({"serve", "--schema-dir", path(), "--threads", "0"});
    EXPECT_FALSE(refused.run);
    EXPECT_EQ(refused.exit_code, 2);
    EXPECT_EQ(refused.output,
            "scimd: --schema-dir: a.json: a: 'type' has the unknown value 'text'.\n"
            "scimd: --schema-dir: a.json: (an attribute without name): 'name' is missing or empty.\n"
            "scimd: --threads must be a number from 1 to 256, not \"0\"\n"
            "scimd: see scimd --help\n");
}

}  // namespace
}  // namespace scimd::options

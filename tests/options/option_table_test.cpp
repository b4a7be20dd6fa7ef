#include "options/option_table.hpp"

#include <gtest/gtest.h>

#include <fstream>
#include <regex>
#include <set>
#include <string>

namespace scimd::options {
namespace {

std::set<std::string> flags_of_the_table() {
    configuration settings;
    partial_settings partial;
    std::set<std::string> flags{"--config"};
    for (const auto& group : option_groups(settings, partial))
        for (const auto& row : group.rows)
            EXPECT_TRUE(flags.emplace(row.flag).second) << row.flag << " twice";
    return flags;
}

// The flags in the first column of the reference.
std::set<std::string> flags_of_the_reference() {
    std::ifstream document(SCIMD_OPTIONS_REFERENCE);
    const std::regex flag("`(--[a-z-]+)");
    std::set<std::string> flags;
    for (std::string line; std::getline(document, line) && line != "## TLS";) {
        if (!line.starts_with("| `--"))
            continue;
        const auto cell = line.substr(0, line.find('|', 1));
        for (std::sregex_iterator found(cell.begin(), cell.end(), flag), end; found != end; ++found)
            flags.insert((*found)[1]);
    }
    return flags;
}

TEST(option_table_test, documentation_lists_every_option_and_no_other) {
    EXPECT_EQ(flags_of_the_reference(), flags_of_the_table());
}

TEST(option_table_test, variables_are_named_after_flags) {
    EXPECT_EQ((option_row{.flag = "--idle-deadline-ms", .value = ""}.variable()), "SCIMD_IDLE_DEADLINE_MS");
}

}  // namespace
}  // namespace scimd::options

// The commands: their arguments and options, and the errors of wrong ones.
#include "options/arguments.hpp"

#include "command_line.hpp"

#include <gtest/gtest.h>

namespace scimd::options {
namespace {

command command_of(const words& given) {
    auto parsed = parse(given);
    EXPECT_TRUE(parsed.run) << parsed.output;
    return parsed.run ? parsed.run->command : command();
}

struct shape {
    words names;
    std::size_t arguments;
};

const shape shapes[] = {
        {{"serve"}, 0},
        {{"demo"}, 0},
        {{"organization", "create"}, 1},
        {{"organization", "list"}, 0},
        {{"organization", "show"}, 1},
        {{"domain", "create"}, 2},
        {{"domain", "list"}, 1},
        {{"domain", "show"}, 2},
        {{"domain", "delete"}, 2},
        {{"directory", "create"}, 1},
        {{"directory", "list"}, 1},
        {{"directory", "show"}, 1},
        {{"directory", "enable"}, 1},
        {{"directory", "disable"}, 1},
        {{"directory", "delete"}, 1},
        {{"directory", "policy"}, 2},
        {{"directory", "usage"}, 1},
        {{"directory", "quota"}, 3},
        {{"directory", "refusals"}, 1},
        {{"secret", "create"}, 1},
        {{"secret", "regenerate"}, 1},
        {{"secret", "list"}, 1},
        {{"secret", "show"}, 2},
        {{"secret", "revoke"}, 2},
        {{"events"}, 0},
        {{"check"}, 0},
        {{"backup"}, 1},
        {{"restore"}, 1},
        {{"version"}, 0},
};

// For instance "$ORGANIZATION" of a script in which it is not set.
TEST(arguments_test, an_empty_option_is_an_error) {
    const words commands[] = {
            {"client", "create", "Billing", "--organization"},
            {"backup", "/backup.db", "--key-to"},
            {"restore", "/backup.db", "--key-from"},
            {"client", "add-secret", "skc_1", "--expires"},
            {"secret", "create", "dir_1", "--expires"},
            {"secret", "create", "dir_1", "--user"},
            {"secret", "regenerate", "dir_1", "--expires"},
            {"audit", "--actor"},
            {"directory", "log", "dir_1", "--since"},
            {"events", "--type"},
            {"events", "--organization"},
            {"events", "--directory"},
            {"webhook", "create", "https://app.example/", "--organization"},
            {"webhook", "retry-failed", "whe_1", "--since"},
            {"webhook", "replay", "whe_1", "--from"},
    };
    for (auto given : commands) {
        given.emplace_back("");
        const auto refused = parse(given);
        EXPECT_FALSE(refused.run) << given.front() << ' ' << given[1];
        EXPECT_EQ(refused.exit_code, 2);
        EXPECT_NE(refused.output.find("it must not be empty"), std::string::npos) << refused.output;
        given.back() = "x";
        EXPECT_TRUE(parse(given).run) << given.front() << ' ' << given[1];
    }
}

TEST(arguments_test, each_command_takes_exactly_its_arguments) {
    for (const auto& shape : shapes) {
        auto given = shape.names;
        words arguments;
        for (std::size_t i = 0; i < shape.arguments; ++i) {
            const auto fewer = parse(given);
            EXPECT_FALSE(fewer.run) << shape.names.back() << " with " << i;
            EXPECT_EQ(fewer.exit_code, 2);
            const bool is_policy = shape.names.back() == "policy" && i == 1;
            arguments.push_back(is_policy ? "off" : "argument" + std::to_string(i));
            given.push_back(arguments.back());
        }
        const auto taken = command_of(given);
        EXPECT_EQ(taken.words, shape.names);
        EXPECT_EQ(taken.arguments, arguments) << shape.names.back();
        given.push_back("superfluous");
        const auto more = parse(given);
        EXPECT_FALSE(more.run) << shape.names.back();
        EXPECT_EQ(more.exit_code, 2);
        EXPECT_NE(more.output.find("superfluous"), std::string::npos) << more.output;
    }
}

TEST(arguments_test, a_command_gets_its_options) {
    auto what = command_of({"organization", "create", "Acme Corp", "--external-id", "a-1"});
    EXPECT_EQ(what.arguments, words{"Acme Corp"});
    EXPECT_EQ(what.option("--external-id"), "a-1");
    what = command_of({"domain", "create", "org_1", "acme.com", "--subdomains"});
    EXPECT_TRUE(what.is_on("--subdomains"));
    EXPECT_FALSE(command_of({"domain", "create", "org_1", "acme.com"}).is_on("--subdomains"));
    what = command_of({"directory", "create", "org_1", "--name", "Staff", "--provider", "OKTA",
            "--domain-policy", "off"});
    EXPECT_EQ(what.option("--name"), "Staff");
    EXPECT_EQ(what.option("--provider"), "OKTA");
    EXPECT_EQ(what.option("--domain-policy"), "off");
    EXPECT_EQ(command_of({"demo", "--domain-policy=reject"}).option("--domain-policy"), "reject");
    EXPECT_EQ(command_of({"directory", "create", "org_1", "--domain-gate-scope", "all"})
                      .option("--domain-gate-scope"),
            "all");
    EXPECT_EQ(command_of({"secret", "create", "dir_1", "--expires", "2027-01-31T00:00:00Z"})
                      .option("--expires"),
            "2027-01-31T00:00:00Z");
    what = command_of({"events", "--after", "c_7", "--directory", "dir_1", "--follow"});
    EXPECT_EQ(what.option("--after"), "c_7");
    EXPECT_EQ(what.option("--directory"), "dir_1");
    EXPECT_TRUE(what.is_on("--follow"));
    EXPECT_FALSE(command_of({"events"}).is_on("--follow"));
    what = command_of({"events", "--type", "a.b", "--type", "a.c", "--organization", "org_1"});
    EXPECT_EQ(what.all("--type"), (std::vector<std::string>{"a.b", "a.c"}));
    EXPECT_EQ(what.option("--organization"), "org_1");
}

TEST(arguments_test, an_unknown_domain_policy_is_an_error) {
    EXPECT_EQ(command_of({"directory", "policy", "dir_1", "reject"}).arguments[1], "reject");
    for (const auto* const text : {"Reject", "none", "OFF"}) {
        const words rows[] = {
                {"directory", "policy", "dir_1", text},
                {"directory", "create", "org_1", "--domain-policy", text},
                {"demo", "--domain-policy", text},
        };
        for (const auto& row : rows) {
            const auto parsed = parse(row);
            EXPECT_EQ(parsed.exit_code, 2) << text;
            EXPECT_NE(parsed.output.find(text), std::string::npos) << parsed.output;
        }
    }
}

TEST(arguments_test, limit_is_a_number_within_bounds) {
    EXPECT_FALSE(command_of({"events"}).limit);
    EXPECT_EQ(command_of({"events", "--limit", "1"}).limit, 1);
    EXPECT_EQ(command_of({"events", "--limit", "1000000000"}).limit, 1'000'000'000);
    for (const auto* const text : {"0", "-1", "1000000001", "many", "1x"}) {
        const auto parsed = parse({"events", std::string("--limit=") + text});
        EXPECT_FALSE(parsed.run) << text;
        EXPECT_EQ(parsed.exit_code, 2) << text;
        EXPECT_NE(parsed.output.find("--limit"), std::string::npos) << parsed.output;
    }
}

TEST(arguments_test, an_option_of_another_command_is_an_error) {
    const words rows[] = {
            {"serve", "--follow"},
            {"organization", "list", "--name", "x"},
            {"secret", "list", "dir_1", "--expires", "x"},
            {"check", "--subdomains"},
            {"--follow", "events"},
    };
    for (const auto& row : rows) {
        const auto parsed = parse(row);
        EXPECT_FALSE(parsed.run) << row.back();
        EXPECT_EQ(parsed.exit_code, 2);
        EXPECT_NE(parsed.output.find("--"), std::string::npos);
    }
}

TEST(arguments_test, a_missing_or_unknown_command_is_an_error) {
    const words rows[] = {
            {},
            {"organisation", "list"},
            {"organization"},
            {"organization", "erase"},
            {"domain"},
            {"--json"},
            {""},
    };
    for (const auto& row : rows) {
        const auto parsed = parse(row);
        EXPECT_FALSE(parsed.run);
        EXPECT_EQ(parsed.exit_code, 2) << parsed.output;
        EXPECT_NE(parsed.output.find("scimd --help"), std::string::npos) << parsed.output;
    }
}

TEST(arguments_test, every_command_has_help) {
    const auto top = parse({"--help"});
    EXPECT_FALSE(top.run);
    EXPECT_EQ(top.exit_code, 0);
    for (const auto* const mentioned : {"serve", "demo", "organization", "domain", "directory", "secret",
                 "events", "check", "backup", "restore", "version", "--data", "SCIMD_DATA", "--listen",
                 "SCIMD_LISTEN", "--config", "--json", "127.0.0.1:8080"}) {
        EXPECT_NE(top.output.find(mentioned), std::string::npos) << mentioned << " in\n" << top.output;
    }
    for (const auto& shape : shapes) {
        auto given = shape.names;
        given.emplace_back("--help");
        const auto parsed = parse(given);
        EXPECT_EQ(parsed.exit_code, 0) << shape.names.back() << parsed.output;
        EXPECT_FALSE(parsed.run);
        EXPECT_NE(parsed.output.find(shape.names.back()), std::string::npos) << parsed.output;
    }
    EXPECT_NE(parse({"directory", "--help"}).output.find("refusals"), std::string::npos);
    EXPECT_NE(parse({"domain", "create", "--help"}).output.find("--subdomains"), std::string::npos);
    EXPECT_NE(parse({"domain", "create", "--help"}).output.find("ORGANIZATION"), std::string::npos);
}

}  // namespace
}  // namespace scimd::options

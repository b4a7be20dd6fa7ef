#include "service/webhooks/webhook_filter.hpp"

#include "support/seed.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cctype>
#include <cstdlib>
#include <optional>

namespace scimd::service::webhooks {
namespace {

using patterns = std::vector<std::string>;

TEST(webhook_filter, matches_a_type_a_prefix_or_all) {
    struct row {
        patterns given;
        std::string_view type;
        bool is_match;
    };
    const std::string created = "organization.directory.user_created";
    for (const auto& [given, type, is_match] : {
                 row{{}, created, true},
                 row{{"*"}, created, true},
                 row{{created}, created, true},
                 row{{created}, "organization.directory.user_created_twice", false},
                 row{{"organization.directory.*"}, created, true},
                 row{{"organization.*"}, created, true},
                 row{{"organization.directory.user_created.*"}, created, false},
                 row{{"organization.directory.*"}, "organization.directory", false},
                 row{{"organization.directory.*"}, "organization.directory_created", false},
                 row{{"organization.directory.group_created", "role.*"}, created, false},
                 row{{"role.*", created}, created, true},
         })
        EXPECT_EQ(matches(given, type), is_match) << testing::PrintToString(given) << type;
}

TEST(webhook_filter, checks_event_types) {
    for (const auto* good : {"*", "a", "a.b", "a.*", "organization.directory.user_created", "a1_2.b3"})
        EXPECT_TRUE(check_event_types(patterns{good})) << good;
    for (const auto* bad :
            {"", ".", "a.", ".a", "a..b", "**", "a*", "a.*.b", "*.a", "A.b", "a b", "a-b", ".*", "a.**", "ä"})
        EXPECT_FALSE(check_event_types(patterns{bad})) << bad;
    EXPECT_EQ(check_event_types(patterns{"a", "b."}).error().detail,
            R"(event_types[1] must be the type of an event, a prefix with ".*" behind it, or "*".)");
    EXPECT_TRUE(check_event_types(patterns(event_types_max, "a")));
    EXPECT_FALSE(check_event_types(patterns(event_types_max + 1, "a")));
    EXPECT_TRUE(check_event_types(patterns{std::string(event_type_bytes_max, 'a')}));
    EXPECT_FALSE(check_event_types(patterns{std::string(event_type_bytes_max + 1, 'a')}));
}

TEST(webhook_headers, start_with_x_and_are_not_reserved) {
    for (const auto* good : {"X-Env", "x-tenant-id", "X-Api-Key", "X-1", "x-custom_name"})
        EXPECT_TRUE(check_header(good, "v")) << good;
    for (const auto* bad :
            {"", "X-", "x", "Host", "Content-Length", "Content-Type", "Authorization", "Proxy-Authorization",
                    "Cookie", "Connection", "Transfer-Encoding", "TE", "Upgrade", "Expect", "Keep-Alive",
                    "Trailer", "webhook-id", "Webhook-Signature", "webhook-timestamp", "svix-id",
                    "X-Forwarded-For", "x-forwarded-host", "X-Real-IP", "X-Original-URL", "X-Rewrite-URL",
                    "X-HTTP-Method-Override", "X-aws-ec2-metadata-token", "X-Google-Metadata-Request",
                    "X-Amz-Security-Token", "X-Envoy-Original-Path", "Metadata", "Metadata-Flavor",
                    "X-Env:", "X Env", "X-Env\r\nHost", "X-\xc3\xa4", "X-Env\n", "X-(x)", "X-Client-IP"})
        EXPECT_FALSE(check_header(bad, "v")) << bad;
}

TEST(webhook_headers, have_values_of_visible_ascii) {
    for (const auto* good : {"", "a", "a b", "~!\"#$%&'()*+,-./:;<=>?@[]^_`{|}"})
        EXPECT_TRUE(check_header("X-Env", good)) << good;
    for (const auto* bad : {" a", "a ", "a\tb", "a\rb", "a\nb", "a\r\nX-Evil: 1", "\x7f", "\xc3\xa4", "\x01"})
        EXPECT_FALSE(check_header("X-Env", bad)) << bad;
    EXPECT_FALSE(check_header("X-Env", std::string_view("a\0b", 3)));
    EXPECT_TRUE(check_header("X-Env", std::string(header_value_bytes_max, 'a')));
    EXPECT_FALSE(check_header("X-Env", std::string(header_value_bytes_max + 1, 'a')));
    EXPECT_TRUE(check_header("x-" + std::string(header_name_bytes_max - 2, 'a'), "v"));
    EXPECT_FALSE(check_header("x-" + std::string(header_name_bytes_max - 1, 'a'), "v"));
}

// The field that a receiver reads from a head with this field added; empty: not exactly one field (RFC 9110
// §5).
std::optional<std::pair<std::string, std::string>> read_field(std::string_view line) {
    constexpr std::string_view marks = "!#$%&'*+-.^_`|~";
    const auto is_token = [&](char one) {
        return std::isalnum(static_cast<unsigned char>(one)) != 0 || marks.find(one) != marks.npos;
    };
    const auto is_text = [](char one) { return one >= ' ' && one <= '~'; };
    const auto colon = line.find(':');
    if (colon == line.npos || !line.ends_with("\r\n"))
        return std::nullopt;
    const auto name = line.substr(0, colon);
    auto value = line.substr(colon + 1, line.size() - colon - 3);
    if (name.empty() || !std::ranges::all_of(name, is_token) || !std::ranges::all_of(value, is_text))
        return std::nullopt;
    const auto first = std::min(value.find_first_not_of(' '), value.size());
    value = value.substr(first, value.find_last_not_of(' ') + 1 - first);
    return std::pair(std::string(name), std::string(value));
}

// SCIMD_HEADER_INPUTS=1000000 for the full figure.
int header_inputs() {
    const auto* text = std::getenv("SCIMD_HEADER_INPUTS");
    return text ? std::atoi(text) : 300'000;
}

// Random bytes in names and values: an accepted field is read as exactly this one field by a receiver.
TEST(webhook_headers, cannot_inject_another_field) {
    std::mt19937 chance(test::seed());
    constexpr std::string_view odd("\r\n\0 :;\t\v\x7f\x85", 10);
    const auto some_bytes = [&](std::string text, std::string_view usual) {
        for (auto bytes = chance() % 12; bytes > 0; --bytes) {
            const auto draw = chance();
            text += draw % 16 == 0   ? odd[draw / 16 % odd.size()]
                    : draw % 64 == 1 ? static_cast<char>(draw / 64)
                                     : usual[draw / 64 % usual.size()];
        }
        return text;
    };
    int taken = 0;
    int refused = 0;
    for (int i = 0; i < header_inputs(); ++i) {
        const auto name = some_bytes(chance() % 8 == 0 ? "" : "X-", "abcXYZ019-_");
        const auto value = some_bytes("", "aZ09~!,;= /");
        if (!check_header(name, value)) {
            ++refused;
            continue;
        }
        ++taken;
        const auto read = read_field(name + ": " + value + "\r\n");
        ASSERT_TRUE(read) << testing::PrintToString(name) << testing::PrintToString(value);
        ASSERT_EQ(*read, std::pair(name, value));
    }
    EXPECT_GT(taken, header_inputs() / 10);
    EXPECT_GT(refused, header_inputs() / 10);
}

}  // namespace
}  // namespace scimd::service::webhooks

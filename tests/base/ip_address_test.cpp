#include "base/network/ip_address.hpp"

#include <gtest/gtest.h>

namespace scimd {
namespace {

TEST(ip_address, parses_plain_forms_and_writes_them_canonically) {
    const std::pair<std::string_view, std::string_view> rows[] = {
            {"127.0.0.1", "127.0.0.1"},
            {"255.255.255.255", "255.255.255.255"},
            {"::1", "::1"},
            {"2001:DB8:0:0::1", "2001:db8::1"},
            {"::ffff:192.0.2.1", "::ffff:192.0.2.1"},
            {"0:0:0:0:0:0:0:0", "::"},
    };
    for (const auto& [text, canonical] : rows) {
        const auto parsed = ip_address::parse(text);
        ASSERT_TRUE(parsed) << text;
        EXPECT_EQ(parsed->text(), canonical);
        EXPECT_EQ(parsed->is_v6, text.find(':') != std::string_view::npos);
    }
}

TEST(ip_address, refuses_forms_that_other_parsers_read_differently) {
    for (const std::string_view text : {"", "127.1", "2130706433", "0177.0.0.1", "0x7f.0.0.1", "127.0.0.01",
                 "127.0.0.1.", "127.0.0.256", " 127.0.0.1", "[::1]", "fe80::1%eth0", "1::2::3",
                 "::ffff:127.1", "127.0.0.1\n", "１２７.0.0.1", ":", "12345::", "1:2:3:4:5:6:7:8:9"})
        EXPECT_FALSE(ip_address::parse(text)) << text;
    EXPECT_FALSE(ip_address::parse(std::string_view("127.0.0.1\0", 10)));
    EXPECT_FALSE(ip_address::parse(std::string(1'000, '1')));
}

}  // namespace
}  // namespace scimd

#include "base/network/ip_address.hpp"

#include <gtest/gtest.h>

namespace scimd {
namespace {

TEST(ip_network, contains_the_addresses_that_share_its_prefix) {
    struct row {
        const char* network;
        const char* address;
        bool is_inside;
    };
    const row rows[] = {
            {"192.0.2.0/24", "192.0.2.0", true},
            {"192.0.2.0/24", "192.0.2.255", true},
            {"192.0.2.0/24", "192.0.3.0", false},
            {"192.0.2.128/25", "192.0.2.127", false},
            {"192.0.2.128/25", "192.0.2.128", true},
            {"10.32.0.0/11", "10.63.255.255", true},
            {"10.32.0.0/11", "10.64.0.0", false},
            {"192.0.2.7", "192.0.2.7", true},
            {"192.0.2.7/32", "192.0.2.8", false},
            {"0.0.0.0/0", "203.0.113.9", true},
            {"0.0.0.0/0", "::1", false},
            {"2001:db8::/32", "2001:db8:ffff::1", true},
            {"2001:db8::/32", "2001:db9::1", false},
            {"2001:db8:0:8000::/49", "2001:db8:0:8000::1", true},
            {"2001:db8:0:8000::/49", "2001:db8:0:7fff::1", false},
            {"::/0", "fe80::1", true},
            {"::/0", "0.0.0.0", false},
    };
    for (const auto& [network, address, is_inside] : rows) {
        const auto parsed = ip_network::parse(network);
        ASSERT_TRUE(parsed.has_value()) << network;
        EXPECT_EQ(parsed->contains(*ip_address::parse(address)), is_inside) << network << ' ' << address;
    }
}

TEST(ip_network, rejects_texts_that_are_not_a_network) {
    for (const char* const text : {"", "/", "192.0.2.0/", "192.0.2.0/33", "192.0.2.0/-1", "192.0.2.0/ 8",
                 "192.0.2.0/8x", "192.0.2.1/24", "192.0.2/24", "::/129", "2001:db8::1/64", "example.com/24"})
        EXPECT_FALSE(ip_network::parse(text).has_value()) << text;
}

TEST(ip_network, writes_a_text_that_it_parses) {
    for (const char* const text : {"192.0.2.0/24", "2001:db8::/32", "::/0"})
        EXPECT_EQ(ip_network::parse(text)->text(), text);
    EXPECT_EQ(ip_network::parse("192.0.2.7")->text(), "192.0.2.7/32");
}

}  // namespace
}  // namespace scimd

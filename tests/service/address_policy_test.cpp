#include "service/webhooks/address_policy.hpp"

#include <gtest/gtest.h>

#include <string>

namespace scimd::service {
namespace {

ip_address address(std::string_view text) {
    const auto parsed = ip_address::parse(text);
    if (!parsed)
        throw std::runtime_error("no address: " + std::string(text));
    return *parsed;
}

// The first and last address of a range, and those just outside it (empty: they are forbidden, too).
struct edges {
    std::string_view before, first, last, after;
};

constexpr edges ranges[] = {
        {"", "0.0.0.0", "0.255.255.255", "1.0.0.0"},
        {"9.255.255.255", "10.0.0.0", "10.255.255.255", "11.0.0.0"},
        {"100.63.255.255", "100.64.0.0", "100.127.255.255", "100.128.0.0"},
        {"126.255.255.255", "127.0.0.0", "127.255.255.255", "128.0.0.0"},
        {"168.63.129.15", "168.63.129.16", "168.63.129.16", "168.63.129.17"},
        {"169.253.255.255", "169.254.0.0", "169.254.255.255", "169.255.0.0"},
        {"172.15.255.255", "172.16.0.0", "172.31.255.255", "172.32.0.0"},
        {"191.255.255.255", "192.0.0.0", "192.0.0.255", "192.0.1.0"},
        {"192.0.1.255", "192.0.2.0", "192.0.2.255", "192.0.3.0"},
        {"192.88.98.255", "192.88.99.0", "192.88.99.255", "192.88.100.0"},
        {"192.167.255.255", "192.168.0.0", "192.168.255.255", "192.169.0.0"},
        {"198.17.255.255", "198.18.0.0", "198.19.255.255", "198.20.0.0"},
        {"198.51.99.255", "198.51.100.0", "198.51.100.255", "198.51.101.0"},
        {"203.0.112.255", "203.0.113.0", "203.0.113.255", "203.0.114.0"},
        {"223.255.255.255", "224.0.0.0", "239.255.255.255", ""},
        {"", "240.0.0.0", "255.255.255.255", ""},
        {"", "::", "::", ""},
        {"", "::1", "::1", ""},
        {"", "::ffff:0:0", "::ffff:ffff:ffff", ""},
        {"", "::", "::ffff:ffff", ""},
        {"", "64:ff9b::", "64:ff9b::ffff:ffff", ""},
        {"", "64:ff9b:1::", "64:ff9b:1:ffff:ffff:ffff:ffff:ffff", ""},
        {"", "100::", "100::ffff:ffff:ffff:ffff", ""},
        {"", "2001::", "2001:0:ffff:ffff:ffff:ffff:ffff:ffff", ""},
        {"", "2001::", "2001:1ff:ffff:ffff:ffff:ffff:ffff:ffff", "2001:200::"},
        {"2001:db7:ffff:ffff:ffff:ffff:ffff:ffff", "2001:db8::", "2001:db8:ffff:ffff:ffff:ffff:ffff:ffff",
                "2001:db9::"},
        {"2001:ffff:ffff:ffff:ffff:ffff:ffff:ffff", "2002::", "2002:ffff:ffff:ffff:ffff:ffff:ffff:ffff",
                "2003::"},
        {"3ffe:ffff:ffff:ffff:ffff:ffff:ffff:ffff", "3fff::", "3fff:fff:ffff:ffff:ffff:ffff:ffff:ffff",
                "3fff:1000::"},
        {"", "5f00::", "5f00:ffff:ffff:ffff:ffff:ffff:ffff:ffff", ""},
        {"", "fc00::", "fdff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", ""},
        {"", "fe80::", "febf:ffff:ffff:ffff:ffff:ffff:ffff:ffff", ""},
        {"", "fec0::", "feff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", ""},
        {"", "ff00::", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", ""},
};

TEST(address_policy, refuses_each_special_range_exactly_to_its_edges) {
    for (const auto& row : ranges) {
        EXPECT_NE(why_not_public(address(row.first)), "") << row.first;
        EXPECT_NE(why_not_public(address(row.last)), "") << row.last;
        for (const auto outside : {row.before, row.after}) {
            if (!outside.empty()) {
                EXPECT_EQ(why_not_public(address(outside)), "") << outside;
            }
        }
    }
}

TEST(address_policy, refuses_addresses_inside_the_ranges) {
    for (const auto* text : {
                 "0.0.0.1",
                 "10.1.2.3",
                 "100.100.100.200",
                 "127.0.0.1",
                 "127.1.2.3",
                 "169.254.169.254",
                 "169.254.170.2",
                 "172.20.10.1",
                 "192.0.0.170",
                 "192.0.2.33",
                 "192.88.99.1",
                 "192.168.1.1",
                 "198.18.0.1",
                 "198.51.100.7",
                 "203.0.113.7",
                 "224.0.0.1",
                 "239.255.255.250",
                 "240.0.0.1",
                 "255.255.255.254",
                 "::ffff:127.0.0.1",
                 "::ffff:10.0.0.1",
                 "::ffff:169.254.169.254",
                 "::ffff:8.8.8.8",
                 "::ffff:7f00:1",
                 "::127.0.0.1",
                 "::8.8.8.8",
                 "::2",
                 "::ffff:0:127.0.0.1",
                 "64:ff9b::7f00:1",
                 "64:ff9b::8.8.8.8",
                 "64:ff9b:1::7f00:1",
                 "100::1",
                 "2001::1",
                 "2001:0:53aa:64c:0:fbff:80ff:fffe",
                 "2001:2::1",
                 "2001:10::1",
                 "2001:20::1",
                 "2001:db8::1",
                 "2002:7f00:1::1",
                 "2002:808:808::1",
                 "3fff::1",
                 "5f00::1",
                 "fc00::1",
                 "fd00::1",
                 "fd00:ec2::254",
                 "fe80::1",
                 "fe80::a9fe:a9fe",
                 "febf::1",
                 "fec0::1",
                 "ff02::1",
                 "ff0e::1",
                 "4000::1",
                 "8000::1",
                 "e000::1",
                 "1::1",
                 "200::1",
                 "0:1::1",
         })
        EXPECT_NE(why_not_public(address(text)), "") << text;
}

TEST(address_policy, accepts_public_addresses) {
    for (const auto* text : {
                 "1.1.1.1",
                 "8.8.8.8",
                 "9.9.9.9",
                 "34.94.129.140",
                 "35.198.115.68",
                 "52.216.0.1",
                 "93.184.216.34",
                 "100.0.0.1",
                 "128.0.0.1",
                 "151.101.1.69",
                 "168.63.128.16",
                 "172.32.0.1",
                 "185.199.108.153",
                 "192.30.255.112",
                 "198.41.0.4",
                 "199.36.153.4",
                 "216.58.212.142",
                 "223.5.5.5",
                 "2606:4700:4700::1111",
                 "2001:4860:4860::8888",
                 "2620:fe::fe",
                 "2a00:1450:4001:82a::200e",
                 "2400:cb00::1",
                 "2c0f:f248::1",
                 "2001:67c:2e8::1",
                 "2600::",
                 "2a02:ec80::1",
         })
        EXPECT_EQ(why_not_public(address(text)), "") << text;
}

TEST(address_policy, private_mode_allows_neighbours_but_no_metadata_services) {
    const address_policy sidecar{.allows_private = true, .own = {}};
    for (const auto* text :
            {"127.0.0.1", "::1", "10.0.0.1", "172.16.0.1", "192.168.1.1", "100.64.0.1", "fd12::1", "8.8.8.8"})
        EXPECT_EQ(sidecar.why_not(address(text)), "") << text;
    for (const auto* text :
            {"169.254.169.254", "100.100.100.200", "168.63.129.16", "fd00:ec2::254", "fe80::1", "0.0.0.0",
                    "224.0.0.1", "255.255.255.255", "::", "::ffff:127.0.0.1", "64:ff9b::7f00:1"})
        EXPECT_NE(sidecar.why_not(address(text)), "") << text;
}

TEST(address_policy, refuses_addresses_of_own_listeners) {
    const address_policy strict{.allows_private = false, .own = {address("8.8.4.4")}};
    EXPECT_NE(strict.why_not(address("8.8.4.4")), "");
    EXPECT_EQ(strict.why_not(address("8.8.8.8")), "");
}

}  // namespace
}  // namespace scimd::service

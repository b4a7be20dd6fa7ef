#include "base/network/address_share.hpp"

#include <gtest/gtest.h>

#include <vector>

namespace scimd {
namespace {

TEST(address_share, is_an_ipv4_address_or_an_ipv6_network_of_64_bits) {
    EXPECT_EQ(address_share("192.0.2.1"), "192.0.2.1");
    EXPECT_EQ(address_share("2001:db8:0:1::1"), address_share("2001:db8:0:1:ffff::2"));
    EXPECT_NE(address_share("2001:db8:0:1::1"), address_share("2001:db8:0:2::1"));
}

TEST(address_share, is_empty_for_peers_without_a_limit) {
    const std::vector<ip_network> proxies{*ip_network::parse("198.51.100.0/24")};
    const auto share_of = [&](std::string address, bool is_loopback = false) {
        http::peer from;
        from.address = std::move(address);
        from.is_loopback = is_loopback;
        return address_share(from, proxies);
    };
    EXPECT_EQ(share_of("127.0.0.1", true), "");
    EXPECT_EQ(share_of("", true), "");
    EXPECT_EQ(share_of("198.51.100.7"), "");
    EXPECT_EQ(share_of("198.51.101.7"), "198.51.101.7");
}

}  // namespace
}  // namespace scimd

#include "net/server/endpoint.hpp"

#include <gtest/gtest.h>

#include <string_view>

namespace scimd::net {
namespace {

TEST(endpoint, prints_the_text_that_it_parses) {
    for (const std::string_view text : {"127.0.0.1:8080", "[::1]:8080", ":8080", "localhost:0",
                 "scim.example.com:65535", "unix:/run/scimd/control.sock", "unix:relative.sock"}) {
        const auto parsed = endpoint::parse(text);
        ASSERT_TRUE(parsed.has_value()) << text;
        EXPECT_EQ(parsed->text(), text);
    }
}

TEST(endpoint, parses_host_port_and_path) {
    const auto six = endpoint::parse("[2001:db8::1]:443");
    ASSERT_TRUE(six.has_value());
    EXPECT_EQ(six->host, "2001:db8::1");
    EXPECT_EQ(six->port, 443);
    EXPECT_FALSE(six->is_unix());

    const auto file = endpoint::parse("unix:/a:b");
    ASSERT_TRUE(file.has_value());
    EXPECT_TRUE(file->is_unix());
    EXPECT_EQ(file->unix_path, "/a:b");
}

TEST(endpoint, refuses_texts_that_are_no_endpoint) {
    for (const std::string_view text : {"", "8080", "127.0.0.1", "127.0.0.1:", "127.0.0.1:a",
                 "127.0.0.1:65536", "127.0.0.1:-1", "127.0.0.1: 80", "127.0.0.1:80 ", "::1:8080", "[::1]",
                 "[::1:80", "[]:80", "[a]:80", "a]:80", "unix:"}) {
        EXPECT_TRUE(endpoint::parse(text).has_error()) << text;
    }
}

}  // namespace
}  // namespace scimd::net

#include "service/webhooks/webhook_url.hpp"

#include <gtest/gtest.h>

#include <string>

namespace scimd::service::webhooks {
namespace {

const target_rules strict;

target_rules for_sidecars() {
    target_rules rules;
    rules.addresses.allows_private = true;
    return rules;
}

std::string refusal(std::string_view text, const target_rules& rules = strict) {
    const auto parsed = endpoint_url::parse(text, rules);
    return parsed ? std::string() : parsed.error().detail;
}

TEST(webhook_url, parses_plain_https_urls) {
    struct row {
        std::string_view text, host;
        std::uint16_t port;
    };
    for (const auto& [text, host, port] : {
                 row{"https://example.com", "example.com", 443},
                 row{"https://example.com/", "example.com", 443},
                 row{"HTTPS://Example.COM/Path?Query=%41&b", "example.com", 443},
                 row{"https://a.b-c.example:8443/x", "a.b-c.example", 8443},
                 row{"https://example.com:443", "example.com", 443},
                 row{"https://xn--bcher-kva.example/hook", "xn--bcher-kva.example", 443},
                 row{"https://8.8.8.8/x", "8.8.8.8", 443},
                 row{"https://[2606:4700:4700::1111]:8443/x", "2606:4700:4700::1111", 8443},
                 row{"https://example.com?x=1", "example.com", 443},
                 row{"https://example.com/a//b/../c;d=e,f@g:h", "example.com", 443},
                 row{"https://hooks_1.example.com/", "hooks_1.example.com", 443},
                 row{"https://3com.example/", "3com.example", 443},
                 row{"https://1password.example/", "1password.example", 443},
                 row{"https://example.co.uk/x", "example.co.uk", 443},
                 row{"https://EXAMPLE.com:8443/A?b=c", "example.com", 8443},
                 row{"https://9.9.9.9:8443/", "9.9.9.9", 8443},
                 row{"https://[2620:fe::9]/", "2620:fe::9", 443},
                 row{"https://example.com/?", "example.com", 443},
                 row{"https://example.com/a%2Fb%20c", "example.com", 443},
                 row{"https://example.com/~u/!$&'()*+,;=:@", "example.com", 443},
         }) {
        const auto parsed = endpoint_url::parse(text, strict);
        ASSERT_TRUE(parsed) << text << ": " << parsed.error().detail;
        EXPECT_EQ(parsed->host, host);
        EXPECT_EQ(parsed->port, port);
        EXPECT_EQ(parsed->text, text);
    }
}

TEST(webhook_url, refuses_ambiguous_and_internal_urls) {
    for (const auto* text : {
                 "",
                 "example.com",
                 "//example.com",
                 "https:/example.com",
                 "https:example.com",
                 "https://",
                 "https:///x",
                 "http://example.com/",
                 "ftp://example.com/",
                 "file:///etc/passwd",
                 "gopher://example.com/",
                 "javascript:x",
                 "https://user@example.com/",
                 "https://user:pass@example.com/",
                 "https://@example.com/",
                 "https://example.com@127.0.0.1/",
                 "https://127.0.0.1#@example.com/",
                 "https://example.com#f",
                 "https://example.com/#",
                 "https://example.com:80/",
                 "https://example.com:8080/",
                 "https://example.com:22/",
                 "https://example.com:/",
                 "https://example.com:0443/",
                 "https://example.com:65536/",
                 "https://example.com:-1/",
                 "https://example.com:443x/",
                 "https://example.com:+443/",
                 "https://example.com:443:443/",
                 "https://127.0.0.1/",
                 "https://127.0.0.1:8443/",
                 "https://10.0.0.1/",
                 "https://169.254.169.254/latest/meta-data",
                 "https://192.168.0.1/",
                 "https://0.0.0.0/",
                 "https://0/",
                 "https://2130706433/",
                 "https://017700000001/",
                 "https://0x7f000001/",
                 "https://0x7f.0.0.1/",
                 "https://0177.0.0.1/",
                 "https://127.1/",
                 "https://127.0.1/",
                 "https://127.0.0.1./",
                 "https://127.0.0.01/",
                 "https://1.1.1.256/",
                 "https://8.8.8.8.8/",
                 "https://1.1.1/",
                 "https://[::1]/",
                 "https://[::]/",
                 "https://[::ffff:127.0.0.1]/",
                 "https://[::ffff:7f00:1]/",
                 "https://[0:0:0:0:0:ffff:7f00:1]/",
                 "https://[64:ff9b::7f00:1]/",
                 "https://[2002:7f00:1::]/",
                 "https://[2001::1]/",
                 "https://[fe80::1]/",
                 "https://[fe80::1%25eth0]/",
                 "https://[fe80::1%eth0]/",
                 "https://[fd00:ec2::254]/",
                 "https://[::1",
                 "https://::1/",
                 "https://[127.0.0.1]/",
                 "https://[example.com]/",
                 "https://[8.8.8.8]/",
                 "https://[::1]x/",
                 "https://[]/",
                 "https://localhost/",
                 "https://LOCALHOST/",
                 "https://api.localhost/",
                 "https://localhost./",
                 "https://example.com./",
                 "https://.example.com/",
                 "https://example..com/",
                 "https://-a.example/",
                 "https://a-.example/",
                 "https://exa mple.com/",
                 "https://example.com /",
                 " https://example.com/",
                 "https://example.com/ ",
                 "https://example.com/\n",
                 "https://exam\tple.com/",
                 "https://example.com\\@127.0.0.1/",
                 "https://example.com\\/",
                 "https:\\\\example.com/",
                 "https://example%2ecom/",
                 "https://%31%32%37.0.0.1/",
                 "https://ex\xc3\xa4mple.com/",
                 "https://example\xe3\x80\x82"
                 "com/",
                 "https://\xe2\x91\xa0.example/",
                 "https://example.com/\xc3\xa4",
                 "https://example.com/<>",
                 "https://example.com/\"",
                 "https://example.com/^",
                 "https://example.com/`",
                 "https://example.com/{x}",
                 "https://example.com/|",
                 "https://exam!ple.com/",
                 "https://example,com/",
                 "https://example.com;x/",
                 "https://example.com&x/",
                 "https://exam*ple.com/",
                 "https://1/",
                 "https://a.1/",
                 "https://a.0x1/",
                 "https://100.64.0.1/",
                 "https://172.16.0.1/",
                 "https://172.31.255.255/",
                 "https://192.0.2.1/",
                 "https://198.18.0.1/",
                 "https://203.0.113.1/",
                 "https://224.0.0.1/",
                 "https://255.255.255.255/",
                 "https://[fc00::1]/",
                 "https://[ff02::1]/",
                 "https://[2001:db8::1]/",
                 "https://[100::1]/",
                 "https://[3fff::1]/",
                 "https://[::7f00:1]/",
                 "https://[::FFFF:10.0.0.1]:8443/",
                 "wss://example.com/",
                 "HTTP://example.com/",
                 "https://example.com:443@example.org/",
                 "https://example.com%00.example.org/",
                 "https://example.com:99999999999999999999/",
                 "https://example.com:0x1bb/",
                 "https://8.8.8.8.example.com:25/",
                 "https://api.LocalHost:8443/x",
                 "https://example.com\r\nX: y/",
         })
        EXPECT_NE(refusal(text), "") << text;
    EXPECT_NE(refusal(std::string_view("https://example.com/\0x", 22)), "");
    EXPECT_NE(refusal("https://" + std::string(64, 'a') + ".example/"), "");
    std::string long_host;
    while (long_host.size() < 250)
        long_host += "abcdefgh.";
    EXPECT_NE(refusal("https://" + long_host + "example/"), "");
}

TEST(webhook_url, has_at_most_2048_bytes) {
    const std::string start = "https://example.com/";
    EXPECT_EQ(refusal(start + std::string(url_bytes_max - start.size(), 'a')), "");
    EXPECT_EQ(refusal(start + std::string(url_bytes_max - start.size() + 1, 'a')),
            "url must have 1 to 2048 bytes.");
}

TEST(webhook_url, explains_each_error) {
    EXPECT_EQ(refusal("http://example.com"), "url must begin with https://.");
    EXPECT_EQ(refusal("https://10.0.0.1/"), "url must not lead to a private address.");
    EXPECT_EQ(refusal("https://localhost/"), "url must not lead to a loopback address.");
    EXPECT_EQ(refusal("https://a@b.example/"), "url must not have a user name or a password.");
    EXPECT_EQ(refusal("https://example.com/#x"), "url must not have a fragment.");
    EXPECT_EQ(refusal("https://example.com:25/"), "url must not have the port 25.");
    EXPECT_EQ(refusal("https://example.com:x/"), "url has no valid port.");
    EXPECT_EQ(refusal("https://example.com/ x"), "url has a character that must be percent-encoded.");
}

TEST(webhook_url, allows_loopback_private_networks_and_any_port_for_sidecars) {
    const auto rules = for_sidecars();
    for (const auto* text :
            {"http://127.0.0.1:3000/hook", "http://localhost:3000/", "https://localhost/", "http://[::1]:9/",
                    "http://app/", "http://app:8080/x", "http://10.1.2.3:81/", "https://192.168.1.1:9443/"})
        EXPECT_EQ(refusal(text, rules), "") << text;
    EXPECT_EQ(endpoint_url::parse("http://app/", rules)->port, 80);
    for (const auto* text : {"http://169.254.169.254/latest", "http://[fd00:ec2::254]/", "http://0.0.0.0/",
                 "http://127.1/", "http://2130706433/", "http://[::ffff:127.0.0.1]/",
                 "http://user@localhost/", "http://localhost:0/"})
        EXPECT_NE(refusal(text, rules), "") << text;
}

TEST(webhook_url, allows_the_ports_of_the_operator) {
    target_rules rules;
    rules.ports = {9443};
    EXPECT_EQ(refusal("https://example.com:9443/", rules), "");
    EXPECT_EQ(refusal("https://example.com/", rules), "url must not have the port 443.");
}

}  // namespace
}  // namespace scimd::service::webhooks

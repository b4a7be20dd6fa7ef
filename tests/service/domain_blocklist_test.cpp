// Shared names cannot be domains of organizations.
#include "service/domains/domain_blocklist.hpp"

#include <gtest/gtest.h>

namespace scimd::service {
namespace {

bool allows(const domain_blocklist& rules, std::string_view name) {
    return rules.check(domain_name::parse(name).value()).has_value();
}

TEST(domain_blocklist_test, public_suffixes_and_mail_providers_are_refused_and_names_below_them_are_not) {
    const domain_blocklist rules;
    for (const auto* name : {"co.uk", "com.au", "github.io", "blogspot.com", "xn--55qx5d.cn", "k12.ca.us",
                 "city.kawasaki.jp"}) {
        const bool is_exception = std::string_view(name) == "city.kawasaki.jp";
        EXPECT_EQ(allows(rules, name), is_exception) << name;
    }
    for (const auto* name : {"acme.co.uk", "acme.github.io", "acme.com", "mail.acme.com", "example.com"})
        EXPECT_TRUE(allows(rules, name)) << name;
    for (const auto* name : {"gmail.com", "GMail.com", "outlook.com", "yahoo.co.jp", "qq.com", "mail.ru",
                 "web.de", "proton.me", "mailinator.com", "icloud.com"})
        EXPECT_FALSE(allows(rules, name)) << name;
    EXPECT_TRUE(allows(rules, "corp.gmail.com.acme.com"));
    EXPECT_NE(rules.check(domain_name::parse("co.uk").value()).error().detail.find("public suffix"),
            std::string::npos);
    EXPECT_NE(rules.check(domain_name::parse("gmail.com").value()).error().detail.find("mailbox"),
            std::string::npos);
}

TEST(domain_blocklist_test, the_list_of_mail_providers_can_be_replaced) {
    domain_blocklist rules;
    ASSERT_TRUE(rules.replace_reserved_domains(""));
    ASSERT_TRUE(
            rules.replace_mail_providers("# local\r\n Mail.Acme.test \r\nb\xC3\xBC"
                                         "cher.test # umlaut\n\n"));
    EXPECT_TRUE(allows(rules, "gmail.com"));
    EXPECT_FALSE(allows(rules, "mail.acme.test"));
    EXPECT_FALSE(allows(rules, "xn--bcher-kva.test"));
    EXPECT_FALSE(allows(rules, "co.uk"));

    const auto refused = rules.replace_mail_providers("good.test\nno name\n");
    ASSERT_FALSE(refused);
    EXPECT_NE(refused.error().detail.find("line 2"), std::string::npos);
    EXPECT_FALSE(allows(rules, "mail.acme.test"));
    EXPECT_TRUE(rules.replace_mail_providers(""));
    EXPECT_TRUE(allows(rules, "mail.acme.test"));
}

std::string reason_against(const domain_blocklist& rules, std::string_view name) {
    const auto checked = rules.check(domain_name::parse(name).value());
    return checked ? std::string() : checked.error().detail;
}

TEST(domain_blocklist_test, special_use_names_are_refused) {
    const domain_blocklist rules;
    for (const auto* name : {"acme.test", "acme.example", "eng.acme.internal", "acme.local", "acme.LOCAL",
                 "acme.invalid", "acme.localhost", "home.arpa", "1.168.192.in-addr.arpa", "acme.onion",
                 "acme.alt", "acme.corp", "acme.lan"})
        EXPECT_NE(reason_against(rules, name).find(" is a special-use name (RFC 6761)"), std::string::npos)
                << name;
    for (const auto* name : {"test.com", "local.acme.com", "internal.de", "mytest.io", "acme-internal.com"})
        EXPECT_EQ(reason_against(rules, name), "") << name;
}

TEST(domain_blocklist_test, names_shared_by_customers_of_a_provider_are_refused) {
    const domain_blocklist rules;
    for (const auto* name :
            {"onmicrosoft.com", "mail.onmicrosoft.com", "okta.com", "acme.okta.com", "acme.eu.auth0.com"})
        EXPECT_NE(reason_against(rules, name).find(" is shared by the customers of a provider"),
                std::string::npos)
                << name;
    // A tenant with its own name belongs to one customer.
    EXPECT_EQ(reason_against(rules, "acme.onmicrosoft.com"), "");
    EXPECT_EQ(reason_against(rules, "notokta.com"), "");
}

TEST(domain_blocklist_test, the_list_of_reserved_domains_can_be_replaced) {
    domain_blocklist rules;
    ASSERT_TRUE(
            rules.replace_reserved_domains("# none but\r\nshared  Tenants.Acme.com\nspecial-use *.zz #\n"));
    EXPECT_EQ(reason_against(rules, "acme.test"), "");
    EXPECT_NE(reason_against(rules, "tenants.acme.com"), "");
    EXPECT_EQ(reason_against(rules, "a.tenants.acme.com"), "");
    EXPECT_NE(reason_against(rules, "acme.zz"), "");
    for (const auto* text : {"shared", "acme.com", "mine acme.com", "special-use *.", "shared a b.com",
                 "special-use *.a_b"}) {
        const auto refused = rules.replace_reserved_domains("shared good.com\n" + std::string(text) + "\n");
        ASSERT_FALSE(refused) << text;
        EXPECT_TRUE(refused.error().detail.starts_with("reserved domains, line 2: "))
                << refused.error().detail;
    }
    EXPECT_EQ(rules.replace_reserved_domains("acme.com").error().detail,
            "reserved domains, line 1: A line is \"special-use\" or \"shared\" and a name.");
    EXPECT_NE(reason_against(rules, "acme.zz"), "") << "a bad list changes nothing";
    ASSERT_TRUE(rules.replace_reserved_domains(""));
    EXPECT_EQ(reason_against(rules, "acme.zz"), "");
}

}  // namespace
}  // namespace scimd::service

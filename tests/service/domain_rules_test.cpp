// Names that everybody shares belong to no organization.
#include "service/domain_rules.hpp"

#include <gtest/gtest.h>

namespace scimd::service {
namespace {

bool allows(const domain_rules& rules, std::string_view name)
{
    return rules.check(domain_name::parse(name).value()).has_value();
}

TEST(domain_rules, public_suffixes_and_mail_providers_are_refused_and_names_below_them_are_not)
{
    const domain_rules rules;
    for (const auto* name :
         {"co.uk", "com.au", "github.io", "blogspot.com", "xn--55qx5d.cn", "k12.ca.us", "city.kawasaki.jp"}) {
        const bool is_exception = std::string_view(name) == "city.kawasaki.jp";
        EXPECT_EQ(allows(rules, name), is_exception) << name;
    }
    for (const auto* name : {"acme.co.uk", "acme.github.io", "acme.com", "acme.test", "mail.acme.com"})
        EXPECT_TRUE(allows(rules, name)) << name;
    for (const auto* name :
         {"gmail.com",
          "GMail.com",
          "outlook.com",
          "yahoo.co.jp",
          "qq.com",
          "mail.ru",
          "web.de",
          "proton.me",
          "mailinator.com",
          "icloud.com"})
        EXPECT_FALSE(allows(rules, name)) << name;
    EXPECT_TRUE(allows(rules, "corp.gmail.com.acme.test"));
    EXPECT_NE(
        rules.check(domain_name::parse("co.uk").value()).error().detail.find("public suffix"),
        std::string::npos
    );
    EXPECT_NE(
        rules.check(domain_name::parse("gmail.com").value()).error().detail.find("mailbox"), std::string::npos
    );
}

TEST(domain_rules, the_list_of_mail_providers_can_be_replaced)
{
    domain_rules rules;
    ASSERT_TRUE(
        rules.replace_mail_providers("# ours\r\n Mail.Acme.test \r\nb\xC3\xBC"
                                     "cher.test # umlaut\n\n")
    );
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

}  // namespace
}  // namespace scimd::service

#include "base/network/look_alike.hpp"

#include <gtest/gtest.h>

namespace scimd {
namespace {

TEST(look_alike_test, labels_of_mixed_scripts_and_of_latin_shapes_are_detected) {
    struct row {
        std::string_view name;
        std::string_view kind;
    };
    const row rows[] = {
            {"acme.com", ""}, {"bücher.de", ""}, {"москва.com", ""}, {"президент.рф", ""}, {"例え.jp", ""},
            {"東京タワーtower.jp", ""}, {"한국어abc.kr", ""}, {"αθήνα.gr", ""},
            {"acme-москва.com", "mixed_scripts"},  // Latin and Cyrillic in one label
            {"acme.москва.com", ""},               // labels of different scripts are usual
            {"\xd0\xb0"
             "cme.com",
                    "mixed_scripts"},              // Cyrillic a
            {"acm\xd0\xb5.com", "mixed_scripts"},  // Cyrillic e
            {"sub.\xd0\xb0"
             "cme.com",
                    "mixed_scripts"},
            {"g\xce\xbf"
             "ogle.com",
                    "mixed_scripts"},  // Greek omicron
            {"аррӏе.com", "latin_look_alike"}, {"сосо-2.com", "latin_look_alike"},
            {"рассада.com", ""},  // д has no Latin shape
    };
    for (const auto& row : rows)
        EXPECT_EQ(look_alike_kind(domain_name::parse(row.name).value()), row.kind) << row.name;
}

TEST(look_alike_test, the_warning_has_the_name_in_a_labels) {
    const auto mixed = domain_name::parse(
            "\xd0\xb0"
            "cme.com")
                               .value();
    EXPECT_EQ(look_alike_warning(mixed),
            "A label of xn--cme-5cd.com mixes letters of several scripts: it may be taken for another name.");
    const auto latin = domain_name::parse("аррӏе.com").value();
    EXPECT_EQ(look_alike_warning(latin),
            "A label of xn--80ak6aa92e.com consists of letters that look Latin and are not: it may be taken "
            "for "
            "another name.");
    EXPECT_EQ(look_alike_warning(domain_name::parse("bücher.de").value()), "");
}

}  // namespace
}  // namespace scimd

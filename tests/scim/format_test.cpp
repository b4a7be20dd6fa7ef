#include "scim/schema/format.hpp"

#include <gtest/gtest.h>

namespace scimd::scim {
namespace {

TEST(format, country_codes_are_those_of_iso_3166_1) {
    for (const char* const code : {"AD", "ES", "US", "us", "Zw", "AX", "SS"})
        EXPECT_TRUE(is_country_code(code)) << code;
    // UK and EU are reserved, XK is user-assigned, AN and CS are obsolete.
    for (const char* const text :
            {"", "U", "USA", "XX", "UK", "EU", "XK", "AN", "CS", "D ", " A", "00", "Spain"})
        EXPECT_FALSE(is_country_code(text)) << text;
}

struct uri_row {
    const char* text;
    bool is_reference;
    bool is_absolute;
};

TEST(format, uris_are_distinguished_from_other_text) {
    const uri_row rows[] = {
            {"https://example.com/ann.jpg?size=2#face", true, true},
            {"https://[2001:db8::7]:8443/a%20b(c),d", true, true},
            {"urn:ietf:params:scim:schemas:core:2.0:User", true, true},
            {"data:,", true, true},
            {"a1+-.:x", true, true},
            {"../Users/diruser_7", true, false},
            {"Users/7", true, false},
            {"ann.jpg", true, false},
            {"https:", true, false},
            {":x", true, false},
            {"1a:x", true, false},
            {"a_b:x", true, false},
            {"", false, false},
            {"my boss", false, false},
            {"https://example.com/a b", false, false},
            {"https://example.com/%4", false, false},
            {"https://example.com/%4g", false, false},
            {"https://example.com/%", false, false},
            {"https://example.com/\"", false, false},
            {"https://b\xc3\xbc"
             "cher.example/",
                    false, false},
            {"https://example.com/\n", false, false},
    };
    for (const uri_row& row : rows) {
        EXPECT_EQ(is_uri_reference(row.text), row.is_reference) << row.text;
        EXPECT_EQ(is_absolute_uri(row.text), row.is_absolute) << row.text;
    }
}

}  // namespace
}  // namespace scimd::scim

#include "base/network/domain_name.hpp"

#include <gtest/gtest.h>

namespace scimd {
namespace {

// Returns the name as stored, "" if it is refused.
std::string stored(std::string_view text) {
    const auto name = domain_name::parse(text);
    if (name)
        return name->text();
    EXPECT_EQ(name.error().code, errc::invalid_value);
    EXPECT_FALSE(name.error().detail.empty());
    return "";
}

// Returns the domain of an address, "" if it is refused.
std::string domain_of(std::string_view address) {
    const auto name = domain_of_email(address);
    return name ? name->text() : "";
}

domain_name parsed(std::string_view text) {
    return domain_name::parse(text).value();
}

const std::string label_63(63, 'a');
const std::string name_253 = label_63 + '.' + label_63 + '.' + label_63 + '.' + std::string(61, 'b');
const std::string name_254 = label_63 + '.' + label_63 + '.' + label_63 + '.' + std::string(62, 'b');

TEST(domain_name, is_stored_as_lower_case_a_labels_without_trailing_dot) {
    const struct {
        std::string text, expected;
    } rows[] = {
            {"acme.com", "acme.com"},
            {"ACME.Com", "acme.com"},
            {"acme.com.", "acme.com"},
            {"eng.acme.co.uk", "eng.acme.co.uk"},
            {"okta.local", "okta.local"},
            {"a.b", "a.b"},
            {"a-b.com", "a-b.com"},
            {"a--b.com", "a--b.com"},
            {"r3---sn-4g5e.example.com", "r3---sn-4g5e.example.com"},
            {"1.com", "1.com"},
            {"3com.com", "3com.com"},
            {"4.3.2.1.in-addr.arpa", "4.3.2.1.in-addr.arpa"},
            {"1.2.3.4a", "1.2.3.4a"},
            {"0x1.com", "0x1.com"},
            {label_63 + ".com", label_63 + ".com"},
            {name_253, name_253},
            {name_253 + ".", name_253},
            // IDNA 2008, not 2003: ß, ς and joiners in context are letters of their own
            {"faß.de", "xn--fa-hia.de"},
            {"fass.de", "fass.de"},
            {"βόλος.com", "xn--nxasmm1c.com"},
            {"βόλοσ.com", "xn--nxasmq6b.com"},
            {"bücher.example", "xn--bcher-kva.example"},
            {"BÜCHER.Example", "xn--bcher-kva.example"},
            {"bu\u0308cher.example", "xn--bcher-kva.example"},  // decomposed
            {"münchen.bücher.de", "xn--mnchen-3ya.xn--bcher-kva.de"},
            {"президент.рф", "xn--d1abbgf6aiiy.xn--p1ai"},
            {"例え.テスト", "xn--r8jz45g.xn--zckzah"},
            {"مثال.إختبار", "xn--mgbh0fb.xn--kgbechtv"},
            {"한국.kr", "xn--3e0b707e.kr"},
            {"аррӏе.com", "xn--80ak6aa92e.com"},  // Cyrillic; the A-label shows it
            {"xn--bcher-kva.example", "xn--bcher-kva.example"},
            {"XN--BCHER-KVA.example", "xn--bcher-kva.example"},
            {"bücher.xn--p1ai", "xn--bcher-kva.xn--p1ai"},
            {"क्\u200dष.com", "xn--11b2ezcw70k.com"},  // a joiner after a virama
            {"faß.de.", "xn--fa-hia.de"},
    };
    for (const auto& row : rows)
        EXPECT_EQ(stored(row.text), row.expected) << row.text;
}

TEST(domain_name, refuses_texts_that_are_no_domain_name) {
    const std::string rows[] = {
            "",
            ".",
            "..",
            "com",
            "com.",
            "localhost",
            "bücher",
            ".acme.com",
            "acme..com",
            "acme.com..",
            "bücher..com",
            ".bücher.com",
            "a" + label_63 + ".com",
            name_254,
            std::string(5'000, 'a') + ".com",
            std::string(2'000, 'a'),
            "-acme.com",
            "acme-.com",
            "eng.-acme.com",
            "acme.com-",
            "-bücher.com",
            "bücher-.com",
            "ex_ample.com",  // libidn2 would store "example.com"
            "_dmarc.acme.com",
            "ex ample.com",
            " acme.com",
            "acme.com ",
            "acme.com\n",
            "acme\t.com",
            "acme!.com",
            "acme,com.net",
            "acme;.com",
            "acme@acme.com",
            "*.acme.com",
            "acme.com/",
            "acme.com:443",
            "https://acme.com",
            "acme%2ecom.net",
            "a\\.com",
            "\"acme\".com",
            "ex_bücher.com",
            "bü cher.com",
            "bü*cher.com",
            "\x7f.com",
            "127.0.0.1",
            "1.2.3.4.",
            "1.2",
            "a.1",
            "acme.123",
            "127.0.0.0x1",
            "acme.0X7F",
            "[127.0.0.1]",
            "::1",
            "[::1]",
            "2001:db8::1",
            // mapped to ASCII, or removed
            "ａbc.com",
            "ａｂｃ．com",
            "abc.ｃｏｍ",
            "example。com",
            "example．com",
            "example｡com",
            "bücher。com",
            "ﬁ.com",
            "\u212a.com",  // the Kelvin sign
            "ⓐcme.com",
            "acm℮.com",
            "a\u00adcme.com",
            "bü\u00adcher.com",
            "ac\u200bme.com",
            "ac\u2060me.com",
            "\ufeffacme.com",
            "ac\u034fme.com",
            "a\ufe0fcme.com",
            "ac\U000e0041me.com",
            // joiners out of context
            "a\u200dcme.com",
            "a\u200ccme.com",
            "\u200d.com",
            // not in IDNA 2008
            "😀.com",
            "a☃.com",
            "a\u202eb.com",
            "a\u2066b.com",
            "\u0301abc.com",  // starts with a combining mark
            "אa.com",         // mixed directions
            "1א.com",         // a right-to-left label that starts with a digit
            "bü--cher.com",   // hyphens in third and fourth place
            "a\u2024b.com",   // a leader that maps to a dot
            "a≠b.com",
            "a\ufffdb.com",
            // A-labels that are no form of any name
            "xn--.com",
            "xn--a.com",
            "xn---.com",
            "xn--abc-.com",
            "xn--fa-hia-.de",
            "xn--zzzzzzzzzz99999999.com",
            "xn--ls8h.com",  // an emoji
            "xn--fsqu00a.xn--0zwm56d-.com",
            "acme.xn--a",
            // not UTF-8
            "b\xfc"
            "cher.com",
            "b\xc3.com",
            "\xed\xa0\x80.com",
            std::string("acme\0.com", 9),
            std::string("acme.com\0", 9),
            std::string("b\xc3\xbc\0.com", 8),
    };
    for (const auto& text : rows)
        EXPECT_EQ(stored(text), "") << text;
}

TEST(domain_name, is_refused_when_its_a_labels_are_too_long) {
    const auto repeated = [](std::string_view letter, std::size_t times) {
        std::string text;
        for (std::size_t i = 0; i < times; ++i)
            text += letter;
        return text;
    };
    EXPECT_NE(stored(repeated("ü", 40) + ".de"), "");
    EXPECT_EQ(stored(repeated("ü", 80) + ".de"), "");
    EXPECT_EQ(stored(repeated("ü.", 40) + repeated("ü", 1) + ".de"), "");  // 41 labels of "xn--tda"
}

TEST(domain_name, is_unchanged_when_its_stored_form_is_parsed) {
    for (const std::string_view text : {"ACME.com.", "faß.de", "аррӏе.com", "例え.テスト", "bücher.рф"}) {
        const auto once = parsed(text);
        EXPECT_EQ(parsed(once.text()), once) << text;
    }
}

TEST(domain_name, is_below_its_ancestors_only) {
    const struct {
        std::string_view name, ancestor;
        bool is_below;
    } rows[] = {
            {"eng.acme.com", "acme.com", true},
            {"a.eng.acme.com", "acme.com", true},
            {"acme.com", "acme.com", false},
            {"acme.com", "eng.acme.com", false},
            {"badacme.com", "acme.com", false},
            {"acme.com.evil.com", "acme.com", false},
            {"eng.ACME.com", "acme.COM", true},
    };
    for (const auto& row : rows)
        EXPECT_EQ(parsed(row.name).is_below(parsed(row.ancestor)), row.is_below) << row.name;
}

TEST(domain_of_email, is_the_part_after_the_last_at) {
    const struct {
        std::string_view address, expected;
    } rows[] = {
            {"bjensen@acme.com", "acme.com"},
            {"B.Jensen+tag@ACME.com", "acme.com"},
            {"o'brien@acme.com", "acme.com"},
            {"!#$%&'*+-/=?^_`{|}~@acme.com", "acme.com"},
            {"jens@bücher.de", "xn--bcher-kva.de"},
            {"jürgen@acme.com", "acme.com"},
            {"\"a b\"@c.com", "c.com"},
            {"\"a\\\"b\"@c.com", "c.com"},
            {"\"\"@c.com", "c.com"},
            {"\"a\\\\\"@c.com", "c.com"},
            {"1@c.com", "c.com"},
    };
    for (const auto& row : rows)
        EXPECT_EQ(domain_of(row.address), row.expected) << row.address;
    EXPECT_EQ(domain_of(std::string(64, 'a') + "@c.com"), "c.com");
    EXPECT_EQ(domain_of(std::string(64, 'a') + '@' + label_63 + '.' + label_63 + '.' + std::string(61, 'b')),
            label_63 + '.' + label_63 + '.' + std::string(61, 'b'));
}

TEST(domain_of_email, refuses_texts_that_are_no_address) {
    const std::string rows[] = {
            "",
            "@",
            "acme.com",
            "bjensen",
            "@acme.com",
            "bjensen@",
            "a@b@c.com",
            "\"a@b\"@c.com",
            "\"a@b.com\"@c.com",
            "\"\\@\"@c.com",
            "a\xef\xbc\xa0"
            "b.com@c.com",
            "a\xef\xb9\xab"
            "b.com@c.com",
            "a@b",
            "a b@c.com",
            "a,b@c.com",
            "a@c.com.",
            "a@c..com",
            "a@-c.com",
            "a@c.com ",
            " a@c.com",
            ".a@c.com",
            "a.@c.com",
            "a..b@c.com",
            "a(comment)@c.com",
            "a@c.com(comment)",
            "a@(comment)c.com",
            "a@[127.0.0.1]",
            "a@[IPv6:::1]",
            "a@127.0.0.1",
            "A <a@c.com>",
            "<a@c.com>",
            "mailto:a@c.com,b@c.com",
            "\"a@c.com",
            "a\"@c.com",
            "\"@c.com",
            "\"a\"b@c.com",
            "\"a\"b\"@c.com",
            "\"a\\\"@c.com",
            "a\\@b@c.com",
            "a\n@c.com",
            "\"a\n\"@c.com",
            "a\xff@c.com",
            std::string("a\0@c.com", 8),
            std::string(65, 'a') + "@c.com",
            std::string(64, 'a') + '@' + label_63 + '.' + label_63 + '.' + std::string(62, 'b'),
    };
    for (const auto& address : rows) {
        const auto name = domain_of_email(address);
        ASSERT_TRUE(name.has_error()) << address;
        EXPECT_EQ(name.error().code, errc::invalid_value) << address;
    }
}

}  // namespace
}  // namespace scimd

#include "base/json/json.hpp"

#include <boost/json/array.hpp>
#include <boost/json/string.hpp>

#include <gtest/gtest.h>

#include <cstdint>
#include <limits>

namespace scimd {
namespace {

// Returns the text after parsing and writing, or the reason of the refusal.
std::string rewritten(std::string_view text, const json_limits& limits = {}) {
    const auto document = parse_json(text, limits);
    return document ? to_text(*document) : document.error().detail;
}

bool is_refused(std::string_view text, const json_limits& limits = {}) {
    const auto document = parse_json(text, limits);
    return document.has_error() && document.error().code == errc::invalid_syntax;
}

std::string nested(std::size_t depth) {
    return std::string(depth, '[') + std::string(depth, ']');
}

std::string object_of(std::size_t members, std::string_view last_name) {
    std::string text = "{";
    for (std::size_t i = 1; i < members; ++i)
        text += "\"name" + std::to_string(i) + "\":1,";
    return text + '"' + std::string(last_name) + "\":1}";
}

TEST(json, writes_the_text_that_it_parsed) {
    for (const std::string_view text : {
                 "null",
                 "true",
                 "false",
                 "0",
                 "-1",
                 "9223372036854775807",
                 "-9223372036854775808",
                 "1.5",
                 "1.0",
                 "-0.25",
                 "1e+100",
                 "1e-07",
                 "0.1",
                 "123456789.125",
                 R"("")",
                 R"("plain")",
                 R"("é€😀")",
                 R"("\"\\\b\f\n\r\t")",
                 R"("\u0001\u001f")",
                 "[]",
                 "{}",
                 "[1,[2,[]],{}]",
                 R"({"b":1,"a":{"c":[null,true]},"d":"e"})",
         })
        EXPECT_EQ(rewritten(text), text);
}

TEST(json, normalizes_other_spellings) {
    const struct {
        std::string_view text, expected;
    } rows[] = {
            {" \t\r\n{ \"a\" : [ 1 , 2 ] } \n", R"({"a":[1,2]})"},
            {"-0", "0"},
            {"-0.0", "-0.0"},
            {"1E2", "100.0"},
            {"1.50", "1.5"},
            {"1e-999", "0.0"},
            {"1e22", "1e+22"},
            {"0.30000000000000004", "0.30000000000000004"},
            {"1.7976931348623157e308", "1.7976931348623157e+308"},
            {"5e-324", "5e-324"},
            {"9007199254740993.0", "9007199254740992.0"},
            {"9223372036854775808.0", "9223372036854775808.0"},
            {R"("\u0041\/\u00e9\ud83d\ude00")", R"("A/é😀")"},
            {R"({"\u0061":1})", R"({"a":1})"},
            {"\"\x7f\"", "\"\x7f\""},
    };
    for (const auto& row : rows)
        EXPECT_EQ(rewritten(row.text), row.expected) << row.text;
}

TEST(json, refuses_texts_that_are_not_rfc_8259) {
    for (const std::string_view text : {
                 "",
                 " ",
                 "nul",
                 "True",
                 "NaN",
                 "Infinity",
                 "-Infinity",
                 "01",
                 "-",
                 "+1",
                 ".5",
                 "1.",
                 "1e",
                 "1e+",
                 "0x10",
                 "'a'",
                 "\"",
                 "\"a",
                 R"("\a")",
                 R"("\u12")",
                 R"("\u12g4")",
                 "\"\n\"",
                 "\"\t\"",
                 "[",
                 "]",
                 "[1,]",
                 "[,1]",
                 "[1 2]",
                 "{",
                 "{\"a\"}",
                 "{\"a\":}",
                 "{\"a\":1,}",
                 "{a:1}",
                 "{1:1}",
                 "{\"a\":1 \"b\":2}",
                 "// comment\n1",
                 "/* comment */ 1",
                 "[1]/**/",
         })
        EXPECT_TRUE(is_refused(text)) << text;
}

TEST(json, refuses_text_after_the_value) {
    for (const std::string_view text : {"1 2", "{} {}", "{}x", "[]]", "\"a\"\"b\"", "null,"})
        EXPECT_TRUE(is_refused(text)) << text;
    EXPECT_TRUE(is_refused(std::string_view("1\0", 2)));
}

TEST(json, refuses_a_byte_order_mark) {
    EXPECT_TRUE(is_refused("\xef\xbb\xbf{}"));
}

TEST(json, refuses_numbers_beyond_their_range) {
    for (const std::string_view text : {
                 "1e999",
                 "-1e999",
                 "1e309",
                 "1.7976931348623159e308",
                 "1e99999999999",
                 "9223372036854775808",
                 "-9223372036854775809",
                 "18446744073709551615",
                 "18446744073709551616",
                 "-18446744073709551616",
                 "100000000000000000000000000000000000000000",
         }) {
        EXPECT_TRUE(is_refused(text)) << text;
        EXPECT_TRUE(is_refused("{\"a\":[" + std::string(text) + "]}")) << text;
    }
}

TEST(json, distinguishes_integers_from_decimals) {
    EXPECT_TRUE(parse_json("1")->is_int64());
    EXPECT_TRUE(parse_json("9223372036854775807")->is_int64());
    EXPECT_TRUE(parse_json("1.0")->is_double());
    EXPECT_TRUE(parse_json("1e0")->is_double());
}

TEST(json, refuses_strings_that_are_not_valid_text) {
    for (const std::string_view text : {
                 R"("\u0000")",
                 R"("a\u0000b")",
                 R"({"\u0000":1})",
                 R"({"a\u0000":1})",
                 R"("\ud800")",
                 R"("\ud800x")",
                 R"("\ud800\u0041")",
                 R"("\ud800\ud800")",
                 R"("\udc00")",
                 R"("\udfff\ud800")",
                 "\"\xff\"",
                 "\"\xc0\x80\"",
                 "\"\xed\xa0\x80\"",
                 "\"\xc3\"",
                 "{\"\xff\":1}",
         })
        EXPECT_TRUE(is_refused(text)) << text;
    EXPECT_TRUE(is_refused(std::string_view("\"\0\"", 3)));
}

TEST(json, refuses_duplicate_names_in_any_case) {
    for (const std::string_view text : {
                 R"({"a":1,"a":1})",
                 R"({"active":true,"Active":false})",
                 R"({"a":1,"b":2,"A":3})",
                 R"({"":1,"":2})",
                 R"({"a":1,"\u0061":2})",
                 R"({"a":1,"\u0041":2})",
                 R"([{"x":{"a":1,"a":2}}])",
                 R"({"x":{"y":1},"X":2})",
         })
        EXPECT_TRUE(is_refused(text)) << text;
    EXPECT_NE(rewritten(R"({"active":true,"Active":false})").find("\"active\""), std::string::npos);
}

TEST(json, accepts_a_name_in_several_objects) {
    for (const std::string_view text : {
                 R"([{"a":1},{"a":2}])", R"({"a":{"a":{"a":1}}})",
                 R"({"x":{"a":1,"b":2},"y":{"b":1,"a":2},"a":3,"b":4})", R"({"ab":1,"a":{"b":1},"b":2})",
                 R"({"é":1,"É":2})",  // only ASCII case is folded
         })
        EXPECT_EQ(rewritten(text), text);
}

TEST(json, finds_duplicate_names_in_objects_of_any_size) {
    for (const std::size_t members : {2U, 15U, 16U, 17U, 18U, 1'000U}) {
        EXPECT_FALSE(is_refused(object_of(members, "last"))) << members;
        EXPECT_TRUE(is_refused(object_of(members, "NAME1"))) << members;
    }
}

TEST(json, parses_objects_with_many_names_quickly) {
    constexpr std::size_t members = 100'000;
    const auto text = object_of(members, "last");
    EXPECT_EQ(parse_json_object(text)->size(), members);
    EXPECT_TRUE(is_refused(object_of(members, "name1")));
}

TEST(json, parses_strings_longer_than_its_buffers) {
    const std::string text = '"' + std::string(100'000, 'x') + R"(\n)" + std::string(100'000, 'y') + '"';
    EXPECT_EQ(rewritten(text), text);
    const std::string with_null = '"' + std::string(100'000, 'x') + R"(\u0000")";
    EXPECT_TRUE(is_refused(with_null));
    const std::string long_names =
            R"({"n\u0061)" + std::string(9'000, 'x') + R"(":1,"na)" + std::string(9'000, 'x') + R"(":2})";
    EXPECT_TRUE(is_refused(long_names));
}

TEST(json, limits_the_depth) {
    EXPECT_FALSE(is_refused(nested(32)));
    EXPECT_TRUE(is_refused(nested(33)));
    EXPECT_FALSE(is_refused("[{\"a\":[1]}]", {.depth_max = 3}));
    EXPECT_TRUE(is_refused("[{\"a\":[1]}]", {.depth_max = 2}));
    EXPECT_TRUE(is_refused(nested(200'000)));
    EXPECT_TRUE(is_refused(std::string(200'000, '[')));
}

TEST(json, limits_the_number_of_values) {
    const std::string_view six = R"({"a":[1,1.5,"s",null]})";
    EXPECT_FALSE(is_refused(six, {.nodes_max = 6}));
    EXPECT_TRUE(is_refused(six, {.nodes_max = 5}));
    for (const std::string_view value : {"[]", "{}", "1", "1.5", "\"s\"", "null", "true", "false"}) {
        EXPECT_FALSE(is_refused(value, {.nodes_max = 1})) << value;
        EXPECT_TRUE(is_refused(value, {.nodes_max = 0})) << value;
    }
}

TEST(json, reports_reason_and_position) {
    EXPECT_EQ(rewritten("[1,x]"), "The JSON text is refused at byte 3: syntax error.");
    EXPECT_EQ(rewritten("{} 1"), "The JSON text is refused at byte 3: there is text after the value.");
}

TEST(json_object, is_the_only_document_that_parse_json_object_accepts) {
    EXPECT_EQ(to_text(parse_json_object(R"({"a":1})").value()), R"({"a":1})");
    for (const std::string_view text : {"[]", "1", "\"a\"", "null", ""}) {
        const auto refused = parse_json_object(text);
        ASSERT_TRUE(refused.has_error()) << text;
        EXPECT_EQ(refused.error().code, errc::invalid_syntax);
    }
}

TEST(json, writes_values_that_it_cannot_parse) {
    EXPECT_EQ(to_text(json::value(std::numeric_limits<double>::infinity())), "null");
    EXPECT_EQ(to_text(json::value(std::numeric_limits<double>::quiet_NaN())), "null");
    EXPECT_EQ(to_text(json::value(std::uint64_t{7})), "7");
    EXPECT_EQ(to_text(json::object()), "{}");
}

TEST(json, writes_every_character_so_that_it_is_parsed_again) {
    for (int code = 1; code < 256; ++code) {
        for (std::size_t at = 0; at < 18; ++at) {
            std::string text(17, 'x');
            if (code < 0x80)
                text.insert(at, 1, static_cast<char>(code));
            else
                text.insert(
                        at, {static_cast<char>(0xc0 | code >> 6), static_cast<char>(0x80 | (code & 0x3f))});
            const auto written = to_text(json::value(text));
            const bool is_plain = code >= 0x20 && code != '"' && code != '\\';
            EXPECT_EQ(written == '"' + text + '"', is_plain) << code << " at " << at;
            const auto read = parse_json(written);
            ASSERT_TRUE(read) << written;
            EXPECT_EQ(read->get_string(), text);
        }
    }
}

TEST(json, appends_to_a_text) {
    std::string out = "x";
    append_quoted(out, "a\"b");
    append_text(out, json::array{1});
    EXPECT_EQ(out, R"(x"a\"b"[1])");
}

TEST(json_look_up, finds_members_of_the_requested_type) {
    const auto object = parse_json_object(R"({"o":{},"a":[],"s":"x","n":1})").value();
    EXPECT_NE(find(object, "n"), nullptr);
    EXPECT_EQ(find(object, "N"), nullptr);
    EXPECT_NE(find_object(object, "o"), nullptr);
    EXPECT_NE(find_array(object, "a"), nullptr);
    ASSERT_NE(find_string(object, "s"), nullptr);
    EXPECT_EQ(*find_string(object, "s"), "x");
    for (const std::string_view name : {"n", "missing"}) {
        EXPECT_EQ(find_object(object, name), nullptr);
        EXPECT_EQ(find_array(object, name), nullptr);
        EXPECT_EQ(find_string(object, name), nullptr);
    }
}

TEST(json_look_up, ignores_case_in_documents_of_clients) {
    const auto object = parse_json_object(R"({"userName":"x"})").value();
    ASSERT_NE(find_ignoring_case(object, "USERNAME"), nullptr);
    EXPECT_EQ(find_ignoring_case(object, "user"), nullptr);
}

}  // namespace
}  // namespace scimd

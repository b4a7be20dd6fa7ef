// Details of errors of invalid JSON (RFC 7644 §3.12, invalidSyntax): the byte, and the last member name
// before it.
#include "refusals.hpp"

#include <gtest/gtest.h>

#include <string>
#include <utility>

namespace scimd::api {
namespace {

TEST(error_details_of_json, name_the_byte) {
    test::api_fixture fixture;
    const std::pair<std::string, std::string_view> rows[] = {
            {"", "The JSON text is refused at byte 0: incomplete JSON."},
            {"userName=anna", "The JSON text is refused at byte 0: syntax error."},
            {R"({"userName":"anna"} x)",
                    "The JSON text is refused at byte 20: there is text after the value."},
            {R"({"userName":"anna","USERNAME":"bert"})",
                    "The JSON text is refused at byte 36: the name \"username\" occurs twice in one object."},
            {R"({"userName":"\u0000"})",
                    "The JSON text is refused at byte 19 (username): a string holds U+0000."},
            {R"({"a":1e999})",
                    "The JSON text is refused at byte 10 (a): a number is beyond the range of a double."},
            {R"({"a":9223372036854775808})",
                    "The JSON text is refused at byte 24 (a): an integer is beyond 64 bits signed."},
            {"{\"userName\":\"\xff\"}",
                    "The JSON text is refused at byte 13 (username): the text is not UTF-8."},
            {std::string(100, '['), "The JSON text is refused at byte 32: too deep."},
            {R"({"userName":"anna",})", "The JSON text is refused at byte 19 (username): syntax error."},
    };
    std::string many = "{\"a\":[0";
    for (int i = 0; i < 500'000; ++i)
        many += ",0";
    expect_refused(
            fixture, {"POST", "/Users", many + "]}", 400, "invalidSyntax",
                             "The JSON text is refused at byte 1000003 (a): there are too many values."});
    for (const auto& [body, detail] : rows)
        expect_refused(fixture, {"POST", "/Users", body, 400, "invalidSyntax", std::string(detail)});
}

}  // namespace
}  // namespace scimd::api

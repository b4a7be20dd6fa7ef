// Each attribute characteristic of RFC 7643 §2.2 on custom attributes, in each method.
#include "support/api_fixture.hpp"
#include "support/sample_schemas.hpp"

#include <gtest/gtest.h>

#include <string>

namespace scimd::test {
namespace {

constexpr std::string_view all_kinds = R"({
    "id": "urn:example:Kind", "attributes": [
        {"name": "text"}, {"name": "flag", "type": "boolean"}, {"name": "whole", "type": "integer"},
        {"name": "real", "type": "decimal"}, {"name": "when", "type": "dateTime"},
        {"name": "data", "type": "binary"}, {"name": "link", "type": "reference", "referenceTypes": ["uri"]},
        {"name": "shade", "canonicalValues": ["light", "dark"]},
        {"name": "must", "required": true},
        {"name": "pin", "mutability": "writeOnly", "required": true},
        {"name": "born", "mutability": "immutable"},
        {"name": "state", "mutability": "readOnly"},
        {"name": "always", "returned": "always"},
        {"name": "asked", "returned": "request"},
        {"name": "parts", "type": "complex", "multiValued": true, "subAttributes": [
            {"name": "value", "required": true}, {"name": "maker", "mutability": "immutable"},
            {"name": "modes", "multiValued": true}, {"name": "hint", "returned": "request"},
            {"name": "code", "mutability": "writeOnly"}, {"name": "count", "type": "integer"}]},
        {"name": "box", "type": "complex", "subAttributes": [
            {"name": "size", "type": "integer"}, {"name": "marks", "multiValued": true}]}
    ]
})";

class characteristics : public testing::Test {
protected:
    static scim::catalogue kinds() {
        auto loaded = scim::extend_standard(std::vector<scim::definition_file>{
                {"a.json", std::string(all_kinds)},
                {"b.json", R"({"name": "Kind", "endpoint": "/Kinds", "schema": "urn:example:Kind"})"},
        });
        if (!loaded.types)
            throw std::runtime_error(loaded.errors.front());
        return std::move(*loaded.types);
    }

    static std::string body(std::string_view more) {
        return R"({"must":"m","pin":"1234")" + std::string(more) + "}";
    }

    answer make(std::string_view more) { return fixture.scim("POST", "/Kinds", body(more)); }

    static std::string outcome(const answer& given) {
        if (given.status < 400)
            return std::to_string(given.status);
        return given.text_of("scimType") + ": " + given.text_of("detail");
    }

    api_fixture fixture{kinds()};
};

TEST_F(characteristics, type_restricts_the_values) {
    const struct {
        std::string_view attribute, value, outcome;
    } rows[] = {
            {"text", R"("x")", "201"},
            {"text", "true", "invalidValue: text must be a string."},
            {"text", "{\"a\":1}", "invalidValue: text must be a string."},
            {"flag", "false", "201"},
            {"flag", R"("yes")", "invalidValue: flag must be a boolean."},
            {"flag", "1", "invalidValue: flag must be a boolean."},
            {"whole", "-9223372036854775808", "201"},
            {"whole", "1.5", "invalidValue: whole must be an integer."},
            {"whole", "1.0", "invalidValue: whole must be an integer."},
            {"whole", R"("1")", "invalidValue: whole must be an integer."},
            {"real", "1.5", "201"},
            {"real", "2", "201"},
            {"real", R"("1.5")", "invalidValue: real must be a number."},
            {"when", R"("2026-02-28T23:59:59.5+01:00")", "201"},
            {"when", R"("2026-02-29T00:00:00Z")", "invalidValue: when must be a dateTime."},
            {"when", R"("2026-02-28")", "invalidValue: when must be a dateTime."},
            {"data", R"("aGVsbG8=")", "201"},
            {"data", R"("a")", "invalidValue: data must be base64."},
            {"link", R"("urn:a:b")", "201"},
            {"link", "{\"a\":1}", "invalidValue: link must be a reference."},
            {"shade", R"("mauve")", "201"},
            {"box", R"("x")", "invalidValue: box must be an object."},
            {"box", R"({"size":"x"})", "invalidValue: box.size must be an integer."},
            {"parts", R"([{"value":"a","count":1.5}])", "invalidValue: parts.count must be an integer."},
            {"pin", R"({"a":1})", "invalidValue: pin must be a string."},
    };
    const auto id = make("").text_of("id");
    for (const auto& row : rows) {
        const std::string member = "\"" + std::string(row.attribute) + "\":" + std::string(row.value);
        const bool is_pin = row.attribute == "pin";
        const auto made = fixture.scim(
                "POST", "/Kinds", is_pin ? R"({"must":"m",)" + member + "}" : body("," + member));
        EXPECT_EQ(outcome(made), row.outcome) << member;
        const auto patched =
                fixture.patch("/Kinds/" + id, R"([{"op":"replace","path":")" + std::string(row.attribute) +
                                                      R"(","value":)" + std::string(row.value) + "}]");
        const std::string expected =
                row.outcome == "201" ? "200"
                                     : "invalidValue: Operations[0]: " + std::string(row.outcome.substr(14));
        EXPECT_EQ(outcome(patched), expected) << member;
    }
}

TEST_F(characteristics, required_attributes_and_secrets_must_be_present) {
    EXPECT_EQ(outcome(fixture.scim("POST", "/Kinds", R"({"pin":"1"})")), "invalidValue: must is required.");
    EXPECT_EQ(outcome(fixture.scim("POST", "/Kinds", R"({"must":"m"})")), "invalidValue: pin is required.");
    EXPECT_EQ(outcome(fixture.scim("POST", "/Kinds", R"({"must":"m","pin":""})")),
            "invalidValue: pin is required.");
    EXPECT_EQ(outcome(make(R"(,"parts":[{"count":1}])")), "invalidValue: parts.value is required.");
    const auto place = "/Kinds/" + make("").text_of("id");
    EXPECT_EQ(outcome(fixture.scim("PUT", place, R"({"must":"n"})")), "invalidValue: pin is required.");
    const struct {
        std::string_view operation, outcome;
    } rows[] = {
            {R"({"op":"remove","path":"must"})", "mutability: Operations[0]: must is required."},
            {R"({"op":"replace","path":"must","value":null})",
                    "invalidValue: Operations[0]: must is required."},
            {R"({"op":"remove","path":"pin"})", "mutability: Operations[0]: pin is required."},
            {R"({"op":"replace","path":"pin","value":""})", "invalidValue: Operations[0]: pin is required."},
            {R"({"op":"replace","path":"pin","value":"9"})", "200"},
    };
    for (const auto& row : rows)
        EXPECT_EQ(outcome(fixture.patch(place, "[" + std::string(row.operation) + "]")), row.outcome)
                << row.operation;
}

TEST_F(characteristics, mutability_is_enforced) {
    const auto made = make(R"(,"born":"x","state":"ours","parts":[{"value":"a","maker":"m"}])");
    ASSERT_EQ(made.status, 201) << made.text;
    EXPECT_FALSE(made.body.contains("state"));
    EXPECT_FALSE(made.body.contains("pin"));
    const auto place = "/Kinds/" + made.text_of("id");
    const std::string kept = R"(,"born":"x","parts":[{"value":"a","maker":"m"}])";
    EXPECT_EQ(outcome(fixture.scim("PUT", place, body(kept))), "200");
    EXPECT_EQ(outcome(fixture.scim("PUT", place, body(""))),
            "mutability: born cannot change once it has a value.");
    EXPECT_EQ(outcome(fixture.scim("PUT", place, body(R"(,"born":"x","parts":[{"value":"a","maker":"n"}])"))),
            "mutability: parts.maker cannot change once it has a value.");
    EXPECT_EQ(outcome(fixture.scim("PUT", place, body(R"(,"born":"x","parts":[{"value":"b","maker":"n"}])"))),
            "200")
            << "another element may have another maker";
    const struct {
        std::string_view operation, outcome;
    } rows[] = {
            {R"({"op":"replace","path":"born","value":"y"})",
                    "mutability: born cannot change once it has a value."},
            {R"({"op":"replace","path":"state","value":"y"})",
                    "mutability: Operations[0]: state is read-only."},
            {R"({"op":"add","path":"parts[value eq \"b\"]","value":{"maker":"o"}})",
                    "mutability: Operations[0]: maker cannot change once it has a value."},
            {R"({"op":"add","path":"parts[value eq \"b\"].maker","value":"n"})", "200"},
            {R"({"op":"add","path":"parts","value":[{"value":"c","code":"secret"}]})", "200"},
    };
    for (const auto& row : rows)
        EXPECT_EQ(outcome(fixture.patch(place, "[" + std::string(row.operation) + "]")), row.outcome)
                << row.operation;
    EXPECT_EQ(fixture.scim("GET", place).text.find("secret"), std::string::npos);
    EXPECT_EQ(to_text(fixture.events().back()).find("secret"), std::string::npos);
}

// RFC 7643 §7: "request" is in the response when the client has written it.
TEST_F(characteristics, returned_controls_the_response) {
    const auto made = make(R"(,"always":"a","asked":"q","text":"t","parts":[{"value":"v","hint":"h"}])");
    EXPECT_EQ(made.text_of("asked"), "q");
    EXPECT_EQ(made.body.at("parts").at(0).at("hint"), "h");
    const auto place = "/Kinds/" + made.text_of("id");
    const auto plain = fixture.scim("GET", place);
    EXPECT_FALSE(plain.body.contains("asked"));
    EXPECT_FALSE(plain.body.at("parts").at(0).as_object().contains("hint"));
    EXPECT_EQ(fixture.scim("GET", place + "?attributes=asked").text_of("asked"), "q");
    EXPECT_EQ(fixture.scim("GET", place + "?attributes=text").text_of("always"), "a");
    EXPECT_EQ(fixture.scim("GET", place + "?excludedAttributes=always").text_of("always"), "a");

    const auto other = fixture.patch(place, R"([{"op":"replace","path":"text","value":"u"}])");
    EXPECT_FALSE(other.body.contains("asked"));
    const auto same = fixture.patch(place, R"([{"op":"replace","path":"asked","value":"r"}])");
    EXPECT_EQ(same.text_of("asked"), "r");
    const auto part =
            fixture.patch(place, R"([{"op":"replace","path":"parts[value eq \"v\"].hint","value":"i"}])");
    EXPECT_EQ(part.body.at("parts").at(0).at("hint"), "i");
    EXPECT_FALSE(part.body.contains("asked"));
    const auto listed = fixture.scim("PUT", place + "?attributes=text", body(R"(,"asked":"s","text":"t")"));
    EXPECT_FALSE(listed.body.contains("asked"));
}

TEST_F(characteristics, lists_inside_complex_values_are_lists) {
    const auto made = make(R"(,"box":{"marks":["a","A","b"]},"parts":[{"value":"v","modes":["x"]}])");
    EXPECT_EQ(made.body.at("box").at("marks"), (json::value{"a", "b"}));
    const auto place = "/Kinds/" + made.text_of("id");
    const auto added = fixture.patch(place,
            R"([{"op":"add","path":"box.marks","value":["B","c"]},
            {"op":"add","path":"parts[value eq \"v\"].modes","value":["y"]},
            {"op":"add","path":"box","value":{"marks":["d"],"size":2}}])");
    EXPECT_EQ(added.body.at("box").at("marks"), (json::value{"a", "b", "c", "d"})) << added.text;
    EXPECT_EQ(added.body.at("parts").at(0).at("modes"), (json::value{"x", "y"}));
    const auto replaced = fixture.patch(place, R"([{"op":"replace","path":"box.marks","value":["z"]}])");
    EXPECT_EQ(replaced.body.at("box").at("marks"), (json::value{"z"}));
    EXPECT_EQ(fixture.scim("GET", "/Kinds?filter=box.marks+eq+%22Z%22").body.at("totalResults"), 1);
}

TEST_F(characteristics, lists_inside_complex_values_have_a_maximal_length) {
    std::string marks;
    for (int i = 0; i < 1'000; ++i)
        marks += (i == 0 ? "\"m" : ",\"m") + std::to_string(i) + "\"";
    const auto made = make(R"(,"box":{"marks":[)" + marks + "]}");
    ASSERT_EQ(made.status, 201);
    EXPECT_EQ(outcome(fixture.patch("/Kinds/" + made.text_of("id"),
                      R"([{"op":"add","path":"box.marks","value":["one more"]}])")),
            "invalidValue: Operations[0]: marks has more than 1000 values.");
}

TEST_F(characteristics, decimals_beyond_double_precision_are_preserved) {
    const auto made = make(R"(,"real":9007199254740993)");
    EXPECT_EQ(made.body.at("real"), 9007199254740993);
    EXPECT_EQ(make(R"(,"real":4)").body.at("real"), 4.0);
}

}  // namespace
}  // namespace scimd::test

// What every other test's answers are held against (support/response_check.hpp): that it notices, and that
// the description leaves nothing open by accident.
#include "support/response_check.hpp"

#include "api/openapi.hpp"
#include "api/pipeline.hpp"

#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <vector>

namespace scimd::test {
namespace {

using texts = std::vector<std::string>;

constexpr std::string_view sample = R"({
    "type": "object",
    "required": ["id", "when", "tags"],
    "additionalProperties": false,
    "properties": {
        "id": {"type": "string", "pattern": "^a_[0-9]+$"},
        "when": {"type": "string", "format": "date-time"},
        "tags": {"type": "array", "maxItems": 2, "items": {"type": "string", "minLength": 1, "maxLength": 3}},
        "kind": {"enum": ["A", "B"]},
        "count": {"type": "integer", "minimum": 1, "maximum": 9},
        "inner": {"$ref": "#/parts/Inner"},
        "odd": {"type": ["string", "null"], "weird": true}
    },
    "parts": null
})";

TEST(response_check, a_mismatch_is_reported_with_its_path) {
    auto schema = parse_json_object(sample).value();
    schema.erase("parts");
    const json::object document{
            {"parts", {{"Inner", {{"type", "object"}, {"required", {"x"}},
                                         {"properties", {{"x", {{"type", "boolean"}}}}},
                                         {"additionalProperties", {{"type", "integer"}}}}}}}};
    const std::string good = R"("id":"a_1","when":"2026-01-02T03:04:05Z","tags":["x"])";
    const std::pair<std::string, texts> rows[] = {
            {"", {}},
            {R"(,"kind":"A","count":9,"inner":{"x":true,"y":1})", {}},
            {R"(,"more":1)", {"more is not described"}},
            {R"(,"kind":"C")", {"kind is none of its words"}},
            {R"(,"count":0)", {"count is out of its range"}},
            {R"(,"count":10)", {"count is out of its range"}},
            {R"(,"count":1.5)", {"count is of type number"}},
            {R"(,"inner":{})", {"inner.x is missing"}},
            {R"(,"inner":{"x":1,"y":"z"})", {"inner.x is of type integer", "inner.y is of type string"}},
            {R"(,"odd":null)", {"odd is described by the unknown word weird"}},
    };
    for (const auto& [more, faults] : rows)
        EXPECT_EQ(schema_faults(document, schema, parse_json("{" + good + more + "}").value()), faults)
                << more;
    const std::pair<std::string_view, texts> whole[] = {
            {"[]", {"the body is of type array"}},
            {R"({"when":"2026-01-02T03:04:05Z","tags":[]})", {"id is missing"}},
            {R"({"id":"b_1","when":"1 May","tags":["","abcd"]})",
                    {"id has another pattern", "when is no time", "tags[] is too short",
                            "tags[] is too long"}},
            {R"({"id":"a_1","when":null,"tags":["a","b","c"]})",
                    {"when is of type null", "tags has too many elements"}},
    };
    for (const auto& [body, faults] : whole)
        EXPECT_EQ(schema_faults(document, schema, parse_json(body).value()), faults) << body;
}

TEST(response_check, an_answer_is_held_against_its_route_and_status) {
    const auto faults = [](std::string_view method, std::string_view target, int status,
                                std::string_view body) {
        return response_faults(method, target, status, body);
    };
    const std::string limit = "/api/v1/organizations/org_1/settings/usermanagement?x=y";
    EXPECT_EQ(faults("GET", limit, 200, R"({"settings":{}})"), texts());
    EXPECT_EQ(faults("HEAD", limit, 200, R"({"settings":{}})"), texts());
    EXPECT_EQ(faults("GET", limit, 200, "{}"), texts{"settings is missing"});
    EXPECT_EQ(faults("GET", limit, 200, "x"), texts{"the body is no JSON"});
    EXPECT_EQ(faults("GET", limit, 418, "{}"), texts{"the status 418 is not described"});
    EXPECT_EQ(faults("DELETE", limit, 418, "{}"), texts());  // no such route
    EXPECT_EQ(faults("GET", "/directory/dir_1/scim/v2/Users", 418, "{}"), texts());
}

// Each object of an answer says whether there may be more than it names, and what is always there.
void expect_closed(const json::value& schema, const std::string& at) {
    const auto* object = schema.if_object();
    if (!object)
        return;
    const auto* type = find_string(*object, "type");
    if (type && *type == "object") {
        const bool names_some = object->contains("properties");
        EXPECT_TRUE(object->contains("additionalProperties") || object->contains("maxProperties")) << at;
        EXPECT_TRUE(!names_some || object->contains("required")) << at;
    }
    if (const auto* members = find_object(*object, "properties"))
        for (const auto& [name, member] : *members)
            expect_closed(member, at + "." + std::string(name));
    if (const auto* each = find(*object, "items"))
        expect_closed(*each, at + "[]");
}

void expect_closed_contents(const json::object& answers, const std::string& at) {
    for (const auto& [status, answer] : answers)
        if (const auto* content = find_object(answer.as_object(), "content"))
            for (const auto& [type, described] : *content)
                expect_closed(described.at("schema"), at + " " + std::string(status));
}

TEST(response_check, no_answer_is_described_as_anything_at_all) {
    const auto document = parse_json_object(api::served_description_text(), {.nodes_max = SIZE_MAX}).value();
    int operations = 0;
    for (const auto& [path, item] : document.at("paths").as_object()) {
        for (const auto& [method, operation] : item.as_object()) {
            if (method == "parameters")
                continue;
            ++operations;
            expect_closed_contents(operation.at("responses").as_object(), path);
        }
    }
    EXPECT_GT(operations, 80);
    const auto& parts = document.at("components").as_object();
    expect_closed_contents(parts.at("responses").as_object(), "responses");
    for (const auto& [name, schema] : parts.at("schemas").as_object())
        expect_closed(schema, name);
}

}  // namespace
}  // namespace scimd::test

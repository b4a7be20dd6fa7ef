#include "scim/unique.hpp"

#include "base/text.hpp"
#include "scim/filter/filter.hpp"
#include "scim/resource.hpp"
#include "scim/unlimited.hpp"
#include "support/sample_schemas.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace scimd::scim {
namespace {

using texts = std::vector<std::string>;

const catalogue& sample_types() {
    static const catalogue made = test::sample_schemas();
    return made;
}

const resource_type& type_named(std::string_view name) {
    return *sample_types().find_type(name);
}

texts paths_of(std::string_view name) {
    texts paths;
    for (const path& each : unique_attributes(type_named(name)))
        paths.push_back(to_text(each));
    return paths;
}

texts values_of(std::string_view name, std::string_view document) {
    texts values;
    for (const unique_value& each : unique_values(parse_json_object(document).value(), type_named(name)))
        values.push_back(each.attribute + "=" + each.key);
    return values;
}

TEST(unique_attributes, are_those_of_all_schemas_without_a_column) {
    const std::string badge(test::badge_urn);
    EXPECT_EQ(paths_of("User"), (texts{badge + ":number", badge + ":serial", badge + ":codes"}));
    EXPECT_EQ(paths_of("Group"), texts{});
    EXPECT_EQ(paths_of("Device"), (texts{"serial", "asset", "ports.value"}));
}

TEST(unique_values, are_folded_unless_they_are_case_exact) {
    EXPECT_EQ(values_of("Device", R"({"serial": "STRASSE", "asset": "AbC", "cores": 4,
                                "ports": [{"value": "Usb1"}, {"value": "USB1"}, {"speed": 1}]})"),
            (texts{"asset=AbC", "ports.value=usb1", "serial=strasse"}));
    EXPECT_EQ(values_of("Device", "{}"), texts{});
}

TEST(unique_values, of_lists_and_numbers_are_separate_keys) {
    const std::string badge(test::badge_urn);
    EXPECT_EQ(values_of("User",
                      R"({"userName": "x", ")" + badge + R"(": {"serial": 42, "codes": ["b", "B", "b"]}})"),
            (texts{badge + ":codes=B", badge + ":codes=b", badge + ":serial=42"}));
}

// The key of a filter's literal must equal the stored key of the value.
TEST(unique_key, of_a_literal_equals_the_key_of_the_value) {
    const auto kinds = extend_standard(std::vector<definition_file>{
            {"a.json", R"({"id": "urn:example:Kind", "attributes": [
            {"name": "text", "uniqueness": "server"}, {"name": "exact", "caseExact": true, "uniqueness": "server"},
            {"name": "whole", "type": "integer", "uniqueness": "server"},
            {"name": "real", "type": "decimal", "uniqueness": "server"},
            {"name": "when", "type": "dateTime", "uniqueness": "server"},
            {"name": "data", "type": "binary", "uniqueness": "server"},
            {"name": "link", "type": "reference", "uniqueness": "server"}]})"},
            {"b.json", R"({"name": "Kind", "endpoint": "/Kinds", "schema": "urn:example:Kind"})"},
    });
    ASSERT_TRUE(kinds.types) << kinds.errors.front();
    const resource_type& kind = *kinds.types->find_type("Kind");
    const struct {
        std::string_view attribute, value, literal;
        bool is_equal;
    } rows[] = {
            {"text", R"("Ångström")", R"("ÅNGSTRÖM")", true},
            {"exact", R"("A")", R"("a")", false},
            {"exact", R"("A")", R"("A")", true},
            {"whole", "7", "7", true},
            {"whole", "9007199254740993", "9007199254740992", false},
            {"real", "7", "7.0", true},
            {"real", "-0.0", "0", true},
            {"real", "1e2", "100", true},
            {"real", "9007199254740993", "9007199254740993", true},
            {"real", "9007199254740993", "9007199254740992", false},
            {"when", R"("2026-01-01T01:00:00+02:00")", R"("2025-12-31T23:00:00Z")", true},
            {"when", R"("2026-01-01T01:00:00Z")", R"("2026-01-01T01:00:01Z")", false},
            {"data", R"("YQ==")", R"("YQ==")", true},
            {"link", R"("https://A")", R"("https://a")", false},
    };
    for (const auto& row : rows) {
        const auto body = read_body(
                parse_json_object("{\"" + std::string(row.attribute) + "\":" + std::string(row.value) + "}")
                        .value(),
                kind);
        ASSERT_TRUE(body) << body.error().detail;
        const auto held = unique_values(body->document, kind);
        ASSERT_EQ(held.size(), 1U) << row.attribute;
        const auto parsed =
                parse_filter(std::string(row.attribute) + " eq " + std::string(row.literal), kind).value();
        const auto& term = std::get<comparison>(parsed.node);
        EXPECT_EQ(held.front().key == unique_key(term.value, term.attribute.leaf()), row.is_equal)
                << row.attribute << ' ' << held.front().key;
    }
}

TEST(unique_values, are_limited_in_length) {
    const auto longest = [](std::size_t bytes) {
        const auto text = R"({"serial": ")" + std::string(bytes, 'a') +
                          R"(", "urn:example:Warranty": {"vendor": "v"}})";
        return read_body(parse_json_object(text).value(), type_named("Device"));
    };
    EXPECT_TRUE(longest(unique_value_bytes_max));
    const auto refused = longest(unique_value_bytes_max + 1);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error(), (error{errc::invalid_value, "serial is longer than 1024 bytes."}));
}

}  // namespace
}  // namespace scimd::scim

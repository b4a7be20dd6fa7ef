#include "scim/references.hpp"

#include "patch_rows.hpp"
#include "sample_types.hpp"
#include "scim/patch/patch.hpp"
#include "scim/resource.hpp"
#include "scim/schema/urn.hpp"
#include "support/sample_schemas.hpp"

#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <vector>

namespace scimd::scim {
namespace {

json::object user_managed_by(std::string_view manager) {
    const std::string text = R"({"userName": "a", ")" + std::string(urn::enterprise_user) +
                             R"(": {"manager": )" + std::string(manager) + "}}";
    return read_body(parse_json_object(text).value(), samples::user()).value().document;
}

std::string manager_of(const json::object& document) {
    const auto* const extension = find_object(document, urn::enterprise_user);
    return extension ? scimd::to_text(extension->at("manager")) : "";
}

TEST(references, point_to_the_endpoint_of_local_ids) {
    const struct {
        std::string_view sent;
        std::string_view kept;
    } rows[] = {
            {R"({"value":"diruser_7"})", R"({"value":"diruser_7","$ref":"../Users/diruser_7"})"},
            {R"({"value":"diruser_7","$ref":"https://idp.test/7"})",
                    R"({"value":"diruser_7","$ref":"https://idp.test/7"})"},
            {R"({"value":"diruser_7","$ref":"../Users/diruser_8"})",
                    R"({"value":"diruser_7","$ref":"../Users/diruser_7"})"},
            {R"({"value":"diruser_7","$ref":"https://scim.test/v2/Users/diruser_7"})",
                    R"({"value":"diruser_7","$ref":"../Users/diruser_7"})"},
            {R"({"value":"diruser_7","$ref":"Users/diruser_8"})",
                    R"({"value":"diruser_7","$ref":"../Users/diruser_7"})"},
            {R"({"value":"diruser_7","$ref":"https://idp.test/OtherUsers/diruser_7"})",
                    R"({"value":"diruser_7","$ref":"https://idp.test/OtherUsers/diruser_7"})"},
            {R"({"value":"26118915"})", R"({"value":"26118915"})"},
            {R"({"value":"26118915","$ref":"../Users/26118915"})",
                    R"({"value":"26118915","$ref":"../Users/26118915"})"},
            {R"({"value":"dirgroup_7"})", R"({"value":"dirgroup_7"})"},
            {R"({"value":"diruser_07"})", R"({"value":"diruser_07"})"},
            {R"({"value":"diruser_7","displayName":"The client's word"})",
                    R"({"value":"diruser_7","$ref":"../Users/diruser_7"})"},
    };
    for (const auto& row : rows)
        EXPECT_EQ(manager_of(user_managed_by(row.sent)), row.kept) << row.sent;
}

TEST(references, are_derived_from_their_value) {
    const struct {
        std::string_view before;
        std::string_view operation;
        std::string_view after;
    } rows[] = {
            {R"({"value":"diruser_7"})", R"({"op":"replace","path":"manager.value","value":"diruser_8"})",
                    R"({"value":"diruser_8","$ref":"../Users/diruser_8"})"},
            {R"({"value":"diruser_7"})", R"({"op":"replace","path":"manager","value":{"value":"x"}})",
                    R"({"value":"x"})"},
            {R"({"value":"x","$ref":"https://idp.test/x"})",
                    R"({"op":"replace","path":"manager.value","value":"y"})",
                    R"({"value":"y","$ref":"https://idp.test/x"})"},
            {R"({"value":"x","$ref":"https://idp.test/x"})",
                    R"({"op":"replace","path":"manager","value":{"value":"y","$ref":"https://idp.test/y"}})",
                    R"({"value":"y","$ref":"https://idp.test/y"})"},
            {R"({"value":"x","$ref":"https://idp.test/x"})", R"({"op":"replace","path":"title","value":"t"})",
                    R"({"value":"x","$ref":"https://idp.test/x"})"},
            {R"({"value":"diruser_7"})", R"({"op":"remove","path":"manager.value"})", ""},
            {R"({"value":"diruser_7"})", R"({"op":"replace","path":"manager","value":{"value":"diruser_7"}})",
                    R"({"value":"diruser_7","$ref":"../Users/diruser_7"})"},
    };
    for (const auto& row : rows) {
        const std::string text = R"({"Operations":[)" + std::string(row.operation) + "]}";
        const auto change = parse_patch(parse_json_object(text).value(), samples::user());
        ASSERT_TRUE(change) << change.error().detail;
        const auto after = apply(*change, user_managed_by(row.before), samples::user());
        ASSERT_TRUE(after) << after.error().detail;
        EXPECT_EQ(manager_of(*after), row.after) << row.operation;
    }
}

TEST(references, that_contradict_their_value_are_recorded) {
    const std::string name = std::string(urn::enterprise_user) + ":manager.$ref";
    const std::vector<ignored_name> derived{{name, ignored_reason::derived}};
    const struct {
        std::string_view manager;
        bool is_noted;
    } rows[] = {
            {R"({"value":"diruser_7","$ref":"../Users/diruser_8"})", true},
            {R"({"$ref":"../Users/diruser_8"})", true},
            {R"({"value":"diruser_7","$ref":"https://scim.test/v2/Users/diruser_7"})", false},
            {R"({"value":"diruser_7","$ref":"https://idp.test/8"})", false},
            {R"({"value":"diruser_7"})", false},
    };
    for (const auto& row : rows) {
        const auto expected = row.is_noted ? derived : std::vector<ignored_name>{};
        const std::string text = R"({"userName": "a", ")" + std::string(urn::enterprise_user) +
                                 R"(": {"manager": )" + std::string(row.manager) + "}}";
        EXPECT_EQ(read_body(parse_json_object(text).value(), samples::user())->ignored.rows(), expected)
                << row.manager;

        const auto change = parse_patch(samples::patch_body(R"([{"op":"replace","path":"manager","value":)" +
                                                            std::string(row.manager) + "}]"),
                samples::user());
        ASSERT_TRUE(change) << row.manager;
        ignored_names found;
        ASSERT_TRUE(apply(*change, user_managed_by(R"({"value":"diruser_9"})"), samples::user(),
                unlimited_work(), &found));
        EXPECT_EQ(found.rows(), expected) << row.manager;
    }
}

TEST(references, whose_value_changes_as_well_are_not_recorded) {
    const auto change = parse_patch(
            samples::patch_body(R"([{"op":"replace","path":"manager.value","value":"diruser_8"}])"),
            samples::user());
    ignored_names found;
    ASSERT_TRUE(apply(
            *change, user_managed_by(R"({"value":"diruser_7"})"), samples::user(), unlimited_work(), &found));
    EXPECT_TRUE(found.rows().empty());
}

TEST(references, to_local_resources_are_absolute_in_responses) {
    const struct {
        std::string_view kept;
        std::string_view shown;
    } rows[] = {
            {R"({"manager":{"$ref":"../Users/diruser_7"}})",
                    R"({"manager":{"$ref":"https://x.test/v2/Users/diruser_7"}})"},
            {R"({"a":{"$ref":"../Users/diruser_7"},"b":{"$ref":"../Users/diruser_8"}})",
                    R"({"a":{"$ref":"https://x.test/v2/Users/diruser_7"},"b":{"$ref":"https://x.test/v2/Users/diruser_8"}})"},
            {R"({"manager":{"$ref":"../Users/26118915"}})", R"({"manager":{"$ref":"../Users/26118915"}})"},
            {R"({"manager":{"$ref":"../Groups/dirgroup_7"}})",
                    R"({"manager":{"$ref":"../Groups/dirgroup_7"}})"},
            {R"({"title":"\"$ref\":\"../Users/diruser_7\""})",
                    R"({"title":"\"$ref\":\"../Users/diruser_7\""})"},
            {R"({"title":"../Users/diruser_7"})", R"({"title":"../Users/diruser_7"})"},
    };
    for (const auto& row : rows) {
        std::string text(row.kept);
        make_references_absolute(text, samples::user(), "https://x.test/v2");
        EXPECT_EQ(text, row.shown);
    }
}

TEST(references, in_lists_and_other_types_are_completed) {
    const catalogue types = test::sample_schemas();
    const auto made = read_body(
            parse_json_object(
                    R"({"serial":"a","urn:example:Warranty":{"vendor":"v"},"owner":{"value":"diruser_3"}})")
                    .value(),
            *types.find_type("Device"));
    EXPECT_EQ(scimd::to_text(made->document.at("owner")),
            R"({"value":"diruser_3","$ref":"../Users/diruser_3"})");
}

}  // namespace
}  // namespace scimd::scim

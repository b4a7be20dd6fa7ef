#include "patch_rows.hpp"

namespace scimd::scim {
namespace {

using samples::patch_body;

TEST(patch, bodies_are_checked_before_any_operation_is_applied) {
    struct row {
        const char* claim;
        const char* body;
        std::optional<errc> refused;
    };
    for (const row& each : std::initializer_list<row>{
                 {"whole",
                         R"({"schemas": ["urn:ietf:params:scim:api:messages:2.0:PatchOp"], "Operations": [{"op": "remove", "path": "title"}]})",
                         std::nullopt},
                 {"no schemas", R"({"Operations": [{"op": "remove", "path": "title"}]})", std::nullopt},
                 {"names in any case",
                         R"({"SCHEMAS": null, "operations": [{"op": "remove", "path": "title"}]})",
                         std::nullopt},
                 {"another schema",
                         R"({"schemas": ["urn:x"], "Operations": [{"op": "remove", "path": "title"}]})",
                         errc::invalid_syntax},
                 {"no schema", R"({"schemas": [], "Operations": [{"op": "remove", "path": "title"}]})",
                         errc::invalid_syntax},
                 {"schemas as a string",
                         R"({"schemas": "urn:ietf:params:scim:api:messages:2.0:PatchOp", "Operations": [{"op": "remove", "path": "title"}]})",
                         errc::invalid_syntax},
                 {"no Operations", R"({})", errc::invalid_syntax},
                 {"no operation", R"({"Operations": []})", std::nullopt},
                 {"Operations as an object", R"({"Operations": {"op": "remove", "path": "title"}})",
                         errc::invalid_syntax},
                 {"an operation as a string", R"({"Operations": ["remove"]})", errc::invalid_syntax},
                 {"no op", R"({"Operations": [{"path": "title"}]})", errc::invalid_syntax},
                 {"op as a number", R"({"Operations": [{"op": 1, "path": "title"}]})", errc::invalid_syntax},
                 {"an unknown op", R"({"Operations": [{"op": "move", "path": "title"}]})",
                         errc::invalid_syntax},
         }) {
        const auto change = parse_patch(samples::document(each.body), samples::user());
        ASSERT_EQ(change.has_value(), !each.refused) << each.claim;
        if (each.refused) {
            EXPECT_EQ(change.error().code, *each.refused) << each.claim;
        }
    }
}

TEST(patch, a_refusal_names_the_operation) {
    const auto change = parse_patch(
            patch_body(
                    R"([{"op": "remove", "path": "title"}, {"op": "add", "path": "shoe size", "value": 1}])"),
            samples::user());
    ASSERT_FALSE(change);
    EXPECT_EQ(change.error().detail.substr(0, 15), "Operations[1]: ");
    EXPECT_NE(change.error().detail.find("shoe"), std::string::npos);
}

json::object many_operations(std::size_t count, const char* operation) {
    json::object body;
    body["Operations"] = json::array(count, parse_json(operation).value());
    return body;
}

TEST(patch, operations_are_bounded) {
    const char* const one = R"({"op": "add", "path": "title", "value": "T"})";
    EXPECT_TRUE(parse_patch(many_operations(patch_operations_max, one), samples::user()));
    const auto more = parse_patch(many_operations(patch_operations_max + 1, one), samples::user());
    ASSERT_FALSE(more);
    EXPECT_EQ(more.error().code, errc::too_large);
}

TEST(patch, values_are_bounded_over_all_operations) {
    json::array ids;
    for (std::size_t i = 0; i < patch_values_max / 2; ++i)
        ids.emplace_back(std::to_string(i));
    json::object operation;
    operation["op"] = "add";
    operation["path"] = "members";
    operation["value"] = ids;
    json::object body;
    body["Operations"] = json::array(2, operation);
    EXPECT_TRUE(parse_patch(body, samples::group()));
    operation["value"] = json::array(1, "one more");
    body["Operations"].get_array().emplace_back(operation);
    const auto more = parse_patch(body, samples::group());
    ASSERT_FALSE(more);
    EXPECT_EQ(more.error().code, errc::too_large);
}

TEST(patch, targets_are_bounded_over_all_operations) {
    json::object value;
    for (std::size_t i = 0; i < patch_targets_max; ++i)
        value["emails[value eq \"" + std::to_string(i) + "\"].display"] = "D";
    json::object operation;
    operation["op"] = "add";
    operation["value"] = value;
    json::object body;
    body["Operations"] = json::array(1, operation);
    EXPECT_TRUE(parse_patch(body, samples::user()));
    body["Operations"].get_array().emplace_back(operation);
    const auto more = parse_patch(body, samples::user());
    ASSERT_FALSE(more);
    EXPECT_EQ(more.error().code, errc::too_large);
}

TEST(patch, lists_cannot_be_grown_beyond_their_length_by_many_operations) {
    json::array first;
    for (std::size_t i = 0; i < values_max; ++i) {
        json::object email;
        email["value"] = json::value(std::to_string(i));
        first.emplace_back(std::move(email));
    }
    json::object source = samples::document(R"({"userName": "u"})");
    source["emails"] = first;
    ASSERT_TRUE(normalize(source, samples::user()));

    const auto add = [&source](const char* value) {
        const std::string operations =
                R"([{"op": "add", "path": "emails", "value": [{"value": ")" + std::string(value) + R"("}]}])";
        return apply(parse_patch(patch_body(operations), samples::user()).value(), source, samples::user());
    };
    EXPECT_TRUE(add("7"));
    const auto more = add("new");
    ASSERT_FALSE(more);
    EXPECT_EQ(more.error().code, errc::invalid_value);
}

TEST(patch, a_failure_leaves_the_document_as_it_was) {
    json::object source =
            samples::document(R"({"userName": "u", "emails": [{"value": "a", "primary": true}]})");
    ASSERT_TRUE(normalize(source, samples::user()));
    const json::object before = source;
    const auto change = parse_patch(
            patch_body(
                    R"([{"op": "add", "path": "emails", "value": [{"value": "b", "primary": true}]},
                {"op": "remove", "path": "emails[value eq \"a\"]"},
                {"op": "replace", "path": "phoneNumbers[type eq \"car\"].value", "value": "1"}])"),
            samples::user());
    ASSERT_TRUE(change);
    const auto next = apply(*change, source, samples::user());
    ASSERT_FALSE(next);
    EXPECT_EQ(next.error().code, errc::no_target);
    EXPECT_EQ(next.error().detail.substr(0, 15), "Operations[2]: ");
    EXPECT_EQ(source, before);
}

}  // namespace
}  // namespace scimd::scim

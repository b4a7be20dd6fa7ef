#include "scim/messages/bulk.hpp"

#include "sample_types.hpp"
#include "scim/messages/bulk_plan.hpp"
#include "scim/messages/bulk_reference.hpp"

#include <gtest/gtest.h>

#include <algorithm>

namespace scimd::scim {
namespace {

using samples::document;
using texts = std::vector<std::string>;

bulk_request parsed(const std::string& operations) {
    return parse_bulk(document(R"({"Operations":[)" + operations + "]}"), samples::standard(), "too large")
            .value();
}

// Makes a POST of a group that refers to others.
std::string post_text(const std::string& bulk_id, const texts& references = {}) {
    std::string members;
    for (const auto& one : references)
        members += (members.empty() ? "\"bulkId:" : ",\"bulkId:") + one + '"';
    return R"({"method":"POST","path":"/Groups","bulkId":")" + bulk_id + R"(","data":{"members":[)" +
           members + "]}}";
}

std::string delete_text(const std::string& path) {
    return R"({"method":"DELETE","path":")" + path + "\"}";
}

// Makes a PATCH whose value has a reference.
std::string patch_text(const std::string& path, const std::string& reference) {
    return R"({"method":"PATCH","path":")" + path + R"(","data":[{"op":"add","value":"bulkId:)" + reference +
           "\"}]}";
}

std::string join(std::initializer_list<std::string> operations) {
    std::string text;
    for (const auto& one : operations)
        text += text.empty() ? one : "," + one;
    return text;
}

// Describes a plan as "0 1 (2 3)": cycles are in parentheses.
std::string plan_of(const std::string& operations) {
    std::string text;
    for (const auto& unit : plan_bulk(parsed(operations))) {
        text += text.empty() ? "" : " ";
        text += unit.is_circle ? "(" : "";
        for (const auto index : unit.operations)
            text += (text.ends_with('(') || text.empty() || text.back() == ' ' ? "" : " ") +
                    std::to_string(index);
        text += unit.is_circle ? ")" : "";
    }
    return text;
}

TEST(bulk_plan, operations_keep_their_order_unless_they_wait_for_others) {
    const struct {
        std::string_view claim;
        std::string operations;
        std::string_view plan;
    } cases[] = {
            {"nothing refers", join({post_text("a"), delete_text("/Users/1"), post_text("b")}), "0 1 2"},
            {"to an earlier one", join({post_text("a"), post_text("b", {"a"})}), "0 1"},
            {"to a later one",
                    join({post_text("a", {"b"}), delete_text("/Users/1"), post_text("b"), post_text("c")}),
                    "1 2 0 3"},
            {"a chain", join({post_text("a", {"b"}), post_text("b", {"c"}), post_text("c")}), "2 1 0"},
            {"two later ones",
                    join({post_text("a", {"b", "c"}), post_text("b"), post_text("c"), post_text("d")}),
                    "1 2 0 3"},
            {"in a path", join({delete_text("/Groups/bulkId:a"), post_text("a")}), "1 0"},
            {"later ones on the same path wait along",
                    join({patch_text("/Groups/1", "a"), delete_text("/Groups/1"), delete_text("/Groups/2"),
                            post_text("a")}),
                    "2 3 0 1"},
            {"a circle",
                    join({post_text("a", {"b"}), delete_text("/Users/1"), post_text("b", {"a"}),
                            post_text("c")}),
                    "1 (0 2) 3"},
            {"to itself", join({post_text("a", {"a"}), post_text("b")}), "(0) 1"},
            {"two circles, one on the other",
                    join({post_text("a", {"b", "c"}), post_text("b", {"a"}), post_text("c", {"d"}),
                            post_text("d", {"c"})}),
                    "(2 3) (0 1)"},
            {"behind a circle", join({post_text("x", {"a"}), post_text("a", {"b"}), post_text("b", {"a"})}),
                    "(1 2) 0"},
            {"to one that cannot be understood",
                    join({post_text("a", {"b"}),
                            R"({"method":"POST","path":"/Nobody","bulkId":"b","data":{}})"}),
                    "1 0"},
    };
    for (const auto& [claim, operations, plan] : cases)
        EXPECT_EQ(plan_of(operations), plan) << claim;
}

// Returns the operation's data with "id-x" for each "bulkId:x", except for missing ones.
std::string resolved(std::string_view method, std::string_view data, const texts& absent = {}) {
    bulk_demand demand;
    demand.method = method == "PATCH" ? bulk_method::patch : bulk_method::post;
    demand.data = document(data);
    return scimd::to_text(
            resolve_references(demand, [&](const std::string& id) -> std::optional<std::string> {
                return std::ranges::find(absent, id) == absent.end() ? std::optional("id-" + id)
                                                                     : std::nullopt;
            }));
}

TEST(bulk_reference, is_found_in_whole_strings_refs_and_patch_paths) {
    const struct {
        std::string_view method;
        std::string_view data;
        std::string_view expected;
    } cases[] = {
            {"POST", R"({"members":[{"value":"bulkId:a"},"bulkId:b",{"value":"7"}]})",
                    R"({"members":[{"value":"id-a"},"id-b",{"value":"7"}]})"},
            {"POST", R"({"urn:x":{"manager":{"value":"bulkId:a","$ref":"../Users/bulkId:a"}}})",
                    R"({"urn:x":{"manager":{"value":"id-a","$ref":"../Users/id-a"}}})"},
            {"POST", R"({"$ref":"bulkId:a","x":{"$REF":"/bulkId:a/b"}})",
                    R"({"$ref":"id-a","x":{"$REF":"/bulkId:a/b"}})"},
            {"POST", R"({"owner":"bulkId:a b"})", R"({"owner":"id-a b"})"},
            {"POST", R"({"t":"bulkId:","u":"BulkId:a","v":" bulkId:a","w":"see bulkId:a","x":"a/bulkId:b"})",
                    R"({"t":"bulkId:","u":"BulkId:a","v":" bulkId:a","w":"see bulkId:a","x":"a/bulkId:b"})"},
            {"POST", R"({"path":"members[value eq \"bulkId:a\"]","bulkId:a":1})",
                    R"({"path":"members[value eq \"bulkId:a\"]","bulkId:a":1})"},
            {"PATCH",
                    R"({"Operations":[{"path":"members[value eq \"bulkId:a\" or value eq \"bulkId:b\"].x"}]})",
                    R"({"Operations":[{"path":"members[value eq \"id-a\" or value eq \"id-b\"].x"}]})"},
            {"PATCH", R"({"Operations":[{"path":"a[b eq \"bulkId:a"},{"path":"\"x\"bulkId:\"y\""}]})",
                    R"({"Operations":[{"path":"a[b eq \"bulkId:a"},{"path":"\"x\"bulkId:\"y\""}]})"},
    };
    for (const auto& [method, data, expected] : cases)
        EXPECT_EQ(resolved(method, data), expected);
}

TEST(bulk_reference, without_an_id_is_left_out_with_its_element) {
    const struct {
        std::string_view data;
        std::string_view expected;
    } cases[] = {
            {R"({"members":[{"value":"bulkId:a","type":"User"},{"value":"bulkId:b"}],"x":1})",
                    R"({"members":[{"value":"id-b"}],"x":1})"},
            {R"({"members":["bulkId:a","bulkId:b"]})", R"({"members":["id-b"]})"},
            {R"({"urn:x":{"manager":{"value":"bulkId:a","displayName":"A"},"y":1}})", R"({"urn:x":{"y":1}})"},
            {R"({"owner":"bulkId:a","name":"n"})", R"({"name":"n"})"},
            {R"({"thing":{"owner":"bulkId:a","name":"n"}})", R"({"thing":{"name":"n"}})"},
            {R"({"value":"bulkId:a","name":"n"})", R"({"name":"n"})"},
    };
    for (const auto& [data, expected] : cases)
        EXPECT_EQ(resolved("POST", data, {"a"}), expected);
}

TEST(bulk_reference, is_listed_once) {
    const auto request = parsed(join({post_text("a"), post_text("b"),
            R"({"method":"PUT","path":"/Groups/bulkId:b","data":{"x":["bulkId:a",)"
            R"({"y":{"z":"bulkId:b"}},"bulkId:a"]}})"}));
    EXPECT_EQ(request.operations[2].wanted->references, (texts{"a", "b"}));
    EXPECT_TRUE(request.operations[0].wanted->references.empty());
}

TEST(bulk_message, leaves_out_unreached_operations_and_empty_members) {
    const std::vector<std::optional<bulk_result>> results = {
            bulk_result{"POST", "q\"", "https://x/Users/1", "W/\"1\"", 201, std::nullopt},
            std::nullopt,
            bulk_result{"", "", "", "", 400, error{errc::invalid_syntax, "No."}},
    };
    EXPECT_EQ(bulk_message(results),
            R"({"schemas":["urn:ietf:params:scim:api:messages:2.0:BulkResponse"],"Operations":[)"
            R"({"location":"https://x/Users/1","method":"POST","bulkId":"q\"","version":"W/\"1\"","status":"201"},)"
            R"({"response":{"schemas":["urn:ietf:params:scim:api:messages:2.0:Error"],"scimType":"invalidSyntax",)"
            R"("detail":"No.","status":"400"},"status":"400"}]})");
}

}  // namespace
}  // namespace scimd::scim

// Details of error responses: each names the attribute, the operation or the position.
#include "refusals.hpp"

#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

namespace scimd::api {
namespace {

using test::group_text;
using test::user_text;

const std::string text_too_long(64UL * 1024 + 1, 'a');
const std::string name_too_long(1'025, 'a');

std::string repeated(std::string_view element, std::size_t times) {
    std::string list = "[";
    for (std::size_t i = 0; i < times; ++i)
        list.append(i == 0 ? "" : ",").append(element);
    return list + "]";
}

std::string numbered_emails(std::size_t count) {
    std::string list = "[";
    for (std::size_t i = 0; i < count; ++i)
        list.append(i == 0 ? "" : ",").append(R"({"value":"e)" + std::to_string(i) + R"(@acme.com"})");
    return list + "]";
}

class error_details : public testing::Test {
protected:
    void expect_refused(const refusal& row) { api::expect_refused(fixture, row); }

    // Rows of a body, the scimType and the detail.
    void expect_bodies_refused(const std::string& method, const std::string& path,
            const std::vector<std::pair<std::string, std::pair<std::string, std::string>>>& rows) {
        for (const auto& [body, why] : rows)
            expect_refused({method, path, body, 400, why.first, why.second});
    }

    // Rows of one operation, which is the second of the request.
    void expect_operations_refused(const std::string& path,
            const std::vector<std::pair<std::string, std::pair<std::string, std::string>>>& rows) {
        for (const auto& [operation, why] : rows)
            expect_refused({"PATCH", path,
                    patch_text(R"([{"op":"add","path":"displayName","value":"Other"},)" + operation + "]"),
                    400, why.first, "Operations[1]: " + why.second});
    }

    test::api_fixture fixture;
    const std::string anna = fixture.make_user("anna", R"(,"displayName":"Anna","title":"T")");
    const std::string bert = fixture.make_user("bert");
    const std::string readers = fixture.make_group("Readers", R"(,"members":[{"value":")" + anna + R"("}])");
    const std::string user = "/Users/" + anna;
    const std::string group = "/Groups/" + readers;
};

TEST_F(error_details, of_bodies_name_the_attribute) {
    const std::string enterprise = R"(,"urn:ietf:params:scim:schemas:extension:enterprise:2.0:User":)";
    expect_bodies_refused("POST", "/Users",
            {
                    {"[]", {"invalidSyntax", "The JSON text must be an object."}},
                    {R"({"schemas":"urn:x","userName":"u"})",
                            {"invalidSyntax", "schemas must be an array of strings."}},
                    {R"({"schemas":[7],"userName":"u"})",
                            {"invalidSyntax", "schemas must be an array of strings."}},
                    {"{}", {"invalidValue", "userName is required."}},
                    {R"({"userName":""})", {"invalidValue", "userName is required."}},
                    {R"({"userName":["u","v"]})", {"invalidValue", "userName must be a string."}},
                    {"{\"userName\":\"\xe2\x80\x8b\"}",
                            {"invalidValue", "userName holds nothing that can be seen."}},
                    {"{\"userName\":\"a\xe2\x80\xae\"}",
                            {"invalidValue", "userName holds bidirectional control characters."}},
                    {user_text("u", ",\"displayName\":\"a\xe2\x80\xae\""),
                            {"invalidValue", "displayName holds bidirectional control characters."}},
                    {user_text("u", R"(,"title":"a\u0007")"),
                            {"invalidValue", "title holds control characters or no valid Unicode."}},
                    {user_text("u", R"(,"name":{"familyName":"a\u0007"})"),
                            {"invalidValue",
                                    "name.familyName holds control characters or no valid Unicode."}},
                    {user_text("u", R"(,"title":")" + text_too_long + "\""),
                            {"invalidValue", "title is longer than 65536 bytes."}},
                    {user_text(name_too_long), {"invalidValue", "userName is longer than 1024 bytes."}},
                    {user_text("u", R"(,"externalId":")" + name_too_long + "\""),
                            {"invalidValue", "externalId is longer than 1024 bytes."}},
                    {user_text("u", R"(,"roles":)" + repeated("\"r\"", 1'001)),
                            {"invalidValue", "roles has more than 1000 values."}},
                    {user_text("u", R"(,"ims":[{"value":"a","primary":true},{"value":"b","primary":true}])"),
                            {"invalidValue", "ims has more than one primary value."}},
                    {user_text("u", R"(,"active":"perhaps")"), {"invalidValue", "active must be a boolean."}},
                    {user_text("u", R"(,"name":"Anna")"), {"invalidValue", "name must be an object."}},
                    {user_text("u", R"(,"x509Certificates":[{"value":"?"}])"),
                            {"invalidValue", "x509Certificates.value must be base64."}},
                    {user_text("u", enterprise + "7"), {"invalidValue",
                                                               "urn:ietf:params:scim:schemas:extension:"
                                                               "enterprise:2.0:User must be an object."}},
            });
}

TEST_F(error_details, of_members_name_the_member) {
    const auto with = [](std::string_view members) {
        return group_text("G", R"(,"members":)" + std::string(members));
    };
    expect_bodies_refused("POST", "/Groups",
            {
                    {with("[7]"), {"invalidValue", "members must be objects with a value."}},
                    {with("[{}]"), {"invalidValue", "members must be objects with a value."}},
                    {with(R"([{"value":7}])"), {"invalidValue", "members.value must be a string."}},
                    {with(R"([{"value":"x","display":7}])"),
                            {"invalidValue", "members.display must be a string."}},
                    {with(R"([{"value":"x\u0007"}])"),
                            {"invalidValue", "members holds control characters or no valid Unicode."}},
                    {with("[{\"value\":\"" + name_too_long + "\"}]"),
                            {"invalidValue", "members holds a text longer than 1024 bytes."}},
                    {with(R"([{"value":"nobody"}])"),
                            {"invalidValue",
                                    "members: this directory has no user or group with the id \"nobody\"."}},
            });
    expect_refused({"POST", "/Groups", with(repeated(R"({"value":"x"})", 100'001)), 413, "",
            "members has more than 100000 values."});
    expect_refused({"PUT", group, group_text("Readers", R"(,"members":[{"value":")" + readers + R"("}])"),
            400, "invalidValue", "members: a group cannot be a member of itself."});
}

TEST_F(error_details, of_duplicate_names_name_the_attribute) {
    expect_refused({"POST", "/Users", user_text("ANNA"), 409, "uniqueness",
            "userName is taken by another User of this directory."});
    expect_refused({"POST", "/Groups", group_text("readers"), 409, "uniqueness",
            "displayName is taken by another Group of this directory."});
}

TEST_F(error_details, of_patches_name_the_operation) {
    expect_bodies_refused("PATCH", user,
            {
                    {R"({"Operations":{}})",
                            {"invalidSyntax", "Operations must be an array of at least one operation."}},
                    {R"({"Operations":{}})",
                            {"invalidSyntax", "Operations must be an array of at least one operation."}},
                    {R"({"schemas":["urn:x"],"Operations":[]})",
                            {"invalidSyntax",
                                    "schemas must hold urn:ietf:params:scim:api:messages:2.0:PatchOp."}},
            });
    expect_operations_refused(user,
            {
                    {"7", {"invalidSyntax", "An operation must be an object."}},
                    {R"({"path":"title"})", {"invalidSyntax", "op is missing."}},
                    {R"({"op":7,"path":"title"})", {"invalidSyntax", "op is missing."}},
                    {R"({"op":"move","path":"title"})",
                            {"invalidSyntax", "op must be add, remove or replace."}},
                    {R"({"op":"add","path":7,"value":"x"})", {"invalidPath", "path must be a string."}},
                    {R"({"op":"add","path":"","value":"x"})", {"invalidPath", "There is no attribute ''."}},
                    {R"({"op":"add","path":"shoe size","value":"x"})",
                            {"invalidPath", "There is no attribute 'shoe size'."}},
                    {R"({"op":"remove"})", {"noTarget", "remove needs a path."}},
                    {R"({"op":"add","value":"x"})",
                            {"invalidValue", "Without a path the value must be an object of attributes."}},
                    {R"({"op":"add","path":"title"})", {"invalidValue", "The operation needs a value."}},
                    {R"({"op":"add","path":"title","value":true})",
                            {"invalidValue", "title must be a string."}},
                    {R"({"op":"replace","path":"id","value":"x"})", {"mutability", "id is read-only."}},
                    {R"({"op":"remove","path":"userName"})", {"mutability", "userName is required."}},
                    {R"({"op":"replace","path":"userName","value":null})",
                            {"invalidValue", "userName is required."}},
                    {R"({"op":"remove","path":"urn:ietf:params:scim:schemas:core:2.0:User"})",
                            {"mutability", "urn:ietf:params:scim:schemas:core:2.0:User cannot be removed."}},
                    {R"({"op":"add","path":"urn:ietf:params:scim:schemas:core:2.0:User","value":7})",
                            {"invalidValue",
                                    "The value of urn:ietf:params:scim:schemas:core:2.0:User must be an "
                                    "object of attributes."}},
                    {R"({"op":"add","path":"urn:ietf:params:scim:schemas:core:2.0:User:","value":7})",
                            {"invalidPath",
                                    "There is no attribute 'urn:ietf:params:scim:schemas:core:2.0:User:'."}},
                    {R"({"op":"add","path":"emails[type eq \"work\"","value":"x"})",
                            {"invalidPath", "'emails[type eq \"work\"' has no closing bracket."}},
                    {R"({"op":"add","path":"title[value eq \"x\"]","value":"x"})",
                            {"invalidPath",
                                    "'title[value eq \"x\"]' filters an attribute that is not "
                                    "multi-valued."}},
                    {R"({"op":"add","path":"emails[type eq \"work\"]shoe","value":"x"})",
                            {"invalidPath",
                                    "'emails[type eq \"work\"]shoe' does not end in a sub-attribute."}},
                    {R"({"op":"add","path":"emails[type like \"work\"].value","value":"x"})",
                            {"invalidFilter", "Filter: there is no operator 'like' at position 6."}},
                    {R"({"op":"replace","path":"ims[value eq \"x\"].type","value":"x"})",
                            {"noTarget", "No value of ims meets the filter."}},
                    {R"({"op":"add","path":"emails","value":)" + numbered_emails(1'000) + "}",
                            {"invalidValue", "emails has more than 1000 values."}},
            });
    const auto many = repeated(R"({"op":"add","path":"title","value":"x"})", 1'001);
    expect_refused({"PATCH", user, patch_text(many), 413, "", "Operations has more than 1000 elements."});
    const auto wide = repeated(R"({"op":"add","value":{"title":"x","nickName":"n","locale":"l"}})", 1'000);
    expect_refused({"PATCH", user, patch_text(wide), 413, "",
            "Operations[666]: The request holds too many values."});
}

TEST_F(error_details, of_patches_of_members_name_the_operation) {
    expect_operations_refused(group,
            {
                    {R"({"op":"add","path":"members"})", {"invalidValue", "The operation needs a value."}},
                    {R"({"op":"add","path":"members","value":[{}]})",
                            {"invalidValue", "members must be objects with a value."}},
                    {R"({"op":"add","path":"members[display eq \"x\"]","value":{}})",
                            {"noTarget", "members[...] of an add must name members by value eq."}},
                    {R"({"op":"replace","path":"members[value eq \"x\"].value","value":"y"})",
                            {"mutability", "members.value cannot change; replace the member."}},
                    {R"({"op":"replace","path":"members[value eq \"x\"].display","value":")" + name_too_long +
                                    "\"}",
                            {"invalidValue", "members.display is too long."}},
                    {R"({"op":"remove","path":"displayName"})", {"mutability", "displayName is required."}},
            });
    const auto one = [this](std::string_view operation) {
        return refusal{"PATCH", group, patch_text("[" + std::string(operation) + "]"), 400, "", ""};
    };
    auto unknown = one(R"({"op":"add","path":"members","value":[{"value":"nobody"}]})");
    unknown.scim_type = "invalidValue";
    unknown.detail = "members: this directory has no user or group with the id \"nobody\".";
    expect_refused(unknown);
    auto absent = one(
            R"({"op":"replace","path":"members[value eq \"nobody\"]","value":{"value":")" + bert + "\"}}");
    absent.scim_type = "noTarget";
    absent.detail = "No value of members meets the filter.";
    expect_refused(absent);
}

TEST_F(error_details, of_groups_nested_too_deeply_name_the_limit) {
    // Each of 33 groups holds the one before it.
    std::string inner = readers;
    std::string outer;
    for (int level = 0; level < 33; ++level) {
        outer = fixture.make_group(
                "Level " + std::to_string(level), R"(,"members":[{"value":")" + inner + R"("}])");
        inner = outer;
    }
    const auto got = fixture.patch(group,
            R"([{"op":"add","path":"members","value":[{"value":")" + fixture.make_group("Leaf") + R"("}]}])");
    expect_error(got, 400, "invalidValue", "members: groups are nested too deeply.");
}

TEST_F(error_details, of_strict_directories_name_deviations_from_the_rfc) {
    make_strict(fixture);
    expect_bodies_refused("POST", "/Users",
            {
                    {R"({"userName":"u"})", {"invalidValue", "schemas is required."}},
                    {R"({"schemas":"urn:x","userName":"u"})",
                            {"invalidSyntax", "schemas must be an array of strings."}},
                    {R"({"schemas":[],"userName":"u"})",
                            {"invalidValue",
                                    "schemas must hold urn:ietf:params:scim:schemas:core:2.0:User."}},
                    {user_text("u", R"(,"shoe":1)"),
                            {"invalidSyntax", "'shoe' is not an attribute of User."}},
                    {user_text("u", R"(,"roles":"r")"), {"invalidValue", "roles must be an array."}},
                    {user_text("u", R"(,"active":"True")"), {"invalidValue", "active must be a boolean."}},
            });
    const auto lacks = "schemas must hold urn:ietf:params:scim:api:messages:2.0:";
    expect_bodies_refused("POST", "/.search",
            {
                    {"{}", {"invalidSyntax", std::string(lacks) + "SearchRequest."}},
                    {R"({"schemas":null})", {"invalidSyntax", std::string(lacks) + "SearchRequest."}},
            });
    expect_bodies_refused("POST", "/Bulk",
            {{R"({"Operations":[]})", {"invalidSyntax", std::string(lacks) + "BulkRequest."}}});
    expect_bodies_refused(
            "PATCH", user, {{R"({"Operations":[]})", {"invalidSyntax", std::string(lacks) + "PatchOp."}}});
    expect_operations_refused(
            user, {
                          {R"({"op":"Add","path":"title","value":"x"})",
                                  {"invalidSyntax", "op must be add, remove or replace."}},
                          {R"({"op":"add","path":"title","value":"x","from":"y"})",
                                  {"invalidSyntax", "'from' is not a member of an operation."}},
                          {R"({"op":"remove","path":"emails","value":[{"value":"x"}]})",
                                  {"invalidSyntax", "remove takes no value; name the values in the path."}},
                          {R"({"op":"remove","path":"manager"})",
                                  {"invalidPath", "'manager' is not written as RFC 7644 §3.10 wants it."}},
                          {R"({"op":"add","value":{"id":"x"}})", {"mutability", "id is read-only."}},
                          {R"({"op":"remove","path":"ims[value eq \"x\"]"})",
                                  {"noTarget", "No value of ims meets the filter."}},
                  });
    expect_refused({"GET", "/Users?attributes=userName&excludedAttributes=title", "", 400, "invalidValue",
            "attributes and excludedAttributes exclude each other."});
    expect_refused({"GET", "/Users?filter=active%20eq%20%22true%22", "", 400, "invalidFilter",
            "Filter: a value is not written as JSON has its type at position 11."});
}

}  // namespace
}  // namespace scimd::api

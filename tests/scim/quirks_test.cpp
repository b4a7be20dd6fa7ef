#include "scim/patch/quirks.hpp"

#include "patch_rows.hpp"

namespace scimd::scim {
namespace {

using samples::dialect;
using samples::document;
using samples::expect_member_rows;
using samples::expect_rows;

void expect_user_patches(const std::vector<samples::patch_row>& rows) {
    expect_rows(rows, samples::user(), dialect::quirky);
}

// Returns the document of a POST or PUT of this body, without `schemas`.
void expect_user(const char* claim, const char* sent, const char* kept) {
    SCOPED_TRACE(claim);
    auto read = read_body(quirks::rewrite_resource(document(sent), samples::user()), samples::user());
    ASSERT_TRUE(read) << read.error().detail;
    complete_new(read->document, samples::user());
    read->document.stable_erase(read->document.find("schemas"));
    EXPECT_EQ(read->document, document(kept)) << scimd::to_text(read->document);
}

TEST(quirks, standard_bodies_are_unchanged) {
    const json::object resource = document(
            R"({"schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"], "userName": "a",
            "emails": [{"value": "x", "type": "work"}], "name": {"givenName": "G"}, "title": "", "shoe": ["x"],
            "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User": {"manager": {"value": "1"}}})");
    EXPECT_EQ(quirks::rewrite_resource(resource, samples::user()), resource);

    const json::object patch = samples::patch_body(
            R"([{"op": "add", "path": "emails", "value": [{"value": "x"}]}, {"op": "remove", "path": "title"},
            {"op": "replace", "value": {"active": false, "name": {"givenName": "G"}, "shoe": "x"}},
            {"op": "replace", "path": "emails[type eq \"work\"].value", "value": "y"},
            {"op": "replace", "path": "not a path", "value": ["x"]}, "no object", {"op": 7, "path": 7}])");
    EXPECT_EQ(quirks::rewrite_patch(patch, samples::user()), patch);

    const json::object strange = document(R"({"Operations": "none"})");
    EXPECT_EQ(quirks::rewrite_patch(strange, samples::user()), strange);
}

TEST(quirks, entra_op_names_in_capitals) {
    expect_user_patches({
            {"Add", R"({})", R"([{"op": "Add", "path": "title", "value": "T"}])", R"({"title": "T"})"},
            {"Replace", R"({"title": "S"})", R"([{"op": "Replace", "path": "title", "value": "T"}])",
                    R"({"title": "T"})"},
            {"REMOVE", R"({"title": "S"})", R"([{"op": "REMOVE", "path": "title"}])", R"({})"},
            {"no other word", R"({})", R"([{"op": "Move", "path": "title"}])", nullptr, errc::invalid_syntax},
    });
    json::object body = document(R"({"operations": [{"Op": "Remove", "path": "title"}]})");
    EXPECT_TRUE(parse_patch(quirks::rewrite_patch(body, samples::user()), samples::user()));
}

TEST(quirks, entra_disables_with_a_string) {
    expect_user_patches({
            {"False", R"({"active": true})", R"([{"op": "Replace", "path": "active", "value": "False"}])",
                    R"({"active": false})"},
            {"false", R"({"active": true})", R"([{"op": "Replace", "path": "active", "value": "false"}])",
                    R"({"active": false})"},
            {"in an object", R"({"active": true})",
                    R"([{"op": "Replace", "path": "active", "value": {"active": "False"}}])",
                    R"({"active": false})"},
            {"as a value object", R"({"active": true})",
                    R"([{"op": "Replace", "path": "active", "value": {"value": false}}])",
                    R"({"active": false})"},
            {"in an array", R"({"active": true})",
                    R"([{"op": "Replace", "path": "active", "value": [{"$ref": null, "value": "False"}]}])",
                    R"({"active": false})"},
            {"without a path", R"({"active": true})", R"([{"op": "Replace", "value": {"active": "False"}}])",
                    R"({"active": false})"},
            {"of two, neither is meant", R"({})",
                    R"([{"op": "Replace", "path": "active", "value": [true, false]}])", nullptr,
                    errc::invalid_value},
    });
}

TEST(quirks, entra_wraps_simple_values_in_lists) {
    expect_user_patches({
            {"userName", R"({})",
                    R"([{"op": "Replace", "path": "userName", "value": [{"$ref": null, "value": "b@c"}]}])",
                    R"({"userName": "b@c"})"},
            {"sub-attribute", R"({})", R"([{"op": "Add", "path": "name.givenName", "value": ["G"]}])",
                    R"({"name": {"givenName": "G"}})"},
            {"element's sub-attribute", R"({})",
                    R"([{"op": "Add", "path": "emails[type eq \"work\"].value", "value": [{"value": "a"}]}])",
                    R"({"emails": [{"type": "work", "value": "a"}]})"},
    });
}

TEST(quirks, entra_manager_in_every_form) {
    const char* const kept =
            R"({"urn:ietf:params:scim:schemas:extension:enterprise:2.0:User": {"manager": {"value": "7"}}})";
    expect_user_patches({
            {"string", R"({})",
                    R"([{"op": "Add", "path": "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:manager", "value": "7"}])",
                    kept},
            {"object", R"({})",
                    R"([{"op": "Add", "path": "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:manager", "value": {"value": "7"}}])",
                    kept},
            {"array, unqualified", R"({})",
                    R"([{"op": "Add", "path": "manager", "value": [{"value": "7"}]}])", kept},
            {"array of a string", R"({})", R"([{"op": "Add", "path": "manager", "value": ["7"]}])", kept},
            {"behind a dotted URN", R"({})",
                    R"([{"op": "replace", "path": "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User.manager", "value": "7"}])",
                    kept},
            {"without a path", R"({})",
                    R"([{"op": "add", "value": {"urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:manager": "7"}}])",
                    kept},
            {"in its container", R"({})",
                    R"([{"op": "add", "value": {"urn:ietf:params:scim:schemas:extension:enterprise:2.0:User": {"manager": "7"}}}])",
                    kept},
            {"in its container as path", R"({})",
                    R"([{"op": "add", "path": "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User", "value": {"manager": ["7"]}}])",
                    kept},
            {"its value alone", R"({})",
                    R"([{"op": "add", "path": "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:manager.value", "value": "7"}])",
                    kept},
            {"two are not one", R"({})", R"([{"op": "Add", "path": "manager", "value": ["7", "8"]}])",
                    nullptr, errc::invalid_value},
    });
}

TEST(quirks, entra_removes_the_manager_with_an_empty_value) {
    const char* const managed = R"({"urn:ietf:params:scim:schemas:extension:enterprise:2.0:User":
        {"division": "D", "manager": {"value": "7", "$ref": "../Users/7"}}})";
    const char* const free =
            R"({"urn:ietf:params:scim:schemas:extension:enterprise:2.0:User": {"division": "D"}})";
    for (const char* const value : {R"("")", R"({"value": ""})", R"({"value": null})", R"(null)", R"([])",
                 R"([{"value": ""}])", R"({"Value": "", "$ref": "x"})"}) {
        const std::string operations =
                R"([{"op": "replace", "path": "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:manager", "value": )" +
                std::string(value) + "}]";
        expect_user_patches({{value, managed, operations.c_str(), free}});
    }
    expect_user_patches({
            {"remove", managed,
                    R"([{"op": "Remove", "path": "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:manager"}])",
                    free},
            {"remove with the value", managed,
                    R"([{"op": "Remove", "path": "manager", "value": [{"value": "7"}]}])", free},
            {"without a path", managed,
                    R"([{"op": "replace", "value": {"urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:manager": {"value": ""}}}])",
                    free},
    });
}

TEST(quirks, entra_puts_many_names_into_one_value) {
    expect_user_patches({
            {"dotted and qualified", R"({"emails": [{"type": "work", "value": "a"}]})",
                    R"([{"op": "replace", "path": "emails[type eq \"work\"].value", "value": "n@x"},
             {"op": "replace", "value": {"displayName": "B", "name.givenName": "K", "name.familyName": "U",
              "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:employeeNumber": "A"}}])",
                    R"({"emails": [{"type": "work", "value": "n@x"}], "displayName": "B",
             "name": {"givenName": "K", "familyName": "U"},
             "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User": {"employeeNumber": "A"}})"},
    });
}

TEST(quirks, entra_fills_a_user_that_has_only_a_name) {
    expect_user_patches({
            {"value paths on nothing", R"({})",
                    R"([{"op": "Add", "path": "active", "value": "True"},
             {"op": "Add", "path": "emails[type eq \"work\"].value", "value": "e@x"},
             {"op": "Add", "path": "emails[type eq \"work\"].primary", "value": "True"},
             {"op": "Add", "path": "addresses[type eq \"other\"].Formatted", "value": "S"},
             {"op": "Add", "path": "addresses[type eq \"other\"].country", "value": "Belize"},
             {"op": "Add", "path": "roles[primary eq \"True\"].display", "value": "D"},
             {"op": "Add", "path": "roles[primary eq \"True\"].value", "value": "V"},
             {"op": "Add", "path": "roles[primary eq \"True\"].type", "value": "T"}])",
                    R"({"active": true, "emails": [{"type": "work", "value": "e@x", "primary": true}],
             "addresses": [{"type": "other", "formatted": "S", "country": "Belize"}],
             "roles": [{"primary": true, "display": "D", "value": "V", "type": "T"}]})"},
            {"JSON in a string stays a string", R"({})",
                    R"([{"op": "Add", "path": "roles", "value": [{"value": "{\"id\":\"06b\",\"value\":\"25\"}"}]}])",
                    R"({"roles": [{"value": "{\"id\":\"06b\",\"value\":\"25\"}"}]})"},
            {"an element as a string", R"({})",
                    R"([{"op": "Add", "path": "emails[type eq \"work\"]", "value": "a"}])",
                    R"({"emails": [{"type": "work", "value": "a"}]})"},
            {"an element in an array", R"({"emails": [{"type": "work", "value": "a"}]})",
                    R"([{"op": "Replace", "path": "emails[type eq \"work\"]", "value": [{"value": "b"}]}])",
                    R"({"emails": [{"type": "work", "value": "b"}]})"},
            {"name keeps what is not named", R"({"name": {"givenName": "G", "familyName": "F"}})",
                    R"([{"op": "Replace", "path": "name", "value": {"familyName": "New"}}])",
                    R"({"name": {"givenName": "G", "familyName": "New"}})"},
            {"the last of several on one attribute wins", R"({"displayName": "A"})",
                    R"([{"op": "Remove", "path": "displayName"}, {"op": "Add", "path": "displayName", "value": "B"},
             {"op": "Replace", "path": "displayName", "value": "C"}])",
                    R"({"displayName": "C"})"},
    });
}

TEST(quirks, entra_misspells_the_enterprise_urn) {
    const char* const kept =
            R"({"urn:ietf:params:scim:schemas:extension:enterprise:2.0:User": {"department": "S"}})";
    expect_user_patches({
            {"in a path", R"({})",
                    R"([{"op": "Add", "path": "urn:ietf:params:scim:schemas:extension:enterprise:2.0User:department", "value": "S"}])",
                    kept},
            {"in a name", R"({})",
                    R"([{"op": "Add", "value": {"urn:ietf:params:scim:schemas:extension:enterprise:2.0User:department": "S"}}])",
                    kept},
            {"as a path", R"({})",
                    R"([{"op": "Add", "path": "urn:ietf:params:scim:schemas:extension:enterprise:2.0User", "value": {"department": "S"}}])",
                    kept},
            {"but not in longer names", R"({})",
                    R"([{"op": "Add", "path": "urn:ietf:params:scim:schemas:extension:enterprise:2.0Users:department", "value": "S"}])",
                    nullptr, errc::invalid_path},
    });
    expect_user("in a body",
            R"({"schemas": ["urn:ietf:params:scim:schemas:extension:enterprise:2.0User"], "userName": "a",
            "urn:ietf:params:scim:schemas:extension:enterprise:2.0User": {"department": "S"},
            "department": null, "manager": null})",
            R"({"userName": "a", "active": true,
            "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User": {"department": "S"}})");
    expect_user("beside the right one, which decides",
            R"({"userName": "a", "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User": {"department": "right"},
            "urn:ietf:params:scim:schemas:extension:enterprise:2.0User": {"department": "wrong"}})",
            R"({"userName": "a", "active": true,
            "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User": {"department": "right"}})");
}

TEST(quirks, names_in_a_body_are_paths) {
    expect_user("dotted, with a URN, and of an extension without one",
            R"({"userName": "a", "name.givenName": "G", "urn:ietf:params:scim:schemas:core:2.0:User:title": "T",
            "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:department": "D", "manager": "7"})",
            R"({"userName": "a", "active": true, "title": "T", "name": {"givenName": "G"},
            "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User":
                {"department": "D", "manager": {"value": "7"}}})");
    expect_user("what stands there already decides",
            R"({"userName": "a", "name": {"givenName": "G"}, "name.givenName": "H", "title": "T",
            "urn:ietf:params:scim:schemas:core:2.0:User:title": "U"})",
            R"({"userName": "a", "active": true, "title": "T", "name": {"givenName": "G"}})");
    expect_user("the base schema as a container",
            R"({"userName": "a", "urn:ietf:params:scim:schemas:core:2.0:User": {"title": "T", "userName": "b"}})",
            R"({"userName": "a", "active": true, "title": "T"})");
}

TEST(quirks, a_list_of_one_is_the_one) {
    expect_user("wherever one value belongs",
            R"({"userName": ["a"], "active": [false], "name": [{"givenName": ["G"]}],
            "emails": {"value": ["x"]}, "phoneNumbers": [{"value": ["1"]}],
            "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User": [{"department": ["D"]}]})",
            R"({"userName": "a", "active": false, "name": {"givenName": "G"}, "emails": [{"value": "x"}],
            "phoneNumbers": [{"value": "1"}],
            "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User": {"department": "D"}})");
    expect_user_patches({
            {"the value of an operation", R"({})", R"([{"op": "replace", "value": [{"title": "T"}]}])",
                    R"({"title": "T"})"},
            {"an extension", R"({})",
                    R"([{"op": "add", "path": "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User",
              "value": [{"department": "D"}]}])",
                    R"({"urn:ietf:params:scim:schemas:extension:enterprise:2.0:User": {"department": "D"}})"},
            {"two are not", R"({})", R"([{"op": "replace", "value": [{}, {}]}])", nullptr,
                    errc::invalid_value},
    });
}

TEST(quirks, scim_1_1_names_the_manager_s_id) {
    expect_user("in a body",
            R"({"userName": "a", "urn:scim:schemas:extension:enterprise:1.0": {"manager": {"managerId": "7"}}})",
            R"({"userName": "a", "active": true,
            "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User": {"manager": {"value": "7"}}})");
    expect_user_patches({
            {"in a value", R"({})", R"([{"op": "add", "path": "manager", "value": {"managerId": "7"}}])",
                    R"({"urn:ietf:params:scim:schemas:extension:enterprise:2.0:User": {"manager": {"value": "7"}}})"},
            {"in a path", R"({})", R"([{"op": "add", "path": "manager.managerId", "value": "7"}])",
                    R"({"urn:ietf:params:scim:schemas:extension:enterprise:2.0:User": {"manager": {"value": "7"}}})"},
            {"beside the right one, which decides", R"({})",
                    R"([{"op": "add", "path": "manager", "value": {"managerId": "7", "value": "8"}}])",
                    R"({"urn:ietf:params:scim:schemas:extension:enterprise:2.0:User": {"manager": {"value": "8"}}})"},
    });
}

TEST(quirks, entra_creates_with_nulls_and_strings) {
    expect_user("create",
            R"({"schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"], "externalId": "e", "userName": "u@x", "active": true,
            "addresses": null, "phoneNumbers": null, "title": null, "roles": [], "meta": {"resourceType": "User"},
            "emails": [{"primary": true, "type": "work", "value": "u@x"}],
            "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User": {"department": "S", "manager": "GZFDH"}})",
            R"({"externalId": "e", "userName": "u@x", "active": true,
            "emails": [{"primary": true, "type": "work", "value": "u@x"}],
            "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User": {"department": "S", "manager": {"value": "GZFDH"}}})");
    expect_user("roles with a string for primary",
            R"({"userName": "a", "roles": [{"primary": "True", "display": "D", "value": "V", "type": "T"}]})",
            R"({"userName": "a", "active": true, "roles": [{"primary": true, "display": "D", "value": "V", "type": "T"}]})");
}

TEST(quirks, entra_groups) {
    expect_member_rows(
            {
                    {"add", R"([{"op": "Add", "path": "members", "value": [{"$ref": null, "value": "1"}, {"$ref": null, "value": "2"}]}])",
                            "add 1 2"},
                    {"remove, listed",
                            R"([{"op": "Remove", "path": "members", "value": [{"$ref": null, "value": "1"}]}])",
                            "remove 1"},
                    {"remove, listed as a string", R"([{"op": "Remove", "path": "members", "value": "1"}])",
                            "remove 1"},
                    {"remove, listed as strings",
                            R"([{"op": "Remove", "path": "members", "value": ["1", "2"]}])", "remove 1 2"},
                    {"remove, by filter", R"([{"op": "remove", "path": "members[value eq \"1\"]"}])",
                            "remove 1"},
                    {"replace by null", R"([{"op": "Replace", "path": "members", "value": null}])", "all"},
                    {"add and remove the same",
                            R"([{"op": "Add", "path": "members", "value": ["1"]}, {"op": "Remove", "path": "members[value eq \"1\"]"}])",
                            "add 1; remove 1"},
                    {"rename", R"([{"op": "Replace", "path": "displayName", "value": "N"}])", ""},
            },
            dialect::quirky);
}

TEST(quirks, okta) {
    expect_user_patches({
            {"deactivates without a path", R"({"active": true})",
                    R"([{"op": "replace", "value": {"active": false}}])", R"({"active": false})"},
            {"sets a password", R"({"active": true})", R"([{"op": "replace", "value": {"password": "N3w"}}])",
                    R"({"active": true})"},
    });
    expect_user("creates with password and groups",
            R"({"schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"], "userName": "t@o", "groups": [],
            "name": {"givenName": "T", "familyName": "U"}, "emails": [{"primary": true, "value": "t@o", "type": "work"}],
            "locale": "en-US", "externalId": "00u", "password": "1mz", "active": true})",
            R"({"userName": "t@o", "name": {"givenName": "T", "familyName": "U"},
            "emails": [{"primary": true, "value": "t@o", "type": "work"}], "locale": "en-US", "externalId": "00u",
            "active": true})");
    expect_rows({{"renames with the id", R"({})",
                        R"([{"op": "replace", "value": {"id": "7", "displayName": "N"}}])",
                        R"({"displayName": "N"})"}},
            samples::group(), dialect::quirky);
    expect_member_rows(
            {
                    {"one out, one in",
                            R"([{"op": "remove", "path": "members[value eq \"1\"]"},
                {"op": "add", "path": "members", "value": [{"value": "2", "display": "t@o"}]}])",
                            "remove 1; add 2(t@o)"},
                    {"push now",
                            R"([{"op": "replace", "path": "members",
                "value": [{"value": "1", "display": "a"}, {"value": "2", "display": "b"}]}])",
                            "all 1(a) 2(b)"},
            },
            dialect::quirky);
}

TEST(quirks, jumpcloud) {
    expect_user("phone numbers as strings",
            R"({"userName": "j", "phoneNumbers": ["tel:+1-555", {"value": "2", "type": "fax"}, ""], "addresses": []})",
            R"({"userName": "j", "active": true, "phoneNumbers": [{"value": "tel:+1-555"}, {"value": "2", "type": "fax"}]})");
    expect_user("null emails, an id, photos without type",
            R"({"active": true, "emails": null, "id": "7", "name": {"familyName": "l", "givenName": "f"},
            "photos": [{"value": "https://i/x.png"}], "userName": "t"})",
            R"({"active": true, "name": {"familyName": "l", "givenName": "f"},
            "photos": [{"value": "https://i/x.png"}], "userName": "t"})");
    expect_user_patches({
            {"strings added", R"({})", R"([{"op": "add", "path": "phoneNumbers", "value": ["1", "2"]}])",
                    R"({"phoneNumbers": [{"value": "1"}, {"value": "2"}]})"},
            {"strings added without a path", R"({})", R"([{"op": "add", "value": {"phoneNumbers": "1"}}])",
                    R"({"phoneNumbers": [{"value": "1"}]})"},
            {"strings removed", R"({"phoneNumbers": [{"value": "1"}, {"value": "2"}]})",
                    R"([{"op": "remove", "path": "phoneNumbers", "value": ["1"]}])",
                    R"({"phoneNumbers": [{"value": "2"}]})"},
    });
    expect_member_rows(
            {
                    {"adds", R"([{"op": "add", "path": "members", "value": [{"value": "1"}]}])", "add 1"},
                    {"removes, listed", R"([{"op": "remove", "path": "members", "value": [{"value": "1"}]}])",
                            "remove 1"},
            },
            dialect::quirky);
}

TEST(quirks, onelogin_templates) {
    expect_user("emails as an object and the URN of SCIM 1.1",
            R"({"schemas": ["urn:scim:schemas:core:1.0"], "userName": "o",
            "emails": {"value": "o@x", "type": "work", "primary": true}})",
            R"({"userName": "o", "active": true, "emails": [{"value": "o@x", "type": "work", "primary": true}]})");
    expect_user("emails as a string", R"({"userName": "o", "emails": "o@x"})",
            R"({"userName": "o", "active": true, "emails": [{"value": "o@x"}]})");
    expect_user("the enterprise URN of SCIM 1.1",
            R"({"userName": "o", "urn:scim:schemas:extension:enterprise:1.0": {"department": "S"}})",
            R"({"userName": "o", "active": true,
            "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User": {"department": "S"}})");
}

TEST(quirks, a_string_stands_for_an_object_only_where_that_has_a_value) {
    expect_user_patches({
            {"name has none", R"({})", R"([{"op": "add", "path": "name", "value": "G F"}])", nullptr,
                    errc::invalid_value},
            {"addresses have none", R"({})", R"([{"op": "add", "path": "addresses", "value": ["Main St"]}])",
                    nullptr, errc::invalid_value},
    });
}

}  // namespace
}  // namespace scimd::scim

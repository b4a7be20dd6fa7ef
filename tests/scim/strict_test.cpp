// Strict mode: what is refused, and that everything else is read as in other modes.
#include "scim/patch/strict.hpp"

#include "patch_rows.hpp"
#include "scim/messages/query.hpp"
#include "scim/patch/request_body.hpp"

namespace scimd::scim {
namespace {

constexpr const char* user_urn = "urn:ietf:params:scim:schemas:core:2.0:User";
constexpr const char* enterprise_urn = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";

struct strict_refusal {
    const char* claim;
    std::string sent;  // %: the rest of a valid user
    errc code;
    const char* detail;
};

std::string user_text(const std::string& members) {
    return R"({"schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"], "userName": "u", )" + members + "}";
}

void expect_refused_by_strict_alone(const strict_refusal& row) {
    SCOPED_TRACE(row.claim);
    const auto strict = read_resource(samples::document(row.sent), samples::user(), conformance_mode::strict);
    ASSERT_TRUE(strict.has_error());
    EXPECT_EQ(strict.error().code, row.code) << strict.error().detail;
    EXPECT_EQ(strict.error().detail, row.detail);
    EXPECT_TRUE(read_resource(samples::document(row.sent), samples::user(), conformance_mode::compat));
}

TEST(strict, resources_are_refused_for_what_the_rfc_does_not_describe) {
    const std::string extension = std::string("\"") + enterprise_urn + "\": ";
    const strict_refusal rows[] = {
            {"no schemas", R"({"userName": "u"})", errc::invalid_value, "schemas is required."},
            {"null for schemas", R"({"schemas": null, "userName": "u"})", errc::invalid_value,
                    "schemas is required."},
            {"no base schema", R"({"schemas": [], "userName": "u"})", errc::invalid_value,
                    "schemas must hold urn:ietf:params:scim:schemas:core:2.0:User."},
            {"another schema",
                    R"({"schemas": ["urn:ietf:params:scim:schemas:core:2.0:User", "urn:x"], "userName": "u"})",
                    errc::invalid_value, "schemas: 'urn:x' is no schema of User."},
            {"a schema twice",
                    std::string(R"({"schemas": [")") + user_urn +
                            R"(", "URN:ietf:params:scim:schemas:core:2.0:User"], )" + R"("userName": "u"})",
                    errc::invalid_value,
                    "schemas: 'URN:ietf:params:scim:schemas:core:2.0:User' is listed twice."},
            {"an extension that schemas does not name", user_text(extension + R"({"department": "D"})"),
                    errc::invalid_value,
                    "schemas must hold urn:ietf:params:scim:schemas:extension:enterprise:2.0:User."},
            {"an unknown attribute", user_text(R"("shoe": 1)"), errc::invalid_syntax,
                    "'shoe' is not an attribute of User."},
            {"an unknown sub-attribute", user_text(R"("name": {"spirit": "owl"})"), errc::invalid_syntax,
                    "'spirit' is not an attribute of name."},
            {"an unknown sub-attribute in a list", user_text(R"("emails": [{"value": "a"}, {"shade": 1}])"),
                    errc::invalid_syntax, "'shade' is not an attribute of emails."},
            {"a boolean in quotes", user_text(R"("active": "True")"), errc::invalid_value,
                    "active must be a boolean."},
            {"a boolean in quotes in a list", user_text(R"("emails": [{"value": "a", "primary": "true"}])"),
                    errc::invalid_value, "emails.primary must be a boolean."},
            {"a number for a string", user_text(R"("title": 7)"), errc::invalid_value,
                    "title must be a string."},
            {"one object for a list", user_text(R"("emails": {"value": "a"})"), errc::invalid_value,
                    "emails must be an array."},
            {"text for an object in a list", user_text(R"("phoneNumbers": ["tel:1"])"), errc::invalid_value,
                    "phoneNumbers must be an object."},
            {"empty text for an object", user_text(R"("name": "")"), errc::invalid_value,
                    "name must be an object."},
            {"empty text for a boolean", user_text(R"("active": "")"), errc::invalid_value,
                    "active must be a boolean."},
            {"a country's name", user_text(R"("addresses": [{"country": "ES"}, {"country": "Spain"}])"),
                    errc::invalid_value,
                    "addresses.country must be a code of ISO 3166-1 alpha-2, such as ES."},
            {"a photo that is no URI", user_text(R"("photos": [{"value": "ann.jpg"}])"), errc::invalid_value,
                    "photos.value must be an absolute URI."},
            {"a reference that is no URI",
                    std::string(R"({"schemas": [")") + user_urn + R"(", ")" + enterprise_urn +
                            R"("], "userName": "u", ")" + enterprise_urn +
                            R"(": {"manager": {"value": "7", "$ref": "my boss"}}})",
                    errc::invalid_value, "manager.$ref must be a URI."},
    };
    for (const strict_refusal& row : rows)
        expect_refused_by_strict_alone(row);
}

TEST(strict, standard_resources_are_read_as_in_other_modes) {
    const std::string rows[] = {
            user_text(R"("title": null, "emails": [], "name": null)"),
            user_text(R"("id": "7", "meta": {"version": "1"}, "groups": [{"value": "1"}], "password": "p")"),
            user_text(R"("EMAILS": [{"VALUE": "a", "type": "unheard of"}], "locale": "?")"),
            user_text(
                    R"("addresses": [{"country": "ES"}, {"country": ""}], "photos": [{"value": "data:,"}])"),
            std::string(R"({"schemas": [")") + enterprise_urn + R"(", ")" + user_urn +
                    R"("], "userName": "u", ")" + enterprise_urn +
                    R"(": {"manager": {"value": "7", "$ref": "../Users/7"}}})",
            std::string(R"({"schemas": [")") + user_urn + R"(", ")" + enterprise_urn +
                    R"("], "userName": "u"})",
    };
    for (const std::string& row : rows) {
        SCOPED_TRACE(row);
        const auto strict = read_resource(samples::document(row), samples::user(), conformance_mode::strict);
        const auto compat = read_resource(samples::document(row), samples::user(), conformance_mode::compat);
        ASSERT_TRUE(strict) << strict.error().detail;
        EXPECT_EQ(strict->document, compat->document);
    }
}

struct patch_refusal {
    const char* claim;
    const char* operations;
    errc code;
    const char* detail;
};

TEST(strict, patches_are_refused_for_what_the_rfc_does_not_describe) {
    const patch_refusal rows[] = {
            {"an operation in capitals", R"([{"op": "Add", "path": "title", "value": "T"}])",
                    errc::invalid_syntax, "Operations[0]: op must be add, remove or replace."},
            {"an unknown member",
                    R"([{"op": "remove", "path": "title"}, {"op": "add", "path": "title", "value": "T", "from": "x"}])",
                    errc::invalid_syntax, "Operations[1]: 'from' is not a member of an operation."},
            {"a value with remove", R"([{"op": "remove", "path": "emails", "value": [{"value": "a"}]}])",
                    errc::invalid_syntax,
                    "Operations[0]: remove takes no value; name the values in the path."},
            {"a boolean in quotes", R"([{"op": "replace", "path": "active", "value": "False"}])",
                    errc::invalid_value, "Operations[0]: active must be a boolean."},
            {"a country's name",
                    R"([{"op": "add", "path": "addresses[type eq \"work\"].country", "value": "Belize"}])",
                    errc::invalid_value,
                    "Operations[0]: addresses.country must be a code of ISO 3166-1 alpha-2, such as ES."},
            {"a wrapped value", R"([{"op": "replace", "path": "active", "value": {"active": false}}])",
                    errc::invalid_value, "Operations[0]: active must be a boolean."},
            {"a manager as text",
                    R"([{"op": "add", "path": "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:manager",
              "value": "7"}])",
                    errc::invalid_value, "Operations[0]: manager must be an object."},
            {"an extension's attribute without its URN", R"([{"op": "remove", "path": "manager"}])",
                    errc::invalid_path,
                    "Operations[0]: 'manager' is not written as RFC 7644 §3.10 wants it."},
            {"a dot behind the URN",
                    R"([{"op": "remove", "path": "urn:ietf:params:scim:schemas:core:2.0:User.title"}])",
                    errc::invalid_path,
                    "Operations[0]: 'urn:ietf:params:scim:schemas:core:2.0:User.title' is not written as RFC "
                    "7644 §3.10 "
                    "wants"
                    " it."},
            {"spaces around the path", R"([{"op": "remove", "path": " title"}])", errc::invalid_path,
                    "Operations[0]: There is no attribute ' title'."},
            {"a path as the name in a value", R"([{"op": "add", "value": {"name.givenName": "G"}}])",
                    errc::invalid_syntax, "Operations[0]: 'name.givenName' is not an attribute of User."},
            {"a read-only attribute in a value", R"([{"op": "replace", "value": {"title": "T", "id": "7"}}])",
                    errc::mutability, "Operations[0]: id is read-only."},
            {"an unknown attribute in a value", R"([{"op": "replace", "value": {"shoe": 1}}])",
                    errc::invalid_syntax, "Operations[0]: 'shoe' is not an attribute of User."},
            {"an unknown attribute in an extension's value",
                    R"([{"op": "add", "path": "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User",
              "value": {"shoe": 1}}])",
                    errc::invalid_syntax,
                    "Operations[0]: 'shoe' is not an attribute of"
                    " urn:ietf:params:scim:schemas:extension:enterprise:2.0:User."},
            {"one value for a list to be replaced",
                    R"([{"op": "replace", "value": {"emails": {"value": "a"}}}])", errc::invalid_value,
                    "Operations[0]: emails must be an array."},
            {"a word that is no literal in a filter", R"([{"op": "remove", "path": "emails[type eq work]"}])",
                    errc::invalid_filter,
                    "Operations[0]: Filter: a value is not written as JSON has its type at position 9."},
            {"a boolean in quotes in a filter",
                    R"([{"op": "remove", "path": "emails[primary eq \"True\"]"}])", errc::invalid_filter,
                    "Operations[0]: Filter: a value is not written as JSON has its type at position 12."},
    };
    for (const patch_refusal& row : rows) {
        SCOPED_TRACE(row.claim);
        const auto strict =
                read_patch(samples::patch_body(row.operations), samples::user(), conformance_mode::strict);
        ASSERT_TRUE(strict.has_error());
        EXPECT_EQ(strict.error().code, row.code);
        EXPECT_EQ(strict.error().detail, row.detail);
    }
    const json::object no_schemas =
            samples::document(R"({"Operations": [{"op": "remove", "path": "title"}]})");
    const auto bare = read_patch(no_schemas, samples::user(), conformance_mode::strict);
    ASSERT_TRUE(bare.has_error());
    EXPECT_EQ(bare.error().detail, "schemas must hold urn:ietf:params:scim:api:messages:2.0:PatchOp.");
    EXPECT_TRUE(read_patch(no_schemas, samples::user(), conformance_mode::compat));
}

TEST(strict, standard_patches_are_read) {
    const char* const rows[] = {
            R"([{"op": "add", "path": "emails", "value": [{"value": "a"}]}])",
            R"([{"op": "add", "path": "emails", "value": {"value": "a"}}])",
            R"([{"OP": "replace", "PATH": "NAME.givenname", "Value": "G"}])",
            R"([{"op": "replace", "path": "urn:ietf:params:scim:schemas:core:2.0:User:title", "value": "T"}])",
            R"([{"op": "replace", "path": "emails[type eq\"work\" and primary eq true].value", "value": "x"}])",
            R"([{"op": "replace", "path": "emails[type eq \"work\"]", "value": {"value": "x"}}])",
            R"([{"op": "add", "value": {"urn:ietf:params:scim:schemas:extension:enterprise:2.0:User":
            {"department": "D"}, "schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"]}}])",
            R"([{"op": "replace", "path": "title", "value": null}])",
            R"([{"op": "remove",
             "path": "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:manager.value"}])",
    };
    for (const char* const row : rows) {
        const auto read = read_patch(samples::patch_body(row), samples::user(), conformance_mode::strict);
        EXPECT_TRUE(read) << row << ": " << (read ? "" : read.error().detail);
    }
}

struct target_row {
    const char* claim;
    const char* operation;
    conformance_mode mode;
    bool is_met;
};

// C2 of docs/compatibility.md: filters without a match.
TEST(strict, filters_without_a_match_are_no_target_in_strict_mode) {
    constexpr auto place = R"([{"op": "replace", "path": "emails[type eq \"work\"].value", "value": "x"}])";
    constexpr auto own = R"([{"op": "replace", "path": "emails[type eq \"own\"].value", "value": "x"}])";
    constexpr auto add = R"([{"op": "add", "path": "emails[type eq \"own\"].value", "value": "x"}])";
    constexpr auto gone = R"([{"op": "remove", "path": "emails[type eq \"work\"]"}])";
    constexpr auto vague = R"([{"op": "replace", "path": "emails[type sw \"o\"].value", "value": "x"}])";
    const target_row rows[] = {
            {"a usual type, strict", place, conformance_mode::strict, false},
            {"a usual type, compat", place, conformance_mode::compat, true},
            {"a usual type, entra", place, conformance_mode::entra, true},
            {"a type of one's own, strict", own, conformance_mode::strict, false},
            {"a type of one's own, compat", own, conformance_mode::compat, false},
            {"a type of one's own, entra", own, conformance_mode::entra, true},
            {"add, strict", add, conformance_mode::strict, false},
            {"add, compat", add, conformance_mode::compat, true},
            {"remove, strict", gone, conformance_mode::strict, false},
            {"remove, compat", gone, conformance_mode::compat, true},
            {"no equality, entra", vague, conformance_mode::entra, false},
    };
    const json::object user = samples::document(
            R"({"schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"], "userName": "u",
            "emails": [{"value": "h", "type": "home"}]})");
    for (const target_row& row : rows) {
        SCOPED_TRACE(row.claim);
        const auto change = read_patch(samples::patch_body(row.operation), samples::user(), row.mode);
        ASSERT_TRUE(change) << change.error().detail;
        const auto after = apply(*change, user, samples::user());
        ASSERT_EQ(after.has_value(), row.is_met);
        if (!row.is_met) {
            EXPECT_EQ(after.error().code, errc::no_target);
            EXPECT_EQ(after.error().detail, "Operations[0]: No value of emails meets the filter.");
        }
    }
}

TEST(strict, filters_must_follow_the_grammar) {
    const char* const refused[] = {
            "userName eq bjensen",
            R"(active eq "true")",
            "active eq TRUE",
            R"(emails[type eq "work"].value eq "x")",
            R"(manager eq "7")",
            "userName eq 'b'",
            "userName eq “b”",
            R"(urn:scim:schemas:extension:enterprise:1.0:department eq "D")",
            R"(urn:ietf:params:scim:schemas:core:2.0:userName eq "b")",
            R"(urn:ietf:params:scim:schemas:extension:enterprise:2.0:User[department eq "D"])",
            R"(urn:ietf:params:scim:schemas:extension:enterprise:2.0:User.manager.value eq "7")",
    };
    for (const char* const text : refused) {
        const auto strict = parse_filter(text, samples::user(), conformance_mode::strict);
        ASSERT_TRUE(strict.has_error()) << text;
        EXPECT_EQ(strict.error().code, errc::invalid_filter) << text;
        EXPECT_TRUE(parse_filter(text, samples::user())) << text;
    }
    const char* const taken[] = {
            R"(USERNAME Eq "b" AND NOT (title pr))",
            "active eq true or title eq null",
            R"(emails co "example.com")",
            R"(userName eq"b")",
            R"(urn:ietf:params:scim:schemas:core:2.0:User:userName sw "J")",
            R"(urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:manager.value eq "7")",
            R"(emails[type eq "work" and value co "@x"])",
    };
    for (const char* const text : taken)
        EXPECT_TRUE(parse_filter(text, samples::user(), conformance_mode::strict)) << text;
}

TEST(strict, attributes_and_excluded_attributes_exclude_each_other) {
    const parameters both{{"attributes", "title"}, {"excludedAttributes", "name"}};
    const auto read = [](const parameters& given, conformance_mode mode) {
        const std::array<const resource_type*, 1> types = {&samples::user()};
        return resolve(read_parameters(given).value(), types, mode);
    };
    const auto strict = read(both, conformance_mode::strict);
    ASSERT_TRUE(strict.has_error());
    EXPECT_EQ(strict.error().code, errc::invalid_value);
    EXPECT_EQ(strict.error().detail, "attributes and excludedAttributes exclude each other.");
    EXPECT_TRUE(read(both, conformance_mode::compat));
    const parameters one{{"attributes", "title"}, {"excludedAttributes", ""}};
    EXPECT_TRUE(read(one, conformance_mode::strict));
}

}  // namespace
}  // namespace scimd::scim

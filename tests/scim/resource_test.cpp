#include "scim/resource.hpp"

#include "sample_types.hpp"

#include <gtest/gtest.h>

#include <optional>
#include <string>

namespace scimd::scim {
namespace {

using samples::document;

// Omits `schemas`, which has tests of its own.
json::object without_schemas(json::object from) {
    from.stable_erase(from.find("schemas"));
    return from;
}

struct reading {
    const char* claim;
    const char* sent;
    const char* kept;  // without `schemas`; nullptr: refused with `code`
    errc code = errc::invalid_value;
};

void expect_readings(std::initializer_list<reading> rows, const resource_type& type) {
    for (const reading& row : rows) {
        SCOPED_TRACE(row.claim);
        auto read = read_body(document(row.sent), type);
        if (!row.kept) {
            ASSERT_FALSE(read) << scimd::to_text(read->document);
            EXPECT_EQ(read.error().code, row.code) << read.error().detail;
            EXPECT_FALSE(read.error().detail.empty());
            continue;
        }
        ASSERT_TRUE(read) << read.error().detail;
        complete_new(read->document, type);
        EXPECT_EQ(without_schemas(read->document), document(row.kept)) << scimd::to_text(read->document);
    }
}

TEST(resource, names_in_any_case_become_their_schemas_spelling) {
    expect_readings(
            {
                    {"top level", R"({"USERNAME": "a", "Active": false})",
                            R"({"userName": "a", "active": false})"},
                    {"sub-attribute", R"({"userName": "a", "NAME": {"familyname": "B"}})",
                            R"({"userName": "a", "active": true, "name": {"familyName": "B"}})"},
                    {"extension",
                            R"({"userName": "a", "URN:ietf:params:scim:schemas:extension:ENTERPRISE:2.0:User": {"DEPARTMENT": "S"}})",
                            R"({"userName": "a", "active": true,
                 "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User": {"department": "S"}})"},
                    {"externalId", R"({"userName": "a", "ExternalID": "7"})",
                            R"({"userName": "a", "externalId": "7", "active": true})"},
            },
            samples::user());
}

// RFC 7643 §2.5: these mean "no value".
TEST(resource, null_and_empty_values_unassign) {
    expect_readings(
            {
                    {"null string", R"({"userName": "a", "active": true, "title": null})",
                            R"({"userName": "a", "active": true})"},
                    {"empty string", R"({"userName": "a", "active": true, "title": ""})",
                            R"({"userName": "a", "active": true})"},
                    {"null list", R"({"userName": "a", "active": true, "emails": null})",
                            R"({"userName": "a", "active": true})"},
                    {"empty list", R"({"userName": "a", "active": true, "emails": []})",
                            R"({"userName": "a", "active": true})"},
                    {"list of nulls", R"({"userName": "a", "active": true, "emails": [null, {}]})",
                            R"({"userName": "a", "active": true})"},
                    {"empty complex", R"({"userName": "a", "active": true, "name": {}})",
                            R"({"userName": "a", "active": true})"},
                    {"complex of blanks",
                            R"({"userName": "a", "active": true, "name": {"givenName": "", "familyName": null}})",
                            R"({"userName": "a", "active": true})"},
                    {"null extension",
                            R"({"userName": "a", "active": true, "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User": null})",
                            R"({"userName": "a", "active": true})"},
                    {"extension of blanks",
                            R"({"userName": "a", "active": true,
                 "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User": {"department": "", "manager": {"value": ""}}})",
                            R"({"userName": "a", "active": true})"},
            },
            samples::user());
}

TEST(resource, read_only_and_unknown_attributes_are_ignored) {
    expect_readings(
            {
                    {"id, meta and groups",
                            R"({"id": "7", "meta": {"version": "x"}, "groups": [{"value": "1"}], "userName": "a", "active": true})",
                            R"({"userName": "a", "active": true})"},
                    {"password", R"({"userName": "a", "active": true, "password": "p"})",
                            R"({"userName": "a", "active": true})"},
                    {"a password of the wrong type, too",
                            R"({"userName": "a", "active": true, "password": [1]})",
                            R"({"userName": "a", "active": true})"},
                    {"unknown",
                            R"({"userName": "a", "active": true, "__proto__": {"x": 1}, "constructor": 1})",
                            R"({"userName": "a", "active": true})"},
                    {"unknown extension", R"({"userName": "a", "active": true, "urn:example:x": {"a": 1}})",
                            R"({"userName": "a", "active": true})"},
                    {"unknown sub-attribute",
                            R"({"userName": "a", "active": true, "name": {"givenName": "G", "shoe": 1}})",
                            R"({"userName": "a", "active": true, "name": {"givenName": "G"}})"},
                    {"read-only sub-attribute",
                            R"({"userName": "a", "active": true, "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User":
                 {"manager": {"value": "7", "displayName": "Boss"}}})",
                            R"({"userName": "a", "active": true, "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User":
                 {"manager": {"value": "7"}}})"},
            },
            samples::user());
}

TEST(resource, active_is_kept_by_a_replacement_that_does_not_name_it) {
    const struct {
        const char* sent;
        const char* before;
        bool is_active;
    } rows[] = {
            {R"({"userName": "a"})", R"({"active": false})", false},
            {R"({"userName": "a", "active": null})", R"({"active": false})", false},
            {R"({"userName": "a", "active": ""})", R"({"active": false})", false},
            {R"({"userName": "a", "active": true})", R"({"active": false})", true},
            {R"({"userName": "a"})", R"({"active": true})", true},
            {R"({"userName": "a"})", R"({})", true},
    };
    for (const auto& row : rows) {
        auto read = read_body(document(row.sent), samples::user());
        ASSERT_TRUE(read) << row.sent;
        keep_unnamed(read->document, document(row.before), samples::user());
        EXPECT_EQ(read->document.at("active"), json::value(row.is_active)) << row.sent;
    }
}

std::string ignored_text(const ignored_names& found) {
    std::string text;
    for (const ignored_name& each : found.rows())
        text += each.name + ":" + std::string(to_text(each.why)) + " ";
    return text;
}

TEST(resource, parts_without_effect_are_recorded_with_their_reason) {
    const struct {
        const char* sent;
        const char* ignored;
    } rows[] = {
            {R"({"userName": "a", "title": "T", "id": "1", "meta": {"created": "x"}})", ""},
            {R"({"userName": "a", "shoe": 1, "sock": null, "hat": []})", "shoe:unknown_attribute "},
            {R"({"userName": "a", "password": "p"})", "password:not_kept "},
            {R"({"userName": "a", "groups": [{"value": "1"}]})", "groups:read_only "},
            {R"({"userName": "a", "name": {"shoe": "1", "givenName": "G"}})", "name.shoe:unknown_attribute "},
            {R"({"userName": "a", "emails": [{"value": "x", "shoe": 1}, {"type": "work"}]})",
                    "emails.shoe:unknown_attribute emails:no_value "},
            {R"({"userName": "a", "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User":
             {"schemas": ["x"], "shoe": "1", "manager": {"value": "1", "displayName": "M"}}})",
                    "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:shoe:unknown_attribute "
                    "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:manager.displayName:read_"
                    "only "},
    };
    for (const auto& row : rows) {
        const auto read = read_body(document(row.sent), samples::user());
        ASSERT_TRUE(read) << row.sent;
        EXPECT_EQ(ignored_text(read->ignored), row.ignored) << row.sent;
    }
}

TEST(resource, recorded_names_are_limited_and_unique) {
    ignored_names found;
    for (int i = 0; i < 2; ++i)
        for (std::size_t n = 0; n < ignored_names::kept_max + 1; ++n)
            found.add(std::to_string(n), ignored_reason::read_only);
    EXPECT_EQ(found.rows().size(), ignored_names::kept_max);
    ignored_names one;
    one.add(std::string(1'000, 'x'), ignored_reason::no_match);
    EXPECT_EQ(one.rows().front().name.size(), ignored_names::name_bytes_max);
    EXPECT_EQ(to_text(ignored_reason::no_match), "no_match");
    EXPECT_EQ(to_text(ignored_reason::unknown_member), "unknown_member");
}

TEST(resource, elements_without_value_are_dropped_from_the_lists_of_users) {
    const auto read = read_body(
            document(R"({"userName": "a", "phoneNumbers": [{"value": "", "type": "work"}, {"value": "1"}],
                     "roles": [{"type": "r"}], "addresses": [{"type": "work"}]})"),
            samples::user());
    ASSERT_TRUE(read);
    EXPECT_EQ(read->document.at("phoneNumbers"), json::value(json::array{json::object{{"value", "1"}}}));
    EXPECT_FALSE(read->document.contains("roles"));
    EXPECT_TRUE(read->document.contains("addresses"));
}

TEST(resource, invisible_names_are_refused_unless_they_existed_before) {
    for (const char* const sent : {R"({"userName": " "})", "{\"userName\": \"\\u3000\\t\"}"}) {
        const auto read = read_body(document(sent), samples::user());
        ASSERT_FALSE(read) << sent;
        EXPECT_EQ(read.error().detail, "userName holds nothing that can be seen.");
    }
    const auto group = read_body(document(R"({"displayName": "  "})"), samples::group());
    ASSERT_FALSE(group);
    EXPECT_EQ(group.error().detail, "displayName holds nothing that can be seen.");
    EXPECT_TRUE(read_body(document(R"({"userName": "a", "displayName": " "})"), samples::user()));

    const json::object before = document(R"({"userName": " "})");
    EXPECT_TRUE(check_visibility(before, before, samples::user(), unlimited_work()));
}

TEST(resource, active_is_true_unless_the_client_says_otherwise) {
    expect_readings(
            {
                    {"absent", R"({"userName": "a"})", R"({"userName": "a", "active": true})"},
                    {"null", R"({"userName": "a", "active": null})", R"({"userName": "a", "active": true})"},
                    {"false", R"({"userName": "a", "active": false})",
                            R"({"userName": "a", "active": false})"},
            },
            samples::user());
    expect_readings(
            {{"groups have none", R"({"displayName": "g"})", R"({"displayName": "g"})"}}, samples::group());
}

TEST(resource, strings_become_booleans_only_for_boolean_attributes) {
    expect_readings(
            {
                    {"False", R"({"userName": "a", "active": "False"})",
                            R"({"userName": "a", "active": false})"},
                    {"TRUE", R"({"userName": "a", "active": "TRUE"})",
                            R"({"userName": "a", "active": true})"},
                    {"a string stays one", R"({"userName": "True", "active": true})",
                            R"({"userName": "True", "active": true})"},
                    {"roles (Entra)",
                            R"({"userName": "a", "active": true, "roles": [{"primary": "True", "value": "v"}]})",
                            R"({"userName": "a", "active": true, "roles": [{"primary": true, "value": "v"}]})"},
                    {"yes", R"({"userName": "a", "active": "yes"})", nullptr},
                    {"1", R"({"userName": "a", "active": 1})", nullptr},
                    {"an object", R"({"userName": "a", "active": {"value": true}})", nullptr},
                    {"true for a string", R"({"userName": true})", nullptr},
            },
            samples::user());
}

TEST(resource, values_have_the_type_of_their_attribute) {
    const std::string more = R"("urn:example:Device:Warranty": {"vendor": "v"}})";
    struct row {
        const char* member;
        bool is_taken;
    };
    for (const row& each : std::initializer_list<row>{
                 {R"("cores": 4)", true},
                 {R"("cores": -9223372036854775808)", true},
                 {R"("cores": 4.0)", false},
                 {R"("cores": "4")", false},
                 {R"("cores": true)", false},
                 {R"("cores": [4])", false},
                 {R"("weight": 1.5)", true},
                 {R"("weight": 2)", true},
                 {R"("weight": "2")", false},
                 {R"("built": "2026-01-02T03:04:05.1234567+01:00")", true},
                 {R"("built": "2026-01-02T03:04:05")", true},
                 {R"("built": "2026-01-02")", false},
                 {R"("built": 7)", false},
                 {R"("key": "aGk=")", true},
                 {R"("key": "aGk")", true},
                 {R"("key": "a-_k")", false},
                 {R"("key": "a\nGk=")", false},
                 {R"("manual": "not a uri but a client's")", true},
                 {R"("manual": {})", true},
                 {R"("manual": {"a": 1})", false},
                 {R"("label": "x")", true},
                 {R"("label": ["x"])", false},
                 {R"("label": 1.5)", false},
                 {R"("tags": ["x", 2])", true},
                 {R"("tags": "x")", true},
                 {R"("tags": [["x"]])", false},
                 {R"("tags": [{"value": "x"}])", false},
                 {R"("ports": {"speed": 1})", true},
                 {R"("ports": [{"speed": "1"}])", false},
                 {R"("ports": ["x"])", false},
                 {R"("ports": [{"modes": ["a", "b"]}])", true},
                 {R"("place": [{"room": "1"}])", false},
                 {R"("place": "x")", false},
         }) {
        const auto body = document(R"({"serial": "1", )" + std::string(each.member) + ", " + more);
        const auto read = read_body(body, samples::device());
        EXPECT_EQ(read.has_value(), each.is_taken) << each.member;
        if (!read) {
            EXPECT_EQ(read.error().code, errc::invalid_value) << each.member;
        }
    }
}

TEST(resource, integers_for_strings_become_their_digits_and_whole_decimals_stay_decimals) {
    expect_readings(
            {{"postalCode",
                    R"({"userName": "a", "active": true, "addresses": [{"type": "work", "postalCode": 12345}]})",
                    R"({"userName": "a", "active": true, "addresses": [{"type": "work", "postalCode": "12345"}]})"}},
            samples::user());
    expect_readings(
            {{"decimal", R"({"serial": 7, "weight": 2, "urn:example:Device:Warranty": {"vendor": "v"}})",
                    R"({"serial": "7", "weight": 2.0, "urn:example:Device:Warranty": {"vendor": "v"}})"}},
            samples::device());
}

TEST(resource, values_are_stored_as_written) {
    const std::string text =
            R"({"userName": "  Zo\u00eb ", "active": true, "timezone": "Mars/Base", "locale": "??",
        "addresses": [{"country": "Belize", "type": "b1f0"}], "photos": [{"value": "x"}],
        "phoneNumbers": [{"value": "0-351-9540", "type": "fax"}]})";
    expect_readings({{"verbatim", text.c_str(), text.c_str()}}, samples::user());
}

TEST(resource, a_single_value_is_accepted_for_a_list) {
    expect_readings(
            {{"OneLogin's emails",
                    R"({"userName": "a", "active": true, "emails": {"value": "a@b", "type": "work"}})",
                    R"({"userName": "a", "active": true, "emails": [{"value": "a@b", "type": "work"}]})"}},
            samples::user());
}

TEST(resource, required_attributes_must_have_a_value) {
    expect_readings(
            {
                    {"none", R"({})", nullptr},
                    {"null", R"({"userName": null})", nullptr},
                    {"empty", R"({"userName": ""})", nullptr},
            },
            samples::user());
    expect_readings({{"a group's name", R"({"members": []})", nullptr}}, samples::group());
    expect_readings(
            {
                    {"a required extension", R"({"serial": "1"})", nullptr},
                    {"an empty required extension", R"({"serial": "1", "urn:example:Device:Warranty": {}})",
                            nullptr},
            },
            samples::device());
}

TEST(resource, at_most_one_value_is_primary) {
    expect_readings(
            {
                    {"two", R"({"userName": "a", "emails": [{"value": "a", "primary": true}, {"value": "b", "primary": true}]})",
                            nullptr},
                    {"two as strings",
                            R"({"userName": "a", "roles": [{"value": "a", "primary": "True"}, {"value": "b", "primary": "true"}]})",
                            nullptr},
                    {"one and one false",
                            R"({"userName": "a", "active": true,
                 "emails": [{"value": "a", "primary": true}, {"value": "b", "primary": false}]})",
                            R"({"userName": "a", "active": true,
                 "emails": [{"value": "a", "primary": true}, {"value": "b", "primary": false}]})"},
            },
            samples::user());
}

// RFC 7643 §2.4.
TEST(resource, pairs_of_type_and_value_are_unique) {
    expect_readings(
            {
                    {"equal",
                            R"({"userName": "a", "active": true, "emails": [{"value": "x"}, {"value": "x"}]})",
                            R"({"userName": "a", "active": true, "emails": [{"value": "x"}]})"},
                    {"but for case, as the schema says",
                            R"({"userName": "a", "active": true,
                 "emails": [{"value": "X", "type": "work"}, {"value": "x", "type": "Work", "display": "d"}]})",
                            R"({"userName": "a", "active": true, "emails": [{"value": "X", "type": "work", "display": "d"}]})"},
                    {"another type is another value",
                            R"({"userName": "a", "active": true, "emails": [{"value": "x", "type": "work"}, {"value": "x", "type": "home"}]})",
                            R"({"userName": "a", "active": true, "emails": [{"value": "x", "type": "work"}, {"value": "x", "type": "home"}]})"},
                    {"no type is not an empty type's neighbour",
                            R"({"userName": "a", "active": true, "emails": [{"value": "x"}, {"value": "x", "type": "work"}]})",
                            R"({"userName": "a", "active": true, "emails": [{"value": "x"}, {"value": "x", "type": "work"}]})"},
                    {"addresses have no value: all must be equal",
                            R"({"userName": "a", "active": true,
                 "addresses": [{"type": "work", "locality": "L"}, {"type": "work", "locality": "M"},
                               {"locality": "L", "type": "work", "primary": true}]})",
                            R"({"userName": "a", "active": true,
                 "addresses": [{"type": "work", "locality": "L", "primary": true}, {"type": "work", "locality": "M"}]})"},
            },
            samples::user());
    expect_readings(
            {{"simple values",
                    R"({"serial": "1", "tags": ["a", "A", "b"], "urn:example:Device:Warranty": {"vendor": "v"}})",
                    R"({"serial": "1", "tags": ["a", "b"], "urn:example:Device:Warranty": {"vendor": "v"}})"}},
            samples::device());
}

template <class Value>
json::object user_with(std::string_view name, const Value& value) {
    json::object body;
    body["userName"] = "a";
    body[name] = json::value(value);
    return body;
}

json::value mailbox(const std::string& address) {
    json::object element;
    element["value"] = json::value(address);
    return element;
}

TEST(resource, names_are_limited_in_length) {
    for (const char* const name : {"userName", "displayName", "externalId"}) {
        EXPECT_TRUE(read_body(user_with(name, std::string(user_name_bytes_max, 'x')), samples::user()))
                << name;
        const auto longer =
                read_body(user_with(name, std::string(user_name_bytes_max + 1, 'x')), samples::user());
        ASSERT_FALSE(longer) << name;
        EXPECT_EQ(longer.error().code, errc::invalid_value);
    }
}

TEST(resource, strings_are_limited_in_length) {
    EXPECT_TRUE(read_body(user_with("title", std::string(string_bytes_max, 'x')), samples::user()));
    EXPECT_FALSE(read_body(user_with("title", std::string(string_bytes_max + 1, 'x')), samples::user()));
}

TEST(resource, lists_are_limited_in_length) {
    json::array emails;
    for (std::size_t i = 0; i < values_max; ++i)
        emails.push_back(mailbox(std::to_string(i)));
    EXPECT_TRUE(read_body(user_with("emails", emails), samples::user()));
    emails.push_back(mailbox("one more"));
    EXPECT_FALSE(read_body(user_with("emails", emails), samples::user()));
}

TEST(resource, text_that_cannot_be_stored_is_refused) {
    for (const std::string& text : {std::string("a\0b", 3), std::string("a\x01"), std::string("\xef\xbf\xbf"),
                 std::string("\x80")}) {
        EXPECT_FALSE(read_body(user_with("title", text), samples::user()));
        EXPECT_FALSE(read_body(user_with("emails", mailbox(text)), samples::user()));
    }
    EXPECT_TRUE(read_body(user_with("title", "a\tb\nc"), samples::user()));
}

TEST(resource, text_that_looks_like_another_is_refused_in_names_and_addresses) {
    const std::string reversed = "a\u202eb";
    EXPECT_FALSE(read_body(user_with("userName", reversed), samples::user()));
    EXPECT_FALSE(read_body(user_with("displayName", reversed), samples::user()));
    EXPECT_FALSE(read_body(user_with("emails", mailbox(reversed)), samples::user()));
    EXPECT_TRUE(read_body(user_with("title", reversed), samples::user()));
}

TEST(resource, schemas_are_computed_from_the_document) {
    struct row {
        const char* sent;
        const char* schemas;
    };
    const std::string base = R"(["urn:ietf:params:scim:schemas:core:2.0:User"])";
    const std::string both = R"(["urn:ietf:params:scim:schemas:core:2.0:User",
        "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"])";
    for (const row& each : std::initializer_list<row>{
                 {R"({"userName": "a"})", base.c_str()},
                 {R"({"userName": "a", "schemas": null})", base.c_str()},
                 {R"({"userName": "a", "schemas": []})", base.c_str()},
                 {R"({"userName": "a", "schemas": ["urn:scim:schemas:core:1.0", "http://x/y"]})",
                         base.c_str()},
                 {R"({"userName": "a", "schemas": ["urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"]})",
                         base.c_str()},
                 {R"({"userName": "a", "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User": {"division": "D"}})",
                         both.c_str()},
         }) {
        const auto read = read_body(document(each.sent), samples::user());
        ASSERT_TRUE(read) << each.sent;
        EXPECT_EQ(read->document.at("schemas"), parse_json(each.schemas).value()) << each.sent;
        EXPECT_EQ(read->document.begin()->key(), "schemas");
    }
    expect_readings(
            {
                    {"a string", R"({"userName": "a", "schemas": "urn:x"})", nullptr, errc::invalid_syntax},
                    {"numbers", R"({"userName": "a", "schemas": [1]})", nullptr, errc::invalid_syntax},
                    {"an extension that is no object",
                            R"({"userName": "a", "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User": [1]})",
                            nullptr},
            },
            samples::user());
}

TEST(resource, a_refusal_names_the_attribute) {
    struct row {
        const char* sent;
        const char* named;
    };
    for (const row& each : std::initializer_list<row>{
                 {R"({"userName": ["a"]})", "userName"},
                 {R"({"userName": "a", "emails": [{"value": {"x": 1}}]})", "emails.value"},
                 {R"({"userName": "a", "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User": {"manager": 7}})",
                         "enterprise:2.0:User:manager"},
                 {R"({})", "userName"},
         }) {
        const auto read = read_body(document(each.sent), samples::user());
        ASSERT_FALSE(read) << each.sent;
        EXPECT_NE(read.error().detail.find(each.named), std::string::npos) << read.error().detail;
    }
}

}  // namespace
}  // namespace scimd::scim

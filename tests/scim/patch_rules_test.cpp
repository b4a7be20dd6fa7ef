#include "patch_rows.hpp"

#include <array>

namespace scimd::scim {
namespace {

using samples::expect_rows;
using samples::patch_body;

// C2 of docs/compatibility.md.
TEST(patch, missing_elements_are_created_if_the_filter_identifies_them) {
    expect_rows(
            {
                    {"add", R"({})",
                            R"([{"op": "add", "path": "emails[type eq \"work\"].value", "value": "a"}])",
                            R"({"emails": [{"type": "work", "value": "a"}]})"},
                    {"add with an unheard-of type", R"({})",
                            R"([{"op": "add", "path": "emails[type eq \"b1f0\"].value", "value": "a"}])",
                            R"({"emails": [{"type": "b1f0", "value": "a"}]})"},
                    {"add of a whole element", R"({})",
                            R"([{"op": "add", "path": "emails[type eq \"work\"]", "value": {"value": "a"}}])",
                            R"({"emails": [{"type": "work", "value": "a"}]})"},
                    {"add to a whole element that is there merges",
                            R"({"emails": [{"type": "work", "value": "a"}]})",
                            R"([{"op": "add", "path": "emails[type eq \"work\"]", "value": {"display": "D"}}])",
                            R"({"emails": [{"type": "work", "value": "a", "display": "D"}]})"},
                    {"add with two conditions", R"({})",
                            R"([{"op": "add", "path": "emails[type eq \"work\" and primary eq true].value", "value": "a"}])",
                            R"({"emails": [{"type": "work", "primary": true, "value": "a"}]})"},
                    {"add twice fills one element", R"({})",
                            R"([{"op": "add", "path": "addresses[type eq \"work\"].streetAddress", "value": "S"},
                 {"op": "add", "path": "addresses[type eq \"work\"].country", "value": "Belize"}])",
                            R"({"addresses": [{"type": "work", "streetAddress": "S", "country": "Belize"}]})"},
                    {"add beside others", R"({"emails": [{"type": "home", "value": "h"}]})",
                            R"([{"op": "add", "path": "emails[type eq \"work\"].value", "value": "a"}])",
                            R"({"emails": [{"type": "home", "value": "h"}, {"type": "work", "value": "a"}]})"},
                    {"Entra: roles by primary as a string", R"({})",
                            R"([{"op": "add", "path": "roles[primary eq \"True\"].display", "value": "D"},
                 {"op": "add", "path": "roles[primary eq \"True\"].value", "value": "V"}])",
                            R"({"roles": [{"primary": true, "display": "D", "value": "V"}]})"},
                    {"add with another operator", R"({})",
                            R"([{"op": "add", "path": "emails[type ne \"work\"].value", "value": "a"}])",
                            nullptr, errc::no_target},
                    {"add with alternatives", R"({})",
                            R"([{"op": "add", "path": "emails[type eq \"work\" or type eq \"home\"].value", "value": "a"}])",
                            nullptr, errc::no_target},
                    {"add with a contradiction", R"({})",
                            R"([{"op": "add", "path": "emails[type eq \"work\" and type eq \"home\"].value", "value": "a"}])",
                            nullptr, errc::no_target},
                    {"replace with a declared type", R"({})",
                            R"([{"op": "replace", "path": "phoneNumbers[type eq \"mobile\"].value", "value": "1"}])",
                            R"({"phoneNumbers": [{"type": "mobile", "value": "1"}]})"},
                    {"replace with a declared type in capitals", R"({})",
                            R"([{"op": "replace", "path": "phoneNumbers[type eq \"Mobile\"].value", "value": "1"}])",
                            R"({"phoneNumbers": [{"type": "Mobile", "value": "1"}]})"},
                    {"replace of the primary", R"({"roles": [{"value": "v"}]})",
                            R"([{"op": "replace", "path": "roles[primary eq \"True\"].value", "value": "w"}])",
                            R"({"roles": [{"value": "v"}, {"primary": true, "value": "w"}]})"},
                    {"RFC 7644 §3.5.2.3: replace with any other type", R"({})",
                            R"([{"op": "replace", "path": "phoneNumbers[type eq \"car\"].value", "value": "1"}])",
                            nullptr, errc::no_target},
                    {"RFC 7644 §3.5.2.3: replace by value", R"({"emails": [{"type": "work", "value": "a"}]})",
                            R"([{"op": "replace", "path": "emails[value eq \"b\"].display", "value": "D"}])",
                            nullptr, errc::no_target},
                    {"replace by type and value", R"({"emails": [{"type": "work", "value": "a"}]})",
                            R"([{"op": "replace", "path": "emails[type eq \"work\" and value eq \"b\"].value", "value": "c"}])",
                            nullptr, errc::no_target},
                    {"replace of what is not primary", R"({})",
                            R"([{"op": "replace", "path": "emails[primary eq false].value", "value": "c"}])",
                            nullptr, errc::no_target},
            },
            samples::user());
}

// RFC 7644 §3.5.2.
TEST(patch, a_new_primary_value_makes_the_others_non_primary) {
    expect_rows(
            {
                    {"appended", R"({"emails": [{"value": "a", "primary": true}]})",
                            R"([{"op": "add", "path": "emails", "value": [{"value": "b", "primary": true}]}])",
                            R"({"emails": [{"value": "a", "primary": false}, {"value": "b", "primary": true}]})"},
                    {"by a filter", R"({"emails": [{"value": "a", "primary": true}, {"value": "b"}]})",
                            R"([{"op": "replace", "path": "emails[value eq \"b\"].primary", "value": "True"}])",
                            R"({"emails": [{"value": "a", "primary": false}, {"value": "b", "primary": true}]})"},
                    {"to an equal value", R"({"emails": [{"value": "a", "primary": true}, {"value": "b"}]})",
                            R"([{"op": "add", "path": "emails", "value": [{"value": "a"}, {"value": "b", "primary": true}]}])",
                            R"({"emails": [{"value": "a", "primary": false}, {"value": "b", "primary": true}]})"},
                    {"by a made element", R"({"emails": [{"value": "a", "type": "home", "primary": true}]})",
                            R"([{"op": "add", "path": "emails[type eq \"work\"]", "value": {"value": "b", "primary": true}}])",
                            R"({"emails": [{"value": "a", "type": "home", "primary": false},
                            {"value": "b", "type": "work", "primary": true}]})"},
                    {"not by a value that is not primary", R"({"emails": [{"value": "a", "primary": true}]})",
                            R"([{"op": "add", "path": "emails", "value": [{"value": "b", "primary": false}]}])",
                            R"({"emails": [{"value": "a", "primary": true}, {"value": "b", "primary": false}]})"},
                    {"and not by two at once",
                            R"({"emails": [{"value": "a", "type": "work"}, {"value": "b", "type": "work"}]})",
                            R"([{"op": "replace", "path": "emails[type eq \"work\"].primary", "value": true}])",
                            nullptr, errc::invalid_value},
            },
            samples::user());
}

TEST(patch, extensions) {
    expect_rows(
            {
                    {"a qualified path", R"({})",
                            R"([{"op": "add", "path": "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:department", "value": "X"}])",
                            R"({"urn:ietf:params:scim:schemas:extension:enterprise:2.0:User": {"department": "X"}})"},
                    {"the base's URN before a name", R"({})",
                            R"([{"op": "replace", "path": "urn:ietf:params:scim:schemas:core:2.0:User:title", "value": "T"}])",
                            R"({"title": "T"})"},
                    {"the base's URN before a value path", R"({})",
                            R"([{"op": "add", "path": "urn:ietf:params:scim:schemas:core:2.0:User:emails[type eq \"work\"].value", "value": "a"}])",
                            R"({"emails": [{"type": "work", "value": "a"}]})"},
                    {"the container as path",
                            R"({"urn:ietf:params:scim:schemas:extension:enterprise:2.0:User": {"division": "D"}})",
                            R"([{"op": "add", "path": "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User",
                  "value": {"schemas": ["urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"],
                            "employeeNumber": "7", "manager": {"value": "1", "displayName": "ignored"}, "shoe": 1}}])",
                            R"({"urn:ietf:params:scim:schemas:extension:enterprise:2.0:User":
                 {"division": "D", "employeeNumber": "7", "manager": {"value": "1"}}})"},
                    {"the container in another case", R"({})",
                            R"([{"op": "replace", "path": "URN:ietf:params:scim:schemas:extension:enterprise:2.0:USER",
                  "value": {"division": "D"}}])",
                            R"({"urn:ietf:params:scim:schemas:extension:enterprise:2.0:User": {"division": "D"}})"},
                    {"the container removed",
                            R"({"title": "T", "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User": {"division": "D"}})",
                            R"([{"op": "remove", "path": "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"}])",
                            R"({"title": "T"})"},
                    {"the container unassigned",
                            R"({"urn:ietf:params:scim:schemas:extension:enterprise:2.0:User": {"division": "D"}})",
                            R"([{"op": "replace", "value": {"urn:ietf:params:scim:schemas:extension:enterprise:2.0:User": null}}])",
                            R"({})"},
                    {"the container empty names nothing",
                            R"({"urn:ietf:params:scim:schemas:extension:enterprise:2.0:User": {"division": "D"}})",
                            R"([{"op": "replace", "value": {"urn:ietf:params:scim:schemas:extension:enterprise:2.0:User": {}}}])",
                            R"({"urn:ietf:params:scim:schemas:extension:enterprise:2.0:User": {"division": "D"}})"},
                    {"null added to the container",
                            R"({"urn:ietf:params:scim:schemas:extension:enterprise:2.0:User": {"division": "D"}})",
                            R"([{"op": "add", "path": "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User", "value": null}])",
                            R"({"urn:ietf:params:scim:schemas:extension:enterprise:2.0:User": {"division": "D"}})"},
                    {"the base's container is not removed", R"({})",
                            R"([{"op": "remove", "path": "urn:ietf:params:scim:schemas:core:2.0:User"}])",
                            nullptr, errc::mutability},
                    {"a container of no object", R"({})",
                            R"([{"op": "add", "path": "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User", "value": "x"}])",
                            nullptr, errc::invalid_value},
                    {"a read-only sub-attribute by name", R"({})",
                            R"([{"op": "add", "path": "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:manager.displayName", "value": "x"}])",
                            nullptr, errc::mutability},
                    {"schemas themselves are computed", R"({})",
                            R"([{"op": "add", "path": "schemas", "value": ["urn:x"]}, {"op": "remove", "path": "schemas"}])",
                            R"({})"},
            },
            samples::user());
}

TEST(patch, schemas_follow_the_extensions_that_have_data) {
    json::object source = samples::document(R"({"userName": "u"})");
    ASSERT_TRUE(normalize(source, samples::user()));
    const auto change = [&source](const char* operations) {
        const auto parsed = parse_patch(patch_body(operations), samples::user());
        return apply(*parsed, source, samples::user()).value();
    };
    source = change(
            R"([{"op": "add", "path": "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:division", "value": "D"}])");
    EXPECT_EQ(source["schemas"].get_array().size(), 2U);
    source = change(
            R"([{"op": "remove", "path": "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:division"}])");
    EXPECT_EQ(source["schemas"].get_array().size(), 1U);
}

// RFC 7643 §2.2, RFC 7644 §3.5.2.
TEST(patch, mutability) {
    expect_rows(
            {
                    {"id", R"({})", R"([{"op": "replace", "path": "id", "value": "7"}])", nullptr,
                            errc::mutability},
                    {"meta", R"({})", R"([{"op": "replace", "path": "meta.version", "value": "7"}])", nullptr,
                            errc::mutability},
                    {"groups", R"({})", R"([{"op": "add", "path": "groups", "value": [{"value": "1"}]}])",
                            nullptr, errc::mutability},
                    {"elements of groups", R"({})", R"([{"op": "remove", "path": "groups[value eq \"1\"]"}])",
                            nullptr, errc::mutability},
                    {"a password is taken and forgotten", R"({})",
                            R"([{"op": "replace", "path": "password", "value": "p"}])", R"({})"},
            },
            samples::user());
    expect_rows(
            {
                    {"immutable, set once", R"({})",
                            R"([{"op": "add", "path": "place", "value": {"room": "1"}}])",
                            R"({"place": {"room": "1"}})"},
                    {"immutable, the same again", R"({"place": {"room": "1"}})",
                            R"([{"op": "replace", "path": "place", "value": {"room": "1"}}])",
                            R"({"place": {"room": "1"}})"},
                    {"immutable, changed", R"({"place": {"room": "1"}})",
                            R"([{"op": "replace", "path": "place.room", "value": "2"}])", nullptr,
                            errc::mutability},
                    {"immutable, extended", R"({"place": {"room": "1"}})",
                            R"([{"op": "add", "path": "place.floor", "value": 2}])", nullptr,
                            errc::mutability},
                    {"immutable, removed", R"({"place": {"room": "1"}})",
                            R"([{"op": "remove", "path": "place"}])", nullptr, errc::mutability},
                    {"immutable, changed without a path", R"({"place": {"room": "1"}})",
                            R"([{"op": "replace", "value": {"place": {"room": "2"}}}])", nullptr,
                            errc::mutability},
                    {"a required extension", R"({})",
                            R"([{"op": "remove", "path": "urn:example:Device:Warranty"}])", nullptr,
                            errc::mutability},
                    {"the last value of a required extension", R"({})",
                            R"([{"op": "remove", "path": "urn:example:Device:Warranty:vendor"}])", nullptr,
                            errc::invalid_value},
                    {"write-only", R"({})", R"([{"op": "add", "path": "pin", "value": "1"}])", R"({})"},
            },
            samples::device());
}

// A list that must not be empty, of elements that keep their number.
constexpr std::array<embedded_file, 2> crate_files = {{
        {"crate_type.json", R"({"name": "Crate", "endpoint": "/Crates", "idPrefix": "crate_",
        "schema": "urn:example:Crate"})"},
        {"crate.json", R"({"id": "urn:example:Crate", "attributes": [
        {"name": "parts", "type": "complex", "multiValued": true, "required": true, "subAttributes": [
            {"name": "number", "required": true, "mutability": "immutable"}, {"name": "note"}]}]})"},
}};

TEST(patch, rules_for_elements) {
    const catalogue types = catalogue::load(crate_files).value();
    expect_rows(
            {
                    {"a required list keeps a value", R"({"parts": [{"number": "1"}, {"number": "2"}]})",
                            R"([{"op": "remove", "path": "parts[number eq \"1\"]"}])",
                            R"({"parts": [{"number": "2"}]})"},
                    {"and not none: by a filter", R"({"parts": [{"number": "1"}]})",
                            R"([{"op": "remove", "path": "parts[number eq \"1\"]"}])", nullptr,
                            errc::mutability},
                    {"and not none: all", R"({"parts": [{"number": "1"}]})",
                            R"([{"op": "remove", "path": "parts"}])", nullptr, errc::mutability},
                    {"and not none: replaced", R"({"parts": [{"number": "1"}]})",
                            R"([{"op": "replace", "path": "parts", "value": []}])", nullptr,
                            errc::invalid_value},
                    {"an element keeps what is immutable", R"({"parts": [{"number": "1"}]})",
                            R"([{"op": "replace", "path": "parts[number eq \"1\"].number", "value": "2"}])",
                            nullptr, errc::mutability},
                    {"saying it again is no change", R"({"parts": [{"number": "1"}]})",
                            R"([{"op": "replace", "path": "parts[number eq \"1\"].number", "value": "1"}])",
                            R"({"parts": [{"number": "1"}]})"},
                    {"an element keeps what is required", R"({"parts": [{"number": "1", "note": "n"}]})",
                            R"([{"op": "remove", "path": "parts[note pr].number"}])", nullptr,
                            errc::mutability},
            },
            *types.find_type("Crate"));
}

}  // namespace
}  // namespace scimd::scim

#include "patch_rows.hpp"

namespace scimd::scim {
namespace {

using samples::expect_rows;

// ---- RFC 7644 §3.5.2.1 ----

TEST(patch, add_of_single_values) {
    expect_rows(
            {
                    {"a value that was not there", R"({})",
                            R"([{"op": "add", "path": "title", "value": "T"}])", R"({"title": "T"})"},
                    {"a value in place of another", R"({"title": "S"})",
                            R"([{"op": "add", "path": "title", "value": "T"}])", R"({"title": "T"})"},
                    {"the same value", R"({"title": "T"})",
                            R"([{"op": "add", "path": "title", "value": "T"}])", R"({"title": "T"})"},
                    {"null adds nothing", R"({"title": "T"})",
                            R"([{"op": "add", "path": "title", "value": null}])", R"({"title": "T"})"},
                    {"an empty string adds nothing", R"({"title": "T"})",
                            R"([{"op": "add", "path": "title", "value": ""}])", R"({"title": "T"})"},
                    {"a sub-attribute creates its parent", R"({})",
                            R"([{"op": "add", "path": "name.givenName", "value": "G"}])",
                            R"({"name": {"givenName": "G"}})"},
                    {"a sub-attribute beside others", R"({"name": {"familyName": "F"}})",
                            R"([{"op": "add", "path": "name.givenName", "value": "G"}])",
                            R"({"name": {"familyName": "F", "givenName": "G"}})"},
                    {"a complex value merges", R"({"name": {"familyName": "F", "givenName": "G"}})",
                            R"([{"op": "add", "path": "name", "value": {"givenName": "H"}}])",
                            R"({"name": {"familyName": "F", "givenName": "H"}})"},
                    {"an externalId", R"({})", R"([{"op": "add", "path": "externalId", "value": "7"}])",
                            R"({"externalId": "7"})"},
                    {"no value", R"({})", R"([{"op": "add", "path": "title"}])", nullptr,
                            errc::invalid_value},
                    {"the wrong type", R"({})", R"([{"op": "add", "path": "title", "value": {"x": 1}}])",
                            nullptr, errc::invalid_value},
                    {"a simple value for a complex attribute", R"({})",
                            R"([{"op": "add", "path": "name", "value": "G"}])", nullptr, errc::invalid_value},
            },
            samples::user());
}

TEST(patch, add_to_lists_appends_new_values_only) {
    expect_rows(
            {
                    {"to nothing", R"({})", R"([{"op": "add", "path": "emails", "value": [{"value": "a"}]}])",
                            R"({"emails": [{"value": "a"}]})"},
                    {"behind others", R"({"emails": [{"value": "a"}]})",
                            R"([{"op": "add", "path": "emails", "value": [{"value": "b"}, {"value": "c"}]}])",
                            R"({"emails": [{"value": "a"}, {"value": "b"}, {"value": "c"}]})"},
                    {"one without array", R"({"emails": [{"value": "a"}]})",
                            R"([{"op": "add", "path": "emails", "value": {"value": "b"}}])",
                            R"({"emails": [{"value": "a"}, {"value": "b"}]})"},
                    {"an equal one", R"({"emails": [{"value": "a", "type": "work"}]})",
                            R"([{"op": "add", "path": "emails", "value": [{"type": "work", "value": "a"}]}])",
                            R"({"emails": [{"value": "a", "type": "work"}]})"},
                    {"one that is equal but for case", R"({"emails": [{"value": "A", "type": "work"}]})",
                            R"([{"op": "add", "path": "emails", "value": [{"type": "WORK", "value": "a"}]}])",
                            R"({"emails": [{"value": "A", "type": "work"}]})"},
                    {"an equal one with more to say", R"({"emails": [{"value": "a", "type": "work"}]})",
                            R"([{"op": "add", "path": "emails", "value": [{"type": "work", "value": "a", "display": "D"}]}])",
                            R"({"emails": [{"value": "a", "type": "work", "display": "D"}]})"},
                    {"twice the same", R"({})",
                            R"([{"op": "add", "path": "emails", "value": [{"value": "a"}, {"value": "a"}]}])",
                            R"({"emails": [{"value": "a"}]})"},
                    {"no elements", R"({"emails": [{"value": "a"}]})",
                            R"([{"op": "add", "path": "emails", "value": []}])",
                            R"({"emails": [{"value": "a"}]})"},
                    {"null elements", R"({"emails": [{"value": "a"}]})",
                            R"([{"op": "add", "path": "emails", "value": [null]}])",
                            R"({"emails": [{"value": "a"}]})"},
                    {"two primaries", R"({})",
                            R"([{"op": "add", "path": "emails",
                  "value": [{"value": "a", "primary": true}, {"value": "b", "primary": true}]}])",
                            nullptr, errc::invalid_value},
            },
            samples::user());
}

TEST(patch, without_a_path_each_member_is_a_target) {
    expect_rows(
            {
                    {"RFC 7644 figure: nickname in lower case",
                            R"({"emails": [{"value": "a", "type": "work"}]})",
                            R"([{"op": "add", "value": {"emails": [{"value": "babs@jensen.org", "type": "home"}], "nickname": "Babs"}}])",
                            R"({"emails": [{"value": "a", "type": "work"}, {"value": "babs@jensen.org", "type": "home"}],
                 "nickName": "Babs"})"},
                    {"replace", R"({"title": "S", "emails": [{"value": "a"}]})",
                            R"([{"op": "replace", "value": {"title": "T", "emails": [{"value": "b"}]}}])",
                            R"({"title": "T", "emails": [{"value": "b"}]})"},
                    {"complex values merge", R"({"name": {"givenName": "G", "familyName": "F"}})",
                            R"([{"op": "replace", "value": {"name": {"familyName": "N"}}}])",
                            R"({"name": {"givenName": "G", "familyName": "N"}})"},
                    {"null unassigns", R"({"title": "T", "nickName": "N"})",
                            R"([{"op": "replace", "value": {"title": null}}])", R"({"nickName": "N"})"},
                    {"an empty object", R"({"title": "T"})", R"([{"op": "replace", "value": {}}])",
                            R"({"title": "T"})"},
                    {"dotted names", R"({"name": {"formatted": "X"}})",
                            R"([{"op": "replace", "value": {"displayName": "B", "name.givenName": "K", "name.familyName": "U"}}])",
                            R"({"displayName": "B", "name": {"formatted": "X", "givenName": "K", "familyName": "U"}})"},
                    {"names with the base URN", R"({})",
                            R"([{"op": "replace", "value": {"urn:ietf:params:scim:schemas:core:2.0:User:title": "T"}}])",
                            R"({"title": "T"})"},
                    {"names with an extension's URN", R"({})",
                            R"([{"op": "replace", "value":
                 {"urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:employeeNumber": "A"}}])",
                            R"({"urn:ietf:params:scim:schemas:extension:enterprise:2.0:User": {"employeeNumber": "A"}})"},
                    {"names with filters", R"({"emails": [{"type": "work", "value": "a"}]})",
                            R"([{"op": "replace", "value": {"emails[type eq \"work\"].value": "b"}}])",
                            R"({"emails": [{"type": "work", "value": "b"}]})"},
                    {"a bad filter in a name", R"({})",
                            R"([{"op": "replace", "value": {"emails[type eq].value": "b"}}])", nullptr,
                            errc::invalid_filter},
                    {"an extension's container",
                            R"({"urn:ietf:params:scim:schemas:extension:enterprise:2.0:User":
                 {"division": "D", "department": "S"}})",
                            R"([{"op": "replace", "value": {"urn:ietf:params:scim:schemas:extension:enterprise:2.0:User":
                 {"schemas": ["x"], "department": "T"}}}])",
                            R"({"urn:ietf:params:scim:schemas:extension:enterprise:2.0:User": {"division": "D", "department": "T"}})"},
                    {"the base's container", R"({})",
                            R"([{"op": "add", "value": {"urn:ietf:params:scim:schemas:core:2.0:User": {"title": "T"}}}])",
                            R"({"title": "T"})"},
                    {"unknown and read-only names are passed over", R"({"title": "T"})",
                            R"([{"op": "replace", "value": {"id": "7", "meta": {"version": "9"}, "groups": [], "shoe": 1,
                 "name.shoe": 1, "__proto__.x": 1, "meta.version": "9", "schemas": ["urn:x"], "title": "U"}}])",
                            R"({"title": "U"})"},
                    {"a password is taken and forgotten", R"({})",
                            R"([{"op": "replace", "value": {"password": "p"}}])", R"({})"},
                    {"a wrong type", R"({})", R"([{"op": "replace", "value": {"active": "maybe"}}])", nullptr,
                            errc::invalid_value},
                    {"a list for a value", R"({})", R"([{"op": "replace", "value": [{"title": "T"}]}])",
                            nullptr, errc::invalid_value},
                    {"a null for a value", R"({})", R"([{"op": "replace", "value": null}])", nullptr,
                            errc::invalid_value},
                    {"no value", R"({})", R"([{"op": "add"}])", nullptr, errc::invalid_value},
                    {"a null path is none", R"({})",
                            R"([{"op": "add", "path": null, "value": {"title": "T"}}])", R"({"title": "T"})"},
            },
            samples::user());
}

// ---- RFC 7644 §3.5.2.2 ----

TEST(patch, remove) {
    expect_rows(
            {
                    {"a single value", R"({"title": "T"})", R"([{"op": "remove", "path": "title"}])",
                            R"({})"},
                    {"what is not there", R"({})", R"([{"op": "remove", "path": "title"}])", R"({})"},
                    {"a sub-attribute", R"({"name": {"givenName": "G", "familyName": "F"}})",
                            R"([{"op": "remove", "path": "name.givenName"}])",
                            R"({"name": {"familyName": "F"}})"},
                    {"the last sub-attribute", R"({"name": {"givenName": "G"}})",
                            R"([{"op": "remove", "path": "name.givenName"}])", R"({})"},
                    {"a sub-attribute of nothing", R"({})", R"([{"op": "remove", "path": "name.givenName"}])",
                            R"({})"},
                    {"a complex value", R"({"name": {"givenName": "G"}})",
                            R"([{"op": "remove", "path": "name"}])", R"({})"},
                    {"a list", R"({"emails": [{"value": "a"}, {"value": "b"}]})",
                            R"([{"op": "remove", "path": "emails"}])", R"({})"},
                    {"elements",
                            R"({"emails": [{"value": "a", "type": "work"}, {"value": "b", "type": "home"}]})",
                            R"([{"op": "remove", "path": "emails[type eq \"work\"]"}])",
                            R"({"emails": [{"value": "b", "type": "home"}]})"},
                    {"RFC 7644 figure: two conditions",
                            R"({"emails": [{"value": "a@example.com", "type": "work"}, {"value": "a@example.org", "type": "work"}]})",
                            R"([{"op": "remove", "path": "emails[type eq \"work\" and value ew \"example.com\"]"}])",
                            R"({"emails": [{"value": "a@example.org", "type": "work"}]})"},
                    {"a negation",
                            R"({"emails": [{"value": "a", "type": "work"}, {"value": "b", "type": "home"}]})",
                            R"([{"op": "remove", "path": "emails[not (type eq \"work\")]"}])",
                            R"({"emails": [{"value": "a", "type": "work"}]})"},
                    {"the last element", R"({"emails": [{"value": "a", "type": "work"}]})",
                            R"([{"op": "remove", "path": "emails[type eq \"work\"]"}])", R"({})"},
                    {"no element that matches", R"({"emails": [{"value": "a"}]})",
                            R"([{"op": "remove", "path": "emails[type eq \"work\"]"}])",
                            R"({"emails": [{"value": "a"}]})"},
                    {"a sub-attribute of elements",
                            R"({"emails": [{"value": "a", "type": "work", "display": "D"}, {"value": "b", "display": "E"}]})",
                            R"([{"op": "remove", "path": "emails[type eq \"work\"].display"}])",
                            R"({"emails": [{"value": "a", "type": "work"}, {"value": "b", "display": "E"}]})"},
                    {"a sub-attribute of all elements",
                            R"({"emails": [{"value": "a", "display": "D"}, {"value": "b", "display": "E"}]})",
                            R"([{"op": "remove", "path": "emails.display"}])",
                            R"({"emails": [{"value": "a"}, {"value": "b"}]})"},
                    {"an extension's attribute",
                            R"({"urn:ietf:params:scim:schemas:extension:enterprise:2.0:User":
                 {"division": "D", "department": "S"}})",
                            R"([{"op": "remove", "path": "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:division"}])",
                            R"({"urn:ietf:params:scim:schemas:extension:enterprise:2.0:User": {"department": "S"}})"},
                    {"the value of a single attribute is no condition", R"({"title": "T"})",
                            R"([{"op": "remove", "path": "title", "value": "other"}])", R"({})"},
                    {"without a path", R"({})", R"([{"op": "remove"}])", nullptr, errc::no_target},
                    {"without a path but with a value", R"({})",
                            R"([{"op": "remove", "value": {"title": "T"}}])", nullptr, errc::no_target},
                    {"what is required", R"({})", R"([{"op": "remove", "path": "userName"}])", nullptr,
                            errc::mutability},
                    {"what is read-only", R"({})", R"([{"op": "remove", "path": "id"}])", nullptr,
                            errc::mutability},
            },
            samples::user());
}

}  // namespace
}  // namespace scimd::scim

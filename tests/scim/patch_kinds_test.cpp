#include "patch_rows.hpp"

namespace scimd::scim {
namespace {

using samples::expect_rows;

TEST(patch, attributes_of_every_kind)
{
    expect_rows(
        {
            {"integer", R"({})", R"([{"op": "add", "path": "cores", "value": 4}])", R"({"cores": 4})"},
            {"integer as a string",
             R"({})",
             R"([{"op": "add", "path": "cores", "value": "4"}])",
             nullptr,
             errc::invalid_value},
            {"decimal", R"({})", R"([{"op": "add", "path": "weight", "value": 2}])", R"({"weight": 2.0})"},
            {"dateTime",
             R"({})",
             R"([{"op": "add", "path": "built", "value": "2026-01-02T03:04:05Z"}])",
             R"({"built": "2026-01-02T03:04:05Z"})"},
            {"no dateTime",
             R"({})",
             R"([{"op": "add", "path": "built", "value": "yesterday"}])",
             nullptr,
             errc::invalid_value},
            {"no base64",
             R"({})",
             R"([{"op": "add", "path": "key", "value": "?"}])",
             nullptr,
             errc::invalid_value},
            {"simple list",
             R"({"tags": ["a"]})",
             R"([{"op": "add", "path": "tags", "value": ["A", "b"]}])",
             R"({"tags": ["a", "b"]})"},
            {"simple list, one value",
             R"({"tags": ["a"]})",
             R"([{"op": "add", "path": "tags", "value": "b"}])",
             R"({"tags": ["a", "b"]})"},
            {"simple list, remove by value",
             R"({"tags": ["a", "b"]})",
             R"([{"op": "remove", "path": "tags[value eq \"a\"]"}])",
             R"({"tags": ["b"]})"},
            {"simple list, replace by value",
             R"({"tags": ["a", "b"]})",
             R"([{"op": "replace", "path": "tags[value eq \"a\"]", "value": "c"}])",
             R"({"tags": ["c", "b"]})"},
            {"simple list, replace what is not there",
             R"({"tags": ["a"]})",
             R"([{"op": "replace", "path": "tags[value eq \"x\"]", "value": "c"}])",
             nullptr,
             errc::no_target},
            {"simple list, replace all",
             R"({"tags": ["a"]})",
             R"([{"op": "replace", "path": "tags", "value": ["b"]}])",
             R"({"tags": ["b"]})"},
            {"list in a list",
             R"({"ports": [{"kind": "usb", "modes": ["a"]}]})",
             R"([{"op": "replace", "path": "ports[kind eq \"usb\"].modes", "value": ["b", "c"]}])",
             R"({"ports": [{"kind": "usb", "modes": ["b", "c"]}]})"},
            {"integer in a filter",
             R"({"ports": [{"kind": "usb", "speed": 5}, {"kind": "usb", "speed": 9}]})",
             R"([{"op": "remove", "path": "ports[speed gt 5]"}])",
             R"({"ports": [{"kind": "usb", "speed": 5}]})"},
            {"an element made with an integer",
             R"({})",
             R"([{"op": "add", "path": "ports[speed eq 5].kind", "value": "usb"}])",
             R"({"ports": [{"speed": 5, "kind": "usb"}]})"},
        },
        samples::device()
    );
}

TEST(patch, removed_values_that_are_listed_are_the_only_ones)
{
    expect_rows(
        {
            {"by type and value",
             R"({"emails": [{"value": "a", "type": "work"}, {"value": "a", "type": "home"}]})",
             R"([{"op": "remove", "path": "emails", "value": [{"value": "a", "type": "work"}]}])",
             R"({"emails": [{"value": "a", "type": "home"}]})"},
            {"by value",
             R"({"roles": [{"value": "25", "display": "D"}, {"value": "26"}]})",
             R"([{"op": "remove", "path": "roles", "value": [{"value": "25"}]}])",
             R"({"roles": [{"value": "26"}]})"},
            {"one without array",
             R"({"roles": [{"value": "25"}, {"value": "26"}]})",
             R"([{"op": "remove", "path": "roles", "value": {"$ref": null, "value": "25"}}])",
             R"({"roles": [{"value": "26"}]})"},
            {"unknown ones",
             R"({"roles": [{"value": "25"}]})",
             R"([{"op": "remove", "path": "roles", "value": [{"value": "x"}]}])",
             R"({"roles": [{"value": "25"}]})"},
            {"none",
             R"({"roles": [{"value": "25"}]})",
             R"([{"op": "remove", "path": "roles", "value": []}])",
             R"({"roles": [{"value": "25"}]})"},
            {"a null lists nothing: all are meant",
             R"({"roles": [{"value": "25"}]})",
             R"([{"op": "remove", "path": "roles", "value": null}])",
             R"({})"},
            {"all of them",
             R"({"roles": [{"value": "25"}]})",
             R"([{"op": "remove", "path": "roles", "value": [{"value": "25"}]}])",
             R"({})"},
        },
        samples::user()
    );
}

// RFC 7644 §3.5.2: in order, each on the result of the one before.
TEST(patch, operations_follow_each_other)
{
    expect_rows(
        {
            {"the last one wins",
             R"({"displayName": "A"})",
             R"([{"op": "remove", "path": "displayName"}, {"op": "add", "path": "displayName", "value": "B"},
                 {"op": "replace", "path": "displayName", "value": "C"}])",
             R"({"displayName": "C"})"},
            {"removed and added again",
             R"({"emails": [{"value": "a"}]})",
             R"([{"op": "remove", "path": "emails"}, {"op": "add", "path": "emails", "value": [{"value": "b"}]}])",
             R"({"emails": [{"value": "b"}]})"},
            {"a filter sees what came before",
             R"({})",
             R"([{"op": "add", "path": "emails", "value": [{"value": "a", "type": "work"}]},
                 {"op": "replace", "path": "emails[type eq \"work\"].value", "value": "b"}])",
             R"({"emails": [{"value": "b", "type": "work"}]})"},
            {"the first failure decides",
             R"({})",
             R"([{"op": "add", "path": "title", "value": "T"}, {"op": "remove", "path": "userName"}])",
             nullptr,
             errc::mutability},
            {"a change and its reverse",
             R"({"title": "T"})",
             R"([{"op": "replace", "path": "title", "value": "S"}, {"op": "replace", "path": "title", "value": "T"}])",
             R"({"title": "T"})"},
        },
        samples::user()
    );
}

TEST(patch, paths_that_name_nothing_are_refused)
{
    expect_rows(
        {
            {"unknown", R"({})", R"([{"op": "add", "path": "shoe", "value": 1}])", nullptr, errc::invalid_path
            },
            {"unknown sub-attribute",
             R"({})",
             R"([{"op": "add", "path": "name.shoe", "value": 1}])",
             nullptr,
             errc::invalid_path},
            {"unknown sub-attribute behind brackets",
             R"({})",
             R"([{"op": "add", "path": "emails[type eq \"work\"].shoe", "value": 1}])",
             nullptr,
             errc::invalid_path},
            {"unknown URN",
             R"({})",
             R"([{"op": "add", "path": "urn:example:title", "value": 1}])",
             nullptr,
             errc::invalid_path},
            {"prototype pollution is just unknown",
             R"({})",
             R"([{"op": "add", "path": "__proto__.x", "value": "1"}])",
             nullptr,
             errc::invalid_path},
            {"empty, which is not the same as absent",
             R"({})",
             R"([{"op": "replace", "path": "", "value": {"title": "T"}}])",
             nullptr,
             errc::invalid_path},
            {"no string",
             R"({})",
             R"([{"op": "replace", "path": 7, "value": {"title": "T"}}])",
             nullptr,
             errc::invalid_path},
            {"an open bracket",
             R"({})",
             R"([{"op": "remove", "path": "emails[type eq \"work\""}])",
             nullptr,
             errc::invalid_path},
            {"an index", R"({})", R"([{"op": "remove", "path": "emails[0]"}])", nullptr, errc::invalid_filter
            },
            {"an empty filter",
             R"({})",
             R"([{"op": "remove", "path": "emails[]"}])",
             nullptr,
             errc::invalid_filter},
            {"a filter of another attribute",
             R"({})",
             R"([{"op": "remove", "path": "emails[userName eq \"u\"]"}])",
             nullptr,
             errc::invalid_filter},
            {"a filter on a single value",
             R"({})",
             R"([{"op": "replace", "path": "name[givenName eq \"G\"].familyName", "value": "F"}])",
             nullptr,
             errc::invalid_path},
            {"a filter behind a sub-attribute",
             R"({})",
             R"([{"op": "remove", "path": "emails.value[type eq \"work\"]"}])",
             nullptr,
             errc::invalid_path},
            {"words behind a filter",
             R"({})",
             R"([{"op": "remove", "path": "emails[type eq \"work\"] x"}])",
             nullptr,
             errc::invalid_path},
            {"two filters",
             R"({})",
             R"([{"op": "remove", "path": "emails[type pr][value pr]"}])",
             nullptr,
             errc::invalid_path},
            {"JSON Patch", R"({})", R"([{"op": "remove", "path": "/title"}])", nullptr, errc::invalid_path},
        },
        samples::user()
    );
    expect_rows(
        {{"a misspelt member list",
          R"({})",
          R"([{"op": "add", "path": "memebers", "value": [{"value": "1"}]}])",
          nullptr,
          errc::invalid_path}},
        samples::group()
    );
}

}  // namespace
}  // namespace scimd::scim

#include "patch_rows.hpp"

namespace scimd::scim {
namespace {

using samples::expect_rows;

TEST(patch, attributes_of_every_kind) {
    expect_rows(
            {
                    {"integer", R"({})", R"([{"op": "add", "path": "cores", "value": 4}])",
                            R"({"cores": 4})"},
                    {"integer as a string", R"({})", R"([{"op": "add", "path": "cores", "value": "4"}])",
                            nullptr, errc::invalid_value},
                    {"decimal", R"({})", R"([{"op": "add", "path": "weight", "value": 2}])",
                            R"({"weight": 2.0})"},
                    {"dateTime", R"({})",
                            R"([{"op": "add", "path": "built", "value": "2026-01-02T03:04:05Z"}])",
                            R"({"built": "2026-01-02T03:04:05Z"})"},
                    {"no dateTime", R"({})", R"([{"op": "add", "path": "built", "value": "yesterday"}])",
                            nullptr, errc::invalid_value},
                    {"no base64", R"({})", R"([{"op": "add", "path": "key", "value": "?"}])", nullptr,
                            errc::invalid_value},
                    {"simple list", R"({"tags": ["a"]})",
                            R"([{"op": "add", "path": "tags", "value": ["A", "b"]}])",
                            R"({"tags": ["a", "b"]})"},
                    {"simple list, one value", R"({"tags": ["a"]})",
                            R"([{"op": "add", "path": "tags", "value": "b"}])", R"({"tags": ["a", "b"]})"},
                    {"simple list, remove by value", R"({"tags": ["a", "b"]})",
                            R"([{"op": "remove", "path": "tags[value eq \"a\"]"}])", R"({"tags": ["b"]})"},
                    {"simple list, replace by value", R"({"tags": ["a", "b"]})",
                            R"([{"op": "replace", "path": "tags[value eq \"a\"]", "value": "c"}])",
                            R"({"tags": ["c", "b"]})"},
                    {"simple list, replace what is not there", R"({"tags": ["a"]})",
                            R"([{"op": "replace", "path": "tags[value eq \"x\"]", "value": "c"}])", nullptr,
                            errc::no_target},
                    {"simple list, replace all", R"({"tags": ["a"]})",
                            R"([{"op": "replace", "path": "tags", "value": ["b"]}])", R"({"tags": ["b"]})"},
                    {"list in a list", R"({"ports": [{"kind": "usb", "modes": ["a"]}]})",
                            R"([{"op": "replace", "path": "ports[kind eq \"usb\"].modes", "value": ["b", "c"]}])",
                            R"({"ports": [{"kind": "usb", "modes": ["b", "c"]}]})"},
                    {"integer in a filter",
                            R"({"ports": [{"kind": "usb", "speed": 5}, {"kind": "usb", "speed": 9}]})",
                            R"([{"op": "remove", "path": "ports[speed gt 5]"}])",
                            R"({"ports": [{"kind": "usb", "speed": 5}]})"},
                    {"an element made with an integer", R"({})",
                            R"([{"op": "add", "path": "ports[speed eq 5].kind", "value": "usb"}])",
                            R"({"ports": [{"speed": 5, "kind": "usb"}]})"},
            },
            samples::device());
}

TEST(patch, remove_with_a_list_removes_only_the_listed_values) {
    expect_rows(
            {
                    {"by type and value",
                            R"({"emails": [{"value": "a", "type": "work"}, {"value": "a", "type": "home"}]})",
                            R"([{"op": "remove", "path": "emails", "value": [{"value": "a", "type": "work"}]}])",
                            R"({"emails": [{"value": "a", "type": "home"}]})"},
                    {"by value", R"({"roles": [{"value": "25", "display": "D"}, {"value": "26"}]})",
                            R"([{"op": "remove", "path": "roles", "value": [{"value": "25"}]}])",
                            R"({"roles": [{"value": "26"}]})"},
                    {"one without array", R"({"roles": [{"value": "25"}, {"value": "26"}]})",
                            R"([{"op": "remove", "path": "roles", "value": {"$ref": null, "value": "25"}}])",
                            R"({"roles": [{"value": "26"}]})"},
                    {"unknown ones", R"({"roles": [{"value": "25"}]})",
                            R"([{"op": "remove", "path": "roles", "value": [{"value": "x"}]}])",
                            R"({"roles": [{"value": "25"}]})"},
                    {"none", R"({"roles": [{"value": "25"}]})",
                            R"([{"op": "remove", "path": "roles", "value": []}])",
                            R"({"roles": [{"value": "25"}]})"},
                    {"a null lists nothing: all are meant", R"({"roles": [{"value": "25"}]})",
                            R"([{"op": "remove", "path": "roles", "value": null}])", R"({})"},
                    {"all of them", R"({"roles": [{"value": "25"}]})",
                            R"([{"op": "remove", "path": "roles", "value": [{"value": "25"}]}])", R"({})"},
            },
            samples::user());
}

// RFC 7644 §3.5.2: in order, each on the result of the one before.
TEST(patch, operations_apply_in_order) {
    expect_rows(
            {
                    {"the last one wins", R"({"displayName": "A"})",
                            R"([{"op": "remove", "path": "displayName"}, {"op": "add", "path": "displayName", "value": "B"},
                 {"op": "replace", "path": "displayName", "value": "C"}])",
                            R"({"displayName": "C"})"},
                    {"removed and added again", R"({"emails": [{"value": "a"}]})",
                            R"([{"op": "remove", "path": "emails"}, {"op": "add", "path": "emails", "value": [{"value": "b"}]}])",
                            R"({"emails": [{"value": "b"}]})"},
                    {"a filter sees what came before", R"({})",
                            R"([{"op": "add", "path": "emails", "value": [{"value": "a", "type": "work"}]},
                 {"op": "replace", "path": "emails[type eq \"work\"].value", "value": "b"}])",
                            R"({"emails": [{"value": "b", "type": "work"}]})"},
                    {"the first failure decides", R"({})",
                            R"([{"op": "add", "path": "title", "value": "T"}, {"op": "remove", "path": "userName"}])",
                            nullptr, errc::mutability},
                    {"a change and its reverse", R"({"title": "T"})",
                            R"([{"op": "replace", "path": "title", "value": "S"}, {"op": "replace", "path": "title", "value": "T"}])",
                            R"({"title": "T"})"},
            },
            samples::user());
}

TEST(patch, paths_that_name_no_attribute_are_refused) {
    expect_rows(
            {
                    {"unknown", R"({})", R"([{"op": "add", "path": "shoe", "value": 1}])", nullptr,
                            errc::invalid_path},
                    {"unknown sub-attribute", R"({})", R"([{"op": "add", "path": "name.shoe", "value": 1}])",
                            nullptr, errc::invalid_path},
                    {"unknown sub-attribute behind brackets", R"({})",
                            R"([{"op": "add", "path": "emails[type eq \"work\"].shoe", "value": 1}])",
                            nullptr, errc::invalid_path},
                    {"unknown URN", R"({})", R"([{"op": "add", "path": "urn:example:title", "value": 1}])",
                            nullptr, errc::invalid_path},
                    {"prototype pollution is just unknown", R"({})",
                            R"([{"op": "add", "path": "__proto__.x", "value": "1"}])", nullptr,
                            errc::invalid_path},
                    {"empty, which is not the same as absent", R"({})",
                            R"([{"op": "replace", "path": "", "value": {"title": "T"}}])", nullptr,
                            errc::invalid_path},
                    {"no string", R"({})", R"([{"op": "replace", "path": 7, "value": {"title": "T"}}])",
                            nullptr, errc::invalid_path},
                    {"an open bracket", R"({})", R"([{"op": "remove", "path": "emails[type eq \"work\""}])",
                            nullptr, errc::invalid_path},
                    {"an index", R"({})", R"([{"op": "remove", "path": "emails[0]"}])", nullptr,
                            errc::invalid_filter},
                    {"an empty filter", R"({})", R"([{"op": "remove", "path": "emails[]"}])", nullptr,
                            errc::invalid_filter},
                    {"a filter of another attribute", R"({})",
                            R"([{"op": "remove", "path": "emails[userName eq \"u\"]"}])", nullptr,
                            errc::invalid_filter},
                    {"a filter behind a sub-attribute", R"({})",
                            R"([{"op": "remove", "path": "emails.value[type eq \"work\"]"}])", nullptr,
                            errc::invalid_path},
                    {"words behind a filter", R"({})",
                            R"([{"op": "remove", "path": "emails[type eq \"work\"] x"}])", nullptr,
                            errc::invalid_path},
                    {"two filters", R"({})", R"([{"op": "remove", "path": "emails[type pr][value pr]"}])",
                            nullptr, errc::invalid_path},
                    {"JSON Patch", R"({})", R"([{"op": "remove", "path": "/title"}])", nullptr,
                            errc::invalid_path},
            },
            samples::user());
    expect_rows({{"a misspelt member list", R"({})",
                        R"([{"op": "add", "path": "memebers", "value": [{"value": "1"}]}])", nullptr,
                        errc::invalid_path}},
            samples::group());
    expect_rows(
            {{"members that are filtered by what they do not have: no member may stay that was meant to go",
                    R"({})",
                    R"([{"op": "replace", "path": "displayName", "value": "h"},
              {"op": "remove", "path": "members[valu eq \"1\"]"}])",
                    nullptr, errc::invalid_filter}},
            samples::group());
}

TEST(patch, operations_on_unknown_attributes_are_ignored_next_to_others) {
    const struct {
        const char* path;
        bool is_passed_over;
    } rows[] = {
            {"shoe", true},
            {"name.shoe", true},
            {"emails[type eq \\\"work\\\"].shoe", true},
            {"emails[kind eq \\\"work\\\"].value", true},
            {"shoes[type eq \\\"left\\\"].size", true},
            {"urn:example:acme:2.0:User:costUnit", true},
            {"urn:example:acme:2.0:User", true},
            {"urn:example:title", true},
            {"extension_7_shoe-size", true},
            {"__proto__.x", true},
            {"", false},
            {"shoe size", false},
            {"7shoe", false},
            {"a.b.c", false},
            {"shoes[]", false},
            {"shoes[type eq \\\"left\\\"", false},
            {"shoes[type pr] x", false},
            {"emails[type eq]", false},
            {"emails[type is 7].shoe", false},
            {"/title", false},
            {"urn:example a:title", false},
    };
    const auto user = samples::resource_of(R"({"active": true})", samples::user());
    for (const auto& row : rows)
        for (const char* const op : {"add", "replace", "remove"}) {
            const std::string operation =
                    R"({"op": ")" + std::string(op) + R"(", "path": ")" + row.path +
                    (op == std::string_view("remove") ? R"("})" : R"(", "value": "1"})");
            const auto beside = samples::patch_body(
                    "[" + operation + R"(, {"op": "replace", "path": "active", "value": false}])");
            const auto change = parse_patch(beside, samples::user());
            ASSERT_EQ(change.has_value(), row.is_passed_over) << operation;
            EXPECT_FALSE(parse_patch(beside, samples::user(), conformance_mode::strict)) << operation;
            EXPECT_FALSE(parse_patch(samples::patch_body("[" + operation + "]"), samples::user()))
                    << operation;
            if (!change)
                continue;
            const auto after = apply(*change, user, samples::user());
            ASSERT_TRUE(after) << operation;
            EXPECT_EQ(after->at("active"), json::value(false)) << operation;
        }
}

TEST(patch, a_request_whose_operations_would_all_be_ignored_is_refused) {
    const auto change = parse_patch(
            samples::patch_body(
                    R"([{"op": "add", "path": "shoe", "value": 1}, {"op": "remove", "path": "hat"}])"),
            samples::user());
    ASSERT_FALSE(change);
    EXPECT_EQ(change.error().code, errc::invalid_path);
    EXPECT_EQ(change.error().detail, "Operations[0]: There is no attribute 'shoe'.");
}

TEST(patch, parts_without_effect_are_recorded) {
    const struct {
        const char* operation;
        const char* name;
        ignored_reason why;
    } rows[] = {
            {R"({"op": "add", "path": "shoe", "value": 1})", "shoe", ignored_reason::unknown_path},
            {R"({"op": "add", "value": {"shoe": 1}})", "shoe", ignored_reason::unknown_attribute},
            {R"({"op": "add", "value": {"shoes[type eq \"x\"]": 1}})", "shoes[type eq \"x\"]",
                    ignored_reason::unknown_attribute},
            {R"({"op": "add", "path": "name", "value": {"shoe": 1}})", "name.shoe",
                    ignored_reason::unknown_attribute},
            {R"({"op": "add", "path": "title", "value": null})", "title", ignored_reason::no_value},
            {R"({"op": "replace", "path": "password", "value": "p"})", "password", ignored_reason::not_kept},
            {R"({"op": "replace", "value": {"groups": ["x"]}})", "groups", ignored_reason::read_only},
            {R"({"op": "add", "path": "phoneNumbers", "value": [{"type": "work"}]})", "phoneNumbers",
                    ignored_reason::no_value},
            {R"({"op": "remove", "path": "name[givenName eq \"H\"]"})", "name", ignored_reason::no_match},
            {R"({"op": "remove", "path": "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:manager.$ref"})",
                    "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:manager.$ref",
                    ignored_reason::derived},
            {R"({"op": "replace", "path": "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:manager.$ref",
             "value": "../Users/diruser_8"})",
                    "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:manager.$ref",
                    ignored_reason::derived},
    };
    const auto user = samples::resource_of(
            R"({"name": {"givenName": "G"},
            "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User": {"manager": {"value": "diruser_7"}}})",
            samples::user());
    for (const auto& row : rows) {
        const auto body = samples::patch_body("[" + std::string(row.operation) +
                                              R"(, {"op": "replace", "path": "nickName", "value": "N"}])");
        const auto change = parse_patch(body, samples::user());
        ASSERT_TRUE(change) << row.operation;
        auto ignored = change->ignored;
        ASSERT_TRUE(apply(*change, user, samples::user(), unlimited_work(), &ignored)) << row.operation;
        EXPECT_EQ(ignored.rows(), (std::vector<ignored_name>{{row.name, row.why}})) << row.operation;
    }
}

TEST(patch, active_cannot_be_unassigned) {
    for (const char* const operations : {R"([{"op": "remove", "path": "active"}])",
                 R"([{"op": "remove", "path": "active", "value": true}])",
                 R"([{"op": "replace", "path": "active", "value": null}])",
                 R"([{"op": "replace", "path": "active", "value": ""}])",
                 R"([{"op": "replace", "value": {"active": []}}])"}) {
        const auto change = parse_patch(samples::patch_body(operations), samples::user());
        ASSERT_FALSE(change) << operations;
        EXPECT_EQ(change.error().code, errc::invalid_value);
        EXPECT_EQ(change.error().detail, "Operations[0]: active is true or false; it cannot be unassigned.");
    }
    expect_rows({{"nothing added is no change", R"({"active": false})",
                        R"([{"op": "add", "path": "active", "value": null}])", R"({"active": false})"}},
            samples::user());
}

TEST(patch, a_filter_on_a_single_complex_value_selects_it_or_nothing) {
    const char* const g = R"({"name": {"givenName": "G", "familyName": "F"}})";
    const char* const e = R"({"name": {"givenName": "G", "familyName": "E"}})";
    expect_rows(
            {
                    {"removed", g, R"([{"op": "remove", "path": "name[givenName eq \"G\"]"}])", R"({})"},
                    {"not removed", g, R"([{"op": "remove", "path": "name[givenName eq \"H\"]"}])", g},
                    {"a part removed", g,
                            R"([{"op": "remove", "path": "name[givenName eq \"G\"].familyName"}])",
                            R"({"name": {"givenName": "G"}})"},
                    {"a part replaced", g,
                            R"([{"op": "replace", "path": "name[givenName eq \"g\"].familyName", "value": "E"}])",
                            e},
                    {"not replaced", g,
                            R"([{"op": "replace", "path": "name[givenName eq \"H\"].familyName", "value": "E"}])",
                            g},
                    {"not made", R"({})",
                            R"([{"op": "add", "path": "name[givenName eq \"H\"].familyName", "value": "E"}])",
                            R"({})"},
                    {"merged", g,
                            R"([{"op": "replace", "path": "name[givenName eq \"G\"]", "value": {"familyName": "E"}}])",
                            e},
                    {"unassigned", g,
                            R"([{"op": "replace", "path": "name[givenName eq \"G\"]", "value": null}])",
                            R"({})"},
                    {"a simple value has none", R"({})",
                            R"([{"op": "remove", "path": "title[value eq \"T\"]"}])", nullptr,
                            errc::invalid_path},
            },
            samples::user());
}

}  // namespace
}  // namespace scimd::scim

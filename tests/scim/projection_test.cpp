#include "scim/projection.hpp"

#include "sample_types.hpp"
#include "scim/schema/urn.hpp"

#include <gtest/gtest.h>

namespace scimd::scim {
namespace {

using samples::compact;

constexpr std::string_view whole_user = R"({
    "schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"],
    "id": "7",
    "userName": "bj",
    "password": "slipped in",
    "name": {"familyName": "Jensen", "givenName": "Barbara"},
    "emails": [{"value": "a@b.c", "type": "work"}, {"value": "d@e.f"}],
    "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User": {
        "department": "Tours", "manager": {"value": "1", "displayName": "Ann"}
    },
    "meta": {"resourceType": "User", "lastModified": "2026-01-01T00:00:00Z"}
})";

std::string projected(std::string_view resource, std::string_view attributes, std::string_view excluded,
        const resource_type& type = samples::user()) {
    json::object document = samples::document(resource);
    project(document, parse_projection(attributes, excluded, type), type);
    return scimd::to_text(document);
}

// RFC 7644 §3.9: id and schemas are returned always.
std::string minimal_and(std::string_view rest) {
    return compact(R"({"schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"], "id": "7")" +
                   (rest.empty() ? "" : "," + std::string(rest)) + "}");
}

TEST(projection, default_set_is_all_except_attributes_never_returned) {
    json::object expected = samples::document(whole_user);
    expected.stable_erase(expected.find("password"));
    EXPECT_EQ(projected(whole_user, "", ""), scimd::to_text(expected));
    EXPECT_TRUE(parse_projection("", "", samples::user()).is_default());
    EXPECT_TRUE(parse_projection(" ", " ", samples::user()).is_default());
}

TEST(projection, attributes_select_what_is_returned) {
    const struct {
        std::string_view attributes;
        std::string_view rest;
    } rows[] = {
            {"userName", R"("userName": "bj")"},
            {"USERNAME", R"("userName": "bj")"},
            {"urn:ietf:params:scim:schemas:core:2.0:User:userName", R"("userName": "bj")"},
            {" userName , name.givenName ", R"("userName": "bj", "name": {"givenName": "Barbara"})"},
            {"name,name.givenName", R"("name": {"familyName": "Jensen", "givenName": "Barbara"})"},
            {"emails.type", R"("emails": [{"type": "work"}])"},
            {"emails.value", R"("emails": [{"value": "a@b.c"}, {"value": "d@e.f"}])"},
            {"emails.display", ""},
            {"meta.lastModified", R"("meta": {"lastModified": "2026-01-01T00:00:00Z"})"},
            {"nope", ""},
            {"password", ""},
            {"id", ""},
            {"schemas", ""},
            {"name.middleName", ""},
            {",", ""},
            {"emails[type eq \"work\"]", R"("emails": [{"value": "a@b.c", "type": "work"}])"},
            {"emails[type eq \"a,b\"],userName", R"("userName": "bj")"},
            {"emails[type eq \"work\"].value", R"("emails": [{"value": "a@b.c"}])"},
            {"emails[type eq \"work\"],emails",
                    R"("emails": [{"value": "a@b.c", "type": "work"}, {"value": "d@e.f"}])"},
            {"emails[type eq", ""},
            {"name[familyName eq \"Jensen\"]", R"("name": {"familyName": "Jensen", "givenName": "Barbara"})"},
            {"name[familyName eq \"Other\"]", ""},
            {"urn:ietf:params:scim:schemas:core:2.0:id,urn:ietf:params:scim:schemas:core:2.0:userName",
                    R"("userName": "bj")"},
            {"urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:manager.value",
                    R"("urn:ietf:params:scim:schemas:extension:enterprise:2.0:User": {"manager": {"value": "1"}})"},
            {"department",
                    R"("urn:ietf:params:scim:schemas:extension:enterprise:2.0:User": {"department": "Tours"})"},
            {urn::enterprise_user,
                    R"("urn:ietf:params:scim:schemas:extension:enterprise:2.0:User": {
                "department": "Tours", "manager": {"value": "1", "displayName": "Ann"}})"},
            {"urn:ietf:params:scim:schemas:core:2.0:User",
                    R"("userName": "bj", "name": {"familyName": "Jensen", "givenName": "Barbara"},
            "emails": [{"value": "a@b.c", "type": "work"}, {"value": "d@e.f"}])"},
    };
    for (const auto& row : rows)
        EXPECT_EQ(projected(whole_user, row.attributes, ""), minimal_and(row.rest)) << row.attributes;
}

TEST(projection, excluded_attributes_are_left_out) {
    const auto without = [](std::initializer_list<std::string_view> names) {
        json::object document = samples::document(whole_user);
        document.stable_erase(document.find("password"));
        for (const std::string_view name : names)
            document.stable_erase(document.find(name));
        return document;
    };
    EXPECT_EQ(projected(whole_user, "", "emails, NAME"), scimd::to_text(without({"emails", "name"})));
    EXPECT_EQ(projected(whole_user, "", "id,schemas,nope"), scimd::to_text(without({})));
    EXPECT_EQ(
            projected(whole_user, "", urn::enterprise_user), scimd::to_text(without({urn::enterprise_user})));

    json::object document = without({});
    document["name"].as_object().erase("givenName");
    EXPECT_EQ(projected(whole_user, "", "name.givenName"), scimd::to_text(document));
    EXPECT_EQ(projected(whole_user, "", "name.givenName,name.familyName"), scimd::to_text(without({"name"})));
    // An extension without remaining attributes is removed, while `schemas` is unchanged.
    EXPECT_EQ(
            projected(whole_user, "", "department,manager"), scimd::to_text(without({urn::enterprise_user})));
}

TEST(projection, of_both_parameters_is_the_difference) {
    EXPECT_EQ(projected(whole_user, "userName,name", "name.familyName"),
            minimal_and(R"("userName": "bj", "name": {"givenName": "Barbara"})"));
    EXPECT_EQ(projected(whole_user, "userName,name", "name"), minimal_and(R"("userName": "bj")"));
}

TEST(projection, returned_characteristics_hold) {
    constexpr std::string_view whole = R"({
        "id": "1", "serial": "s", "label": "l", "pin": "p", "notes": "n",
        "ports": [{"kind": "usb", "speed": 5, "code": "c", "remark": "r"}]
    })";
    const struct {
        std::string_view attributes;
        std::string_view excluded;
        std::string_view expected;
    } rows[] = {
            {"", "", R"({"id":"1","serial":"s","label":"l","ports":[{"kind":"usb","speed":5}]})"},
            {"serial", "", R"({"id":"1","serial":"s","label":"l"})"},
            {"notes", "", R"({"id":"1","label":"l","notes":"n"})"},
            {"pin,ports.code", "", R"({"id":"1","label":"l","ports":[{"kind":"usb"}]})"},
            {"ports.remark", "", R"({"id":"1","label":"l","ports":[{"kind":"usb","remark":"r"}]})"},
            {"ports,ports.remark", "",
                    R"({"id":"1","label":"l","ports":[{"kind":"usb","speed":5,"remark":"r"}]})"},
            {"", "label,ports.kind,ports.speed",
                    R"({"id":"1","serial":"s","label":"l","ports":[{"kind":"usb"}]})"},
            {"label", "label", R"({"id":"1","label":"l"})"},
            {"urn:example:Device", "ports", R"({"id":"1","serial":"s","label":"l"})"},
    };
    for (const auto& row : rows)
        EXPECT_EQ(projected(whole, row.attributes, row.excluded, samples::device()), row.expected)
                << row.attributes << " - " << row.excluded;
}

TEST(projection, keeps_an_empty_list_and_drops_one_that_became_empty) {
    EXPECT_EQ(
            projected(R"({"id":"1","members":[]})", "", "", samples::group()), R"({"id":"1","members":[]})");
    EXPECT_EQ(projected(R"({"id":"1","members":[{"value":"2"}]})", "members.type", "", samples::group()),
            R"({"id":"1"})");
}

TEST(projection, undeclared_members_are_dropped) {
    EXPECT_EQ(projected(R"({"id":"1","internal":1,"name":{"x":1}})", "", ""), R"({"id":"1"})");
}

TEST(projection, says_in_advance_which_attributes_can_appear) {
    const attribute& members = *samples::group().base->find("members");
    const struct {
        std::string_view attributes;
        std::string_view excluded;
        bool is_wanted;
    } rows[] = {
            {"", "", true},
            {"displayName", "", false},
            {"members", "", true},
            {"members.value", "", true},
            {"urn:ietf:params:scim:schemas:core:2.0:Group", "", true},
            {"", "members", false},
            {"", "members.display", true},
            {"", "urn:ietf:params:scim:schemas:core:2.0:Group", false},
            {"members", "members", false},
    };
    for (const auto& row : rows) {
        const projection wanted = parse_projection(row.attributes, row.excluded, samples::group());
        EXPECT_EQ(wanted.wants(members), row.is_wanted) << row.attributes << " - " << row.excluded;
        EXPECT_TRUE(wanted.wants(*find_common("id")));
    }
    EXPECT_FALSE(projection{}.wants(*samples::user().base->find("password")));
}

TEST(projection, accepts_up_to_16_filters) {
    std::string names;
    for (int i = 1; i < 16; ++i)
        names += "emails[type eq \"" + std::to_string(i) + "\"],";
    const auto home = R"(emails[type eq "home"])";
    const auto work = std::string(R"(emails[type eq "work"])");
    EXPECT_EQ(parse_projection(names + home, "", samples::user()).chosen.size(), 16U);
    EXPECT_EQ(projected(whole_user, names + work, ""),
            minimal_and(R"("emails": [{"value": "a@b.c", "type": "work"}])"));
    EXPECT_EQ(projected(whole_user, names + home + "," + work, ""), minimal_and(""));
}

TEST(projection, repeated_names_are_kept_once) {
    const projection wanted = parse_projection("userName,USERNAME,userName,name", "id,ID", samples::user());
    EXPECT_EQ(wanted.attributes.size(), 2U);
    EXPECT_EQ(wanted.excluded.size(), 1U);
}

}  // namespace
}  // namespace scimd::scim

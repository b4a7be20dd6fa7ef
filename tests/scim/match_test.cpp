#include "scim/filter/match.hpp"

#include "sample_types.hpp"

#include <gtest/gtest.h>

namespace scimd::scim {
namespace {

const json::object& barbara() {
    static const json::object document = samples::document(R"({
        "schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"],
        "id": "diruser_7",
        "externalId": "Ext-1",
        "userName": "BJensen@Example.com",
        "name": {"familyName": "Jensen", "givenName": "B\u00e4rbel"},
        "displayName": "",
        "active": true,
        "profileUrl": "https://example.com/BJ",
        "emails": [
            {"value": "work@example.com", "type": "work"},
            {"value": "home@example.org", "type": "home", "primary": true},
            {"value": "bare@example.net"}
        ],
        "ims": [],
        "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User": {
            "department": "Tours", "manager": {"value": "diruser_1"}
        },
        "meta": {
            "resourceType": "User",
            "created": "2026-01-01T10:00:00.000000Z",
            "lastModified": "2026-01-02T10:00:00.500000Z"
        }
    })");
    return document;
}

struct claim {
    std::string_view filter;
    bool is_met;
};

// Evaluates the claim also with the values of one attribute examined one after the other.
void check_outside(
        const filter& condition, const resource_type& type, const json::object& document, bool is_met) {
    for (const auto& attribute : type.base->attributes) {
        if (!attribute.is_multi_valued)
            continue;
        auto rest = document;
        value_terms terms(condition, attribute);
        if (const auto* const values = find_array(document, attribute.name))
            for (const auto& value : *values)
                terms.look_at(value, unlimited_work());
        rest.erase(attribute.name);
        EXPECT_EQ(matches(condition, rest, terms, unlimited_work()), is_met) << attribute.name;
    }
}

void check(std::span<const claim> claims, const resource_type& type, const json::object& document) {
    for (const claim& each : claims) {
        const auto parsed = parse_filter(each.filter, type);
        ASSERT_TRUE(parsed) << each.filter << ": " << parsed.error().detail;
        EXPECT_EQ(matches(*parsed, document), each.is_met) << each.filter;
        filter opposite{negation{*parsed}};
        EXPECT_EQ(matches(opposite, document), !each.is_met) << each.filter;
        SCOPED_TRACE(each.filter);
        check_outside(*parsed, type, document, each.is_met);
        check_outside(opposite, type, document, !each.is_met);
    }
}

TEST(match, strings_are_compared_by_the_case_rule_of_their_attribute) {
    check(
            std::vector<claim>{
                    {R"(userName eq "bjensen@EXAMPLE.com")", true},
                    {R"(userName eq "bjensen")", false},
                    {R"(userName ne "bjensen")", true},
                    {R"(userName ne "BJENSEN@example.com")", false},
                    {R"(userName sw "bj")", true},
                    {R"(userName sw "jensen")", false},
                    {R"(userName ew ".COM")", true},
                    {R"(userName ew "example")", false},
                    {R"(userName co "SEN@")", true},
                    {R"(userName co "")", true},
                    {R"(userName co "nobody")", false},
                    {R"(userName gt "a")", true},
                    {R"(userName gt "bjensen@example.com")", false},
                    {R"(userName ge "BJENSEN@EXAMPLE.COM")", true},
                    {R"(userName lt "c")", true},
                    {R"(userName le "a")", false},
                    {R"(name.givenName eq "B\u00c4RBEL")", true},
                    {R"(externalId eq "Ext-1")", true},
                    {R"(externalId eq "ext-1")", false},
                    {R"(externalId sw "ext")", false},
                    {R"(profileUrl co "/BJ")", true},
                    {R"(profileUrl co "/bj")", false},
                    {R"(schemas eq "URN:ietf:params:scim:schemas:core:2.0:user")", true},
                    {R"(schemas eq "urn:ietf:params:scim:schemas:core:2.0:Group")", false},
            },
            samples::user(), barbara());
}

TEST(match, booleans_and_instants) {
    check(
            std::vector<claim>{
                    {"active eq true", true},
                    {"active eq false", false},
                    {"active ne false", true},
                    {"active ne true", false},
                    {"active pr", true},
                    {R"(meta.lastModified eq "2026-01-02T11:00:00.5+01:00")", true},
                    {R"(meta.lastModified ne "2026-01-02T11:00:00.5+01:00")", false},
                    {R"(meta.lastModified gt "2026-01-02T10:00:00.499999Z")", true},
                    {R"(meta.lastModified gt "2026-01-02T10:00:00.5Z")", false},
                    {R"(meta.lastModified lt "2026-01-02T09:59:00-01:00")", true},
                    {R"(meta.created lt "2026-01-01T11:00:00+02:00")", false},
                    {R"(meta.created le "2026-01-01T10:00:00Z")", true},
            },
            samples::user(), barbara());
}

// RFC 7643 §2.5: an empty value counts as unassigned.
TEST(match, unassigned_attributes) {
    check(
            std::vector<claim>{
                    {"title pr", false},
                    {"displayName pr", false},
                    {"ims pr", false},
                    {"emails pr", true},
                    {"name pr", true},
                    {"name.middleName pr", false},
                    {"emails.primary pr", true},
                    {"emails.display pr", false},
                    {"title eq null", true},
                    {"title ne null", false},
                    {"userName eq null", false},
                    {"userName ne null", true},
                    {"ims eq null", true},
                    {"emails eq null", false},
                    {"emails.type eq null", false},
                    {"emails.display eq null", true},
                    {R"(title eq "x")", false},
                    {R"(title ne "x")", true},
                    {R"(title eq "")", false},
                    {R"(title co "")", false},
                    {R"(title lt "x")", false},
                    {R"(ims.value ne "x")", true},
                    {R"(ims[value ne "x"])", false},
                    {R"(addresses.country ne "IT")", true},
            },
            samples::user(), barbara());
}

TEST(match, multi_valued_attributes_match_when_any_value_does) {
    check(
            std::vector<claim>{
                    {R"(emails co "example.org")", true},
                    {R"(emails.value eq "WORK@example.com")", true},
                    {R"(emails.type eq "work" and emails.value ew ".org")", true},
                    {R"(emails[type eq "work" and value ew ".org"])", false},
                    {R"(emails[type eq "work" and value ew ".com"])", true},
                    {R"(emails[type eq "work"].value eq "work@example.com")", true},
                    {R"(emails[type eq "work"].value eq "home@example.org")", false},
                    {R"(emails[type ne "work" and type ne "home"])", true},
                    {R"(emails[not (type pr)])", true},
                    {R"(emails[primary eq true].type eq "home")", true},
                    {R"(emails[primary eq null and type eq "home"])", false},
                    {R"(emails[type eq "other"])", false},
                    {R"(not (emails[type eq "other"]))", true},
                    {R"(emails.value ne "work@example.com")", true},
            },
            samples::user(), barbara());
}

TEST(match, extensions_and_junctions) {
    check(
            std::vector<claim>{
                    {R"(department eq "tours")", true},
                    {R"(urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:division pr)", false},
                    {R"(id eq "diruser_7" and manager eq "diruser_1")", true},
                    {R"(id eq "diruser_7" and manager eq "DIRUSER_1")", false},
                    {R"(manager[value eq "diruser_1"])", true},
                    {R"(title pr or active eq true)", true},
                    {R"(title pr or active eq false)", false},
                    {R"(title pr and nickName pr or active eq true)", true},
                    {R"(title pr and (nickName pr or active eq true))", false},
            },
            samples::user(), barbara());
    check(std::vector<claim>{{"department pr", false}, {R"(department ne "x")", true}}, samples::user(),
            samples::document(R"({"userName": "x"})"));
}

TEST(match, numbers_compare_exactly) {
    const json::object document = samples::document(R"({
        "cores": 9007199254740993, "weight": 1.5, "tags": ["Red", "blue"],
        "ports": [{"kind": "usb", "modes": ["A", "b"], "speed": 5}]
    })");
    check(
            std::vector<claim>{
                    {"cores eq 9007199254740993", true},
                    {"cores eq 9007199254740992", false},
                    {"cores gt 9007199254740992", true},
                    {"weight eq 1.5", true},
                    {"weight gt 1", true},
                    {"weight ge 2", false},
                    {"weight lt 9223372036854775807", true},
                    {"weight gt -9223372036854775808", true},
                    {"weight ne 1.5", false},
                    {R"(tags eq "RED")", true},
                    {R"(tags eq "green")", false},
                    {R"(tags ne "red")", true},
                    {R"(tags[value sw "r" and value ew "e"])", false},
                    {R"(tags[value sw "b" and value ew "e"])", true},
                    {R"(ports[modes eq "B" and speed le 5])", true},
                    {R"(ports.modes eq "c")", false},
                    {R"(ports.speed lt 5)", false},
            },
            samples::device(), document);
}

TEST(match, integers_and_decimals_mix) {
    const json::object whole = samples::document(R"({"weight": 9007199254740993})");
    check(
            std::vector<claim>{
                    {"weight eq 9007199254740992.0", false},
                    {"weight gt 9007199254740992.0", true},
                    {"weight lt 1e300", true},
                    {"weight gt -1e300", true},
                    {"weight eq 9007199254740993", true},
            },
            samples::device(), whole);
}

TEST(match, a_fraction_distinguishes_an_integer_from_a_decimal) {
    check(
            std::vector<claim>{
                    {"weight lt 1.5", true},
                    {"weight eq 1.5", false},
                    {"weight gt 0.5", true},
                    {"weight gt -1.5", true},
                    {"weight eq 1.0", true},
            },
            samples::device(), samples::document(R"({"weight": 1})"));
    check(std::vector<claim>{{"weight gt -1.5", true}, {"weight lt -0.5", true}, {"weight le -1.5", false}},
            samples::device(), samples::document(R"({"weight": -1})"));
}

TEST(match, one_value_against_a_value_filter) {
    const auto emails = parse_path("emails", samples::user());
    const auto condition = parse_value_filter(R"(type eq "work" and primary ne true)", *emails);
    ASSERT_TRUE(condition);
    EXPECT_TRUE(matches_value(*condition, samples::document(R"({"type": "WORK"})")));
    EXPECT_FALSE(matches_value(*condition, samples::document(R"({"type": "work", "primary": true})")));
    EXPECT_FALSE(matches_value(*condition, json::value("work")));
    const auto tags = parse_path("tags", samples::device());
    const auto element = parse_value_filter(R"(value eq "red")", *tags);
    ASSERT_TRUE(element);
    EXPECT_TRUE(matches_value(*element, json::value("Red")));
    EXPECT_FALSE(matches_value(*element, json::value("blue")));
}

std::string text_at(std::string_view path) {
    const json::value* const value = value_at(parse_path(path, samples::user()).value(), barbara());
    return value ? scimd::to_text(*value) : "nothing";
}

// RFC 7644 §3.4.2.3.
TEST(value_at, is_the_primary_value_or_else_the_first) {
    EXPECT_EQ(text_at("userName"), R"("BJensen@Example.com")");
    EXPECT_EQ(text_at("name.familyName"), R"("Jensen")");
    EXPECT_EQ(text_at("emails.value"), R"("home@example.org")");
    EXPECT_EQ(text_at("schemas"), R"("urn:ietf:params:scim:schemas:core:2.0:User")");
    EXPECT_EQ(text_at("department"), R"("Tours")");
    EXPECT_EQ(text_at("title"), "nothing");
    EXPECT_EQ(text_at("displayName"), "nothing");
    EXPECT_EQ(text_at("ims.value"), "nothing");
    EXPECT_EQ(text_at("emails.display"), "nothing");
    const json::object one = samples::document(R"({"emails": [{"value": "a"}, {"value": "b"}]})");
    EXPECT_EQ(*value_at(parse_path("emails.value", samples::user()).value(), one), "a");
}

TEST(match, values_are_examined_until_all_terms_are_decided) {
    const auto& type = samples::user();
    const auto& emails = *type.base->find("emails");
    const auto condition =
            parse_filter(R"(emails.value co "b" and not (emails.type eq "work"))", type).value();
    value_terms terms(condition, emails);
    EXPECT_FALSE(terms.are_decided());
    terms.look_at(samples::document(R"({"value": "b"})"), unlimited_work());
    EXPECT_FALSE(terms.are_decided());
    EXPECT_TRUE(matches(condition, {}, terms, unlimited_work()));
    terms.look_at(samples::document(R"({"value": "c", "type": "work"})"), unlimited_work());
    EXPECT_TRUE(terms.are_decided());
    EXPECT_FALSE(matches(condition, {}, terms, unlimited_work()));

    const auto other = parse_filter(R"(title eq "x")", type).value();
    EXPECT_TRUE(value_terms(other, emails).are_decided()) << "none is looked at";
    work_budget little(10);
    value_terms charged(condition, emails);
    EXPECT_THROW(charged.look_at(samples::document(R"({"value": "b"})"), little), work_limit_exceeded);
}

}  // namespace
}  // namespace scimd::scim

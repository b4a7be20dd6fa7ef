#include "sample_types.hpp"
#include "scim/resource.hpp"

#include <gtest/gtest.h>

#include <array>
#include <optional>
#include <string>
#include <vector>

namespace scimd::scim {
namespace {

using samples::document;

// ---- members ----

TEST(resource, members_of_a_group_are_not_in_its_document) {
    const auto read = read_body(
            document(
                    R"({"displayName": "g", "Members": [{"value": "1", "$ref": null, "display": "d"}, {"Value": "2"}]})"),
            samples::group());
    ASSERT_TRUE(read) << read.error().detail;
    EXPECT_FALSE(read->document.contains("members"));
    EXPECT_TRUE(read->names_members);
    EXPECT_EQ(read->members, (std::vector<member>{{"1", "d", ""}, {"2", "", ""}}));
}

TEST(resource, an_empty_member_list_differs_from_no_member_list) {
    for (const char* const sent :
            {R"({"displayName": "g", "members": []})", R"({"displayName": "g", "members": null})"}) {
        const auto read = read_body(document(sent), samples::group());
        ASSERT_TRUE(read) << sent;
        EXPECT_TRUE(read->names_members) << sent;
        EXPECT_TRUE(read->members.empty()) << sent;
    }
    const auto silent = read_body(document(R"({"displayName": "g"})"), samples::group());
    ASSERT_TRUE(silent);
    EXPECT_FALSE(silent->names_members);
}

TEST(resource, only_members_of_groups_are_kept_apart) {
    EXPECT_TRUE(is_kept_apart(samples::group(), *samples::group().base->find("members")));
    EXPECT_FALSE(is_kept_apart(samples::group(), *samples::group().base->find("displayName")));
    EXPECT_FALSE(is_kept_apart(samples::user(), *samples::user().base->find("emails")));
    attribute namesake;
    namesake.name = "members";
    EXPECT_FALSE(is_kept_apart(samples::group(), namesake));
}

TEST(resource, members_may_be_objects_or_ids_single_or_in_a_list) {
    const std::vector<member> one = {{"1", "", ""}};
    struct row {
        const char* sent;
        std::optional<std::vector<member>> read;
    };
    for (const row& each : std::vector<row>{
                 {R"([{"value": "1"}])", one},
                 {R"({"value": "1"})", one},
                 {R"(["1"])", one},
                 {R"("1")", one},
                 {R"([{"VALUE": "1", "Display": null, "$ref": null, "extra": 1}])", one},
                 {R"([{"value": "1"}, {"value": "1", "display": "again"}, "1"])", one},
                 {R"([null, "1"])", one},
                 {R"([{"value": "2", "type": "User", "display": "D"}, "1"])",
                         std::vector<member>{{"2", "D", "User"}, {"1", "", ""}}},
                 {R"(null)", std::vector<member>{}},
                 {R"([])", std::vector<member>{}},
                 {R"("")", std::vector<member>{}},
                 {R"({})", std::nullopt},
                 {R"([{}])", std::nullopt},
                 {R"([{"display": "D"}])", std::nullopt},
                 {R"([{"value": ""}])", std::nullopt},
                 {R"([{"value": null}])", std::nullopt},
                 {R"([{"value": 7}])", std::nullopt},
                 {R"([{"value": "1", "display": 7}])", std::nullopt},
                 {R"([""])", std::nullopt},
                 {R"([7])", std::nullopt},
                 {R"(7)", std::nullopt},
         }) {
        const auto read = read_members(parse_json(each.sent).value());
        ASSERT_EQ(read.has_value(), each.read.has_value()) << each.sent;
        if (read)
            EXPECT_EQ(*read, *each.read) << each.sent;
        else
            EXPECT_EQ(read.error().code, errc::invalid_value) << each.sent;
    }
}

TEST(resource, member_lists_are_limited_in_number_and_length) {
    json::array members;
    for (std::size_t i = 0; i < members_max; ++i)
        members.emplace_back(std::to_string(i));
    EXPECT_TRUE(read_members(members));
    members.emplace_back("one more");
    EXPECT_EQ(read_members(members).error().code, errc::too_large);

    EXPECT_TRUE(read_members(json::value(std::string(user_name_bytes_max, 'x'))));
    EXPECT_FALSE(read_members(json::value(std::string(user_name_bytes_max + 1, 'x'))));
}

// ---- replacement ----

// RFC 7644 §3.5.1.
TEST(resource, an_immutable_attribute_keeps_its_value) {
    struct row {
        const char* claim;
        const char* current;
        const char* next;
        bool is_allowed;
    };
    for (const row& each : std::initializer_list<row>{
                 {"set", R"({})", R"({"place": {"room": "1"}})", true},
                 {"same", R"({"place": {"room": "1", "floor": 2}})",
                         R"({"place": {"floor": 2, "room": "1"}})", true},
                 {"changed", R"({"place": {"room": "1"}})", R"({"place": {"room": "2"}})", false},
                 {"extended", R"({"place": {"room": "1"}})", R"({"place": {"room": "1", "floor": 2}})",
                         false},
                 {"left out", R"({"place": {"room": "1"}})", R"({})", false},
                 {"others may change", R"({"label": "a"})", R"({"label": "b"})", true},
                 {"others may go", R"({"label": "a", "tags": ["x"]})", R"({})", true},
         }) {
        const auto checked =
                check_replacement(document(each.current), document(each.next), samples::device());
        EXPECT_EQ(checked.has_value(), each.is_allowed) << each.claim;
        if (!checked) {
            EXPECT_EQ(checked.error().code, errc::mutability) << each.claim;
        }
    }
}

constexpr std::array<embedded_file, 3> ticket_files = {{
        {"ticket_type.json", R"({"name": "Ticket", "endpoint": "/Tickets", "idPrefix": "ticket_",
        "schema": "urn:example:Ticket", "schemaExtensions": [{"schema": "urn:example:Ticket:More"}]})"},
        {"ticket.json", R"({"id": "urn:example:Ticket", "attributes": [
        {"name": "owner", "type": "complex", "subAttributes": [
            {"name": "key", "mutability": "immutable"}, {"name": "note"}]},
        {"name": "parts", "type": "complex", "multiValued": true, "subAttributes": [
            {"name": "number", "required": true}, {"name": "note"}]}]})"},
        {"more.json", R"({"id": "urn:example:Ticket:More", "attributes": [
        {"name": "origin", "mutability": "immutable"}, {"name": "reason", "required": true}]})"},
}};

class ticket : public ::testing::Test {
protected:
    const catalogue types_ = catalogue::load(ticket_files).value();
    const resource_type& type_ = *types_.find_type("Ticket");
};

TEST_F(ticket, immutable_sub_attributes_and_those_of_extensions_keep_their_values) {
    struct row {
        const char* current;
        const char* next;
        bool is_allowed;
    };
    for (const row& each : std::initializer_list<row>{
                 {R"({"owner": {"key": "1", "note": "a"}})", R"({"owner": {"key": "1", "note": "b"}})", true},
                 {R"({"owner": {"key": "1"}})", R"({"owner": {"key": "2"}})", false},
                 {R"({"owner": {"key": "1"}})", R"({})", false},
                 {R"({"owner": {"note": "a"}})", R"({"owner": {"key": "2"}})", true},
                 {R"({"urn:example:Ticket:More": {"origin": "o", "reason": "r"}})",
                         R"({"urn:example:Ticket:More": {"origin": "p", "reason": "r"}})", false},
                 {R"({"urn:example:Ticket:More": {"origin": "o", "reason": "r"}})", R"({})", false},
                 {R"({"urn:example:Ticket:More": {"reason": "r"}})", R"({})", true},
         }) {
        const auto checked = check_replacement(document(each.current), document(each.next), type_);
        EXPECT_EQ(checked.has_value(), each.is_allowed) << each.current << each.next;
    }
}

// RFC 7643 §6: an optional extension may be missing, but not incomplete.
TEST_F(ticket, a_present_extension_must_have_its_required_attributes) {
    EXPECT_TRUE(read_body(document(R"({"urn:example:Ticket:More": {"reason": "r"}})"), type_));
    EXPECT_TRUE(read_body(document(R"({"urn:example:Ticket:More": {}})"), type_));
    EXPECT_FALSE(read_body(document(R"({"urn:example:Ticket:More": {"origin": "o"}})"), type_));
}

TEST_F(ticket, an_element_must_have_its_required_sub_attributes) {
    EXPECT_TRUE(read_body(document(R"({"parts": [{"number": "1"}]})"), type_));
    EXPECT_FALSE(read_body(document(R"({"parts": [{"number": "1"}, {"note": "n"}]})"), type_));
}

// ---- normalize ----

TEST(resource, normalizing_drops_empty_undeclared_and_computed_attributes) {
    json::object given = document(
            R"({"id": "7", "userName": "a", "name": {"givenName": null}, "emails": [{"value": ""}], "password": "p",
            "shoe": 1, "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User": {"department": "", "x": 1},
            "roles": [{"value": "v", "display": null}, {"value": "V"}], "active": true})");
    ASSERT_TRUE(normalize(given, samples::user()));
    EXPECT_EQ(given, document(
                             R"({"schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"], "userName": "a",
                "roles": [{"value": "v"}], "active": true})"));
}

TEST(resource, normalizing_is_idempotent) {
    for (const char* const text : {
                 R"({"userName": "a", "emails": [{"value": "x", "primary": true}, {"value": "X"}, {"type": "work"}]})",
                 R"({"userName": "a", "addresses": [{"primary": true}, {"primary": false}, {"type": "work"}]})"}) {
        json::object once = document(text);
        ASSERT_TRUE(normalize(once, samples::user()));
        json::object twice = once;
        ASSERT_TRUE(normalize(twice, samples::user()));
        EXPECT_EQ(once, twice);
    }
}

}  // namespace
}  // namespace scimd::scim

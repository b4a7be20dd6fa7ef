#include "patch_rows.hpp"

namespace scimd::scim {
namespace {

using samples::expect_member_rows;
using samples::expect_rows;
using samples::patch_body;

TEST(patch, members_are_added_removed_and_replaced) {
    expect_member_rows({
            {"add", R"([{"op": "add", "path": "members", "value": [{"value": "1", "display": "D"}, {"value": "2"}]}])",
                    "add 1(D) 2"},
            {"add one without array", R"([{"op": "add", "path": "members", "value": {"value": "1"}}])",
                    "add 1"},
            {"add twice the same",
                    R"([{"op": "add", "path": "members", "value": [{"value": "1"}, {"value": "1"}]}])",
                    "add 1"},
            {"add without a path", R"([{"op": "add", "value": {"members": [{"value": "1"}]}}])", "add 1"},
            {"add nothing", R"([{"op": "add", "path": "members", "value": []}])", ""},
            {"add null", R"([{"op": "add", "path": "members", "value": null}])", ""},
            {"add the member a filter names",
                    R"([{"op": "add", "path": "members[value eq \"1\"]", "value": {"value": "1"}}])",
                    "add 1"},
            {"add whom a filter does not name",
                    R"([{"op": "add", "path": "members[type eq \"User\"]", "value": {}}])", nullptr,
                    errc::no_target},
            {"add without value", R"([{"op": "add", "path": "members"}])", nullptr, errc::invalid_value},
            {"add a member without value",
                    R"([{"op": "add", "path": "members", "value": [{"display": "D"}]}])", nullptr,
                    errc::invalid_value},
            {"replace", R"([{"op": "replace", "path": "members", "value": [{"value": "1"}]}])", "all 1"},
            {"replace without a path",
                    R"([{"op": "replace", "value": {"displayName": "n", "members": [{"value": "1"}]}}])",
                    "all 1"},
            {"replace by nothing", R"([{"op": "replace", "path": "members", "value": []}])", "all"},
            {"replace by null", R"([{"op": "replace", "path": "members", "value": null}])", "all"},
            {"replace without value", R"([{"op": "replace", "path": "members"}])", nullptr,
                    errc::invalid_value},
            {"replace by an empty object", R"([{"op": "replace", "path": "members", "value": {}}])", nullptr,
                    errc::invalid_value},
            {"remove all", R"([{"op": "remove", "path": "members"}])", "all"},
            {"remove one", R"([{"op": "remove", "path": "members[value eq \"1\"]"}])", "remove 1"},
            {"RFC 7644 figure: no space before the literal",
                    R"([{"op": "remove", "path": "members[value eq\"1\"]"}])", "remove 1"},
            {"remove several", R"([{"op": "remove", "path": "members[value eq \"1\" or value eq \"2\"]"}])",
                    "remove 1 2"},
            {"remove by another filter", R"([{"op": "remove", "path": "members[type eq \"User\"]"}])",
                    R"(remove where members.type eq "User")"},
            {"remove and add (Okta)",
                    R"([{"op": "remove", "path": "members[value eq \"1\"]"},
             {"op": "add", "path": "members", "value": [{"value": "2", "display": "b"}]}])",
                    "remove 1; add 2(b)"},
            {"remove all and add",
                    R"([{"op": "remove", "path": "members"}, {"op": "add", "path": "members", "value": [{"value": "2"}]}])",
                    "all; add 2"},
            {"replace one by another",
                    R"([{"op": "replace", "path": "members[value eq \"1\"]", "value": {"value": "2"}}])",
                    "expect 1; remove 1; add 2"},
            {"replace one of a kind by another",
                    R"([{"op": "replace", "path": "members[type eq \"User\"]", "value": {"value": "2"}}])",
                    R"(expect where members.type eq "User"; remove where members.type eq "User"; add 2)"},
            {"replace one by nothing",
                    R"([{"op": "replace", "path": "members[value eq \"1\"]", "value": null}])",
                    "expect 1; remove 1"},
            {"replace one by itself",
                    R"([{"op": "replace", "path": "members[value eq \"1\"]", "value": {"value": "1"}}])",
                    "expect 1; add 1"},
            {"its display", R"([{"op": "replace", "path": "members[value eq \"1\"].display", "value": "D"}])",
                    R"(expect 1; display 'D' where members.value eq "1")"},
    });
}

TEST(patch, remove_with_a_list_removes_only_the_listed_members) {
    expect_member_rows({
            {"objects",
                    R"([{"op": "remove", "path": "members", "value": [{"$ref": null, "value": "1"}, {"value": "2"}]}])",
                    "remove 1 2"},
            {"one object", R"([{"op": "remove", "path": "members", "value": {"value": "1"}}])", "remove 1"},
            {"ids", R"([{"op": "remove", "path": "members", "value": ["1", "2"]}])", "remove 1 2"},
            {"one id", R"([{"op": "remove", "path": "members", "value": "1"}])", "remove 1"},
            {"none", R"([{"op": "remove", "path": "members", "value": []}])", ""},
            {"no list", R"([{"op": "remove", "path": "members", "value": null}])", "all"},
            {"an object without value", R"([{"op": "remove", "path": "members", "value": {}}])", nullptr,
                    errc::invalid_value},
    });
}

TEST(patch, only_the_display_of_a_member_can_change) {
    expect_member_rows({
            {"value", R"([{"op": "replace", "path": "members[value eq \"1\"].value", "value": "2"}])",
                    nullptr, errc::mutability},
            {"type", R"([{"op": "replace", "path": "members[value eq \"1\"].type", "value": "Group"}])",
                    nullptr, errc::mutability},
            {"all values", R"([{"op": "remove", "path": "members.value"}])", nullptr, errc::mutability},
            {"no value", R"([{"op": "replace", "path": "members[value eq \"1\"].display"}])", nullptr,
                    errc::invalid_value},
            {"unknown", R"([{"op": "replace", "path": "members[value eq \"1\"].displayName", "value": "D"}])",
                    nullptr, errc::invalid_path},
    });
    const auto display = [](const char* operations) {
        const auto change = parse_patch(patch_body(operations), samples::group()).value();
        return std::get<update_members_where>(change.members.back());
    };
    const auto changed =
            display(R"([{"op": "replace", "path": "members[value eq \"1\"].display", "value": "D"}])");
    EXPECT_EQ(changed.display, "D");
    EXPECT_TRUE(std::holds_alternative<comparison>(changed.condition.node));
    const auto removed = display(R"([{"op": "remove", "path": "members[value eq \"1\"].display"}])");
    EXPECT_EQ(removed.display, "");
    const auto every = display(R"([{"op": "replace", "path": "members.display", "value": "D"}])");
    EXPECT_TRUE(std::holds_alternative<present>(every.condition.node));
}

// In several servers, a replace of something else emptied the group.
TEST(patch, values_without_members_change_no_members) {
    expect_member_rows({
            {"displayName", R"([{"op": "replace", "value": {"displayName": "n"}}])", ""},
            {"unknown", R"([{"op": "replace", "value": {"member": [{"value": "1"}]}}])", ""},
            {"id and displayName (Okta)", R"([{"op": "replace", "value": {"id": "7", "displayName": "n"}}])",
                    ""},
            {"displayName by path", R"([{"op": "replace", "path": "displayName", "value": "n"}])", ""},
    });
    expect_rows(
            {{"Okta's rename", R"({})", R"([{"op": "replace", "value": {"id": "7", "displayName": "n"}}])",
                     R"({"displayName": "n"})"},
                    {"a group has a name", R"({})", R"([{"op": "remove", "path": "displayName"}])", nullptr,
                            errc::mutability}},
            samples::group());
}

}  // namespace
}  // namespace scimd::scim

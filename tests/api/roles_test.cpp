// Roles, the groups that assign them, and the events of both.
#include "support/api_fixture.hpp"

#include <gtest/gtest.h>

namespace scimd::api {
namespace {

using texts = std::vector<std::string>;

class roles_test : public testing::Test {
protected:
    void make_role(std::string_view name, const std::string& where = "/api/v1") {
        const auto made =
                fixture.operate("POST", where + "/roles", R"({"name":")" + std::string(name) + "\"}");
        ASSERT_EQ(made.status, 201) << made.text;
    }

    std::string make_group(std::string_view name, const texts& ids = {}) {
        std::string members;
        for (const auto& id : ids)
            members.append(members.empty() ? "" : ",").append(R"({"value":")" + id + "\"}");
        return fixture.make_group(name, R"(,"members":[)" + members + "]");
    }

    test::answer assign(const std::vector<std::pair<std::string, std::string>>& pairs) {
        std::string body;
        for (const auto& [group, role] : pairs) {
            body.append(body.empty() ? "" : ",");
            body.append(R"({"group_id":")" + group + R"(","role_name":")" + role + "\"}");
        }
        return fixture.operate(
                "PUT", directory + "/groups/-/roles:assign", R"({"assignments":[)" + body + "]}");
    }

    static texts named(const json::value& listed) {
        texts found;
        for (const auto& one : listed.as_array())
            found.emplace_back(one.at("role_name").as_string());
        return found;
    }

    texts roles_of(std::string_view user) {
        const auto page = fixture.operate("GET", directory + "/users?page_size=1000&include_detail=true");
        for (const auto& one : page.body.at("users").as_array())
            if (one.at("id").as_string() == user)
                return named(one.at("user_detail").at("roles"));
        return {"no such user"};
    }

    // Since the last call.
    std::vector<json::object> news() {
        auto all = fixture.events();
        std::vector<json::object> fresh(all.begin() + static_cast<std::ptrdiff_t>(seen), all.end());
        seen = all.size();
        return fresh;
    }

    test::api_fixture fixture;
    std::size_t seen = 0;
    const std::string owner = "/api/v1/organizations/" + fixture.organization;
    const std::string directory = owner + "/directories/" + fixture.directory;
};

TEST_F(roles_test, a_role_is_made_read_changed_and_deleted_with_its_events) {
    const auto made = fixture.operate(
            "POST", "/api/v1/roles", R"({"name":"chief","display_name":"Admin","permissions":["all"]})");
    ASSERT_EQ(made.status, 201) << made.text;
    const auto id = made.member("role").at("id");
    const json::object expected{{"id", id}, {"name", "chief"}, {"display_name", "Admin"}, {"description", ""},
            {"default_creator", false}, {"default_member", false}, {"permissions", {"all"}},
            {"dependent_roles_count", 0}, {"is_org_role", false}};
    EXPECT_EQ(made.member("role"), expected) << made.text;
    EXPECT_EQ(fixture.operate("GET", "/api/v1/roles/chief").text, made.text);
    EXPECT_EQ(fixture.operate("GET", owner + "/roles/chief").text, made.text);
    const auto renamed = fixture.operate("PUT", "/api/v1/roles/chief", R"({"display_name":"Chief"})");
    EXPECT_EQ(renamed.member("role").at("display_name"), "Chief");
    EXPECT_EQ(renamed.member("role").at("permissions"), json::array{"all"});
    EXPECT_EQ(fixture.operate("PUT", "/api/v1/roles/chief", R"({"display_name":"Chief"})").status, 200);
    EXPECT_EQ(fixture.operate("DELETE", "/api/v1/roles/chief").status, 200);
    EXPECT_EQ(fixture.operate("GET", "/api/v1/roles/chief").status, 404);
    texts types;
    const auto published = news();
    for (const auto& event : published) {
        types.emplace_back(event.at("type").as_string());
        EXPECT_EQ(event.at("object"), "Role");
        EXPECT_EQ(event.at("data").at("id"), id);
        EXPECT_FALSE(find(event, "organization_id"));
    }
    EXPECT_EQ(types, (texts{"role.created", "role.updated", "role.deleted"}));
    EXPECT_EQ(published.at(1).at("changed_attributes"), json::array{"display_name"});
    EXPECT_EQ(published.at(1).at("previous_attributes"), (json::object{{"display_name", "Admin"}}));
}

TEST_F(roles_test, an_organization_sees_its_own_roles_and_the_environment_s) {
    make_role("chief");
    make_role("clerk", owner);
    EXPECT_EQ(fixture.operate("GET", "/api/v1/roles").body.at("roles").as_array().size(), 3U);
    const auto seen_there = fixture.operate("GET", owner + "/roles").body.at("roles").as_array();
    ASSERT_EQ(seen_there.size(), 4U);
    EXPECT_EQ(seen_there[2].at("name"), "chief");
    EXPECT_EQ(seen_there[3].at("name"), "clerk");
    EXPECT_EQ(seen_there[3].at("is_org_role"), true);
    const auto other = "/api/v1/organizations/" + fixture.make_organization("Other");
    EXPECT_EQ(fixture.operate("GET", other + "/roles/clerk").status, 404);
    EXPECT_EQ(fixture.operate("DELETE", owner + "/roles/chief").status, 404);
    EXPECT_EQ(fixture.operate("PUT", owner + "/roles/chief", R"({"description":"x"})").status, 404);
    EXPECT_EQ(fixture.operate("POST", owner + "/roles", R"({"name":"chief"})").status, 400);
}

TEST_F(roles_test, what_is_no_role_is_refused_by_name) {
    make_role("base");
    make_role("one");
    fixture.operate("PUT", "/api/v1/roles/one", R"({"extends":"base"})");
    const std::pair<std::string_view, std::string_view> made[] = {
            {R"({"name":"a b"})", "name must have 1 to 64 letters, digits or underscores."},
            {R"({"name":"x","extends":"none"})", "extends: there is no role none."},
            {R"({"name":"x","extends":"x"})",
                    "extends: a role cannot extend itself, directly or through others."},
    };
    for (const auto& [body, message] : made) {
        const auto got = fixture.operate("POST", "/api/v1/roles", body);
        EXPECT_EQ(got.status, message.find("there is no role") == std::string_view::npos ? 400 : 404) << body;
        EXPECT_EQ(got.text_of("message"), message) << body;
    }
    const auto round = fixture.operate("PUT", "/api/v1/roles/base", R"({"extends":"one"})");
    EXPECT_EQ(round.text_of("message"), "extends: a role cannot extend itself, directly or through others.");
    EXPECT_EQ(fixture.operate("DELETE", "/api/v1/roles/base").text_of("message"),
            "The role base is extended by others; change these first.");
    EXPECT_EQ(fixture.operate("PUT", "/api/v1/roles/one", R"({"name":"two"})").text_of("message"),
            "name cannot be changed.");
}

TEST_F(roles_test, a_mapping_tells_each_user_whose_roles_differ_once) {
    make_role("chief");
    make_role("clerk");
    const auto anna = fixture.make_user("anna");
    const auto bert = fixture.make_user("bert");
    fixture.make_user("carl");
    const auto chiefs = make_group("Chiefs", {anna});
    const auto staff = make_group("Staff", {anna, bert});
    news();
    const auto set = assign({{chiefs, "chief"}, {staff, "clerk"}});
    ASSERT_EQ(set.status, 200) << set.text;
    const auto published = news();
    ASSERT_EQ(published.size(), 2U);
    EXPECT_EQ(published[0].at("type"), "organization.directory.user_updated");
    EXPECT_EQ(published[0].at("data").at("id").as_string(), anna);
    EXPECT_EQ(named(published[0].at("data").at("roles")), (texts{"chief", "clerk"}));
    EXPECT_EQ(published[0].at("changed_attributes"), json::array{"roles"});
    EXPECT_EQ(published[0].at("previous_attributes").at("roles"), json::array());
    EXPECT_EQ(published[0].at("context").at("source"), "api");
    EXPECT_EQ(named(published[1].at("data").at("roles")), texts{"clerk"});
    EXPECT_EQ(roles_of(anna), (texts{"chief", "clerk"}));
    const auto shown = fixture.operate("GET", directory).member("directory");
    EXPECT_EQ(shown.at("role_assignments"), set.body.at("role_assignments"));

    EXPECT_EQ(assign({{chiefs, "chief"}, {staff, "clerk"}}).status, 200);
    EXPECT_TRUE(news().empty());  // it stood so
    EXPECT_EQ(assign({{staff, "clerk"}, {chiefs, "chief"}}).status, 200);
    EXPECT_EQ(news().size(), 1U);  // only who has both has them in another order
    EXPECT_EQ(roles_of(anna), (texts{"clerk", "chief"}));
    EXPECT_EQ(assign({}).status, 200);
    EXPECT_EQ(news().size(), 2U);
    EXPECT_EQ(roles_of(anna), texts());
}

TEST_F(roles_test, roles_follow_memberships_in_the_event_of_the_membership) {
    make_role("clerk");
    const auto anna = fixture.make_user("anna");
    const auto staff = make_group("Staff");
    assign({{staff, "clerk"}});
    news();
    fixture.patch(
            "/Groups/" + staff, R"([{"op":"add","path":"members","value":[{"value":")" + anna + "\"}]}]");
    auto event = news().back();
    EXPECT_EQ(event.at("changed_attributes"), (json::array{"groups", "roles"}));
    EXPECT_EQ(named(event.at("data").at("roles")), texts{"clerk"});
    fixture.patch("/Users/" + anna, R"([{"op":"replace","path":"title","value":"x"}])");
    event = news().back();
    EXPECT_EQ(event.at("changed_attributes"), json::array{"title"});
    EXPECT_EQ(named(event.at("data").at("roles")), texts{"clerk"});
    fixture.scim("DELETE", "/Groups/" + staff);
    event = news().back();
    EXPECT_EQ(event.at("type"), "organization.directory.user_updated");
    EXPECT_EQ(event.at("changed_attributes"), (json::array{"groups", "roles"}));
    EXPECT_EQ(named(event.at("previous_attributes").at("roles")), texts{"clerk"});
    EXPECT_EQ(roles_of(anna), texts());
    const auto after = fixture.operate("GET", directory).member("directory");
    EXPECT_EQ(after.at("role_assignments").at("assignments"), json::array());
}

TEST_F(roles_test, a_user_without_a_role_from_a_group_has_the_default) {
    make_role("guest");
    make_role("insider", owner);
    make_role("clerk");
    const auto anna = fixture.make_user("anna");
    const auto bert = fixture.make_user("bert");
    const auto staff = make_group("Staff", {bert});
    assign({{staff, "clerk"}});
    news();
    const auto set =
            fixture.operate("PATCH", "/api/v1/roles:set_defaults", R"({"default_member_role":"guest"})");
    ASSERT_EQ(set.status, 200) << set.text;
    EXPECT_EQ(set.member("default_member").at("name"), "guest");
    fixture.work_off();
    const auto published = news();
    ASSERT_EQ(published.size(), 1U);
    EXPECT_EQ(named(published[0].at("data").at("roles")), texts{"guest"});
    fixture.operate("PATCH", owner + "/roles:set_defaults", R"({"default_member_role":"insider"})");
    fixture.work_off();
    EXPECT_EQ(roles_of(anna), texts{"insider"});
    EXPECT_EQ(roles_of(bert), texts{"clerk"});
    EXPECT_EQ(news().size(), 1U);
    fixture.operate("PATCH", owner + "/roles:set_defaults", R"({"default_member_role":""})");
    fixture.work_off();
    EXPECT_EQ(roles_of(anna), texts{"guest"});
    news();
    const auto carl = fixture.make_user("carl");
    EXPECT_EQ(named(news().back().at("data").at("roles")), texts{"guest"});
    fixture.scim("DELETE", "/Users/" + carl);
    EXPECT_EQ(named(news().back().at("data").at("roles")), texts{"guest"});
}

TEST_F(roles_test, a_deleted_role_is_taken_from_everybody) {
    make_role("clerk");
    const auto anna = fixture.make_user("anna");
    assign({{make_group("Staff", {anna}), "clerk"}});
    news();
    EXPECT_EQ(fixture.operate("DELETE", "/api/v1/roles/clerk").status, 200);
    fixture.work_off();
    const auto published = news();
    ASSERT_EQ(published.size(), 2U);
    EXPECT_EQ(published[0].at("type"), "role.deleted");
    EXPECT_EQ(published[1].at("data").at("roles"), json::array());
    EXPECT_EQ(roles_of(anna), texts());
}

TEST_F(roles_test, a_large_directory_is_recomputed_in_batches_with_one_event_per_user) {
    make_role("clerk");
    constexpr int users = 450;  // three batches
    texts ids;
    for (int i = 0; i < users; ++i)
        ids.push_back(fixture.make_user("u" + std::to_string(i)));
    const auto staff = make_group("Staff", ids);
    const auto before = fixture.operate("GET", directory + "/users").body.at("sequence").as_int64();
    EXPECT_EQ(assign({{staff, "clerk"}}).status, 200);
    EXPECT_EQ(fixture.operate("GET", directory + "/users").body.at("sequence").as_int64(), before);
    fixture.work_off();
    EXPECT_EQ(fixture.operate("GET", directory + "/users").body.at("sequence").as_int64(), before + users);
    fixture.work_off();
    EXPECT_EQ(fixture.operate("GET", directory + "/users").body.at("sequence").as_int64(), before + users);
}

TEST_F(roles_test, an_assignment_that_is_wrong_changes_nothing) {
    make_role("clerk");
    const auto staff = make_group("Staff", {fixture.make_user("anna")});
    ASSERT_EQ(assign({{staff, "clerk"}}).status, 200);
    news();
    const auto foreign = "dirgroup_" + fixture.make_user("bert").substr(std::string("diruser_").size());
    news();
    const std::vector<std::pair<std::vector<std::pair<std::string, std::string>>, std::string_view>> rows{
            {{{staff, "clerk"}, {"dirgroup_1", "clerk"}},
                    "assignments[1].group_id: this directory has no such group."},
            {{{foreign, "clerk"}}, "assignments[0].group_id: this directory has no such group."},
            {{{staff, "boss"}}, "assignments[0].role_name: there is no such role."},
            {{{staff, "clerk"}, {staff, "clerk"}}, "assignments[1] is a duplicate."},
    };
    for (const auto& [pairs, message] : rows) {
        const auto got = assign(pairs);
        EXPECT_EQ(got.status, message.find("no such") == std::string_view::npos ? 400 : 404) << message;
        EXPECT_EQ(got.text_of("message"), message);
    }
    EXPECT_TRUE(news().empty());
    const auto body =
            R"({"assignments":[{"group_id":")" + staff + R"(","role_name":"clerk","role_id":"role_1"}]})";
    const auto other = fixture.operate("PUT", directory + "/groups/-/roles:assign", body);
    EXPECT_EQ(other.status, 409);
    EXPECT_EQ(other.text_of("message"), "assignments[0].role_id: this is not the role clerk.");
    EXPECT_EQ(fixture.operate("GET", directory)
                      .member("directory")
                      .at("role_assignments")
                      .at("assignments")
                      .as_array()
                      .size(),
            1U);
}

TEST_F(roles_test, a_directory_with_roles_can_be_deleted) {
    make_role("clerk", owner);
    fixture.operate("PATCH", owner + "/roles:set_defaults", R"({"default_member_role":"clerk"})");
    const auto anna = fixture.make_user("anna");
    assign({{make_group("Staff", {anna}), "clerk"}});
    fixture.operate("PATCH", directory + ":disable");
    ASSERT_EQ(fixture.operate("DELETE", directory).status, 200);
    fixture.work_off();
    EXPECT_EQ(fixture.operate("GET", directory).status, 404);
    ASSERT_EQ(fixture.operate("DELETE", owner).status, 200);
    fixture.work_off();
    EXPECT_EQ(fixture.operate("POST", "/api/v1/check").body.at("findings"), json::array());
}

}  // namespace
}  // namespace scimd::api

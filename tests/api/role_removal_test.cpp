// Deletion of roles that are assigned or are defaults, and the roles of a new environment.
#include "support/api_fixture.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace scimd::api {
namespace {

using texts = std::vector<std::string>;

class role_removal_test : public testing::Test {
protected:
    void make_role(std::string_view name, const std::string& where = "/api/v1", std::string_view more = "") {
        const auto body = R"({"name":")" + std::string(name) + "\"" + std::string(more) + "}";
        const auto made = fixture.operate("POST", where + "/roles", body);
        ASSERT_EQ(made.status, 201) << made.text;
    }

    // The default roles "creator member" of the environment or of the organization; "-": none.
    std::string defaults(const std::string& where = "/api/v1") {
        std::string creator = "-";
        std::string member = "-";
        const auto listed = fixture.operate("GET", where + "/roles");
        for (const auto& role : listed.body.at("roles").as_array()) {
            if (role.at("default_creator").as_bool())
                creator = role.at("name").as_string();
            if (role.at("default_member").as_bool())
                member = role.at("name").as_string();
        }
        return creator + ' ' + member;
    }

    test::answer choose(std::string_view member, const std::string& where = "/api/v1") {
        return fixture.operate("PATCH", where + "/roles:set_defaults",
                R"({"default_member_role":")" + std::string(member) + "\"}");
    }

    texts roles_of(std::string_view user) {
        texts found;
        const auto page = fixture.operate("GET", directory + "/users?page_size=1000&include_detail=true");
        for (const auto& one : page.body.at("users").as_array())
            if (one.at("id").as_string() == user)
                for (const auto& role : one.at("user_detail").at("roles").as_array())
                    found.emplace_back(role.at("role_name").as_string());
        return found;
    }

    test::api_fixture fixture;
    const std::string owner = "/api/v1/organizations/" + fixture.organization;
    const std::string directory = owner + "/directories/" + fixture.directory;
};

TEST_F(role_removal_test, a_fresh_environment_has_admin_and_member) {
    const auto listed = fixture.operate("GET", "/api/v1/roles").body.at("roles").as_array();
    ASSERT_EQ(listed.size(), 2U);
    EXPECT_EQ(listed[0].at("name"), "admin");
    EXPECT_EQ(listed[0].at("default_creator"), true);
    EXPECT_EQ(listed[1].at("name"), "member");
    EXPECT_EQ(defaults(), "admin -");
    EXPECT_EQ(roles_of(fixture.make_user("anna")), texts())
            << "a role that has not been chosen is given to no user";
}

TEST_F(role_removal_test, a_duplicate_name_is_a_bad_request) {
    for (const auto& where : {std::string("/api/v1"), owner}) {
        const auto got = fixture.operate("POST", where + "/roles", R"({"name":"admin"})");
        EXPECT_EQ(got.status, 400);
        EXPECT_EQ(got.text_of("message"), "A role admin already exists.");
    }
}

TEST_F(role_removal_test, the_defaults_of_a_deleted_role_move) {
    const auto anna = fixture.make_user("anna");
    make_role("base");
    make_role("guest", "/api/v1", R"(,"extends":"base")");
    ASSERT_EQ(choose("guest").status, 200);
    fixture.work_off();
    EXPECT_EQ(roles_of(anna), texts{"guest"});
    EXPECT_EQ(fixture.operate("DELETE", "/api/v1/roles/guest").status, 200);
    EXPECT_EQ(defaults(), "admin base") << "what it extends";
    fixture.work_off();
    EXPECT_EQ(roles_of(anna), texts{"base"});
    EXPECT_EQ(fixture.operate("DELETE", "/api/v1/roles/base").status, 200);
    EXPECT_EQ(defaults(), "admin member");
    EXPECT_EQ(fixture.operate("DELETE", "/api/v1/roles/member").status, 200);
    EXPECT_EQ(fixture.operate("DELETE", "/api/v1/roles/admin").status, 200);
    EXPECT_EQ(defaults(), "- -");
    fixture.work_off();
    EXPECT_EQ(roles_of(anna), texts());
}

TEST_F(role_removal_test, the_default_of_an_organization_moves_to_the_environment_s) {
    make_role("clerk", owner);
    make_role("guest");
    choose("member");
    choose("clerk", owner);
    EXPECT_EQ(fixture.operate("DELETE", owner + "/roles/clerk").status, 200);
    EXPECT_EQ(defaults(owner), "admin member");
    choose("guest", owner);
    EXPECT_EQ(defaults(owner), "admin guest");
    EXPECT_EQ(fixture.operate("DELETE", "/api/v1/roles/guest").status, 200);
    EXPECT_EQ(defaults(owner), "admin member");
}

TEST_F(role_removal_test, a_deleted_role_is_replaced_by_another) {
    make_role("clerk");
    make_role("boss");
    const auto anna = fixture.make_user("anna");
    const auto staff = fixture.make_group("Staff", R"(,"members":[{"value":")" + anna + "\"}]");
    const auto chiefs = fixture.make_group("Chiefs", R"(,"members":[{"value":")" + anna + "\"}]");
    const auto body = R"({"assignments":[{"group_id":")" + staff + R"(","role_name":"clerk"},{"group_id":")" +
                      chiefs + R"(","role_name":"clerk"},{"group_id":")" + chiefs +
                      R"(","role_name":"boss"}]})";
    ASSERT_EQ(fixture.operate("PUT", directory + "/groups/-/roles:assign", body).status, 200);
    choose("clerk");
    for (const auto* const other : {"clerk", "nothing"}) {
        const auto refused =
                fixture.operate("DELETE", "/api/v1/roles/clerk?reassign_role_name=" + std::string(other));
        EXPECT_EQ(refused.status, 400);
        EXPECT_EQ(refused.text_of("message"),
                "reassign_role_name: there is no other role " + std::string(other) + ".");
    }
    EXPECT_EQ(fixture.operate("DELETE", "/api/v1/roles/clerk?reassign_role_name=boss").status, 200);
    EXPECT_EQ(defaults(), "admin boss");
    const auto shown =
            fixture.operate("GET", directory).member("directory").at("role_assignments").at("assignments");
    EXPECT_EQ(shown.as_array().size(), 2U) << "a group gives a role once";
    fixture.work_off();
    EXPECT_EQ(roles_of(anna), texts{"boss"});
    EXPECT_TRUE(fixture.database->check().empty());
}

}  // namespace
}  // namespace scimd::api

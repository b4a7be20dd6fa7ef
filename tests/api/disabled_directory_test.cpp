// A disabled directory: every method at every path is 403 with its token and 401 without, and changes
// nothing.
#include "api/pipeline.hpp"
#include "support/api_fixture.hpp"

#include <gtest/gtest.h>

#include <set>
#include <string>
#include <string_view>

namespace scimd::api {
namespace {

constexpr std::string_view methods[] = {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE"};

class disabled_directory_test : public testing::Test {
protected:
    // Paths below the SCIM base: those of the route table with existing ids, and unknown ones.
    std::set<std::string> paths() const {
        std::set<std::string> all{"", "/", "/Users/", "/Nothing", "/Users/" + user + "/more", "/Me/x"};
        for (const auto* const query : {"?count=1", "?filter=userName%20pr", "?filter=(", "?startIndex=x"})
            all.insert(std::string("/Users") + query);
        constexpr std::string_view base = "/directory/{directory}/scim/v2";
        for (const auto& row : routes()) {
            if (!is_of_scim(row.who))
                continue;
            for (const auto* const endpoint : {"Users", "Groups"})
                for (const auto& id : {user, group, std::string("diruser_1")})
                    all.insert(filled(row.path.substr(base.size()), endpoint, id));
        }
        return all;
    }

    static std::string filled(std::string_view path, std::string_view endpoint, std::string_view id) {
        std::string text(path);
        for (const auto& [name, value] : {std::pair{"{endpoint}", endpoint}, {"{id}", id}})
            if (const auto at = text.find(name); at != std::string::npos)
                text.replace(at, std::string_view(name).size(), value);
        return text;
    }

    // The contents of the directory.
    std::string state() {
        const auto users = fixture.operate("GET", management + "/users?include_detail=true");
        const auto groups = fixture.operate("GET", management + "/groups?include_detail=true");
        return to_text(users.body.at("users")) + to_text(groups.body.at("groups"));
    }

    void set_enabled(bool is_enabled) {
        const auto verb = is_enabled ? ":enable" : ":disable";
        ASSERT_EQ(fixture.operate("PATCH", management + verb).status, 200);
    }

    test::api_fixture fixture;
    const std::string management = "/api/v1/organizations/-/directories/" + fixture.directory;
    const std::string user = fixture.make_user("anna");
    const std::string group = fixture.make_group("Staff", R"(,"members":[{"value":")" + user + R"("}])");
    const std::string body = test::user_text("bert");
};

TEST_F(disabled_directory_test, every_method_at_every_path_is_forbidden_to_its_token) {
    set_enabled(false);
    const auto before = state();
    const auto published = fixture.events().size();
    int cells = 0;
    for (const auto& path : paths()) {
        for (const auto method : methods) {
            const auto got = fixture.scim(method, path, body);
            EXPECT_EQ(got.status, 403) << method << ' ' << path << got.text;
            EXPECT_EQ(got.text_of("status"), "403") << method << ' ' << path;
            EXPECT_NE(got.text_of("detail").find("disabled"), std::string::npos) << method << ' ' << path;
            EXPECT_EQ(got.header("Content-Type"), "application/scim+json") << method << ' ' << path;
            ++cells;
        }
    }
    EXPECT_GT(cells, 200);
    EXPECT_EQ(state(), before);
    EXPECT_EQ(fixture.events().size(), published);
}

TEST_F(disabled_directory_test, requests_without_its_token_are_unauthorized) {
    const auto foreign = fixture.make_token(fixture.make_directory(fixture.make_organization("Other")));
    const auto ended = fixture.make_token(fixture.directory, "2026-01-02T03:04:06Z");
    fixture.clock.advance(std::chrono::seconds(2));
    set_enabled(false);
    const auto unknown = fixture.call("GET", "/directory/dir_1/scim/v2/Users");
    ASSERT_EQ(unknown.status, 401);
    for (const auto& path : paths()) {
        for (const auto method : methods) {
            const auto where = fixture.base() + path;
            EXPECT_EQ(fixture.call(method, where, body).text, unknown.text) << method << ' ' << path;
            for (const auto& token : {foreign, ended, fixture.token + "x", std::string("x")}) {
                const auto got = fixture.call(method, where, body, {{"Authorization", "Bearer " + token}});
                EXPECT_EQ(got.status, 401) << method << ' ' << path;
                EXPECT_EQ(got.text, unknown.text) << method << ' ' << path;
            }
        }
    }
}

TEST_F(disabled_directory_test, enabling_it_restores_its_state) {
    const auto before = state();
    set_enabled(false);
    set_enabled(true);
    EXPECT_EQ(state(), before);
    for (const auto& path : paths())
        for (const auto method : {"GET", "HEAD", "POST", "OPTIONS", "TRACE"})
            EXPECT_NE(fixture.scim(method, path).status, 403) << method << ' ' << path;
    EXPECT_EQ(fixture.scim("GET", "/Users/" + user).status, 200);
}

}  // namespace
}  // namespace scimd::api

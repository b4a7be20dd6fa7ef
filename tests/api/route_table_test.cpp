// Who may call what, for every row of the table.
#include "api/pipeline.hpp"
#include "support/api_fixture.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <set>

namespace scimd::api {
namespace {

class route_table_test : public testing::Test {
protected:
    // A path of the template with what exists in its places.
    [[nodiscard]] std::string filled(std::string_view path) const {
        const std::map<std::string_view, std::string> values{
                {"{directory}", fixture.directory},
                {"{organization}", fixture.organization},
                {"{endpoint}", "Users"},
                {"{id}", "User"},
                {"{secret}", "sec_1"},
                {"{webhook}", "whe_1"},
                {"{event}", "evt_1"},
                {"{external_id}", "acme-1"},
                {"{role_name}", "nobody"},
                {"{key}", "nothing"},
        };
        std::string text(path);
        for (const auto& [name, value] : values)
            for (auto at = text.find(name); at != std::string::npos; at = text.find(name))
                text.replace(at, name.size(), value);
        EXPECT_EQ(text.find('{'), std::string::npos) << text;
        return text;
    }

    static std::string all_of(const test::answer& got) {
        auto text = std::to_string(got.status) + '\n';
        for (const auto& field : got.headers)
            text += field.name + ": " + field.value + '\n';
        return text + '\n' + got.text;
    }

    test::api_fixture fixture;
};

TEST_F(route_table_test, each_path_s_prefix_says_who_may_call_it) {
    std::set<std::pair<std::string_view, std::string_view>> seen;
    for (const auto& row : routes()) {
        EXPECT_TRUE(seen.emplace(row.method, row.path).second) << row.method << ' ' << row.path;
        EXPECT_TRUE(row.handle || row.operation.prepare || row.operation.prepare_job);
        if (row.path.starts_with("/directory/{directory}/scim/v2"))
            EXPECT_TRUE(is_of_scim(row.who)) << row.path;
        else if (row.path.starts_with("/api/v1/"))
            EXPECT_TRUE(is_of_management(row.who)) << row.path;
        else
            EXPECT_TRUE(row.who == principal::anyone || row.who == principal::metrics_reader) << row.path;
    }
    EXPECT_GE(seen.size(), 36U);
}

TEST_F(route_table_test, what_is_for_anyone_is_listed_here) {
    std::set<std::string_view> open;
    std::set<std::string_view> half_open;
    for (const auto& row : routes())
        if (row.who == principal::anyone)
            open.insert(row.path);
        else if (row.who == principal::metrics_reader)
            half_open.insert(row.path);
    EXPECT_EQ(open, (std::set<std::string_view>{"/healthz", "/readyz", "/openapi.json", "/keys",
                            "/oauth/token", "/.well-known/openid-configuration"}));
    EXPECT_EQ(half_open, (std::set<std::string_view>{"/metrics"}));
}

TEST_F(route_table_test, every_scim_route_wants_a_token_and_tells_nothing_without) {
    const auto expected = all_of(fixture.call("GET", fixture.base() + "/Users"));
    EXPECT_EQ(expected.substr(0, 4), "401\n");
    for (const auto& row : routes()) {
        if (is_of_scim(row.who)) {
            EXPECT_EQ(all_of(fixture.call(row.method, filled(row.path))), expected) << row.path;
            EXPECT_NE(fixture.scim(row.method, filled(row.path).substr(fixture.base().size())).status, 401);
        }
    }
    // Nor what does not exist, nor which methods there are, nor that an operator would be heard.
    for (const auto* const path : {"", "/", "/Unknown", "/Users/x/y/z", "/Bulk", "/Me"}) {
        EXPECT_EQ(all_of(fixture.call("GET", fixture.base() + path)), expected) << path;
        EXPECT_EQ(all_of(fixture.call("TRACE", fixture.base() + path)), expected) << path;
        EXPECT_EQ(all_of(fixture.operate("GET", fixture.base() + path)), expected) << path;
    }
    EXPECT_EQ(all_of(fixture.call("GET", "/directory/dir_1/scim/v2/Users")), expected);
    EXPECT_EQ(all_of(fixture.call("GET", "/directory/x/scim/v2/Users")), expected);
}

TEST_F(route_table_test, what_a_user_s_token_opens_is_listed_here) {
    const std::string base = "/directory/{directory}/scim/v2/";
    std::set<std::string> open;
    for (const auto& row : routes())
        if (row.who == principal::directory_user)
            open.insert(std::string(row.method) + ' ' + std::string(row.path.substr(base.size())));
    EXPECT_EQ(open, (std::set<std::string>{"GET ServiceProviderConfig", "GET ResourceTypes",
                            "GET ResourceTypes/{id}", "GET Schemas", "GET Schemas/{id}", "GET Me", "POST Me",
                            "PUT Me", "PATCH Me", "DELETE Me", "GET {endpoint}/{id}"}));
}

TEST_F(route_table_test, operators_routes_are_not_there_for_the_public) {
    const auto expected = all_of(fixture.call("GET", "/nothing/here"));
    EXPECT_EQ(expected.substr(0, 4), "404\n");
    for (const auto& row : routes()) {
        if (!(row.who == principal::operator_only))
            continue;
        const auto path = filled(row.path);
        EXPECT_EQ(all_of(fixture.call(row.method, path)), expected) << path;
        // Neither with a token of a directory, nor by another method.
        EXPECT_EQ(all_of(fixture.call(row.method, path, "", {{"Authorization", "Bearer " + fixture.token}})),
                expected)
                << path;
        EXPECT_EQ(all_of(fixture.call("TRACE", path)), expected) << path;
        http::request loopback;
        loopback.method = row.method;
        loopback.target = path;
        loopback.from = {.address = "127.0.0.1", .is_loopback = true};
        EXPECT_EQ(all_of(fixture.send(std::move(loopback))), expected) << path;
    }
}

TEST_F(route_table_test, applications_routes_want_an_access_token) {
    const auto expected = all_of(fixture.call("GET", "/api/v1/organizations"));
    EXPECT_EQ(expected.substr(0, 4), "401\n");
    for (const auto& row : routes()) {
        if (!is_for_clients(row.who))
            continue;
        const auto path = filled(row.path);
        EXPECT_EQ(all_of(fixture.call(row.method, path)), expected) << path;
        EXPECT_EQ(all_of(fixture.call(row.method, path, "", {{"Authorization", "Bearer " + fixture.token}})),
                expected)
                << path;
        EXPECT_EQ(all_of(fixture.call("TRACE", path)), expected) << path;
    }
}

TEST_F(route_table_test, operators_reach_each_of_theirs) {
    for (const auto& row : routes()) {
        if (is_of_management(row.who)) {
            EXPECT_NE(all_of(fixture.operate(row.method, filled(row.path))),
                    all_of(fixture.call("GET", "/nothing")));
            EXPECT_EQ(fixture.operate("TRACE", filled(row.path)).status, 405) << row.path;
        }
    }
}

TEST_F(route_table_test, health_is_for_anyone_and_metrics_for_loopback_peers) {
    EXPECT_EQ(fixture.call("GET", "/healthz").text, R"({"status":"ok"})");
    EXPECT_EQ(fixture.call("GET", "/readyz").status, 200);
    fixture.why_not_ready = "draining";
    const auto waiting = fixture.call("GET", "/readyz");
    EXPECT_EQ(waiting.status, 503);
    EXPECT_EQ(waiting.text_of("reason"), "draining");
    EXPECT_EQ(fixture.call("GET", "/healthz").status, 200);

    EXPECT_EQ(fixture.call("GET", "/metrics").status, 403);
    const auto shown = fixture.operate("GET", "/metrics");
    EXPECT_EQ(shown.status, 200);
    EXPECT_EQ(shown.header("Content-Type"), "text/plain; version=0.0.4");
    fixture.server.is_metrics_open = true;
    EXPECT_EQ(fixture.call("GET", "/metrics").status, 200);
}

TEST_F(route_table_test, other_methods_are_answered_with_those_there_are) {
    struct row {
        std::string_view method;
        std::string_view path;
        std::string_view allow;
    };
    const row rows[] = {
            {"DELETE", "/Users", "GET, HEAD, POST, OPTIONS"},
            {"POST", "/Users/diruser_1", "GET, HEAD, PUT, PATCH, DELETE, OPTIONS"},
            {"POST", "/Schemas", "GET, HEAD, OPTIONS"},
            {"PUT", "/ServiceProviderConfig", "GET, HEAD, OPTIONS"},
            {"PATCH", "/ResourceTypes/User", "GET, HEAD, OPTIONS"},
            {"POST", "", "GET, HEAD, OPTIONS"},
            {"GET", "/.search", "POST, OPTIONS"},
            {"DELETE", "/Users/.search", "POST, OPTIONS"},
            {"TRACE", "/Me", "GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS"},
            {"get", "/Users", "GET, HEAD, POST, OPTIONS"},
    };
    for (const auto& row : rows) {
        const auto got = fixture.scim(row.method, row.path);
        EXPECT_EQ(got.status, 405) << row.path;
        EXPECT_EQ(got.header("Allow"), row.allow) << row.path;
        EXPECT_EQ(got.text_of("status"), "405") << row.path;
    }
    EXPECT_EQ(fixture.call("POST", "/healthz").header("Allow"), "GET, HEAD, OPTIONS");
    EXPECT_EQ(fixture.operate("DELETE", "/api/v1/organizations").header("Allow"), "POST, GET, HEAD, OPTIONS");
}

// RFC 9110 §9.3.7: of the server as a whole.
TEST_F(route_table_test, options_with_an_asterisk_is_answered_to_anyone) {
    const auto got = fixture.call("OPTIONS", "*");
    EXPECT_EQ(got.status, 204);
    EXPECT_EQ(got.header("Allow"), "GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS");
    EXPECT_EQ(fixture.call("GET", "*").status, 400);
}

TEST_F(route_table_test, options_tells_the_methods_of_a_path) {
    const struct {
        std::string_view path;
        std::string_view allow;
    } rows[] = {
            {"", "GET, HEAD, OPTIONS"},
            {"/Users", "GET, HEAD, POST, OPTIONS"},
            {"/Users/diruser_1", "GET, HEAD, PUT, PATCH, DELETE, OPTIONS"},
            {"/.search", "POST, OPTIONS"},
            {"/Bulk", "POST, OPTIONS"},
            {"/ServiceProviderConfig", "GET, HEAD, OPTIONS"},
    };
    for (const auto& row : rows) {
        const auto got = fixture.scim("OPTIONS", row.path);
        EXPECT_EQ(got.status, 204) << row.path;
        EXPECT_EQ(got.header("Allow"), row.allow) << row.path;
        EXPECT_EQ(got.text, "") << row.path;
        EXPECT_EQ(fixture.call("OPTIONS", fixture.base() + std::string(row.path)).status, 401) << row.path;
    }
    EXPECT_EQ(fixture.call("OPTIONS", "/healthz").status, 204);
    EXPECT_EQ(fixture.scim("OPTIONS", "/Users/1/2/3").status, 404);
    EXPECT_EQ(fixture.call("OPTIONS", "/api/v1/organizations").status, 401);
}

}  // namespace
}  // namespace scimd::api

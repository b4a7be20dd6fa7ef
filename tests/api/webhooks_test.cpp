// Webhook endpoints by their routes.
#include "support/api_fixture.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <string>

namespace scimd {
namespace {

const std::string base = "/api/v1/webhook-endpoints";

class webhook_endpoints : public testing::Test {
protected:
    test::answer make(std::string_view more = "") {
        return fixture.operate(
                "POST", base, R"({"url":"https://app.example/hook")" + std::string(more) + "}");
    }
    std::string made(std::string_view more = "") {
        const auto answer = make(more);
        EXPECT_EQ(answer.status, 201) << answer.text;
        return base + '/' + answer.text_of("id");
    }
    json::object shown(const std::string& path) { return fixture.operate("GET", path).body; }

    test::api_fixture fixture;
};

TEST_F(webhook_endpoints, show_their_secret_once) {
    const auto answer = make(R"(,"description":"d","event_types":["organization.directory.*"],
        "headers":{"X-Env":"test"},"mode":"concurrent","retry_schedule_seconds":[0,1,2])");
    ASSERT_EQ(answer.status, 201) << answer.text;
    const auto secret = answer.text_of("secret");
    EXPECT_TRUE(secret.starts_with("whsec_"));
    EXPECT_TRUE(answer.text_of("id").starts_with("whe_"));
    const auto again = fixture.operate("GET", base + '/' + answer.text_of("id"));
    EXPECT_EQ(again.status, 200);
    EXPECT_EQ(again.text.find(secret), std::string::npos);
    EXPECT_EQ(again.text.find("\"secret\""), std::string::npos);
    for (const auto* name :
            {"url", "description", "event_types", "headers", "mode", "retry_schedule_seconds"})
        EXPECT_EQ(again.body.at(name), answer.body.at(name)) << name;
    EXPECT_EQ(again.text_of("mode"), "concurrent");
    EXPECT_EQ(again.text_of("signature"), "v1");
    EXPECT_TRUE(again.body.at("enabled").as_bool());
    EXPECT_EQ(fixture.operate("GET", base).text.find(secret), std::string::npos);
}

TEST_F(webhook_endpoints, publish_the_public_key_of_v1a_and_keep_the_private_one) {
    const auto answer = make(R"(,"signature":"v1a")");
    ASSERT_EQ(answer.status, 201) << answer.text;
    EXPECT_EQ(answer.text_of("secret"), "");
    EXPECT_TRUE(answer.text_of("public_key").starts_with("whpk_"));
    EXPECT_EQ(answer.text.find("whsk_"), std::string::npos);
    EXPECT_EQ(shown(base + '/' + answer.text_of("id")).at("public_key"), answer.body.at("public_key"));
}

TEST_F(webhook_endpoints, are_ordered_and_told_of_everything_unless_said_otherwise) {
    const auto body = shown(made());
    EXPECT_EQ(body.at("mode"), json::value("ordered"));
    EXPECT_EQ(body.at("event_types").as_array().size(), 0U);
    EXPECT_EQ(body.at("retry_schedule_seconds").as_array().size(), 0U);
    EXPECT_FALSE(body.contains("organization_id"));
    EXPECT_FALSE(body.contains("directory_id"));
}

TEST_F(webhook_endpoints, are_refused_with_the_member_that_is_wrong) {
    struct row {
        std::string_view body, detail;
        int status = 400;
    };
    for (const auto& [body, detail, status] : {
                 row{"{}", "url is required."},
                 row{R"({"url":1})", "url must be a string."},
                 row{R"({"url":"http://a.example"})", "url must begin with https://."},
                 row{R"({"url":"https://127.0.0.1"})", "url must not lead to a loopback address."},
                 row{R"({"url":"https://a.example","mode":"fast"})",
                         "mode must be one of ordered, concurrent."},
                 row{R"({"url":"https://a.example","signature":"v2"})", "signature must be one of v1, v1a."},
                 row{R"({"url":"https://a.example","event_types":"x"})",
                         "event_types must be an array or null."},
                 row{R"({"url":"https://a.example","event_types":[1]})", "event_types[0] must be a string."},
                 row{R"({"url":"https://a.example","event_types":["A"]})",
                         R"(event_types[0] must be the type of an event, a prefix with ".*" behind it, or "*".)"},
                 row{R"({"url":"https://a.example","event_types":["role.created","role.made"]})",
                         "event_types[1]: there is no event of the type role.made."},
                 row{R"({"url":"https://a.example","event_types":["role.created.*"]})",
                         "event_types[0]: there is no event of the type role.created.*."},
                 row{R"({"url":"https://a.example","event_types":["rol.*"]})",
                         "event_types[0]: there is no event of the type rol.*."},
                 row{R"({"url":"https://a.example","headers":[]})", "headers must be an object or null."},
                 row{R"({"url":"https://a.example","headers":{"X-A":1}})", "headers.X-A must be a string."},
                 row{R"({"url":"https://a.example","headers":{"Authorization":"x"}})",
                         R"(headers: only names that start with "X-" can be given.)"},
                 row{R"({"url":"https://a.example","retry_schedule_seconds":[1.5]})",
                         "retry_schedule_seconds[0] must be a whole number."},
                 row{R"({"url":"https://a.example","retry_schedule_seconds":[604801]})",
                         "retry_schedule_seconds[0] must be at most 604800."},
                 row{R"({"url":"https://a.example","retry_schedule_seconds":[-1]})",
                         "retry_schedule_seconds[0] must be at least 0."},
                 row{R"({"url":"https://a.example","organization_id":"x"})", "organization_id is not valid.",
                         404},
                 row{R"({"url":"https://a.example","organization_id":"org_1"})",
                         "organization_id: the organization was not found.", 404},
                 row{R"({"url":"https://a.example","directory_id":"dir_1"})",
                         "directory_id: the directory was not found.", 404},
         }) {
        const auto answer = fixture.operate("POST", base, body);
        EXPECT_EQ(answer.status, status) << body << answer.text;
        EXPECT_EQ(answer.text_of("message"), detail);
    }
    EXPECT_EQ(fixture.operate("GET", base).body.at("total_size"), 0);
}

TEST_F(webhook_endpoints, belong_to_a_directory_of_their_organization) {
    const auto other = fixture.make_organization("Other");
    const auto scope = [](std::string_view organization, std::string_view directory) {
        return R"(,"organization_id":")" + std::string(organization) + R"(","directory_id":")" +
               std::string(directory) + '"';
    };
    EXPECT_EQ(make(scope(other, fixture.directory)).status, 404);
    const auto body = shown(made(scope(fixture.organization, fixture.directory)));
    EXPECT_EQ(body.at("organization_id"), json::value(fixture.organization));
    EXPECT_EQ(body.at("directory_id"), json::value(fixture.directory));
}

TEST_F(webhook_endpoints, change_in_what_a_patch_names_and_in_nothing_else) {
    const auto path = made(R"(,"description":"d","headers":{"X-A":"1"},"mode":"concurrent")");
    const auto before = shown(path);
    const auto answer =
            fixture.operate("PATCH", path, R"({"url":"https://b.example/","headers":{"X-B":"2"}})");
    ASSERT_EQ(answer.status, 200) << answer.text;
    EXPECT_EQ(answer.text_of("url"), "https://b.example/");
    EXPECT_EQ(answer.member("headers"), (json::object{{"X-B", "2"}}));
    for (const auto* name : {"id", "description", "mode", "signature", "event_types", "keys"})
        EXPECT_EQ(answer.body.at(name), before.at(name)) << name;
    const auto reset = fixture.operate("PATCH", path, R"({"description":null,"headers":null,"mode":null})");
    EXPECT_EQ(reset.text_of("description"), "");
    EXPECT_EQ(reset.text_of("mode"), "ordered");
    EXPECT_EQ(reset.member("headers").size(), 0U);
    EXPECT_EQ(fixture.operate("PATCH", path, R"({"signature":"v1a"})").text_of("message"),
            "signature cannot be changed.");
    EXPECT_EQ(fixture.operate("PATCH", path, R"({"url":"ftp://x"})").status, 400);
    EXPECT_EQ(shown(path).at("url"), json::value("https://b.example/"));
}

TEST_F(webhook_endpoints, are_listed_in_pages) {
    std::vector<std::string> ids;
    for (int i = 0; i < 5; ++i)
        ids.push_back(make().text_of("id"));
    std::vector<std::string> seen;
    std::string token;
    do {
        const auto page = fixture.operate("GET", base + "?page_size=2&page_token=" + token);
        EXPECT_EQ(page.body.at("total_size"), 5);
        for (const auto& one : page.body.at("webhook_endpoints").as_array())
            seen.emplace_back(one.at("id").as_string());
        token = page.text_of("next_page_token");
    } while (!token.empty());
    EXPECT_EQ(seen, ids);
    EXPECT_EQ(fixture.operate("GET", base + "?page_token=x").status, 400);
    EXPECT_EQ(fixture.operate("GET", base + "?page_size=101").status, 400);
}

TEST_F(webhook_endpoints, are_gone_once_deleted) {
    const auto path = made();
    EXPECT_EQ(fixture.operate("DELETE", path).status, 200);
    for (const auto* method : {"GET", "DELETE", "PATCH"})
        EXPECT_EQ(fixture.operate(method, path, "{}").status, 404);
    EXPECT_EQ(fixture.operate("POST", path + ":test").status, 404);
    EXPECT_EQ(fixture.operate("GET", base + "/nonsense").status, 404);
}

TEST_F(webhook_endpoints, are_switched_off_and_on) {
    const auto path = made();
    for (const auto* method : {"POST", "PATCH"}) {
        const auto off = fixture.operate(method, path + ":disable");
        EXPECT_EQ(off.status, 200);
        EXPECT_FALSE(off.body.at("enabled").as_bool());
        EXPECT_EQ(off.text_of("disabled_reason"), "operator");
        const auto on = fixture.operate(method, path + ":enable");
        EXPECT_TRUE(on.body.at("enabled").as_bool());
        EXPECT_EQ(on.text_of("disabled_reason"), "");
    }
}

TEST_F(webhook_endpoints, go_on_where_they_stopped_or_skip_what_they_missed) {
    const auto path = made();
    const auto position = [&] { return shown(path).at("stats").at("position"); };
    const auto before = position();
    fixture.operate("POST", path + ":disable");
    fixture.make_user("anna");
    fixture.operate("POST", path + ":enable");
    EXPECT_EQ(position(), before);
    EXPECT_FALSE(shown(path).at("stats").at("has_caught_up").as_bool());
    fixture.operate("POST", path + ":enable", R"({"skip_backlog":true})");
    EXPECT_TRUE(shown(path).at("stats").at("has_caught_up").as_bool());
    EXPECT_EQ(fixture.operate("POST", path + ":enable", R"({"skip_backlog":1})").status, 400);
}

TEST_F(webhook_endpoints, sign_with_the_old_key_for_a_day_longer) {
    const auto first = make();
    const auto path = base + '/' + first.text_of("id");
    const auto rotated = fixture.operate("POST", path + ":rotate-secret");
    ASSERT_EQ(rotated.status, 200) << rotated.text;
    EXPECT_TRUE(rotated.text_of("secret").starts_with("whsec_"));
    EXPECT_NE(rotated.text_of("secret"), first.text_of("secret"));
    const auto keys = [&] { return shown(path).at("keys").as_array().size(); };
    EXPECT_EQ(keys(), 2U);
    fixture.clock.advance(std::chrono::hours(24) - std::chrono::seconds(1));
    EXPECT_EQ(keys(), 2U);
    fixture.clock.advance(std::chrono::seconds(1));
    EXPECT_EQ(keys(), 1U);
}

TEST_F(webhook_endpoints, end_the_old_key_at_once_when_asked) {
    const auto path = made();
    EXPECT_EQ(fixture.operate("POST", path + ":rotate-secret", R"({"overlap_seconds":0})").status, 200);
    EXPECT_EQ(shown(path).at("keys").as_array().size(), 1U);
    for (const auto* bad :
            {R"({"overlap_seconds":-1})", R"({"overlap_seconds":604801})", R"({"overlap_seconds":"1"})"})
        EXPECT_EQ(fixture.operate("POST", path + ":rotate-secret", bad).status, 400) << bad;
}

TEST_F(webhook_endpoints, have_ten_keys_at_most) {
    const auto path = made();
    for (int i = 0; i < 12; ++i)
        EXPECT_EQ(fixture.operate("POST", path + ":rotate-secret").status, 200);
    EXPECT_EQ(shown(path).at("keys").as_array().size(), 10U);
}

TEST_F(webhook_endpoints, are_tested_ten_times_a_minute_at_most) {
    const auto path = made();
    for (int i = 0; i < 10; ++i) {
        const auto answer = fixture.operate("POST", path + ":test");
        EXPECT_EQ(answer.status, 202);
        EXPECT_TRUE(answer.text_of("event_id").starts_with("evt_"));
    }
    const auto refused = fixture.operate("POST", path + ":test");
    EXPECT_EQ(refused.status, 429);
    EXPECT_EQ(refused.text_of("message"), "There are at most 10 tests a minute.");
    fixture.clock.advance(std::chrono::minutes(1));
    EXPECT_EQ(fixture.operate("POST", path + ":test").status, 202);
}

TEST_F(webhook_endpoints, of_each_organization_are_tested_as_often_whatever_others_do) {
    const auto other = fixture.make_organization("Globex");
    const auto directory = fixture.make_directory(other);
    const auto of_none = made();
    const auto of_other = made(R"(,"organization_id":")" + other + '"');
    const auto of_its_directory = made(R"(,"directory_id":")" + directory + '"');
    const auto test = [&](const std::string& path) { return fixture.operate("POST", path + ":test").status; };
    for (int i = 0; i < 10; ++i)
        EXPECT_EQ(test(i % 2 == 0 ? of_other : of_its_directory), 202);
    EXPECT_EQ(test(of_other), 429);
    EXPECT_EQ(test(of_its_directory), 429);
    for (int i = 0; i < 10; ++i)
        EXPECT_EQ(test(of_none), 202);
    EXPECT_EQ(test(of_none), 429);
    EXPECT_EQ(test(made(R"(,"organization_id":")" + fixture.organization + '"')), 202);
}

TEST_F(webhook_endpoints, keep_their_secrets_sealed_in_the_store) {
    const auto secret = make().text_of("secret");
    std::string found;
    store::run(*fixture.database, store::intent::read, [&](store::transaction& tx) {
        tx.sql().run({"dump", "select * from sealed_values"}, {}, [&](const store::sql::row& row) {
            found += row.text(0);
            found += row.text(1);
        });
        return store::verdict::commit;
    });
    EXPECT_NE(found.find("webhook_key/"), std::string::npos);
    EXPECT_EQ(found.find(secret.substr(6)), std::string::npos);
}

}  // namespace
}  // namespace scimd

// Secrets, the demo, checks and backups by the operator's routes.
#include "service/auth/secrets.hpp"

#include "api/run_in_process.hpp"
#include "support/api_fixture.hpp"

#include <gtest/gtest.h>

#include <filesystem>

namespace scimd::api {
namespace {

using namespace std::chrono_literals;

class secrets_test : public testing::Test {
protected:
    json::array secrets() { return fixture.operate("GET", path).body.at("secrets").as_array(); }

    test::api_fixture fixture;
    const std::string path = "/api/v1/organizations/-/directories/" + fixture.directory + "/secrets";
};

TEST_F(secrets_test, a_token_is_shown_once_and_known_by_its_end) {
    const auto made = fixture.operate("POST", path, R"({"expire_time":"2026-02-01T01:00:00+01:00"})");
    ASSERT_EQ(made.status, 201);
    const auto token = made.text_of("plain_secret");
    EXPECT_EQ(token.size(), 60U);
    const auto& secret = made.member("secret");
    const json::object expected{{"id", secret.at("id")}, {"create_time", "2026-01-02T03:04:05.000000Z"},
            {"secret_suffix", token.substr(56)}, {"status", "ACTIVE"},
            {"expire_time", "2026-02-01T00:00:00.000000Z"}, {"last_used_time", "0001-01-01T00:00:00Z"},
            {"last_used_address", ""}, {"last_used_user_agent", ""}, {"directory_id", fixture.directory}};
    EXPECT_EQ(secret, expected) << made.text;
    EXPECT_EQ(secrets().size(), 2U);
    EXPECT_EQ(secrets().at(1), made.body.at("secret"));
    EXPECT_EQ(secrets().at(0).at("expire_time").as_string(), "0001-01-01T00:00:00Z");
    EXPECT_EQ(fixture.operate("GET", path).text.find(token), std::string::npos);
}

TEST_F(secrets_test, one_secret_is_shown_as_it_stands_in_the_list) {
    fixture.make_token(fixture.directory);
    const auto listed = secrets();
    for (const auto& secret : listed) {
        const auto got = fixture.operate("GET", path + "/" + std::string(secret.at("id").as_string()));
        EXPECT_EQ(got.status, 200) << got.text;
        EXPECT_EQ(got.body.at("secret"), secret);
    }
    const auto id = "/" + std::string(listed.at(0).at("id").as_string());
    const auto other = fixture.make_directory(fixture.organization);
    for (const auto& missing : {path + "/sec_1", path + "/x",
                 "/api/v1/organizations/-/directories/" + other + "/secrets" + id}) {
        EXPECT_EQ(fixture.operate("GET", missing).status, 404) << missing;
    }
}

TEST_F(secrets_test, an_expiry_is_an_instant_to_come) {
    for (const auto* const text : {"\"2026-01-02T03:04:05Z\"", "\"2020-01-01T00:00:00Z\"", "\"tomorrow\"",
                 "\"\"", "7", "\"2026-02-30T00:00:00Z\""}) {
        const auto refused = fixture.operate("POST", path, R"({"expire_time":)" + std::string(text) + "}");
        const bool is_past =
                std::string_view(text).ends_with("5Z\"") || std::string_view(text).starts_with("\"2020");
        EXPECT_EQ(refused.status, is_past ? 409 : 400) << text;
    }
    EXPECT_EQ(fixture.operate("POST", path, R"({"expire_time":"2026-01-02T03:04:05.000001Z"})").status, 201);
    EXPECT_EQ(fixture.operate("POST", path, R"({"expire_time":null})").status, 201);
    EXPECT_EQ(fixture.operate("POST", path, "").status, 201);
}

TEST_F(secrets_test, the_operator_says_how_long_a_new_one_lives_at_the_most) {
    constexpr auto latest = "2026-04-02T03:04:05.000000Z";  // 90 days from now
    fixture.server.secret_lifetime_max = std::chrono::days(90);
    for (const auto& route : {path, path + ":regenerate"}) {
        EXPECT_EQ(fixture.operate("POST", route).member("secret").at("expire_time").as_string(), latest)
                << route;
        const auto asks = [&](const std::string& end) {
            return fixture.operate("POST", route, R"({"expire_time":")" + end + R"("})");
        };
        EXPECT_EQ(asks("2026-04-02T03:04:05Z").status, 201) << route;
        EXPECT_EQ(asks("2026-01-03T00:00:00Z").member("secret").at("expire_time").as_string(),
                "2026-01-03T00:00:00.000000Z");
        const auto refused = asks("2026-04-02T03:04:05.000001Z");
        EXPECT_EQ(refused.status, 400) << route;
        EXPECT_EQ(refused.text_of("message"),
                "expire_time must be at most 90 days from now, as the server is configured.");
    }
    EXPECT_EQ(secrets().at(0).at("expire_time").as_string(), "2026-01-03T03:04:05.000000Z")
            << "one of before is ended by the others' overlap alone";
    fixture.directory = fixture.operate("POST", "/api/v1/demo").text_of("directory_id");
    const auto demo = "/api/v1/organizations/-/directories/" + fixture.directory + "/secrets";
    EXPECT_EQ(fixture.operate("GET", demo).body.at("secrets").at(0).at("expire_time").as_string(), latest);
}

TEST_F(secrets_test, who_has_not_asked_for_an_end_is_warned_of_it_too) {
    fixture.server.secret_lifetime_max = std::chrono::days(30);
    const auto id = std::string(fixture.operate("POST", path).member("secret").at("id").as_string());
    const auto warned = [&] {
        std::size_t count = 0;
        store::run(*fixture.database, store::intent::write, [&](store::transaction& tx) {
            const service::event_source from{fixture.server.environment, "scimd", {"system", {}, {}}, {}};
            count = service::secrets::warn_of_expiry(tx, from, 10);
            return store::verdict::commit;
        });
        return count;
    };
    fixture.clock.advance(23 * 24h - 1us);
    EXPECT_EQ(warned(), 0U);
    fixture.clock.advance(1us);
    EXPECT_EQ(warned(), 1U);
    const auto event = fixture.events().back();
    EXPECT_EQ(event.at("type").as_string(), "organization.directory.token_expiring");
    EXPECT_EQ(event.at("data").at("id").as_string(), id);
}

TEST_F(secrets_test, what_is_revoked_or_over_is_inactive) {
    const auto made = fixture.operate("POST", path, R"({"expire_time":"2026-01-02T04:04:05Z"})");
    fixture.clock.advance(1h - 1us);
    EXPECT_EQ(secrets().at(1).at("status").as_string(), "ACTIVE");
    fixture.clock.advance(1us);
    EXPECT_EQ(secrets().at(1).at("status").as_string(), "INACTIVE");

    const auto id = "/" + std::string(secrets().at(0).at("id").as_string());
    EXPECT_EQ(fixture.operate("DELETE", path + id).text, "{}");
    EXPECT_EQ(secrets().at(0).at("status").as_string(), "INACTIVE");
    for (const auto& again : {id, std::string("/sec_1"), std::string("/x")})
        EXPECT_EQ(fixture.operate("DELETE", path + again).status, 404) << again;
}

TEST_F(secrets_test, another_directory_cannot_revoke_it) {
    const auto id = "/" + std::string(secrets().at(0).at("id").as_string());
    const auto other = fixture.make_directory(fixture.organization);
    EXPECT_EQ(fixture.operate("DELETE", "/api/v1/organizations/-/directories/" + other + "/secrets" + id)
                      .status,
            404);
    EXPECT_EQ(fixture.scim("GET", "/Users").status, 200);
}

TEST_F(secrets_test, a_directory_has_20_secrets_alive_and_no_21st) {
    for (std::size_t i = 1; i < service::secrets::alive_max; ++i)
        ASSERT_EQ(fixture.operate("POST", path).status, 201) << i;
    EXPECT_EQ(fixture.operate("POST", path).status, 409);
    fixture.operate("DELETE", path + "/" + std::string(secrets().at(0).at("id").as_string()));
    EXPECT_EQ(fixture.operate("POST", path).status, 201);
}

TEST_F(secrets_test, the_demo_can_be_used_at_once) {
    const auto made = fixture.operate("POST", "/api/v1/demo", R"({"domain_policy":"off"})");
    ASSERT_EQ(made.status, 200) << made.text;
    fixture.directory = made.text_of("directory_id");
    fixture.token = made.text_of("bearer_token");
    EXPECT_EQ(made.text_of("scim_base_url"), "https://scim.test" + fixture.base());
    EXPECT_EQ(fixture.scim("POST", "/Users", test::user_text("anna")).status, 201);
    const auto again = fixture.operate("POST", "/api/v1/demo", R"({"domain_policy":"reject"})");
    EXPECT_EQ(again.text_of("directory_id"), fixture.directory);
    EXPECT_EQ(again.text_of("organization_id"), made.text_of("organization_id"));
    EXPECT_NE(again.text_of("bearer_token"), fixture.token);
    EXPECT_EQ(fixture.scim("POST", "/Users", test::user_text("bert")).status, 400)
            << "acme.com is not the demo's";
    EXPECT_EQ(fixture.operate("POST", "/api/v1/demo", R"({"domain_policy":"x"})").status, 400);
}

TEST_F(secrets_test, a_sound_store_has_no_findings) {
    fixture.make_group("Staff", R"(,"members":[{"value":")" + fixture.make_user("anna") + R"("}])");
    EXPECT_EQ(fixture.operate("POST", "/api/v1/check").text, R"({"is_sound":true,"findings":[]})");
}

TEST_F(secrets_test, a_backup_says_which_master_keys_it_needs) {
    test::temp_directory folder;
    const auto back_up = [&](const char* name) {
        const auto file = (folder.path() / name).string();
        return fixture.operate("POST", "/api/v1/backup", R"({"file":")" + file + R"("})")
                .body.at("master_key_ids");
    };
    EXPECT_EQ(back_up("empty.db"), json::value(json::array()));
    fixture.make_access_token(fixture.make_client("Billing"));
    EXPECT_EQ(back_up("sealed.db"), (json::array{fixture.key_vault.sealing_key()}));
}

TEST_F(secrets_test, a_backup_is_a_store_of_its_own) {
    const auto id = fixture.make_user("anna");
    test::temp_directory folder;
    const auto file = folder.path() / "scimd.db";
    const auto body = R"({"file":")" + file.string() + R"("})";
    const auto made = fixture.operate("POST", "/api/v1/backup", body);
    EXPECT_EQ(made.status, 200) << made.text;
    EXPECT_EQ(made.text_of("file"), file.string());
    EXPECT_TRUE(std::filesystem::exists(file));
    EXPECT_EQ(fixture.operate("POST", "/api/v1/backup", body).status, 409);

    logger log([](std::string_view) {});
    id_source numbers(fixture.clock);
    metrics_registry metrics;
    store::sqlite_options options;
    options.folder = folder.path();
    auto copy = store::open_sqlite(options, fixture.clock, numbers, log, metrics);
    ASSERT_TRUE(copy);
    http::request head;
    head.method = "GET";
    head.target = fixture.base() + "/Users/" + id;
    head.headers.add("Authorization", "Bearer " + fixture.token);
    EXPECT_EQ(run_in_process(fixture.pipeline, **copy, std::move(head)).status, 200);
    (*copy)->close();
}

TEST_F(secrets_test, a_backup_names_a_new_file_in_a_folder_that_is) {
    test::temp_directory folder;
    const std::string rows[] = {
            "",
            "{}",
            R"({"file":""})",
            R"({"file":7})",
            R"({"file":"relative.db"})",
            R"({"file":")" + (folder.path() / "none" / "copy.db").string() + R"("})",
    };
    for (const auto& row : rows)
        EXPECT_EQ(fixture.operate("POST", "/api/v1/backup", row).status, 400) << row;
    EXPECT_TRUE(std::filesystem::is_empty(folder.path()));
}

}  // namespace
}  // namespace scimd::api

// The life of a directory: changed, switched off and on, removed; and its secrets renewed.
#include "service/management/directories.hpp"

#include "store/directories.hpp"
#include "support/api_fixture.hpp"

#include <gtest/gtest.h>

namespace scimd::api {
namespace {

using namespace std::chrono_literals;
using texts = std::vector<std::string>;

class directories_test : public testing::Test {
protected:
    test::answer act(std::string_view verb, std::string_view suffix = "", std::string_view body = "") {
        return fixture.operate(verb, path + std::string(suffix), body);
    }

    json::object shown() { return act("GET").member("directory"); }

    // What the background job does; true: there was something to do.
    bool remove_piece() {
        bool is_found = false;
        store::run(*fixture.database, store::intent::write, [&](store::transaction& tx) {
            const auto next = store::directories::next_removal(tx);
            is_found = next.has_value();
            if (next)
                service::directories::remove_some(tx, fixture.schemas, *next);
            return store::verdict::commit;
        });
        return is_found;
    }

    bool is_sound() { return fixture.database->check().empty(); }

    test::api_fixture fixture;
    const std::string path =
            "/api/v1/organizations/" + fixture.organization + "/directories/" + fixture.directory;
};

TEST_F(directories_test, every_member_can_be_changed_and_the_others_stay) {
    struct row {
        const char* body;
        const char* member;
        const char* value;
    };
    const row rows[] = {
            {R"({"name":"Staff"})", "name", "Staff"},
            {R"({"directory_provider":"ONELOGIN"})", "directory_provider", "ONELOGIN"},
            {R"({"directory_provider":""})", "directory_provider", ""},
            {R"({"status":"IN_PROGRESS"})", "status", "IN_PROGRESS"},
            {R"({"domain_policy":"off"})", "domain_policy", "off"},
            {R"({"directory_type":"SCIM","name":""})", "name", ""},
    };
    auto expected = shown();
    for (const auto& row : rows) {
        expected[row.member] = row.value;
        const auto changed = act("PATCH", "", row.body);
        EXPECT_EQ(changed.status, 200) << changed.text;
        EXPECT_EQ(changed.member("directory"), expected) << row.body;
        EXPECT_EQ(shown(), expected) << row.body;
    }
}

TEST_F(directories_test, a_bad_member_is_named_and_changes_nothing) {
    struct row {
        const char* body;
        const char* name;
    };
    const row rows[] = {
            {R"({"name":7})", "name"},
            {R"({"name":"a\u0001"})", "name"},
            {R"({"directory_type":"LDAP"})", "directory_type"},
            {R"({"directory_type":1})", "directory_type"},
            {R"({"directory_provider":"ENTRA"})", "directory_provider"},
            {R"({"directory_provider":[]})", "directory_provider"},
            {R"({"status":"DONE"})", "status"},
            {R"({"enabled":"false"})", "enabled"},
            {R"({"enabled":0})", "enabled"},
            {R"({"domain_policy":"maybe"})", "domain_policy"},
            {R"({"mappings":[{"key":"a"}]})", "mappings"},
            {R"({"groups":["x"]})", "groups"},
    };
    const auto before = shown();
    for (const auto& row : rows) {
        const auto body = std::string(R"({"name":"Other",)") + (row.body + 1);
        const auto refused = act("PATCH", "", row.name == std::string("name") ? row.body : body);
        EXPECT_EQ(refused.status, 400) << row.body;
        EXPECT_NE(refused.text_of("message").find(row.name), std::string::npos) << refused.text;
        EXPECT_EQ(shown(), before) << row.body;
    }
    EXPECT_EQ(act("PATCH", "", R"({"name":")" + std::string(201, 'n') + "\"}").status, 400);
    EXPECT_EQ(act("PATCH", "", R"({"name":")" + std::string(200, 'n') + "\"}").status, 200);
}

TEST_F(directories_test, a_disabled_directory_answers_403_once_the_token_is_known_to_be_good) {
    EXPECT_EQ(act("PATCH", ":disable").text, R"({"enabled":false})");
    const auto refused = fixture.scim("GET", "/Users");
    EXPECT_EQ(refused.status, 403);
    EXPECT_EQ(refused.header("Content-Type"), "application/scim+json");
    EXPECT_EQ(fixture.call("GET", fixture.base() + "/Users").status, 401);
    EXPECT_EQ(act("PATCH", "", R"({"enabled":true})").status, 200);
    EXPECT_EQ(fixture.scim("GET", "/Users").status, 200);
    EXPECT_EQ(fixture.event_types(), (texts{"directory_disabled", "directory_enabled"}));
}

TEST_F(directories_test, what_is_so_already_makes_no_event) {
    act("PATCH", ":enable");
    EXPECT_EQ(fixture.event_types(), texts());
    act("PATCH", ":disable");
    act("PATCH", ":disable");
    ASSERT_EQ(fixture.event_types(), (texts{"directory_disabled"}));
    const auto event = fixture.events().back();
    EXPECT_EQ(event.at("type").as_string(), "organization.directory_disabled");
    EXPECT_EQ(event.at("object").as_string(), "Directory");
    EXPECT_EQ(event.at("display_name").as_string(), "Directory Disabled");
    EXPECT_EQ(event.at("sequence").as_int64(), 4);
    EXPECT_EQ(event.at("context").at("source").as_string(), "api");
    EXPECT_EQ(event.at("context").at("actor"), (json::object{{"type", "operator"}}));
    const json::object data{{"id", fixture.directory}, {"organization_id", fixture.organization},
            {"directory_type", "SCIM"}, {"provider", "OKTA"}, {"name", ""}, {"enabled", false},
            {"updated_at", "2026-01-02T03:04:05.000000Z"}};
    EXPECT_EQ(event.at("data"), data);
}

TEST_F(directories_test, a_new_directory_publishes_created_then_enabled) {
    const auto other = fixture.make_directory(fixture.organization);
    fixture.make_token(other);
    EXPECT_EQ(fixture.event_types(), (texts{"created", "directory_enabled", "token_created"}));
    std::int64_t sequence = 0;
    for (const auto& event : fixture.events()) {
        EXPECT_EQ(event.at("directory_id").as_string(), other);
        EXPECT_EQ(event.at("sequence").as_int64(), ++sequence);
    }
}

TEST_F(directories_test, the_status_says_how_far_the_connection_has_come) {
    const auto other = fixture.make_directory(fixture.organization);
    const auto status = [&] {
        const auto got = fixture.operate("GET", "/api/v1/organizations/-/directories/" + other);
        return std::string(got.member("directory").at("status").as_string());
    };
    EXPECT_EQ(status(), "DRAFT");
    const auto token = fixture.make_token(other);
    EXPECT_EQ(status(), "IN_PROGRESS");
    fixture.directory = other;
    fixture.token = token;
    fixture.scim("GET", "/Users");
    EXPECT_EQ(status(), "COMPLETED");
}

// Uses are noted to the minute.
TEST_F(directories_test, nothing_is_used_before_it_was_made) {
    fixture.clock.advance(25s);  // 03:04:30
    fixture.directory = fixture.make_directory(fixture.organization);
    fixture.token = fixture.make_token(fixture.directory);
    fixture.scim("GET", "/Users");
    const auto show = [&] {
        return fixture.operate("GET", "/api/v1/organizations/-/directories/" + fixture.directory)
                .member("directory");
    };
    const std::string made = "2026-01-02T03:04:30.000000Z";
    EXPECT_EQ(show().at("last_synced_at").as_string(), made);
    EXPECT_EQ(show().at("secrets").at(0).at("last_used_time").as_string(), made);
    fixture.clock.advance(1min);
    fixture.scim("GET", "/Users");
    EXPECT_EQ(show().at("last_synced_at").as_string(), "2026-01-02T03:05:00.000000Z");
}

TEST_F(directories_test, the_last_use_of_a_secret_is_shown_before_it_is_stored) {
    fixture.scim("GET", "/Users", "", {{"User-Agent", "Okta SCIM Client 1.0.0"}});
    const auto directory = shown();
    EXPECT_EQ(directory.at("last_synced_at").as_string(), "2026-01-02T03:04:05.000000Z");
    const auto& secret = directory.at("secrets").at(0).as_object();
    EXPECT_EQ(secret.at("last_used_time").as_string(), "2026-01-02T03:04:05.000000Z");
    EXPECT_EQ(secret.at("last_used_address").as_string(), "192.0.2.7");
    EXPECT_EQ(secret.at("last_used_user_agent").as_string(), "Okta SCIM Client 1.0.0");
    const auto id = "/secrets/" + std::string(secret.at("id").as_string());
    EXPECT_EQ(act("GET", id).member("secret"), secret);

    const std::string long_agent(300, 'x');
    fixture.scim("GET", "/Users", "", {{"User-Agent", long_agent}});
    EXPECT_EQ(act("GET", id).member("secret").at("last_used_user_agent").as_string(),
            long_agent.substr(0, 200));
}

TEST_F(directories_test, a_regenerated_secret_works_beside_the_old_one_until_the_overlap_ends) {
    const auto made = act("POST", "/secrets:regenerate", R"({"overlap_seconds":3600})");
    ASSERT_EQ(made.status, 201) << made.text;
    const auto old = fixture.token;
    const auto status = [&](const std::string& token) {
        fixture.token = token;
        return fixture.scim("GET", "/Users").status;
    };
    EXPECT_EQ(status(old), 200);
    EXPECT_EQ(status(made.text_of("plain_secret")), 200);
    fixture.clock.advance(1h);
    EXPECT_EQ(status(old), 401);
    EXPECT_EQ(status(made.text_of("plain_secret")), 200);
}

TEST_F(directories_test, the_overlap_is_a_day_unless_it_is_said_otherwise) {
    act("POST", "/secrets:regenerate");
    fixture.clock.advance(24h - 1us);
    EXPECT_EQ(fixture.scim("GET", "/Users").status, 200);
    fixture.clock.advance(1us);
    EXPECT_EQ(fixture.scim("GET", "/Users").status, 401);
}

TEST_F(directories_test, an_overlap_has_bounds) {
    for (const auto* const bad : {"-1", "2592001", "\"0\"", "1.5", "true", "[]"}) {
        const auto refused =
                act("POST", "/secrets:regenerate", R"({"overlap_seconds":)" + std::string(bad) + "}");
        EXPECT_EQ(refused.status, 400) << bad;
        EXPECT_NE(refused.text_of("message").find("overlap_seconds"), std::string::npos) << refused.text;
    }
    EXPECT_EQ(act("POST", "/secrets:regenerate", R"({"overlap_seconds":2592000})").status, 201);
    EXPECT_EQ(fixture.scim("GET", "/Users").status, 200);
    EXPECT_EQ(act("POST", "/secrets:regenerate", R"({"overlap_seconds":0})").status, 201);
    EXPECT_EQ(fixture.scim("GET", "/Users").status, 401);
}

TEST_F(directories_test, an_enabled_directory_is_not_deleted) {
    const auto refused = act("DELETE");
    EXPECT_EQ(refused.status, 400);
    EXPECT_NE(refused.text_of("message").find("directory is enabled"), std::string::npos);
    EXPECT_NE(refused.text_of("message").find("disable"), std::string::npos);
    EXPECT_EQ(fixture.scim("GET", "/Users").status, 200);
}

TEST_F(directories_test, a_deleted_directory_is_gone_with_an_event_for_each_thing) {
    const auto anna = fixture.make_user("anna");
    const auto staff = fixture.make_group("Staff", R"(,"members":[{"value":")" + anna + R"("}])");
    act("PATCH", ":disable");
    const auto before = fixture.events().size();
    EXPECT_EQ(act("DELETE").text, "{}");
    EXPECT_EQ(act("GET").status, 404);
    EXPECT_EQ(act("DELETE").status, 404);
    EXPECT_EQ(fixture.scim("GET", "/Users").status, 401);
    const auto listed =
            fixture.operate("GET", "/api/v1/organizations/" + fixture.organization + "/directories");
    EXPECT_EQ(listed.body.at("directories").as_array().size(), 0U);
    EXPECT_FALSE(remove_piece()) << "a small directory goes with the request";
    auto events = fixture.events();
    events.erase(events.begin(), events.begin() + static_cast<std::ptrdiff_t>(before));
    ASSERT_EQ(events.size(), 3U);
    EXPECT_EQ(events[0].at("type").as_string(), "organization.directory.user_deleted");
    EXPECT_EQ(events[0].at("data").at("id").as_string(), anna);
    EXPECT_EQ(events[0].at("data").at("reason").as_string(), "directory_deleted");
    EXPECT_EQ(events[0].at("data").at("groups").at(0).at("id").as_string(), staff);
    EXPECT_EQ(events[1].at("type").as_string(), "organization.directory.group_deleted");
    EXPECT_EQ(events[1].at("data").at("reason").as_string(), "directory_deleted");
    EXPECT_EQ(events[2].at("type").as_string(), "organization.directory.deleted");
    EXPECT_TRUE(is_sound());
}

TEST_F(directories_test, a_large_directory_goes_in_bounded_pieces_that_can_be_taken_up_again) {
    constexpr int users = 450;
    std::string members;
    for (int i = 0; i < users; ++i) {
        members += (i > 0 ? R"(,{"value":")" : R"({"value":")") + fixture.make_user("u" + std::to_string(i));
        members += "\"}";
    }
    fixture.make_group("All", ",\"members\":[" + members + "]");
    const auto other = fixture.make_directory(fixture.organization);
    fixture.clock.advance(1s);
    act("PATCH", ":disable");
    const auto cursor = fixture.operate("GET", "/api/v1/events?limit=1000&after=" + fixture.start);
    auto at = cursor.text_of("next_cursor");
    while (true) {
        const auto page = fixture.operate("GET", "/api/v1/events?limit=1000&after=" + at);
        if (page.body.at("events").as_array().empty())
            break;
        at = page.text_of("next_cursor");
    }
    EXPECT_EQ(act("DELETE").status, 200);
    EXPECT_EQ(act("GET").status, 404) << "gone at once for every reader";
    std::size_t pieces = 0;
    std::size_t deleted = 0;
    while (remove_piece()) {
        ++pieces;
        const auto page = fixture.operate("GET", "/api/v1/events?limit=1000&after=" + at);
        const auto& events = page.body.at("events").as_array();
        EXPECT_LE(events.size(), service::directories::removal_batch_max);
        deleted += events.size();
        at = page.text_of("next_cursor");
        EXPECT_TRUE(is_sound());
        ASSERT_LT(pieces, 20U);
    }
    EXPECT_EQ(deleted, users + 2U) << "each user, the group, the directory";
    EXPECT_EQ(fixture.operate("GET", "/api/v1/organizations/-/directories/" + other).status, 200)
            << "the neighbour stays";
}

}  // namespace
}  // namespace scimd::api

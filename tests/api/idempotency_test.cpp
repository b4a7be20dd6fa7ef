// Idempotency-Key: an answer that was lost may be asked for again.
#include "api/management/idempotency.hpp"

#include "api/openapi.hpp"
#include "api/pipeline.hpp"
#include "store/webhook_deliveries.hpp"
#include "support/api_fixture.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <map>
#include <set>
#include <stdexcept>
#include <string>

namespace scimd::api {
namespace {

using namespace std::chrono_literals;

class idempotency_test : public testing::Test {
protected:
    test::answer post(std::string_view target, std::string_view body, const std::string& key) {
        http::request head;
        head.method = "POST";
        head.target = target;
        head.headers.add("Idempotency-Key", key);
        head.body = body;
        head.from.is_operator = true;
        return fixture.send(std::move(head));
    }

    std::int64_t organizations() {
        return fixture.operate("GET", "/api/v1/organizations").body.at("total_size").as_int64();
    }

    // Adds a dead letter of an endpoint. Returns the id of its event.
    std::string make_dead_letter(const std::string& endpoint) {
        const std::string event(fixture.events().front().at("id").as_string());
        store::run(*fixture.database, store::intent::write, [&](store::transaction& tx) {
            store::webhooks::delivery dead;
            dead.event = event_id::parse(event).value();
            dead.state = store::webhooks::delivery_state::dead;
            store::webhooks::put_delivery(tx, webhook_id::parse(endpoint).value(), dead);
            return store::verdict::commit;
        });
        return event;
    }

    // A path of the table with what there is in its places.
    [[nodiscard]] std::string filled(std::string_view pattern) const {
        std::string text(pattern);
        for (const auto& [name, value] : names)
            if (const auto at = text.find(name); at != std::string::npos)
                text.replace(at, name.size(), value);
        EXPECT_EQ(text.find('{'), std::string::npos) << text;
        return text;
    }

    static json::object described(const route& row) {
        const auto whole = parse_json_object(served_description_text(), {.nodes_max = SIZE_MAX}).value();
        return whole.at("paths").at(row.path).at("post").as_object();
    }

    test::api_fixture fixture;
    std::map<std::string, std::string, std::less<>> names;
    const std::string path = "/api/v1/organizations";
    const std::string acme = R"({"display_name":"Acme"})";
};

TEST_F(idempotency_test, a_repeat_gets_the_same_answer_and_makes_nothing) {
    const auto before = organizations();
    const auto first = post(path, acme, "key-1");
    ASSERT_EQ(first.status, 201);
    const auto second = post(path, acme, "key-1");
    EXPECT_EQ(second.status, 201);
    EXPECT_EQ(second.text, first.text);
    EXPECT_EQ(organizations(), before + 1);

    EXPECT_NE(post(path, acme, "key-2").text, first.text);
    EXPECT_EQ(organizations(), before + 2);
}

// Covers new routes, too: a route accepts a key, or its description says why not.
TEST_F(idempotency_test, every_post_of_the_table_takes_a_key_or_says_why_not) {
    int posts = 0;
    for (const auto& row : routes()) {
        if (row.method != "POST" || !is_of_management(row.who)) {
            EXPECT_EQ(row.idempotency, idempotency_policy::run_again) << row.path;
            continue;
        }
        ++posts;
        const auto operation = described(row);
        const auto* parameters = find_array(operation, "parameters");
        const bool takes_key =
                parameters && to_text(*parameters).find("/IdempotencyKey") != std::string::npos;
        EXPECT_EQ(takes_key, row.idempotency != idempotency_policy::run_again) << row.path;
        EXPECT_EQ(find_string(operation, "x-without-idempotency-key") != nullptr, !takes_key) << row.path;
    }
    EXPECT_GE(posts, 25);
}

TEST_F(idempotency_test, on_every_route_that_takes_one_a_repeat_does_nothing) {
    const std::map<std::string_view, std::string_view> bodies{
            {"/api/v1/organizations", R"({"display_name":"Other"})"},
            {"/api/v1/organizations/{organization}/domains", R"({"domain":"other.com"})"},
            {"/api/v1/organizations/{organization}/roles", R"({"name":"clerk"})"},
            {"/api/v1/directory-user-attributes", R"({"key":"team"})"},
            {"/api/v1/roles", R"({"name":"chief"})"},
            {"/api/v1/webhook-endpoints", R"({"url":"https://example.com/other"})"},
            {"/api/v1/webhook-endpoints/{webhook}:replay", R"({"from":"2026-01-01T00:00:00Z"})"},
            {"/api/v1/clients", R"({"name":"Other"})"},
    };
    fixture.make_user("anna");
    const auto hook =
            fixture.operate("POST", "/api/v1/webhook-endpoints", R"({"url":"https://example.com/hook"})");
    names = {{"{organization}", fixture.organization}, {"{directory}", fixture.directory},
            {"{webhook}", hook.text_of("id")}, {"{id}", fixture.make_client("Billing").id}};
    for (const auto& row : routes()) {
        if (row.idempotency == idempotency_policy::run_again)
            continue;
        names["{event}"] = make_dead_letter(names["{webhook}"]);
        const auto given = bodies.find(row.path);
        const auto body = given == bodies.end() ? std::string_view() : given->second;
        const auto target = filled(row.path);
        const auto first = post(target, body, target);
        EXPECT_LT(first.status, 300) << target << first.text;
        const auto published = fixture.events().size();
        const auto second = post(target, body, target);
        EXPECT_EQ(fixture.events().size(), published) << target;
        if (row.idempotency == idempotency_policy::same_answer) {
            EXPECT_EQ(second.status, first.status) << target;
            EXPECT_EQ(second.text, first.text) << target;
        } else {
            EXPECT_EQ(second.status, 409) << target;
            EXPECT_NE(second.text_of("message").find("secret"), std::string::npos) << target;
        }
        EXPECT_EQ(post(target, body, std::string(idempotency_key_bytes_max + 1, 'k')).status, 400) << target;
    }
}

TEST_F(idempotency_test, a_chore_is_not_begun_again) {
    int times = 0;
    fixture.server.renew_master_key = [&](store::database&) { return "mk_" + std::to_string(++times); };
    const auto first = post("/api/v1/master-key:rotate", "", "key");
    EXPECT_EQ(first.text, R"({"key_id":"mk_1"})");
    EXPECT_EQ(post("/api/v1/master-key:rotate", "", "key").text, first.text);
    EXPECT_EQ(times, 1);
    EXPECT_EQ(post("/api/v1/master-key:rotate", "", "other").text, R"({"key_id":"mk_2"})");
    EXPECT_EQ(fixture.operate("POST", "/api/v1/master-key:rotate").text, R"({"key_id":"mk_3"})");
}

TEST_F(idempotency_test, a_chore_that_is_under_way_is_not_begun_beside_itself) {
    const std::string rotate = "/api/v1/master-key:rotate";
    int times = 0;
    test::answer meanwhile;
    test::answer other;
    fixture.server.renew_master_key = [&](store::database&) {
        if (++times == 1) {
            meanwhile = post(rotate, "", "key");
            other = post(rotate, "", "other");
        }
        return "mk_" + std::to_string(times);
    };
    const auto first = post(rotate, "", "key");
    EXPECT_EQ(first.status, 200);
    EXPECT_EQ(meanwhile.status, 409);
    EXPECT_NE(meanwhile.text_of("message").find("is being carried out"), std::string::npos);
    EXPECT_EQ(other.status, 200);
    EXPECT_EQ(times, 2);
    EXPECT_EQ(post(rotate, "", "key").text, first.text);
}

TEST_F(idempotency_test, a_chore_that_failed_may_be_tried_again) {
    const std::string rotate = "/api/v1/master-key:rotate";
    fixture.server.renew_master_key = [](store::database&) -> std::string {
        throw std::runtime_error("full");
    };
    EXPECT_THROW(post(rotate, "", "key"), std::runtime_error);
    fixture.server.renew_master_key = [](store::database&) { return std::string("mk_1"); };
    EXPECT_EQ(post(rotate, "", "key").status, 200);
}

TEST_F(idempotency_test, a_repeated_rotation_or_test_is_one) {
    const auto rotation = post("/api/v1/signing-keys:rotate", R"({"at_once":true})", "key-1");
    ASSERT_EQ(rotation.status, 200) << rotation.text;
    EXPECT_EQ(post("/api/v1/signing-keys:rotate", R"({"at_once":true})", "key-1").text, rotation.text);
    EXPECT_EQ(fixture.operate("GET", "/api/v1/signing-keys").text, rotation.text);
    EXPECT_EQ(post("/api/v1/signing-keys:rotate", "{}", "key-1").status, 409);

    const auto made =
            fixture.operate("POST", "/api/v1/webhook-endpoints", R"({"url":"https://example.com/hook"})");
    ASSERT_EQ(made.status, 201) << made.text;
    const auto test = "/api/v1/webhook-endpoints/" + made.text_of("id") + ":test";
    const auto sent = post(test, "", "key-2");
    ASSERT_EQ(sent.status, 202) << sent.text;
    EXPECT_EQ(post(test, "", "key-2").text, sent.text);
    EXPECT_NE(post(test, "", "key-3").text, sent.text);
}

TEST_F(idempotency_test, a_key_stands_for_one_request) {
    ASSERT_EQ(post(path, acme, "key").status, 201);
    EXPECT_EQ(post(path, R"({"display_name":"Other"})", "key").status, 409);
    EXPECT_EQ(post(path + "/" + fixture.organization + "/directories", "{}", "key").status, 409);
}

TEST_F(idempotency_test, a_failure_is_not_kept) {
    EXPECT_EQ(post(path, R"({"display_name":""})", "key").status, 400);
    EXPECT_EQ(post(path, acme, "key").status, 201);
}

TEST_F(idempotency_test, a_secret_is_not_shown_again_and_not_kept) {
    const auto secrets = "/api/v1/organizations/-/directories/" + fixture.directory + "/secrets";
    const auto made = post(secrets, "{}", "key");
    ASSERT_EQ(made.status, 201);
    const auto again = post(secrets, "{}", "key");
    EXPECT_EQ(again.status, 409);
    EXPECT_EQ(again.text.find(made.text_of("plain_secret")), std::string::npos);
    EXPECT_EQ(fixture.operate("GET", secrets).body.at("secrets").as_array().size(), 2U);
}

TEST_F(idempotency_test, the_values_of_headers_are_not_kept) {
    const auto made = fixture.operate("POST", "/api/v1/webhook-endpoints",
            R"({"url":"https://example.com/hook","headers":{"X-Api-Key":"of-theirs"}})");
    const auto disable = "/api/v1/webhook-endpoints/" + made.text_of("id") + ":disable";
    auto first = post(disable, "", "key");
    ASSERT_EQ(first.member("headers").at("X-Api-Key").as_string(), "of-theirs");
    const auto again = post(disable, "", "key");
    first.body["headers"].as_object()["X-Api-Key"] = "[withheld]";
    EXPECT_EQ(again.status, 200);
    EXPECT_EQ(again.body, first.body);
}

TEST_F(idempotency_test, an_answer_is_kept_for_a_day) {
    const auto first = post(path, acme, "key");
    fixture.clock.advance(24h - 1us);
    EXPECT_EQ(post(path, acme, "key").text, first.text);
    fixture.clock.advance(1us);
    const auto later = post(path, acme, "key");
    EXPECT_EQ(later.status, 201);
    EXPECT_NE(later.text, first.text);
}

TEST_F(idempotency_test, a_key_has_a_length) {
    EXPECT_EQ(post(path, acme, std::string(idempotency_key_bytes_max, 'k')).status, 201);
    EXPECT_EQ(post(path, acme, std::string(idempotency_key_bytes_max + 1, 'k')).status, 400);
    EXPECT_EQ(post(path, acme, "").status, 400);
}

}  // namespace
}  // namespace scimd::api

// Quotas of a directory: each limit on both sides, and the changes that are always allowed.
#include "api/management/idempotency.hpp"
#include "store/idempotency.hpp"
#include "support/api_fixture.hpp"
#include "support/large_group.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

namespace scimd::api {
namespace {

using namespace std::chrono_literals;

class quotas_test : public testing::Test {
protected:
    test::answer set(std::string_view name, const std::string& limit) {
        return fixture.operate(
                "PATCH", path("quota-limits"), R"({"quotas":{")" + std::string(name) + "\":" + limit + "}}");
    }
    [[nodiscard]] std::string path(const std::string& of = "quotas") const {
        return "/api/v1/organizations/-/directories/" + fixture.directory + '/' + of;
    }
    std::int64_t used(std::string_view name) {
        return quota_in(fixture.operate("GET", path()), name).at("used").as_int64();
    }
    static json::object quota_in(const test::answer& got, std::string_view name) {
        for (const auto& one : got.body.at("quotas").as_array())
            if (one.at("name").as_string() == name)
                return one.as_object();
        ADD_FAILURE() << name << " is not in " << got.text;
        return {};
    }
    static json::object quota(std::string_view name, std::int64_t limit, bool is_default) {
        return {{"name", name}, {"limit", limit}, {"is_default", is_default}};
    }
    static json::object quota(std::string_view name, std::int64_t limit, bool is_default, std::int64_t used) {
        auto made = quota(name, limit, is_default);
        made["used"] = used;
        return made;
    }

    test::answer add_user(std::string_view name, std::string_view more = "") {
        return fixture.scim("POST", "/Users", test::user_text(name, more));
    }
    test::answer add_group(std::string_view name, std::string_view more = "") {
        return fixture.scim("POST", "/Groups", test::group_text(name, more));
    }

    static std::string exceeded(const std::string& name, int limit, int now, int then) {
        return "The quota \"" + name + "\" of this directory is " + std::to_string(limit) + ". It uses " +
               std::to_string(now) + " and would use " + std::to_string(then) +
               ". Delete what is not needed, or have the quota raised.";
    }

    // Expects a refusal that leaves no trace.
    void expect_refused(const test::answer& got, const std::string& detail) {
        EXPECT_EQ(got.status, 507) << got.text;
        EXPECT_EQ(got.text_of("detail"), detail);
        EXPECT_EQ(got.text_of("status"), "507");
        EXPECT_EQ(got.text_of("scimType"), "");
        EXPECT_EQ(got.header("Content-Type"), "application/scim+json");
        EXPECT_EQ(got.header("Retry-After"), "");
    }

    test::api_fixture fixture;
};

TEST_F(quotas_test, are_shown_with_limits_and_usage) {
    fixture.make_user("anna");
    const auto got = fixture.operate("GET", path());
    EXPECT_EQ(got.status, 200);
    EXPECT_EQ(got.text_of("directory_id"), fixture.directory);
    EXPECT_EQ(quota_in(got, "users"), quota("users", 1'000'000, true, 1));
    EXPECT_EQ(quota_in(got, "groups"), quota("groups", 250'000, true, 0));
    EXPECT_EQ(quota_in(got, "events_per_second"), quota("events_per_second", 10'000, true));
    EXPECT_GT(used("document_bytes"), 50);
    EXPECT_GT(used("event_bytes"), 500);

    const auto changed = set("users", "7");
    EXPECT_EQ(changed.status, 200);
    EXPECT_EQ(quota_in(changed, "users"), quota("users", 7, false, 1));
    EXPECT_EQ(quota_in(set("groups", "3"), "users"), quota("users", 7, false, 1))
            << "what is not named stays";
    EXPECT_EQ(quota_in(set("users", "null"), "users"), quota("users", 1'000'000, true, 1));
}

TEST_F(quotas_test, only_the_operator_sets_quotas_and_only_to_valid_numbers) {
    const auto token = fixture.make_access_token(fixture.make_client("Portal"));
    const std::string bearer = "Bearer " + token;
    EXPECT_EQ(fixture.call("GET", path(), "", {{"Authorization", bearer}}).status, 200);
    for (const auto* of : {"quotas", "quota-limits"}) {
        const auto got =
                fixture.call("PATCH", path(of), R"({"quotas":{"users":9}})", {{"Authorization", bearer}});
        EXPECT_EQ(got.status, of == std::string("quotas") ? 405 : 404);
    }
    EXPECT_EQ(fixture.operate("GET", path("quota-limits")).text, fixture.operate("GET", path()).text);
    EXPECT_EQ(set("users", "-1").status, 400);
    EXPECT_EQ(set("users", "1000000000000000").status, 200);
    EXPECT_EQ(set("users", "1000000000000001").status, 400);
    EXPECT_EQ(set("users", "\"many\"").status, 400);
    EXPECT_EQ(set("seats", "5").status, 400);
}

TEST_F(quotas_test, of_users_is_exact) {
    set("users", "2");
    EXPECT_EQ(add_user("anna").status, 201);
    const auto last = add_user("bob");
    EXPECT_EQ(last.status, 201);
    const auto events = fixture.events().size();
    expect_refused(add_user("eve"), exceeded("users", 2, 2, 3));
    EXPECT_EQ(fixture.events().size(), events);
    EXPECT_EQ(add_group("all").status, 201) << "another quota";

    EXPECT_EQ(fixture.scim("DELETE", "/Users/" + last.text_of("id")).status, 204);
    EXPECT_EQ(add_user("eve").status, 201);
    set("users", "0");
    EXPECT_EQ(add_user("mia").status, 201) << "0 is any number";
    EXPECT_TRUE(fixture.database->check().empty());
}

TEST_F(quotas_test, of_groups_is_exact) {
    set("groups", "1");
    EXPECT_EQ(add_group("one").status, 201);
    expect_refused(add_group("two"), exceeded("groups", 1, 1, 2));
    EXPECT_EQ(add_user("anna").status, 201);
}

TEST_F(quotas_test, of_memberships_counts_those_of_all_groups) {
    const auto anna = fixture.make_user("anna");
    const auto bob = fixture.make_user("bob");
    const auto member = [](const std::string& id) { return R"({"value":")" + id + R"("})"; };
    const auto first = fixture.make_group("first", R"(,"members":[)" + member(anna) + "]");
    set("memberships", "2");
    const auto add = [&](const std::string& group, const std::string& id) {
        return fixture.patch(
                "/Groups/" + group, R"([{"op":"add","path":"members","value":[)" + member(id) + "]}]");
    };
    EXPECT_EQ(add_group("second", R"(,"members":[)" + member(anna) + "]").status, 201);
    expect_refused(add(first, bob), exceeded("memberships", 2, 2, 3));
    expect_refused(
            add_group("third", R"(,"members":[)" + member(anna) + "]"), exceeded("memberships", 2, 2, 3));
    EXPECT_EQ(used("memberships"), 2);
    EXPECT_EQ(add(first, anna).status, 200) << "who is a member already takes nothing";

    // Replacing one member by another is no growth.
    EXPECT_EQ(fixture.scim("PUT", "/Groups/" + first,
                             test::group_text("first", R"(,"members":[)" + member(bob) + "]"))
                      .status,
            200);
    EXPECT_EQ(fixture.scim("DELETE", "/Users/" + bob).status, 204);
    EXPECT_EQ(used("memberships"), 1);
    EXPECT_EQ(add(first, anna).status, 200);
    EXPECT_TRUE(fixture.database->check().empty());
}

// A change of so many memberships is applied in batches.
TEST_F(quotas_test, of_memberships_applies_to_changes_in_batches) {
    constexpr std::size_t limit = 600;
    const auto group = fixture.make_group("all");
    std::vector<std::string> users;
    store::run(*fixture.database, store::intent::write, [&](store::transaction& tx) {
        for (const auto user : test::write_users(tx, *directory_id::parse(fixture.directory), "u", 2 * limit))
            users.push_back("diruser_" + std::to_string(user.value));
        return store::verdict::commit;
    });
    set("memberships", std::to_string(limit));
    const auto put = [&](std::size_t first, std::size_t count) {
        std::string members;
        for (std::size_t i = first; i < first + count; ++i)
            members += (i > first ? R"(,{"value":")" : R"({"value":")") + users[i] + R"("})";
        return fixture.scim("PUT", "/Groups/" + group + "?excludedAttributes=members",
                test::group_text("all", R"(,"members":[)" + members + "]"));
    };
    expect_refused(put(0, limit + 1), exceeded("memberships", limit, 0, limit + 1));
    EXPECT_EQ(used("memberships"), 0);
    EXPECT_EQ(put(0, limit).status, 200);
    EXPECT_EQ(used("memberships"), limit);
    EXPECT_EQ(put(limit, limit).status, 200) << "others instead are no growth";
    EXPECT_EQ(used("memberships"), limit);

    fixture.server.quotas->reserve_storage(true);
    EXPECT_EQ(put(0, limit).status, 507) << "but they take room on the disk";
    EXPECT_EQ(put(limit, 0).status, 200);
    EXPECT_EQ(used("memberships"), 0);
    EXPECT_TRUE(fixture.database->check().empty());
}

TEST_F(quotas_test, of_bytes_is_exact_and_allows_changes_that_do_not_grow) {
    const auto anna = fixture.make_user("anna", R"(,"title":"xxxxxxxxxx")");
    const auto now = used("document_bytes");
    set("document_bytes", std::to_string(now + 5));
    const auto rename = [&](std::size_t letters) {
        return fixture.patch("/Users/" + anna,
                R"([{"op":"replace","path":"title","value":")" + std::string(letters, 'y') + R"("}])");
    };
    EXPECT_EQ(rename(15).status, 200);
    const auto limit = static_cast<int>(now) + 5;
    expect_refused(rename(16), exceeded("document_bytes", limit, limit, limit + 1));
    const auto refused = add_user("bob");
    EXPECT_EQ(refused.status, 507);
    EXPECT_NE(refused.text_of("detail").find("\"document_bytes\""), std::string::npos);

    // Beyond a limit that was lowered, a change may shrink the resource but not grow it.
    set("document_bytes", "10");
    EXPECT_EQ(rename(14).status, 200);
    EXPECT_EQ(rename(15).status, 507);
    EXPECT_EQ(fixture.patch("/Users/" + anna, R"([{"op":"replace","path":"title","value":"zzzzzzzzzzzzzz"}])")
                      .status,
            200);
}

TEST_F(quotas_test, allow_deactivating_users_and_removing_members) {
    const auto anna = fixture.make_user("anna");
    const auto group = fixture.make_group("all", R"(,"members":[{"value":")" + anna + R"("}])");
    for (const auto* name : {"users", "groups", "memberships", "document_bytes"})
        set(name, "1");
    const auto activate = [&](std::string_view is_active, std::string_view more = "") {
        return fixture.patch("/Users/" + anna, R"([{"op":"replace","path":"active","value":)" +
                                                       std::string(is_active) + "}" + std::string(more) +
                                                       "]");
    };
    const std::string large(5'000, 'x');
    EXPECT_EQ(activate("false", R"(,{"op":"add","path":"title","value":")" + large + R"("})").status, 507)
            << "a deactivation may not bring much with it";
    EXPECT_EQ(activate("false").status, 200);
    EXPECT_EQ(fixture.patch("/Groups/" + group,
                             R"([{"op":"remove","path":"members[value eq \")" + anna + R"(\"]"}])")
                      .status,
            200);
    EXPECT_EQ(fixture.scim("DELETE", "/Groups/" + group).status, 204);
    EXPECT_EQ(fixture.scim("DELETE", "/Users/" + anna).status, 204);
}

TEST_F(quotas_test, apply_to_each_operation_of_a_bulk_request) {
    set("users", "1");
    const auto operation = [](std::string_view name) {
        return R"({"method":"POST","path":"/Users","bulkId":")" + std::string(name) + R"(","data":)" +
               test::user_text(name) + "}";
    };
    const auto got = fixture.scim("POST", "/Bulk",
            R"({"schemas":["urn:ietf:params:scim:api:messages:2.0:BulkRequest"],"Operations":[)" +
                    operation("anna") + "," + operation("bob") + "]}");
    EXPECT_EQ(got.status, 200);
    const auto& done = got.body.at("Operations").as_array();
    EXPECT_EQ(done[0].at("status"), "201");
    EXPECT_EQ(done[1].at("status"), "507");
    EXPECT_EQ(done[1].at("response").at("detail").as_string(), exceeded("users", 1, 1, 2));
}

TEST_F(quotas_test, of_events_a_second_allows_a_burst_of_ten_seconds) {
    const auto anna = fixture.make_user("anna");
    set("events_per_second", "2");
    fixture.scim("GET", "/Users/" + anna);
    for (int i = 0; i < 20; ++i)
        EXPECT_EQ(add_user("user" + std::to_string(i)).status, 201) << i;
    const auto refused = add_user("one_more");
    EXPECT_EQ(refused.status, 429);
    EXPECT_EQ(refused.text_of("detail"),
            "This directory changes faster than its quota \"events_per_second\" of 2 allows. Try again "
            "shortly.");
    EXPECT_NE(refused.header("Retry-After"), "");
    EXPECT_EQ(
            fixture.patch("/Users/" + anna, R"([{"op":"replace","path":"title","value":"x"}])").status, 429);
    EXPECT_EQ(fixture.patch("/Users/" + anna, R"([{"op":"replace","path":"active","value":false}])").status,
            200);
    EXPECT_EQ(fixture.scim("DELETE", "/Users/" + anna).status, 204);
    fixture.clock.advance(1s);
    EXPECT_EQ(add_user("later").status, 429) << "what has passed all the same counts, too";
    fixture.clock.advance(1s);
    EXPECT_EQ(add_user("later").status, 201);
}

TEST_F(quotas_test, of_events_a_second_recovers_when_the_clock_is_set_back) {
    set("events_per_second", "2");
    fixture.clock.advance(24h * 365);
    for (int i = 0; i < 25; ++i)
        add_user("user" + std::to_string(i));
    EXPECT_EQ(add_user("one_more").status, 429);
    fixture.clock.advance(-24h * 365);
    EXPECT_EQ(add_user("one_more").status, 429);
    fixture.clock.advance(10s);
    EXPECT_EQ(add_user("one_more").status, 201);
}

// Old events are deleted by a job. Only events that wait for delivery may exceed the quota, up to twice its
// value.
TEST_F(quotas_test, of_event_bytes_may_be_exceeded_twofold_by_undelivered_events) {
    const auto anna = fixture.make_user("anna");
    const auto bytes = used("event_bytes");
    set("event_bytes", std::to_string(bytes / 2 + 1));
    EXPECT_EQ(
            fixture.patch("/Users/" + anna, R"([{"op":"replace","path":"title","value":"x"}])").status, 200);
    const auto refused = add_user("bob");
    EXPECT_EQ(refused.status, 507);
    EXPECT_EQ(refused.text_of("detail"),
            "The quota \"event_bytes\" of this directory is " + std::to_string(bytes / 2 + 1) +
                    ". Its events have " + std::to_string(used("event_bytes")) +
                    ", because the oldest are still to be delivered to webhooks or sinks.");
    EXPECT_EQ(fixture.scim("DELETE", "/Users/" + anna).status, 204);
}

TEST_F(quotas_test, apply_to_one_directory) {
    set("users", "1");
    fixture.make_user("anna");
    const auto other = fixture.make_directory(fixture.organization, "off");
    const std::string bearer = "Bearer " + fixture.make_token(other);
    const auto got = fixture.call("POST", "/directory/" + other + "/scim/v2/Users", test::user_text("bob"),
            {{"Authorization", bearer}});
    EXPECT_EQ(got.status, 201) << got.text;
}

// --- reserved disk space

class disk_reserve : public quotas_test {
protected:
    static constexpr auto detail =
            "The disk of the service is nearly full: only deletions, removed members and deactivations are "
            "taken "
            "until there is room again.";
};

TEST_F(disk_reserve, accepts_only_deletions_and_deactivations_until_space_is_freed) {
    const auto anna = fixture.make_user("anna");
    const auto bob = fixture.make_user("bob");
    const auto group = fixture.make_group("all", R"(,"members":[{"value":")" + anna + R"("}])");
    fixture.server.quotas->reserve_storage(true);

    const auto refused = add_user("eve");
    EXPECT_EQ(refused.status, 507);
    EXPECT_EQ(refused.text_of("detail"), detail);
    EXPECT_EQ(refused.header("Retry-After"), "60");
    EXPECT_EQ(
            fixture.patch("/Users/" + anna, R"([{"op":"replace","path":"title","value":"x"}])").status, 507);
    EXPECT_EQ(fixture.scim("GET", "/Users/" + anna).status, 200);
    EXPECT_EQ(fixture.patch("/Users/" + anna, R"([{"op":"replace","path":"active","value":false}])").status,
            200);
    EXPECT_EQ(fixture.patch("/Users/" + anna, R"([{"op":"replace","path":"active","value":true}])").status,
            507);
    EXPECT_EQ(fixture.patch("/Groups/" + group,
                             R"([{"op":"remove","path":"members[value eq \")" + anna + R"(\"]"}])")
                      .status,
            200);
    EXPECT_EQ(fixture.scim("DELETE", "/Users/" + bob).status, 204);

    const auto log = "/api/v1/organizations/-/directories/" + fixture.directory + "/request-log";
    fixture.write_log();
    const auto logged = fixture.operate("GET", log).body.at("entries").as_array().size();
    EXPECT_EQ(logged, 3U) << "what was asked before";

    fixture.server.quotas->reserve_storage(false);
    EXPECT_EQ(add_user("eve").status, 201);
    fixture.write_log();
    EXPECT_EQ(fixture.operate("GET", log).body.at("entries").as_array().size(), logged + 1);
    EXPECT_TRUE(fixture.database->check().empty());
}

TEST_F(disk_reserve, is_open_to_the_operator_and_to_requests_that_free_space) {
    const std::string bearer = "Bearer " + fixture.make_access_token(fixture.make_client("Portal"));
    const auto ask = [&](std::string_view method, const std::string& target, std::string_view body = "") {
        return fixture.call(method, target, body, {{"Authorization", bearer}});
    };
    const auto directory = "/api/v1/organizations/-/directories/" + fixture.directory;
    fixture.server.quotas->reserve_storage(true);
    const auto refused = ask("POST", "/api/v1/organizations", R"({"display_name":"More"})");
    EXPECT_EQ(refused.status, 507);
    EXPECT_EQ(refused.text_of("message"), detail);
    EXPECT_EQ(refused.header("Retry-After"), "60");
    EXPECT_EQ(ask("PATCH", directory, R"({"name":"x"})").status, 507);
    EXPECT_EQ(ask("GET", directory).status, 200);
    EXPECT_EQ(ask("POST", "/api/v1/events", "{}").status, 200) << "a search changes nothing";
    EXPECT_EQ(ask("PATCH", directory + ":disable").status, 200);
    EXPECT_EQ(ask("PATCH", directory + ":enable").status, 507);
    EXPECT_EQ(ask("DELETE", directory).status, 200);
    EXPECT_EQ(fixture.operate("POST", "/api/v1/organizations", R"({"display_name":"More"})").status, 201);
}

TEST_F(disk_reserve, is_reported_by_readyz) {
    EXPECT_EQ(fixture.call("GET", "/readyz").text_of("status"), "ready");
    fixture.server.quotas->reserve_storage(true);
    const auto got = fixture.call("GET", "/readyz");
    EXPECT_EQ(got.status, 200);
    EXPECT_EQ(got.text_of("status"), "degraded");
    EXPECT_EQ(got.text_of("reason"), detail);
}

// --- other tables that one customer could fill

TEST(table_limits, an_organization_has_at_most_a_thousand_directories) {
    test::api_fixture fixture;
    const auto directories = "/api/v1/organizations/" + fixture.organization + "/directories";
    for (int i = 1; i < 1'000; ++i)
        ASSERT_EQ(fixture.operate("POST", directories, "{}").status, 201) << i;
    const auto refused = fixture.operate("POST", directories, "{}");
    EXPECT_EQ(refused.status, 409);
    EXPECT_EQ(refused.text_of("message"), "The organization has 1000 directories already; delete one first.");
    EXPECT_EQ(fixture.operate("POST",
                             "/api/v1/organizations/" + fixture.make_organization("Other") + "/directories",
                             "{}")
                      .status,
            201);
}

TEST(table_limits, the_newest_thousand_expired_secrets_are_kept) {
    test::api_fixture fixture;
    const auto secrets = "/api/v1/organizations/-/directories/" + fixture.directory + "/secrets";
    std::string first;
    for (int i = 0; i < 1'002; ++i) {
        const auto made = fixture.operate("POST", secrets);
        ASSERT_EQ(made.status, 201) << made.text;
        const std::string id(made.member("secret").at("id").as_string());
        ASSERT_EQ(fixture.operate("DELETE", secrets + "/" + id).status, 200);
        if (i == 0)
            first = id;
        if (i == 1'000) {
            EXPECT_EQ(fixture.operate("GET", secrets + "/" + first).status, 200);
        }
    }
    EXPECT_EQ(fixture.operate("GET", secrets + "/" + first).status, 404);
    EXPECT_EQ(fixture.operate("GET", secrets).body.at("secrets").as_array().size(), 1'002U)
            << "a thousand, the one that ended last, and the one in use";
}

TEST(table_limits, a_client_has_at_most_ten_thousand_idempotent_responses) {
    test::api_fixture fixture;
    const auto ask = [&](const std::string& key) {
        http::request head;
        head.method = "POST";
        head.target = "/api/v1/organizations";
        head.headers.add("Idempotency-Key", key);
        head.body = R"({"display_name":"Acme"})";
        head.from.is_operator = true;
        return fixture.send(std::move(head));
    };
    store::run(*fixture.database, store::intent::write, [](store::transaction& tx) {
        for (std::int64_t i = 1; i < idempotency_answers_max; ++i)
            store::idempotency::keep(tx, "operator " + std::to_string(i), {.request = "x", .body = "{}"});
        store::idempotency::keep(tx, "operators x", {.request = "x", .body = "{}"});  // of another client
        return store::verdict::commit;
    });
    EXPECT_EQ(ask("last").status, 201);
    const auto refused = ask("one more");
    EXPECT_EQ(refused.status, 507);
    EXPECT_EQ(refused.text_of("message"),
            "The answers to 10000 requests with an Idempotency-Key are kept already, each for 24 hours. Send "
            "this "
            "one without, or later.");
    EXPECT_EQ(ask("last").status, 201) << "the answer that is kept";
    fixture.clock.advance(24h);
    EXPECT_EQ(ask("one more").status, 201);
}

}  // namespace
}  // namespace scimd::api

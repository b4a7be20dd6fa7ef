// Held users and seat limits, as seen by SCIM, events and the management API.
#include "service/domains/held_user_release.hpp"
#include "support/api_fixture.hpp"

#include <gtest/gtest.h>

#include <algorithm>

namespace scimd::api {
namespace {

using texts = std::vector<std::string>;

class held_users_test : public testing::Test {
protected:
    held_users_test() { set_policy("hold"); }

    void set_policy(std::string_view policy) {
        const auto set = fixture.operate(
                "PATCH", directory_path(), R"({"domain_policy":")" + std::string(policy) + R"("})");
        ASSERT_EQ(set.status, 200) << set.text;
        seen = fixture.events().size();
    }

    void limit_users(int limit) {
        const auto path = "/api/v1/organizations/" + fixture.organization + "/settings/usermanagement";
        const auto set = fixture.operate(
                "PATCH", path, R"({"settings":{"max_allowed_users":)" + std::to_string(limit) + "}}");
        ASSERT_EQ(set.status, 200) << set.text;
    }

    static std::string body_of(std::string_view name, std::string_view domain, std::string_view more = "") {
        return R"({"userName":")" + std::string(name) + R"(","emails":[{"primary":true,"value":")" +
               std::string(name) + "@" + std::string(domain) + "\"}]" + std::string(more) + "}";
    }

    test::answer create(std::string_view name, std::string_view domain, std::string_view more = "") {
        return fixture.scim("POST", "/Users", body_of(name, domain, more));
    }

    std::string add(std::string_view name, std::string_view domain) {
        const auto made = create(name, domain);
        EXPECT_EQ(made.status, 201) << made.text;
        return made.text_of("id");
    }

    test::answer set_active(std::string_view user, bool is_active) {
        return fixture.patch(
                "/Users/" + std::string(user), std::string(R"([{"op":"replace","path":"active","value":)") +
                                                       (is_active ? "true" : "false") + "}]");
    }

    // The events since the last call.
    texts new_types() {
        auto all = fixture.event_types();
        texts fresh(all.begin() + static_cast<std::ptrdiff_t>(seen), all.end());
        seen = all.size();
        return fresh;
    }

    json::array held() {
        return fixture.operate("GET", directory_path() + "/held-users").body.at("held_users").as_array();
    }

    std::vector<std::string> reasons() {
        std::vector<std::string> listed;
        for (const auto& one : held())
            listed.emplace_back(one.at("reason").as_string());
        return listed;
    }

    [[nodiscard]] std::string directory_path() const {
        return "/api/v1/organizations/-/directories/" + fixture.directory;
    }

    test::api_fixture fixture;
    std::size_t seen = 0;
};

TEST_F(held_users_test, a_user_of_an_unverified_domain_is_visible_to_scim_only) {
    const auto made = create("eve", "late.test");
    ASSERT_EQ(made.status, 201) << made.text;
    const auto id = made.text_of("id");
    EXPECT_EQ(fixture.scim("GET", "/Users/" + id).text_of("userName"), "eve");
    EXPECT_EQ(
            fixture.scim("GET", "/Users?filter=userName%20eq%20%22eve%22").body.at("totalResults").as_int64(),
            1);
    EXPECT_EQ(fixture.patch("/Users/" + id, R"([{"op":"replace","path":"title","value":"x"}])").status, 200);
    EXPECT_EQ(fixture.scim("PUT", "/Users/" + id, body_of("eve", "late.test")).status, 200);
    EXPECT_EQ(set_active(id, false).status, 200);
    EXPECT_EQ(set_active(id, true).status, 200);
    EXPECT_EQ(new_types(), texts());

    fixture.clock.advance(std::chrono::hours(1));
    const auto listed = held();
    ASSERT_EQ(listed.size(), 1U);
    const json::object expected{{"user_id", id}, {"preferred_username", "eve"}, {"email", "eve@late.test"},
            {"reason", "domain_not_verified"}, {"domain", "late.test"}, {"address", "eve@late.test"},
            {"detail", listed[0].at("detail")}, {"held_since", "2026-01-02T03:04:05.000000Z"}};
    EXPECT_EQ(listed[0], expected) << to_text(listed[0]);

    EXPECT_EQ(fixture.scim("DELETE", "/Users/" + id).status, 204);
    EXPECT_EQ(new_types(), texts());
    EXPECT_TRUE(held().empty());
}

TEST_F(held_users_test, a_verified_domain_releases_its_users_as_created) {
    const auto eve = add("eve", "late.test");
    const auto mia = add("mia", "never.test");
    fixture.work_off();
    EXPECT_EQ(new_types(), texts());
    fixture.clock.advance(std::chrono::hours(1));
    fixture.make_domain(fixture.organization, "late.test");
    fixture.work_off();
    EXPECT_EQ(new_types(), (texts{"domain_created", "user_created"}));
    const auto event = fixture.events().back();
    EXPECT_EQ(event.at("data").at("id").as_string(), eve);
    EXPECT_EQ(event.at("context").at("source").as_string(), "system");
    EXPECT_EQ(fixture.scim("GET", "/Users/" + eve).body.at("meta").at("lastModified").as_string(),
            "2026-01-02T04:04:05.000000Z");
    ASSERT_EQ(held().size(), 1U);
    EXPECT_EQ(held()[0].at("user_id").as_string(), mia);
    // Eve is an ordinary user from now on.
    EXPECT_EQ(set_active(eve, false).status, 200);
    EXPECT_EQ(fixture.scim("DELETE", "/Users/" + eve).status, 204);
    EXPECT_EQ(new_types(), (texts{"user_updated", "user_deleted"}));
}

TEST_F(held_users_test, many_users_are_released_in_batches) {
    for (int i = 0; i < 250; ++i)
        add("u" + std::to_string(i), "late.test");
    fixture.make_domain(fixture.organization, "late.test");
    std::vector<std::size_t> left;
    bool has_more = true;
    while (has_more) {
        store::run(*fixture.database, store::intent::write, [&](store::transaction& tx) {
            has_more = service::release_held_users(tx, fixture.server.environment, fixture.schemas);
            return store::verdict::commit;
        });
        left.push_back(static_cast<std::size_t>(
                fixture.operate("GET", directory_path() + "/held-users").body.at("total_size").as_int64()));
    }
    EXPECT_EQ(left, (std::vector<std::size_t>{150, 50, 0, 0}));
    EXPECT_EQ(std::ranges::count(fixture.event_types(), "user_created"), 250);
    EXPECT_TRUE(fixture.database->check().empty());
}

TEST_F(held_users_test, groups_publish_a_held_member_when_it_is_released) {
    const auto anna = add("anna", "acme.com");
    const auto eve = add("eve", "late.test");
    const auto members = R"(,"members":[{"value":")" + anna + R"("},{"value":")" + eve + R"("}])";
    const auto group = fixture.make_group("staff", members);
    EXPECT_EQ(new_types(), (texts{"user_created", "group_created", "group_member_added", "user_updated"}));
    auto event = fixture.events()[fixture.events().size() - 2];
    EXPECT_EQ(event.at("data").at("members").as_array().size(), 1U);
    EXPECT_EQ(event.at("data").at("total_members").as_int64(), 1);
    EXPECT_EQ(fixture.scim("GET", "/Groups/" + group).body.at("members").as_array().size(), 2U);

    // Added to another group and removed again: no event.
    const auto other = fixture.make_group("other", R"(,"members":[{"value":")" + eve + R"("}])");
    EXPECT_EQ(fixture.patch("/Groups/" + other,
                             R"([{"op":"remove","path":"members[value eq \")" + eve + R"(\"]"}])")
                      .status,
            200);
    EXPECT_EQ(new_types(), texts{"group_created"});

    fixture.make_domain(fixture.organization, "late.test");
    fixture.work_off();
    EXPECT_EQ(new_types(), (texts{"domain_created", "user_created", "group_member_added"}));
    event = fixture.events().back();
    EXPECT_EQ(event.at("data").at("members").at(0).at("id").as_string(), eve);
    EXPECT_EQ(event.at("data").at("total_members").as_int64(), 2);
    EXPECT_TRUE(event.at("context").as_object().contains("caused_by"));
}

TEST_F(held_users_test, deleting_a_group_or_a_held_member_publishes_no_membership_event) {
    const auto eve = add("eve", "late.test");
    const auto first = fixture.make_group("first", R"(,"members":[{"value":")" + eve + R"("}])");
    const auto second = fixture.make_group("second", R"(,"members":[{"value":")" + eve + R"("}])");
    const auto etag = fixture.scim("GET", "/Groups/" + second).header("ETag");
    new_types();
    EXPECT_EQ(fixture.scim("DELETE", "/Groups/" + first).status, 204);
    EXPECT_EQ(fixture.scim("DELETE", "/Users/" + eve).status, 204);
    EXPECT_EQ(new_types(), texts{"group_deleted"});
    // SCIM does see the change of the group.
    EXPECT_NE(fixture.scim("GET", "/Groups/" + second).header("ETag"), etag);
    EXPECT_TRUE(fixture.database->check().empty());
}

TEST_F(held_users_test, a_change_that_resolves_the_reason_releases_the_user_at_once) {
    const auto eve = add("eve", "late.test");
    EXPECT_EQ(fixture.scim("PUT", "/Users/" + eve, body_of("eve", "acme.com")).status, 200);
    EXPECT_EQ(new_types(), texts{"user_created"});
    EXPECT_EQ(fixture.events().back().at("data").at("email").as_string(), "eve@acme.com");
    EXPECT_TRUE(held().empty());
}

TEST_F(held_users_test, a_held_user_may_change_to_another_unverified_address) {
    const auto eve = add("eve", "late.test");
    EXPECT_EQ(fixture.scim("PUT", "/Users/" + eve, body_of("eve", "later.test")).status, 200);
    EXPECT_EQ(held()[0].at("domain").as_string(), "later.test");
    EXPECT_EQ(fixture.scim("POST", "/Users", R"({"userName":"nomail"})").status, 201);
    EXPECT_EQ(reasons(), (std::vector<std::string>{"domain_not_verified", "no_email"}));
    EXPECT_EQ(new_types(), texts());
}

TEST_F(held_users_test, a_published_user_stays_published_but_cannot_add_an_unverified_address) {
    const auto anna = fixture.make_user("anna");
    new_types();
    const auto refused = fixture.scim("PUT", "/Users/" + anna, body_of("anna", "evil.test"));
    EXPECT_EQ(refused.status, 400);
    EXPECT_EQ(new_types(), texts{"user_rejected"});
    fixture.operate("DELETE", "/api/v1/organizations/" + fixture.organization + "/domains/" + fixture.domain);
    EXPECT_EQ(
            fixture.patch("/Users/" + anna, R"([{"op":"replace","path":"title","value":"x"}])").status, 200);
    EXPECT_EQ(set_active(anna, false).status, 200);
    EXPECT_EQ(set_active(anna, true).status, 400) << "coming back is coming in";
    EXPECT_EQ(new_types(), (texts{"domain_deleted", "user_updated", "user_updated", "user_rejected"}));
    EXPECT_TRUE(held().empty());
}

TEST_F(held_users_test, a_change_of_the_policy_keeps_all_users) {
    const auto eve = add("eve", "late.test");
    set_policy("reject");
    fixture.work_off();
    EXPECT_EQ(held().size(), 1U);
    EXPECT_EQ(create("mia", "late.test").status, 400);
    EXPECT_EQ(fixture.patch("/Users/" + eve, R"([{"op":"replace","path":"title","value":"x"}])").status, 400);
    EXPECT_EQ(set_active(eve, false).status, 200);
    EXPECT_EQ(held().size(), 1U);
    EXPECT_EQ(new_types(), (texts{"user_rejected", "user_rejected"}));
    set_policy("off");
    fixture.work_off();
    EXPECT_EQ(new_types(), texts{"user_created"});
    EXPECT_TRUE(held().empty());
    set_policy("hold");
    EXPECT_EQ(fixture.patch("/Users/" + eve, R"([{"op":"replace","path":"title","value":"y"}])").status, 200);
    EXPECT_EQ(new_types(), texts{"user_updated"});
}

TEST_F(held_users_test, held_users_come_in_pages_of_their_own_directory) {
    for (const auto* name : {"a", "b", "c"})
        add(name, "late.test");
    const auto page = [&](std::string_view query) {
        return fixture.operate("GET", directory_path() + "/held-users?" + std::string(query));
    };
    const auto first = page("page_size=2");
    EXPECT_EQ(first.body.at("held_users").as_array().size(), 2U);
    EXPECT_EQ(first.body.at("total_size").as_int64(), 3);
    const auto second = page("page_size=2&page_token=" + first.text_of("next_page_token"));
    EXPECT_EQ(second.body.at("held_users").at(0).at("preferred_username").as_string(), "c");
    EXPECT_EQ(second.text_of("next_page_token"), "");
    EXPECT_EQ(page("page_size=0").status, 400);
    EXPECT_EQ(page("page_size=1001").status, 400);
    EXPECT_EQ(page("page_token=x").status, 404);
    const auto other = fixture.make_directory(fixture.organization, "hold");
    const auto path = "/api/v1/organizations/-/directories/" + other + "/held-users";
    EXPECT_TRUE(fixture.operate("GET", path).body.at("held_users").as_array().empty());
}

TEST_F(held_users_test, the_seat_limit_rejects_new_users_and_names_the_reason) {
    limit_users(2);
    add("a", "acme.com");
    add("b", "acme.com");
    const auto refused = create("c", "acme.com", R"(,"externalId":"00u3")");
    EXPECT_EQ(refused.status, 403);
    EXPECT_NE(refused.text_of("detail").find("may have 2 active users and has 2"), std::string::npos);
    EXPECT_EQ(refused.text_of("scimType"), "");
    const auto listed = fixture.operate("GET", directory_path() + "/refusals").body.at("refusals").as_array();
    ASSERT_EQ(listed.size(), 1U);
    EXPECT_EQ(listed[0].at("reason").as_string(), "seat_limit");
    EXPECT_EQ(new_types(), (texts{"user_created", "user_created", "user_rejected"}));

    // Users who take no seat are accepted. All directories of the organization share its seats.
    const auto idle = create("d", "acme.com", R"(,"active":false)");
    EXPECT_EQ(idle.status, 201);
    EXPECT_EQ(set_active(idle.text_of("id"), true).status, 403);
    EXPECT_EQ(create("e", "late.test").status, 201);
    fixture.directory = fixture.make_directory(fixture.organization);
    fixture.token = fixture.make_token(fixture.directory);
    EXPECT_EQ(create("f", "acme.com").status, 403);
}

TEST_F(held_users_test, the_seat_limit_allows_changes_and_deletions_and_a_free_seat_is_usable_at_once) {
    limit_users(2);
    const auto a = add("a", "acme.com");
    const auto b = add("b", "acme.com");
    limit_users(1);
    EXPECT_EQ(fixture.patch("/Users/" + a, R"([{"op":"replace","path":"title","value":"x"}])").status, 200);
    EXPECT_EQ(fixture.scim("PUT", "/Users/" + a, body_of("a", "acme.com")).status, 200);
    EXPECT_EQ(set_active(b, false).status, 200);
    EXPECT_EQ(set_active(b, true).status, 403);
    EXPECT_EQ(fixture.scim("DELETE", "/Users/" + a).status, 204);
    EXPECT_EQ(set_active(b, true).status, 200);
    EXPECT_EQ(create("c", "acme.com").status, 403);
    limit_users(0);
    EXPECT_EQ(create("c", "acme.com").status, 201);
    EXPECT_TRUE(fixture.database->check().empty());
}

TEST_F(held_users_test, a_released_user_waits_for_the_next_free_seat) {
    limit_users(1);
    const auto anna = add("anna", "acme.com");
    const auto eve = add("eve", "late.test");
    fixture.make_domain(fixture.organization, "late.test");
    fixture.work_off();
    EXPECT_EQ(reasons(), std::vector<std::string>{"seat_limit"});
    EXPECT_EQ(new_types(), (texts{"user_created", "domain_created"}));
    EXPECT_EQ(fixture.patch("/Users/" + eve, R"([{"op":"replace","path":"title","value":"x"}])").status, 200);
    EXPECT_EQ(reasons(), std::vector<std::string>{"seat_limit"});
    EXPECT_EQ(set_active(anna, false).status, 200);
    fixture.work_off();
    EXPECT_TRUE(held().empty());
    EXPECT_EQ(new_types(), (texts{"user_updated", "user_created"}));
    EXPECT_EQ(set_active(anna, true).status, 403);
}

}  // namespace
}  // namespace scimd::api

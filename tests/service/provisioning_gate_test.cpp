// The domain gate in the SCIM operations: which users are rejected, and how that is recorded.
#include "service/scim/provisioning.hpp"
#include "service_fixture.hpp"
#include "store/refusals.hpp"

#include <gtest/gtest.h>

#include <limits>

namespace scimd::service {
namespace {

using namespace std::chrono_literals;
using texts = std::vector<std::string>;

class provisioning_gate_test : public testing::Test {
protected:
    // Unresolved refusals.
    std::vector<store::refusals::refusal> refusals() {
        std::vector<store::refusals::refusal> listed;
        store::refusals::list(fixture.tx(), fixture.who.directory,
                {.is_resolved = false, .reason = {}, .user = {}}, std::numeric_limits<std::int64_t>::max(),
                [&](const store::refusals::refusal& one) {
                    listed.push_back(one);
                    return true;
                });
        return listed;
    }

    void lapse() { store::tenants::delete_domain(fixture.tx(), fixture.who.organization, fixture.domain); }

    service_fixture fixture;
};

TEST_F(provisioning_gate_test, a_rejected_user_is_not_stored_and_its_refusal_is) {
    const auto refused = fixture.create("Users", user_body("eve", "evil.test", R"(,"externalId":"00u9")"));
    EXPECT_EQ(refused.status, 400);
    EXPECT_TRUE(refused.is_refused);
    EXPECT_NE(refused.detail.find("evil.test"), std::string::npos);
    EXPECT_EQ(store::resources::count(fixture.tx(), fixture.who.directory, "User"), 0);

    const auto listed = refusals();
    ASSERT_EQ(listed.size(), 1U);
    EXPECT_EQ(listed[0].subject, "00u9");
    EXPECT_EQ(listed[0].user_name, "eve");
    EXPECT_EQ(listed[0].domain, "evil.test");
    EXPECT_EQ(listed[0].reason, "domain_not_verified");
    EXPECT_EQ(listed[0].detail, refused.detail);

    const auto events = fixture.new_events();
    ASSERT_EQ(events.size(), 1U);
    EXPECT_EQ(events[0].at("type").as_string(), "organization.directory.user_rejected");
    EXPECT_EQ(events[0].at("display_name").as_string(), "Directory User Rejected");
    EXPECT_FALSE(events[0].contains("object_version"));
    const json::object expected{{"organization_id", fixture.who.organization.text()},
            {"directory_id", fixture.who.directory.text()}, {"reason", "domain_not_verified"},
            {"detail", refused.detail}, {"domain", "evil.test"}, {"address", "eve@evil.test"},
            {"preferred_username", "eve"}, {"dp_id", "00u9"}, {"email", "eve@evil.test"}};
    EXPECT_EQ(events[0].at("data"), expected) << to_text(events[0]);
}

TEST_F(provisioning_gate_test, a_repeated_refusal_is_counted_and_published_once) {
    for (int i = 0; i < 3; ++i) {
        EXPECT_EQ(fixture.create("Users", user_body("eve", "evil.test")).status, 400);
        fixture.store.advance(1h);
    }
    const auto listed = refusals();
    ASSERT_EQ(listed.size(), 1U);
    EXPECT_EQ(listed[0].count, 3);
    EXPECT_EQ(listed[0].last_at - listed[0].first_at, 2h);
    EXPECT_EQ(fixture.new_types(), texts{"user_rejected"});
    // Another domain or another person is another refusal.
    fixture.create("Users", user_body("eve", "worse.test"));
    fixture.create("Users", user_body("mallory", "evil.test"));
    EXPECT_EQ(refusals().size(), 3U);
    EXPECT_EQ(fixture.new_types(), (texts{"user_rejected", "user_rejected"}));
}

TEST_F(provisioning_gate_test, a_person_with_a_new_name_is_recognized_by_external_id) {
    fixture.create("Users", user_body("eve", "evil.test", R"(,"externalId":"00u9")"));
    fixture.create("Users", user_body("eve.smith", "evil.test", R"(,"externalId":"00u9")"));
    ASSERT_EQ(refusals().size(), 1U);
    EXPECT_EQ(refusals()[0].count, 2);
    EXPECT_EQ(refusals()[0].user_name, "eve.smith");
}

TEST_F(provisioning_gate_test, accepting_a_user_resolves_its_refusals) {
    fixture.create("Users", user_body("eve", "evil.test"));
    fixture.create("Users", user_body("mallory", "evil.test"));
    fixture.new_events();
    const auto eve = fixture.create("Users", user_body("eve"));
    ASSERT_EQ(eve.status, 201);
    ASSERT_EQ(refusals().size(), 1U);
    EXPECT_EQ(refusals()[0].user_name, "mallory");
    fixture.remove("Users", eve.id());
    fixture.new_events();
    fixture.create("Users", user_body("eve", "evil.test"));
    EXPECT_EQ(fixture.new_types(), texts{"user_rejected"});
}

TEST_F(provisioning_gate_test, accepting_a_change_resolves_the_refusals_of_the_user) {
    const auto anna = fixture.add_user("anna");
    fixture.replace("Users", anna, user_body("anna", "evil.test"));
    EXPECT_EQ(refusals().size(), 1U);
    ASSERT_EQ(
            fixture.replace("Users", anna, user_body("anna", "acme.com", R"(,"title":"Boss")")).status, 200);
    EXPECT_EQ(refusals().size(), 0U);
}

TEST_F(provisioning_gate_test, moving_a_user_out_of_the_domains_is_rejected_and_nothing_is_stored) {
    const auto anna = fixture.add_user("anna");
    const auto before = fixture.get("Users", anna).body;
    fixture.new_events();
    EXPECT_TRUE(fixture.replace("Users", anna, user_body("anna", "evil.test")).is_refused);
    const std::string_view rows[] = {
            R"([{"op":"replace","path":"emails","value":[{"value":"anna@evil.test","primary":true}]}])",
            R"([{"op":"replace","path":"emails[primary eq true].value","value":"anna@evil.test"}])",
            R"([{"op":"add","path":"emails","value":[{"value":"anna@evil.test","primary":true}]}])",
            R"([{"op":"remove","path":"emails"}])",
            R"([{"op":"replace","path":"active","value":false},
            {"op":"replace","path":"emails","value":[{"value":"anna@evil.test"}]}])",
    };
    for (const auto row : rows) {
        const auto done = fixture.patch("Users", anna, row);
        EXPECT_EQ(done.status, 400) << row;
        EXPECT_TRUE(done.is_refused) << row;
    }
    EXPECT_EQ(fixture.get("Users", anna).body, before);
    EXPECT_EQ(fixture.new_types(), (texts{"user_rejected", "user_rejected"}));  // evil.test, and no address
}

TEST_F(provisioning_gate_test, deactivation_passes_though_the_domain_has_lapsed) {
    const auto anna = fixture.add_user("anna");
    const auto bert = fixture.add_user("bert");
    const auto staff = fixture.add_group("Staff", {anna});
    lapse();
    EXPECT_TRUE(
            fixture.patch("Users", anna, R"([{"op":"replace","path":"title","value":"Boss"}])").is_refused);
    EXPECT_EQ(
            fixture.patch("Users", anna, R"([{"op":"replace","path":"active","value":false}])").status, 200);
    EXPECT_EQ(
            fixture.replace("Users", bert, user_body("bert", "acme.com", R"(,"active":false)")).status, 200);
    EXPECT_TRUE(
            fixture.patch("Users", anna, R"([{"op":"replace","path":"active","value":true}])").is_refused);
    EXPECT_EQ(fixture.get("Users", anna).body.at("active").as_bool(), false);
    // A request without effect, a change of memberships and the deletion do not pass the gate.
    EXPECT_EQ(
            fixture.replace("Users", bert, user_body("bert", "acme.com", R"(,"active":false)")).status, 200);
    EXPECT_EQ(fixture.patch("Groups", staff, R"([{"op":"remove","path":"members"}])").status, 200);
    EXPECT_EQ(fixture.remove("Users", anna).status, 204);
}

TEST_F(provisioning_gate_test, groups_are_not_checked) {
    lapse();
    EXPECT_EQ(fixture.create("Groups", group_body("Staff")).status, 201);
}

TEST_F(provisioning_gate_test, the_policy_off_accepts_every_user) {
    fixture.who.policy = store::tenants::domain_policy::off;
    EXPECT_EQ(fixture.create("Users", user_body("eve", "evil.test")).status, 201);
    EXPECT_EQ(fixture.create("Users", R"({"userName":"nobody"})").status, 201);
    EXPECT_TRUE(refusals().empty());
}

}  // namespace
}  // namespace scimd::service

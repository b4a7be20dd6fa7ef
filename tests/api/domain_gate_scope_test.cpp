// The domain gate checks every address of a user, whichever method brings it.
#include "support/api_fixture.hpp"

#include <gtest/gtest.h>

namespace scimd::api {
namespace {

using texts = std::vector<std::string>;

class domain_gate_scope_test : public testing::Test {
protected:
    domain_gate_scope_test() {
        victim = fixture.make_organization("Victim");
        victim_domain = fixture.make_domain(victim, "victim.com");
        seen = fixture.events().size();
    }

    void set(std::string_view settings) {
        const auto done = fixture.operate("PATCH", directory_path(), settings);
        ASSERT_EQ(done.status, 200) << done.text;
        seen = fixture.events().size();
    }

    static std::string body_of(std::string_view name, std::string_view primary, std::string_view second = "",
            std::string_view more = "") {
        std::string text = R"({"schemas":["urn:ietf:params:scim:schemas:core:2.0:User"],"userName":)" +
                           to_text(json::value(name));
        text += R"(,"emails":[{"primary":true,"value":)" + to_text(json::value(primary)) + "}";
        if (!second.empty())
            text += R"(,{"type":"home","value":)" + to_text(json::value(second)) + "}";
        return text + "]" + std::string(more) + "}";
    }

    test::answer create(std::string_view name, std::string_view primary, std::string_view second = "") {
        return fixture.scim("POST", "/Users", body_of(name, primary, second));
    }

    std::string make(std::string_view name, std::string_view primary, std::string_view second = "") {
        const auto made = create(name, primary, second);
        EXPECT_EQ(made.status, 201) << made.text;
        return made.text_of("id");
    }

    test::answer set_active(std::string_view id, bool is_active) {
        return fixture.patch(
                "/Users/" + std::string(id), std::string(R"([{"op":"replace","path":"active","value":)") +
                                                     (is_active ? "true" : "false") + "}]");
    }

    json::array refusals() {
        return fixture.operate("GET", directory_path() + "/refusals?status=open")
                .body.at("refusals")
                .as_array();
    }

    json::array held() {
        return fixture.operate("GET", directory_path() + "/held-users").body.at("held_users").as_array();
    }

    texts new_types() {
        auto all = fixture.event_types();
        texts fresh(all.end() - static_cast<std::ptrdiff_t>(fixture.events().size() - seen), all.end());
        seen = fixture.events().size();
        return fresh;
    }

    [[nodiscard]] std::string directory_path() const {
        return "/api/v1/organizations/-/directories/" + fixture.directory;
    }

    static void expect_refused(const test::answer& answer, std::string_view reason) {
        EXPECT_EQ(answer.status, 400) << answer.text;
        EXPECT_EQ(answer.text_of("scimType"), "invalidValue");
        EXPECT_NE(answer.text_of("detail").find(reason), std::string::npos) << answer.text;
    }

    test::api_fixture fixture;
    std::string victim;
    std::string victim_domain;
    std::size_t seen = 0;
};

TEST_F(domain_gate_scope_test, a_creation_cannot_bring_an_address_of_another_organization) {
    expect_refused(create("ceo@victim.com", "ann@acme.com"), "userName ceo@victim.com");
    expect_refused(create("ann", "ann@acme.com", "ceo@victim.com"), "e-mail address ceo@victim.com");
    expect_refused(create("ann", "\"x@victim.com\"@acme.com"), "an '@' of its own");
    expect_refused(create("\"x@victim.com\"@acme.com", "ann@acme.com"), "an '@' of its own");
    EXPECT_EQ(fixture.scim("GET", "/Users").body.at("totalResults").as_int64(), 0);
    texts listed;
    for (const auto& one : refusals())
        listed.push_back(
                std::string(one.at("reason").as_string()) + " " + std::string(one.at("address").as_string()));
    EXPECT_EQ(listed, (texts{
                              "invalid_email \"x@victim.com\"@acme.com",
                              "invalid_email \"x@victim.com\"@acme.com",
                              "domain_owned_elsewhere ceo@victim.com",
                              "domain_owned_elsewhere ceo@victim.com",
                      }));
    const auto event = fixture.events().at(seen);
    const auto& data = event.at("data");
    EXPECT_EQ(data.at("reason").as_string(), "domain_owned_elsewhere");
    EXPECT_EQ(data.at("address").as_string(), "ceo@victim.com");
    EXPECT_EQ(data.at("domain").as_string(), "victim.com");
    EXPECT_EQ(data.at("email").as_string(), "ann@acme.com");
}

TEST_F(domain_gate_scope_test, no_change_can_bring_an_address_of_another_organization) {
    const auto id = make("ann", "ann@acme.com");
    const auto path = "/Users/" + id;
    const auto before = fixture.scim("GET", path).text;
    expect_refused(fixture.scim("PUT", path, body_of("root@victim.com", "ann@acme.com")), "root@victim.com");
    expect_refused(fixture.scim("PUT", path, body_of("ann", "ann@acme.com", "x@victim.com")), "x@victim.com");
    const std::string_view operations[] = {
            R"([{"op":"replace","path":"userName","value":"x@victim.com"}])",
            R"([{"op":"replace","value":{"userName":"x@victim.com"}}])",
            R"([{"op":"add","path":"emails","value":[{"value":"x@victim.com","type":"home"}]}])",
            R"([{"op":"add","path":"emails[type eq \"home\"].value","value":"x@victim.com"}])",
            R"([{"op":"replace","path":"active","value":false},
            {"op":"replace","path":"userName","value":"x@victim.com"}])",
    };
    for (const auto each : operations)
        expect_refused(fixture.patch(path, each), "x@victim.com");
    const auto bulk = fixture.scim("POST", "/Bulk",
            R"({"schemas":["urn:ietf:params:scim:api:messages:2.0:BulkRequest"],"Operations":[
            {"method":"POST","path":"/Users","bulkId":"1","data":)" +
                    body_of("x@victim.com", "x@acme.com") + R"(},{"method":"PATCH","path":")" + path +
                    R"(","data":{"schemas":["urn:ietf:params:scim:api:messages:2.0:PatchOp"],"Operations":
               [{"op":"replace","path":"userName","value":"x@victim.com"}]}}]})");
    ASSERT_EQ(bulk.status, 200) << bulk.text;
    for (const auto& one : bulk.body.at("Operations").as_array())
        EXPECT_EQ(one.at("status").as_string(), "400") << to_text(one);
    const auto token = fixture.make_user_token(id);
    const auto mine = fixture.call("PATCH", fixture.base() + "/Me",
            R"({"schemas":["urn:ietf:params:scim:api:messages:2.0:PatchOp"],"Operations":
            [{"op":"replace","path":"userName","value":"x@victim.com"}]})",
            {{"Authorization", "Bearer " + token}, {"Content-Type", "application/scim+json"}});
    EXPECT_EQ(mine.status, 403) << mine.text;
    EXPECT_EQ(fixture.scim("GET", path).text, before);
}

TEST_F(domain_gate_scope_test, an_address_at_an_unclaimed_domain_is_accepted_and_marked) {
    const auto id = make("ann@acme.onmicrosoft.com", "ann@acme.com", "ann@home.com");
    const auto event = fixture.events().back();
    for (const auto& data : {event.at("data").as_object(),
                 fixture.operate("GET", directory_path() + "/users").body.at("users").at(0).as_object(),
                 fixture.operate("GET", directory_path() + "/users?include_detail=true")
                         .body.at("users")
                         .at(0)
                         .at("user_detail")
                         .as_object()}) {
        EXPECT_EQ(data.at("preferred_username").as_string(), "ann@acme.onmicrosoft.com");
        EXPECT_FALSE(data.at("preferred_username_domain_verified").as_bool());
        EXPECT_TRUE(data.at("email_domain_verified").as_bool());
        EXPECT_EQ(to_text(data.at("email_addresses")),
                R"([{"value":"ann@acme.com","domain":"acme.com","domain_verified":true},)"
                R"({"value":"ann@home.com","domain":"home.com","domain_verified":false}])");
    }
    // The mark is part of the state: the next event says that the domain is verified now.
    fixture.make_domain(fixture.organization, "acme.onmicrosoft.com");
    EXPECT_EQ(fixture.patch("/Users/" + id, R"([{"op":"replace","path":"title","value":"x"}])").status, 200);
    EXPECT_TRUE(fixture.events().back().at("data").at("preferred_username_domain_verified").as_bool());
}

TEST_F(domain_gate_scope_test, the_scope_all_rejects_every_unverified_address) {
    set(R"({"domain_gate_scope":"all"})");
    expect_refused(create("ann@acme.onmicrosoft.com", "ann@acme.com"), "acme.onmicrosoft.com");
    expect_refused(create("ann", "ann@acme.com", "ann@home.com"), "home.com");
    EXPECT_EQ(create("ann@acme.com", "ann@acme.com").status, 201);
    fixture.make_domain(fixture.organization, "acme.onmicrosoft.com");
    EXPECT_EQ(create("bob@acme.onmicrosoft.com", "bob@acme.com").status, 201);
    set(R"({"domain_gate_scope":"primary"})");
    EXPECT_EQ(create("eva", "eva@acme.com", "eva@home.com").status, 201);
}

TEST_F(domain_gate_scope_test, the_scope_is_set_at_creation_and_later) {
    const auto path = "/api/v1/organizations/" + fixture.organization + "/directories";
    const auto made = fixture.operate("POST", path, R"({"domain_gate_scope":"all"})");
    EXPECT_EQ(made.member("directory").at("domain_gate_scope").as_string(), "all");
    EXPECT_EQ(fixture.operate("POST", path, R"({})").member("directory").at("domain_gate_scope").as_string(),
            "primary");
    const auto one = path + "/" + std::string(made.member("directory").at("id").as_string());
    const auto changed = fixture.operate("PATCH", one, R"({"domain_gate_scope":"primary"})");
    EXPECT_EQ(changed.member("directory").at("domain_gate_scope").as_string(), "primary");
    EXPECT_EQ(fixture.operate("PATCH", one, R"({"name":"x"})").member("directory").at("domain_gate_scope"),
            "primary");
    for (const auto* const bad : {R"({"domain_gate_scope":"some"})", R"({"domain_gate_scope":7})"}) {
        EXPECT_EQ(fixture.operate("PATCH", one, bad).status, 400) << bad;
        EXPECT_EQ(fixture.operate("POST", path, bad).status, 400) << bad;
    }
    EXPECT_EQ(fixture.operate("GET", one).member("directory").at("domain_gate_scope").as_string(), "primary");
}

TEST_F(domain_gate_scope_test, stored_addresses_do_not_block_other_changes) {
    const auto id = make("ann@late.com", "ann@acme.com", "a@later.com");
    const auto path = "/Users/" + id;
    const auto other = fixture.make_domain(victim, "late.com");
    fixture.make_domain(victim, "later.com");
    EXPECT_EQ(fixture.patch(path, R"([{"op":"replace","path":"title","value":"x"}])").status, 200);
    EXPECT_EQ(fixture.scim("PUT", path,
                             body_of("ANN@late.com", "ann@acme.com", "A@later.com", R"(,"title":"y")"))
                      .status,
            200)
            << "letters and their capitals are the same address";
    EXPECT_EQ(set_active(id, false).status, 200);
    EXPECT_EQ(set_active(id, true).status, 200);
    // It cannot move to another attribute, and no other address at that domain can be added.
    expect_refused(fixture.scim("PUT", path, body_of("a@later.com", "ann@acme.com", "a@later.com")),
            "userName a@later.com");
    expect_refused(fixture.scim("PUT", path, body_of("ann@late.com", "a@later.com")), "a@later.com");
    expect_refused(fixture.scim("PUT", path, body_of("bob@late.com", "ann@acme.com")), "bob@late.com");
    // The scope makes no difference.
    set(R"({"domain_gate_scope":"all"})");
    EXPECT_EQ(fixture.patch(path, R"([{"op":"replace","path":"title","value":"z"}])").status, 200);
    EXPECT_EQ(fixture.scim("DELETE", path).status, 204);
}

TEST_F(domain_gate_scope_test, a_deactivation_is_allowed_unless_it_adds_an_address) {
    const auto id = make("ann@late.com", "ann@acme.com");
    const auto path = "/Users/" + id;
    fixture.make_domain(victim, "late.com");
    fixture.operate("DELETE", "/api/v1/organizations/" + fixture.organization + "/domains/" + fixture.domain);
    // A client that sends no emails when it deactivates a user: only userName is left.
    const auto off = fixture.scim("PUT", path,
            R"({"schemas":["urn:ietf:params:scim:schemas:core:2.0:User"],"userName":"ann@late.com","active":false})");
    EXPECT_EQ(off.status, 200) << off.text;
    EXPECT_EQ(fixture.scim("GET", path).body.at("active").as_bool(), false);
    EXPECT_EQ(set_active(id, true).status, 400) << "its only address is not verified";

    fixture.make_domain(fixture.organization, "acme.com");
    const auto bare = make("bob", "bob@acme.com");
    EXPECT_EQ(
            fixture.scim("PUT", "/Users/" + bare,
                           R"({"schemas":["urn:ietf:params:scim:schemas:core:2.0:User"],"userName":"bob","active":false})")
                    .status,
            200);
    expect_refused(set_active(bare, true), "no e-mail address");
    const auto eva = make("eva", "eva@acme.com");
    expect_refused(
            fixture.scim("PUT", "/Users/" + eva, body_of("eva", "eva@evil.test", "", R"(,"active":false)")),
            "evil.test");
}

TEST_F(domain_gate_scope_test, a_deactivation_may_remove_the_primary_address) {
    const auto id = make("bob", "bob@acme.com", "bob@home.com");
    const auto off = fixture.patch("/Users/" + id,
            R"([{"op":"replace","path":"active","value":false},
            {"op":"remove","path":"emails[value eq \"bob@acme.com\"]"}])");
    EXPECT_EQ(off.status, 200) << "the address that is left was there before: " << off.text;
    expect_refused(set_active(id, true), "home.com");
    EXPECT_EQ(fixture.scim("GET", "/Users/" + id).body.at("active").as_bool(), false);
}

TEST_F(domain_gate_scope_test, reactivation_requires_a_verified_primary_address) {
    set(R"({"domain_policy":"hold"})");
    const auto named = make("ceo@unclaimed.com", "ann@acme.com");
    const auto bare = make("bob", "bob@acme.com");
    const auto switch_off = [&](const std::string& id, std::string_view name) {
        const auto off = fixture.scim("PUT", "/Users/" + id,
                R"({"schemas":["urn:ietf:params:scim:schemas:core:2.0:User"],"active":false,"userName":")" +
                        std::string(name) + "\"}");
        EXPECT_EQ(off.status, 200) << off.text;
    };
    switch_off(named, "ceo@unclaimed.com");
    switch_off(bare, "bob");
    expect_refused(set_active(named, true), "userName ceo@unclaimed.com");
    expect_refused(set_active(bare, true), "no e-mail address");
    EXPECT_EQ(fixture.scim("PUT", "/Users/" + bare, body_of("bob", "bob@acme.com", "", R"(,"active":true)"))
                      .status,
            200);
}

TEST_F(domain_gate_scope_test, a_held_user_shows_its_address_and_is_released_when_the_other_owner_is_gone) {
    set(R"({"domain_policy":"hold"})");
    EXPECT_EQ(create("ceo@victim.com", "ann@acme.com").status, 201);
    ASSERT_EQ(held().size(), 1U);
    EXPECT_EQ(held()[0].at("reason").as_string(), "domain_owned_elsewhere");
    EXPECT_EQ(held()[0].at("address").as_string(), "ceo@victim.com");
    EXPECT_EQ(held()[0].at("email").as_string(), "ann@acme.com");
    fixture.work_off();
    EXPECT_EQ(held().size(), 1U);
    EXPECT_EQ(new_types(), texts());
    fixture.operate("DELETE", "/api/v1/organizations/" + victim + "/domains/" + victim_domain);
    fixture.work_off();
    EXPECT_TRUE(held().empty());
    EXPECT_EQ(new_types(), (texts{"domain_deleted", "user_created"}));
    EXPECT_TRUE(refusals().empty()) << "who is held is in no ledger";
}

TEST_F(domain_gate_scope_test, reserved_names_are_rejected_with_a_reason) {
    fixture.domain_policy.rules = {};
    const auto add = [&](std::string_view name) {
        return fixture.operate("POST", "/api/v1/organizations/" + fixture.organization + "/domains",
                R"({"domain":")" + std::string(name) + R"("})");
    };
    const std::pair<std::string_view, std::string_view> rows[] = {
            {"acme.internal", "special-use name"},
            {"acme.local", "special-use name"},
            {"acme.test", "special-use name"},
            {"home.arpa", "special-use name"},
            {"acme.onion", "special-use name"},
            {"acme.example", "special-use name"},
            {"onmicrosoft.com", "shared by the customers of a provider"},
            {"acme.okta.com", "shared by the customers of a provider"},
    };
    for (const auto& [name, reason] : rows) {
        const auto refused = add(name);
        EXPECT_EQ(refused.status, 400) << name;
        EXPECT_NE(refused.text.find(reason), std::string::npos) << refused.text;
    }
    EXPECT_EQ(add("acme.onmicrosoft.com").status, 201);
}

TEST_F(domain_gate_scope_test, a_look_alike_is_shown_in_a_labels_with_a_warning) {
    const std::string name =
            "\xd0\xb0"  // Cyrillic
            "cme.com";
    constexpr std::string_view warning =
            "A label of xn--cme-5cd.com mixes letters of several scripts: it may be taken for another name.";
    const auto path = "/api/v1/organizations/" + fixture.organization + "/domains";
    const auto made = fixture.operate("POST", path, R"({"domain":")" + name + R"("})");
    ASSERT_EQ(made.status, 201) << made.text;
    EXPECT_EQ(made.member("domain").at("domain").as_string(), "xn--cme-5cd.com");
    EXPECT_EQ(made.member("domain").at("domain_warning").as_string(), warning);
    EXPECT_EQ(fixture.events().back().at("data").at("domain").as_string(), "xn--cme-5cd.com");
    EXPECT_EQ(fixture.events().back().at("data").at("domain_warning").as_string(), warning);
    EXPECT_FALSE(
            fixture.operate("GET", path + "/" + fixture.domain).member("domain").contains("domain_warning"));

    EXPECT_EQ(create("eve", "eve@" + name).status, 201);
    EXPECT_EQ(fixture.events().back().at("data").at("domain_warnings").at(0).as_string(), warning);
    EXPECT_EQ(create("mia", "mia@mail." + name).status, 400);
    EXPECT_EQ(refusals().at(0).at("domain").as_string(), "mail.xn--cme-5cd.com");
    EXPECT_TRUE(refusals().at(0).as_object().contains("domain_warning"));
    EXPECT_TRUE(fixture.events().back().at("data").as_object().contains("domain_warning"));
    set(R"({"domain_policy":"hold"})");
    EXPECT_EQ(create("mia", "mia@mail." + name).status, 201);
    EXPECT_TRUE(held().at(0).as_object().contains("domain_warning"));
}

}  // namespace
}  // namespace scimd::api

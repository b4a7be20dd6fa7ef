// Domains through the management API; DNS says what the test has it say.
#include "support/api_fixture.hpp"

#include <gtest/gtest.h>

#include <set>

namespace scimd::api {
namespace {

using service::check_outcome;

class domains_api_test : public testing::Test {
protected:
    domains_api_test() {
        fixture.look_up_txt = [this](const std::string& name, const auto& done) {
            asked.push_back(name);
            done(answers);
        };
    }

    test::answer create(std::string_view body, std::string_view owner = "") {
        const auto whose = owner.empty() ? fixture.organization : std::string(owner);
        return fixture.operate("POST", "/api/v1/organizations/" + whose + "/domains", body);
    }

    std::string claim(std::string_view name, std::string_view owner = "") {
        const auto made =
                create(R"({"domain":")" + std::string(name) + R"(","verification_method":"DNS"})", owner);
        return std::string(made.member("domain").at("id").as_string());
    }

    json::object show(std::string_view id, std::string_view owner = "") {
        const auto whose = owner.empty() ? fixture.organization : std::string(owner);
        const auto path = "/api/v1/organizations/" + whose + "/domains/" + std::string(id);
        return fixture.operate("GET", path).member("domain");
    }

    test::answer verify(std::string_view id, std::string_view owner = "") {
        const auto whose = owner.empty() ? fixture.organization : std::string(owner);
        return fixture.operate(
                "PATCH", "/api/v1/organizations/" + whose + "/domains/" + std::string(id) + ":verify");
    }

    std::string token_of(std::string_view id, std::string_view owner = "") {
        return std::string(show(id, owner).at("txt_record_secret").as_string());
    }

    void say(check_outcome outcome, std::vector<std::string> records = {}) {
        answers = {{outcome, std::move(records)}};
    }

    test::api_fixture fixture;
    std::vector<service::txt_answer> answers;
    std::vector<std::string> asked;
};

TEST_F(domains_api_test, one_by_dns_starts_pending_with_its_challenge) {
    const auto made = create(R"({"domain":"Late.Test.","verification_method":"DNS"})");
    ASSERT_EQ(made.status, 201) << made.text;
    const auto& domain = made.member("domain");
    const std::string token(domain.at("txt_record_secret").as_string());
    EXPECT_EQ(token.size(), 32U);  // 160 bits, five a character
    const json::object expected{{"id", domain.at("id")}, {"domain", "late.test"}, {"environment_id", "env_1"},
            {"organization_id", fixture.organization}, {"domain_type", "ORGANIZATION_DOMAIN"},
            {"verification_status", "PENDING"}, {"verification_method", "DNS"},
            {"txt_record_key", "_scimd-challenge.late.test"}, {"txt_record_secret", token},
            {"create_time", "2026-01-02T03:04:05.000000Z"}, {"update_time", "2026-01-02T03:04:05.000000Z"},
            {"covers_subdomains", false}, {"txt_record_value", "token=" + token}, {"lapsed", false},
            {"verification_expire_time", "2026-01-09T03:04:05.000000Z"},
            {"next_check_time", "2026-01-02T03:05:05.000000Z"}};
    EXPECT_EQ(domain, expected) << made.text;
    const auto event = fixture.events().back();
    EXPECT_EQ(event.at("type").as_string(), "organization.domain_created");
    EXPECT_EQ(event.at("data").at("verification_status").as_string(), "PENDING");
    EXPECT_EQ(event.at("data").at("txt_record_key").as_string(), "_scimd-challenge.late.test");
    // It opens no gate.
    EXPECT_EQ(fixture.scim("POST", "/Users", R"({"userName":"a","emails":[{"value":"a@late.test"}]})").status,
            400);
}

TEST_F(domains_api_test, every_claim_has_a_token_of_its_own) {
    std::set<std::string> tokens;
    for (int i = 0; i < 50; ++i)
        tokens.insert(token_of(claim("d" + std::to_string(i) + ".test")));
    EXPECT_EQ(tokens.size(), 50U);
}

TEST_F(domains_api_test, a_check_on_request_tells_what_dns_says) {
    const auto id = claim("late.test");
    const auto token = token_of(id);
    struct row {
        check_outcome outcome;
        std::vector<std::string> texts;
        std::string_view expected;
    };
    const row rows[] = {
            {check_outcome::no_such_name, {}, "NO_SUCH_NAME"},
            {check_outcome::no_record, {}, "NO_RECORD"},
            {check_outcome::server_failure, {}, "SERVER_FAILURE"},
            {check_outcome::timed_out, {}, "TIMED_OUT"},
            {check_outcome::found, {"v=spf1", "token=" + std::string(32, 'a')}, "TOKEN_MISSING"},
    };
    for (const auto& row : rows) {
        fixture.clock.advance(std::chrono::minutes(1));
        say(row.outcome, row.texts);
        EXPECT_EQ(verify(id).text, R"({"verified":false})");
        const auto shown = show(id);
        EXPECT_EQ(shown.at("verification_status").as_string(), "PENDING");
        EXPECT_EQ(shown.at("last_check").at("outcome").as_string(), row.expected);
        EXPECT_FALSE(shown.at("last_check").at("detail").as_string().empty());
    }
    EXPECT_EQ(asked, std::vector<std::string>(5, "_scimd-challenge.late.test"));

    say(check_outcome::found, {"other", "token=" + token});
    EXPECT_EQ(verify(id).text, R"({"verified":true})");
    EXPECT_EQ(show(id).at("verification_status").as_string(), "VERIFIED");
    EXPECT_EQ(fixture.events().back().at("type").as_string(), "organization.domain_dns_verification_success");
    EXPECT_EQ(fixture.events().back().at("display_name").as_string(),
            "Organization Domain DNS Verification Success");
    EXPECT_EQ(fixture.scim("POST", "/Users", R"({"userName":"a","emails":[{"value":"a@late.test"}]})").status,
            201);
}

TEST_F(domains_api_test, checks_on_request_are_six_a_minute_and_none_is_made_without_need) {
    const auto id = claim("late.test");
    say(check_outcome::no_such_name);
    for (int i = 0; i < 6; ++i)
        EXPECT_EQ(verify(id).status, 200);
    const auto refused = verify(id);
    EXPECT_EQ(refused.status, 429);
    EXPECT_EQ(refused.body.at("details").at(0).at("error_code").as_string(), "RATE_LIMITED");
    EXPECT_NE(refused.header("Retry-After"), "");
    EXPECT_EQ(asked.size(), 6U);
    fixture.clock.advance(std::chrono::seconds(10));
    EXPECT_EQ(verify(id).status, 200);

    asked.clear();
    EXPECT_EQ(verify(fixture.domain).text, R"({"verified":true})");
    EXPECT_EQ(verify("dom_1").status, 404);
    EXPECT_EQ(verify("x").status, 404);
    EXPECT_TRUE(asked.empty());
}

TEST_F(domains_api_test, the_token_of_one_organization_proves_nothing_for_another) {
    const auto other = fixture.make_organization("Other");
    const auto own = claim("late.test");
    const auto foreign = claim("late.test", other);
    say(check_outcome::found, {"token=" + token_of(foreign, other)});
    EXPECT_EQ(verify(own).text, R"({"verified":false})");
    EXPECT_EQ(verify(foreign, other).text, R"({"verified":true})");
}

TEST_F(domains_api_test, one_of_two_that_prove_it_owns_it_and_the_other_learns_nothing) {
    const auto other = fixture.make_organization("Other");
    const auto own = claim("late.test");
    const auto foreign = claim("late.test", other);
    say(check_outcome::found, {"token=" + token_of(foreign, other), "token=" + token_of(own)});
    EXPECT_EQ(verify(foreign, other).text, R"({"verified":true})");
    EXPECT_EQ(verify(own).text, R"({"verified":false})");
    const auto shown = to_text(show(own));
    EXPECT_NE(shown.find("OWNED_ELSEWHERE"), std::string::npos);
    EXPECT_EQ(shown.find(other), std::string::npos);
    EXPECT_EQ(shown.find(foreign), std::string::npos);

    // Creating the domain for a third organization, or again for its owner, conflicts without naming the
    // owner.
    const auto vouched = create(R"({"domain":"late.test"})", fixture.make_organization("Third"));
    EXPECT_EQ(vouched.status, 409);
    EXPECT_EQ(vouched.text.find(other), std::string::npos);
    EXPECT_EQ(create(R"({"domain":"LATE.test","verification_method":"DNS"})", other).status, 409);

    // The owner gone, the other claim can still be proved.
    fixture.operate("DELETE", "/api/v1/organizations/" + other + "/domains/" + foreign);
    EXPECT_EQ(fixture.events().back().at("type").as_string(), "organization.domain_deleted");
    EXPECT_EQ(verify(own).text, R"({"verified":true})");
}

TEST_F(domains_api_test, a_domain_that_is_removed_while_dns_is_asked_is_not_found) {
    const auto id = claim("late.test");
    const auto token = token_of(id);
    fixture.look_up_txt = [&](const std::string&, const auto& done) {
        fixture.operate("DELETE", "/api/v1/organizations/" + fixture.organization + "/domains/" + id);
        done({{check_outcome::found, {token}}});
    };
    EXPECT_EQ(verify(id).status, 404);
    EXPECT_EQ(fixture.event_types().back(), "domain_deleted");
}

TEST_F(domains_api_test, an_allowed_email_domain_has_no_owner_and_admits_no_user) {
    const auto* const body = R"({"domain":"partner.test","domain_type":"ALLOWED_EMAIL_DOMAIN"})";
    const auto made = create(body);
    ASSERT_EQ(made.status, 201) << made.text;
    EXPECT_EQ(made.member("domain").at("verification_status").as_string(), "AUTO_VERIFIED");
    EXPECT_EQ(made.member("domain").at("verification_method").as_string(), "NOT_APPLICABLE");
    EXPECT_EQ(made.member("domain").at("txt_record_secret").as_string(), "");
    EXPECT_EQ(create(body, fixture.make_organization("Other")).status, 201);
    EXPECT_EQ(create(body).status, 409);
    EXPECT_EQ(fixture.scim("POST", "/Users", R"({"userName":"a","emails":[{"value":"a@partner.test"}]})")
                      .status,
            400);
    EXPECT_EQ(create(R"({"domain":"partner.test"})").status, 201);

    const auto listed = [&](std::string_view type) {
        const auto path = "/api/v1/organizations/" + fixture.organization + "/domains?domain_type=";
        const auto page = fixture.operate("GET", path + std::string(type));
        return page.status == 200 ? static_cast<int>(page.body.at("domains").as_array().size())
                                  : -page.status;
    };
    EXPECT_EQ(listed(""), -400);
    EXPECT_EQ(listed("DOMAIN_TYPE_UNSPECIFIED"), 3);
    EXPECT_EQ(listed("ORGANIZATION_DOMAIN"), 2);
    EXPECT_EQ(listed("ALLOWED_EMAIL_DOMAIN"), 1);
    EXPECT_EQ(listed("OTHER"), -400);
}

TEST_F(domains_api_test, what_cannot_be_a_domain_is_refused_by_name) {
    struct row {
        std::string body;
        std::string_view named;
    };
    const row rows[] = {
            {"{}", "domain"},
            {R"({"domain":""})", "domain"},
            {R"({"domain":7})", "domain"},
            {R"({"domain":"a b.test"})", "domain"},
            {R"({"domain":"localhost"})", "domain"},
            {R"({"domain":"192.0.2.1"})", "domain"},
            {R"({"domain":"co.uk"})", "public suffix"},
            {R"({"domain":"gmail.com"})", "mailbox"},
            {R"({"domain":"gmail.com","domain_type":"ALLOWED_EMAIL_DOMAIN"})", "mailbox"},
            {R"({"domain":"a.test","domain_type":"MINE"})", "domain_type"},
            {R"({"domain":"a.test","domain_type":7})", "domain_type"},
            {R"({"domain":"a.test","verification_method":"MAIL"})", "verification_method"},
            {R"({"domain":"a.test","verification_method":false})", "verification_method"},
            {R"({"domain":"a.test","verification_method":"NOT_APPLICABLE"})", "verification_method"},
            {R"({"domain":"a.test","domain_type":"ALLOWED_EMAIL_DOMAIN","verification_method":"DNS"})",
                    "verification_method"},
            {R"({"domain":"a.test","covers_subdomains":"yes"})", "covers_subdomains"},
            {R"({"domain":"a.test","other":1})", "other"},
    };
    for (const auto& row : rows) {
        const auto got = create(row.body);
        EXPECT_EQ(got.status, 400) << row.body;
        EXPECT_NE(got.text_of("message").find(row.named), std::string::npos) << got.text;
    }
    std::string long_name;
    for (int i = 0; i < 4; ++i)
        long_name += std::string(58, 'a') + ".";
    long_name += "test";  // 240 bytes: a name, but none that the challenge fits in front of
    EXPECT_EQ(create(R"({"domain":")" + long_name + R"(","verification_method":"DNS"})").status, 400);
    EXPECT_EQ(create(R"({"domain":")" + long_name + R"("})").status, 201);
    const auto path = "/api/v1/organizations/" + fixture.organization + "/domains";
    EXPECT_EQ(fixture.operate("GET", path).body.at("domains").as_array().size(), 2U);
}

}  // namespace
}  // namespace scimd::api

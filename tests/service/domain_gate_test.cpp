#include "service/domains/domain_gate.hpp"

#include "service_fixture.hpp"

#include <gtest/gtest.h>

namespace scimd::service {
namespace {

namespace tenants = store::tenants;

json::object user_with(std::string_view text) {
    return parse_json_object(text).value();
}

TEST(email_of_test, primary_precedes_work_the_first_one_and_the_user_name) {
    struct row {
        std::string_view user;
        std::string_view email;
    };
    const row rows[] = {
            {R"({"userName":"u@x.com","emails":[{"value":"a@x.com"},{"value":"w@x.com","type":"work"},
             {"value":"p@x.com","primary":true}]})",
                    "p@x.com"},
            {R"({"userName":"u@x.com","emails":[{"value":"a@x.com"},{"value":"w@x.com","type":"work"}]})",
                    "w@x.com"},
            {R"({"userName":"u@x.com","emails":[{"value":"a@x.com"},{"value":"w@x.com","type":"WORK"}]})",
                    "w@x.com"},
            {R"({"userName":"u@x.com","emails":[{"value":"a@x.com","type":"home"},{"value":"b@x.com"}]})",
                    "a@x.com"},
            {R"({"userName":"u@x.com","emails":[{"value":"a@x.com","primary":false},
             {"value":"w@x.com","type":"work","primary":false}]})",
                    "w@x.com"},
            {R"({"emails":[{"value":"w@x.com","type":"work"},{"value":"p@x.com","type":"home","primary":true}]})",
                    "p@x.com"},
            {R"({"userName":"u@x.com"})", "u@x.com"},
            {R"({"userName":"u@x.com","emails":[]})", "u@x.com"},
            {R"({"userName":"u"})", ""},
            {R"({})", ""},
            // An e-mail without a value is ignored.
            {R"({"emails":[{"primary":true,"type":"work"},{"value":"b@x.com"}]})", "b@x.com"},
            {R"({"userName":"u@x.com","emails":[{"type":"work"}]})", "u@x.com"},
            {R"({"emails":[{"value":"","primary":true},{"value":"b@x.com"}]})", "b@x.com"},
            {R"({"emails":[{"value":"no address","primary":true},{"value":"b@x.com"}]})", "no address"},
    };
    for (const auto& row : rows)
        EXPECT_EQ(email_of(user_with(row.user)), row.email) << row.user;
}

class domain_gate_test : public testing::Test {
protected:
    void verify(std::string_view name, bool covers_subdomains, tenants::domain_status status) {
        tenants::insert_domain(fixture.tx(), fixture.who.organization, domain_name::parse(name).value(),
                status, covers_subdomains);
    }

    std::optional<gate_refusal> refusal_of(const json::object& user) {
        domain_lookup domains(fixture.tx(), fixture.who);
        return refuse_by_domain(domains, fixture.who, addresses_of(user));
    }

    std::string reason_for(std::string_view address) {
        json::object user{{"userName", "eve"}, {"emails", {json::object{{"value", address}}}}};
        const auto refusal = refusal_of(user);
        return refusal ? refusal->reason + " " + refusal->domain : "";
    }

    service_fixture fixture;
};

TEST_F(domain_gate_test, the_whole_domain_name_is_compared) {
    verify("wide.test", true, tenants::domain_status::verified);
    verify("pending.test", true, tenants::domain_status::pending);
    verify("failed.test", true, tenants::domain_status::failed);
    verify("xn--bcher-kva.test", false, tenants::domain_status::verified);
    struct row {
        std::string_view address;
        std::string_view reason;
    };
    const row rows[] = {
            {"a@acme.com", ""},
            {"a@ACME.Com", ""},
            {"a@acme.com.", "invalid_email "},
            {"\"a@evil.test\"@acme.com", "invalid_email "},
            {"a@sub.acme.com", "domain_not_verified sub.acme.com"},
            {"a@notacme.com", "domain_not_verified notacme.com"},
            {"a@acme.com.evil.test", "domain_not_verified acme.com.evil.test"},
            {"a@acme.co", "domain_not_verified acme.co"},
            {"a@com", "invalid_email "},
            {"a@wide.test", ""},
            {"a@x.wide.test", ""},
            {"a@x.y.wide.test", ""},
            {"a@xwide.test", "domain_not_verified xwide.test"},
            {"a@pending.test", "domain_not_verified pending.test"},
            {"a@x.pending.test", "domain_not_verified x.pending.test"},
            {"a@failed.test", "domain_not_verified failed.test"},
            {"a@bücher.test", ""},
            {"a@BÜCHER.test", ""},
            {"a@bucher.test", "domain_not_verified bucher.test"},
            {"acme.com", "invalid_email "},
            {"@acme.com", "invalid_email "},
            {"a@", "invalid_email "},
            {"a@acme.com,b@evil.test", "invalid_email "},
            {"a@[127.0.0.1]", "invalid_email "},
            {"", "no_email "},
    };
    for (const auto& row : rows)
        EXPECT_EQ(reason_for(row.address), row.reason) << row.address;
}

TEST_F(domain_gate_test, a_domain_of_another_organization_is_refused) {
    const auto other = store::tenants::insert_organization(fixture.tx(), "Other", std::nullopt);
    tenants::insert_domain(fixture.tx(), other->id, domain_name::parse("other.test").value(),
            tenants::domain_status::verified, true);
    EXPECT_EQ(reason_for("a@other.test"), "domain_not_verified other.test");
    fixture.who.organization = other->id;
    EXPECT_EQ(reason_for("a@other.test"), "");
    EXPECT_EQ(reason_for("a@acme.com"), "domain_not_verified acme.com");
}

TEST_F(domain_gate_test, the_policy_off_accepts_every_user) {
    fixture.who.policy = tenants::domain_policy::off;
    for (const auto* const address : {"a@evil.test", "no address", ""})
        EXPECT_EQ(reason_for(address), "") << address;
}

TEST_F(domain_gate_test, the_refusal_names_the_domain_and_a_remedy) {
    const json::object user{{"userName", "eve@EVIL.test"}};
    const auto refusal = refusal_of(user);
    ASSERT_TRUE(refusal);
    EXPECT_NE(refusal->detail.find("evil.test"), std::string::npos) << refusal->detail;
    EXPECT_NE(refusal->detail.find("Verify the domain"), std::string::npos) << refusal->detail;
}

TEST_F(domain_gate_test, users_of_a_removed_domain_are_refused) {
    EXPECT_EQ(reason_for("a@acme.com"), "");
    ASSERT_TRUE(tenants::delete_domain(fixture.tx(), fixture.who.organization, fixture.domain));
    EXPECT_EQ(reason_for("a@acme.com"), "domain_not_verified acme.com");
}

// The scope of the gate: every address by which an application may find an account.
class gate_scope_test : public domain_gate_test {
protected:
    gate_scope_test() {
        const auto other = tenants::insert_organization(fixture.tx(), "Victim", std::nullopt);
        victim = other->id;
        verify_for(victim, "victim.com", false);
        verify_for(victim, "wide.com", true);
    }

    domain_id verify_for(organization_id owner, std::string_view name, bool covers_subdomains) {
        return tenants::insert_domain(fixture.tx(), owner, domain_name::parse(name).value(),
                tenants::domain_status::verified, covers_subdomains)
                ->id;
    }

    // "reason domain address" of each objection.
    std::vector<std::string> objections(std::string_view user) {
        domain_lookup domains(fixture.tx(), fixture.who);
        const auto addresses = addresses_of(user_with(user));
        std::vector<std::string> texts;
        for (const auto& one : objections_to(domains, fixture.who, addresses))
            texts.push_back(one.reason + " " + one.domain + " " + one.address);
        return texts;
    }

    std::vector<std::string> of_user_name(const std::string& name) {
        return objections(to_text(json::object{
                {"userName", name}, {"emails", {json::object{{"value", "a@acme.com"}, {"primary", true}}}}}));
    }

    organization_id victim;
};

using texts = std::vector<std::string>;

TEST_F(gate_scope_test, an_address_at_a_foreign_domain_is_found_in_every_attribute) {
    EXPECT_EQ(of_user_name("ann"), texts());
    EXPECT_EQ(of_user_name("ann@acme.com"), texts());
    EXPECT_EQ(of_user_name("ann@acme.onmicrosoft.com"), texts()) << "an unclaimed domain";
    EXPECT_EQ(of_user_name("@ann"), texts());
    EXPECT_EQ(of_user_name("ann@corp"), texts());
    for (const auto* name : {"ceo@victim.com", "CEO@Victim.COM", "ceo@victim.com.", " ceo@victim.com ",
                 "<ceo@victim.com>", "Ceo <ceo@victim.com>", "ceo@(comment)victim.com",
                 "ceo@victim(a (nested) comment).com", "ceo@victim .com", "ceo@victim.\tcom",
                 "ceo@victim.com@acme.com", "ceo@acme.com,ceo@victim.com",
                 "ceo\xef\xbc\xa0victim.com",  // a full-width @
                 "ceo@\xef\xbd\x96ictim.com",  // a full-width v
                 "ceo@victim\xef\xbc\x8e"
                 "com",  // a full-width full stop
                 "ceo@victim\xe3\x80\x82"
                 "com",                         // an ideographic full stop
                 "ceo@vic\xe2\x80\x8btim.com",  // a zero-width space
                 "ceo@victim.com\xe2\x80\x8b"}) {
        const auto found = of_user_name(name);
        EXPECT_TRUE(found.size() == 1 && found[0].starts_with("domain_owned_elsewhere victim.com "))
                << name << ": " << (found.empty() ? "" : found[0]);
    }
    EXPECT_EQ(of_user_name("ceo@a.wide.com"), texts{"domain_owned_elsewhere a.wide.com ceo@a.wide.com"});
    EXPECT_EQ(objections(R"({"emails":[{"value":"a@acme.com","primary":true},{"value":"b@victim.com"},
                                 {"value":"c@late.com"},{"value":"d@wide.com","type":"work"}]})"),
            (texts{"domain_owned_elsewhere victim.com b@victim.com",
                    "domain_owned_elsewhere wide.com d@wide.com"}));
}

TEST_F(gate_scope_test, a_quoted_or_full_width_at_sign_is_refused_for_every_domain) {
    for (const std::string name :
            {"\"x@victim.com\"@acme.com", "\"x@nowhere.com\"@acme.com", "x\xef\xbc\xa0victim.com@acme.com"}) {
        EXPECT_EQ(of_user_name(name), texts{"invalid_email  " + name});
        const json::object email{{"value", name}};
        EXPECT_EQ(objections(to_text(json::object{{"emails", {email}}})), texts{"invalid_email  " + name});
    }
    EXPECT_EQ(of_user_name("\"x y\"@acme.com"), texts());
}

TEST_F(gate_scope_test, an_address_that_is_too_long_to_be_searched_is_refused) {
    const auto second = [&](const std::string& address) {
        const json::object first{{"value", "a@acme.com"}, {"primary", true}};
        return objections(to_text(json::object{{"emails", {first, json::object{{"value", address}}}}}));
    };
    const std::string foreign = "ceo@victim.com";
    const auto found = second(std::string(4096 - foreign.size(), ' ') + foreign);
    ASSERT_EQ(found.size(), 1U);
    EXPECT_TRUE(found[0].starts_with("domain_owned_elsewhere victim.com ")) << found[0];
    const auto refused = second(std::string(4097 - foreign.size(), ' ') + foreign);
    ASSERT_EQ(refused.size(), 1U) << "whatever is behind the bytes that are searched";
    EXPECT_TRUE(refused[0].starts_with("invalid_email ")) << refused[0];
    EXPECT_EQ(second(std::string(4096, 'x')), texts());
}

TEST_F(gate_scope_test, the_scope_all_checks_every_address) {
    fixture.who.gate_scope = tenants::domain_gate_scope::all;
    EXPECT_EQ(of_user_name("ann"), texts());
    EXPECT_EQ(of_user_name("ann@acme.com"), texts());
    EXPECT_EQ(of_user_name("ann@acme.onmicrosoft.com"),
            texts{"domain_not_verified acme.onmicrosoft.com ann@acme.onmicrosoft.com"});
    EXPECT_EQ(of_user_name("ann@corp"), texts{"invalid_email  ann@corp"});
    EXPECT_EQ(objections(R"({"emails":[{"value":"a@acme.com","primary":true},{"value":"n/a"},
                                 {"value":"c@late.com"}]})"),
            (texts{"invalid_email  n/a", "domain_not_verified late.com c@late.com"}));
    fixture.who.policy = tenants::domain_policy::off;
    EXPECT_EQ(of_user_name("ceo@victim.com"), texts());
}

TEST_F(gate_scope_test, the_longest_verified_name_decides) {
    verify_for(fixture.who.organization, "sub.wide.com", false);
    verify_for(fixture.who.organization, "deep.parent.com", true);
    verify_for(victim, "parent.com", true);
    verify_for(victim, "x.deep.parent.com", true);
    struct row {
        std::string_view address;
        std::string_view reason;
    };
    const row rows[] = {
            {"a@sub.wide.com", ""},
            {"a@x.sub.wide.com", "domain_not_verified x.sub.wide.com"},  // covered by wide.com alone
            {"a@deep.parent.com", ""},
            {"a@y.deep.parent.com", ""},
            {"a@x.deep.parent.com", "domain_not_verified x.deep.parent.com"},
            {"a@y.x.deep.parent.com", "domain_not_verified y.x.deep.parent.com"},
            {"a@parent.com", "domain_not_verified parent.com"},
    };
    for (const auto& row : rows)
        EXPECT_EQ(reason_for(row.address), row.reason) << row.address;
    fixture.who.organization = victim;
    EXPECT_EQ(reason_for("a@sub.wide.com"), "domain_not_verified sub.wide.com");
    EXPECT_EQ(reason_for("a@x.sub.wide.com"), "");
    EXPECT_EQ(reason_for("a@x.deep.parent.com"), "");
    EXPECT_EQ(reason_for("a@y.deep.parent.com"), "domain_not_verified y.deep.parent.com");
}

TEST_F(gate_scope_test, addresses_have_at_most_a_hundred_domains) {
    const auto user_of = [](int domains) {
        json::array emails{json::object{{"value", "a@acme.com"}, {"primary", true}}};
        for (int i = 1; i < domains; ++i)
            emails.push_back(json::object{{"value", "a@d" + std::to_string(i) + ".com"}});
        for (int i = 1; i < 50; ++i)
            emails.push_back(json::object{{"value", "x" + std::to_string(i) + "@acme.com"}});
        return to_text(json::object{{"emails", std::move(emails)}});
    };
    EXPECT_EQ(objections(user_of(100)), texts());
    EXPECT_EQ(objections(user_of(101)), texts{"invalid_email  "});
    domain_lookup domains(fixture.tx(), fixture.who);
    const auto addresses = addresses_of(user_with(user_of(101)));
    EXPECT_EQ(refuse_by_domain(domains, fixture.who, addresses)->detail,
            "A user has 1000 addresses at most, and in 100 different domains.");
    EXPECT_EQ(verified_of(domains, addresses).size(), 100U);
}

TEST_F(gate_scope_test, a_user_has_at_most_a_thousand_addresses) {
    const auto user_of = [](int addresses) {
        json::array emails;
        for (int i = 0; i < addresses; ++i) {
            emails.push_back(json::object{{"value", "a" + std::to_string(i) + "@acme.com"}});
            emails.push_back(emails.back());
        }
        return to_text(json::object{{"emails", std::move(emails)}});
    };
    EXPECT_EQ(objections(user_of(1'000)), texts());
    EXPECT_EQ(objections(user_of(1'001)), texts{"invalid_email  "});
}

TEST_F(gate_scope_test, the_details_name_the_address_and_not_the_other_organization) {
    domain_lookup domains(fixture.tx(), fixture.who);
    const auto detail = [&](std::string_view user) {
        return objections_to(domains, fixture.who, addresses_of(user_with(user))).front().detail;
    };
    EXPECT_EQ(detail(R"({"userName":"ceo@victim.com","emails":[{"value":"a@acme.com"}]})"),
            "The domain victim.com of the userName ceo@victim.com is verified for another organization. Take "
            "the "
            "address off this user, or leave the user out of the assignment.");
    EXPECT_EQ(detail(R"({"emails":[{"value":"a@late.com"}]})"),
            "The domain late.com of the e-mail address a@late.com is not verified for this organization. "
            "Verify "
            "the "
            "domain, or leave this user out of the assignment.");
    EXPECT_EQ(detail(R"({"emails":[{"value":"\"x@victim.com\"@acme.com"}]})"),
            "The user's e-mail address \"x@victim.com\"@acme.com cannot be used: The local part of the "
            "e-mail "
            "address has an '@' of its own.");
    const auto long_one = "a@" + std::string(300, 'b');
    EXPECT_EQ(shown_address(long_one).size(), 254U);
}

}  // namespace
}  // namespace scimd::service

#include "service/domains.hpp"

#include "service_house.hpp"

#include <gtest/gtest.h>

namespace scimd::service {
namespace {

namespace tenants = store::tenants;

json::object user_with(std::string_view text)
{
    return parse_json_object(text).value();
}

TEST(email_of_test, primary_goes_before_work_before_the_first_before_the_user_name)
{
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
        // An address without a value decides nothing.
        {R"({"emails":[{"primary":true,"type":"work"},{"value":"b@x.com"}]})", "b@x.com"},
        {R"({"userName":"u@x.com","emails":[{"type":"work"}]})", "u@x.com"},
        {R"({"emails":[{"value":"","primary":true},{"value":"b@x.com"}]})", "b@x.com"},
        {R"({"emails":[{"value":"no address","primary":true},{"value":"b@x.com"}]})", "no address"},
    };
    for (const auto& row : rows)
        EXPECT_EQ(email_of(user_with(row.user)), row.email) << row.user;
}

class gate_test : public testing::Test {
protected:
    void verify(std::string_view name, bool covers_subdomains, tenants::domain_status status)
    {
        tenants::insert_domain(
            house.tx(), house.who.organization, domain_name::parse(name).value(), status, covers_subdomains
        );
    }

    std::string reason_for(std::string_view address)
    {
        json::object user{{"userName", "eve"}, {"emails", {json::object{{"value", address}}}}};
        const auto refusal = refuse_by_domain(house.tx(), house.who, user);
        return refusal ? refusal->reason + " " + refusal->domain : "";
    }

    service_house house;
};

TEST_F(gate_test, the_domain_as_a_whole_decides)
{
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
        {"\"a@evil.test\"@acme.com", ""},
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

TEST_F(gate_test, another_organization_s_domain_helps_nobody)
{
    const auto other = store::tenants::insert_organization(house.tx(), "Other", std::nullopt);
    tenants::insert_domain(
        house.tx(),
        other->id,
        domain_name::parse("other.test").value(),
        tenants::domain_status::verified,
        true
    );
    EXPECT_EQ(reason_for("a@other.test"), "domain_not_verified other.test");
    house.who.organization = other->id;
    EXPECT_EQ(reason_for("a@other.test"), "");
    EXPECT_EQ(reason_for("a@acme.com"), "domain_not_verified acme.com");
}

TEST_F(gate_test, an_open_gate_asks_nothing)
{
    house.who.policy = tenants::domain_policy::off;
    for (const auto* const address : {"a@evil.test", "no address", ""})
        EXPECT_EQ(reason_for(address), "") << address;
}

TEST_F(gate_test, the_refusal_names_the_domain_and_what_to_do)
{
    const json::object user{{"userName", "eve@EVIL.test"}};
    const auto refusal = refuse_by_domain(house.tx(), house.who, user);
    ASSERT_TRUE(refusal);
    EXPECT_NE(refusal->detail.find("evil.test"), std::string::npos) << refusal->detail;
    EXPECT_NE(refusal->detail.find("Verify the domain"), std::string::npos) << refusal->detail;
}

TEST_F(gate_test, a_domain_taken_back_closes_the_gate)
{
    EXPECT_EQ(reason_for("a@acme.com"), "");
    ASSERT_TRUE(tenants::delete_domain(house.tx(), house.who.organization, house.domain));
    EXPECT_EQ(reason_for("a@acme.com"), "domain_not_verified acme.com");
}

}  // namespace
}  // namespace scimd::service

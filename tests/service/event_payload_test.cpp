#include "service/events/event_payload.hpp"

#include "service_fixture.hpp"

#include <gtest/gtest.h>

namespace scimd::service {
namespace {

caller sample_caller() {
    caller who;
    who.organization = organization_id{5};
    who.directory = directory_id{6};
    return who;
}

json::object normalized_user(
        std::string_view document, const std::vector<store::resources::membership>& groups = {}) {
    verified_domains domains;
    domains.add(domain_name::parse("acme.com").value(), true);
    domains.add(domain_name::parse("xn--cme-5cd.com").value(), false);
    return normalize_user(sample_caller(), "diruser_1", parse_json_object(document).value(), groups, domains);
}

TEST(event_payload_test, each_attribute_is_mapped_to_its_key) {
    constexpr std::string_view enterprise = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";
    struct row {
        std::string document;
        std::string_view key;
        std::string_view value;  // as JSON
    };
    const std::string open = "{\"" + std::string(enterprise) + "\":";
    const row rows[] = {
            {R"({"externalId":"00u1"})", "dp_id", R"("00u1")"},
            {R"({"userName":"anna"})", "preferred_username", R"("anna")"},
            {R"({"userName":"anna@acme.com"})", "email", R"("anna@acme.com")"},
            {R"({"emails":[{"value":"a@acme.com"}]})", "email", R"("a@acme.com")"},
            {R"({"active":true})", "active", "true"},
            {R"({"active":false})", "active", "false"},
            {R"({"displayName":"Anna A."})", "name", R"("Anna A.")"},
            {R"({"name":{"givenName":"Anna"}})", "given_name", R"("Anna")"},
            {R"({"name":{"familyName":"Ahorn"}})", "family_name", R"("Ahorn")"},
            {R"({"nickName":"Annie"})", "nickname", R"("Annie")"},
            {R"({"photos":[{"value":"https://x.test/1"}]})", "picture", R"("https://x.test/1")"},
            {R"({"photos":[{"value":"https://x.test/1"},{"value":"https://x.test/2","primary":true}]})",
                    "picture", R"("https://x.test/2")"},
            {R"({"phoneNumbers":[{"value":"+1"},{"value":"+2"}]})", "phone_number", R"("+1")"},
            {R"({"phoneNumbers":[{"value":"+1"},{"value":"+2","primary":true}]})", "phone_number", R"("+2")"},
            {R"({"title":"Boss"})", "title", R"("Boss")"},
            {R"({"userType":"Employee"})", "user_type", R"("Employee")"},
            {R"({"profileUrl":"https://x.test/a"})", "profile", R"("https://x.test/a")"},
            {R"({"preferredLanguage":"de"})", "language", R"("de")"},
            {R"({"locale":"de-CH"})", "locale", R"("de-CH")"},
            {R"({"timezone":"Europe/Zurich"})", "zoneinfo", R"("Europe/Zurich")"},
            {R"({"addresses":[{"formatted":"F","streetAddress":"S","locality":"L","region":"R",
             "postalCode":"P","country":"CH","type":"work"}]})",
                    "address",
                    R"({"formatted":"F","street_address":"S","locality":"L","state":"R",)"
                    R"("postal_code":"P","country":"CH"})"},
            {R"({"addresses":[{"region":"R1"},{"region":"R2","primary":true}]})", "address",
                    R"({"state":"R2"})"},
            {open + R"({"employeeNumber":"7"}})", "employee_id", R"("7")"},
            {open + R"({"costCenter":"C"}})", "cost_center", R"("C")"},
            {open + R"({"organization":"O"}})", "organization", R"("O")"},
            {open + R"({"division":"D"}})", "division", R"("D")"},
            {open + R"({"department":"E"}})", "department", R"("E")"},
    };
    for (const auto& row : rows) {
        const auto user = normalized_user(row.document);
        const auto* value = find(user, row.key);
        ASSERT_TRUE(value) << row.key;
        EXPECT_EQ(to_text(*value), row.value) << row.document;
        EXPECT_EQ(to_text(user.at("raw_attributes")), to_text(parse_json_object(row.document).value()));
    }
}

TEST(event_payload_test, the_name_is_the_display_name_or_the_best_substitute) {
    struct row {
        std::string_view document;
        std::string_view name;  // empty: none
    };
    const row rows[] = {
            {R"({"displayName":"D","name":{"formatted":"F","givenName":"G","familyName":"N"}})", "D"},
            {R"({"name":{"formatted":"F","givenName":"G","familyName":"N"}})", "F"},
            {R"({"name":{"givenName":"G","familyName":"N"}})", "G N"},
            {R"({"name":{"givenName":"G"}})", ""},
            {R"({"name":{"familyName":"N"}})", ""},
            {R"({"userName":"anna"})", ""},
    };
    for (const auto& row : rows) {
        const auto user = normalized_user(row.document);
        const auto* name = find_string(user, "name");
        EXPECT_EQ(name ? std::string_view(*name) : "", row.name) << row.document;
    }
}

TEST(event_payload_test, missing_attributes_have_no_key) {
    auto user = normalized_user("{}");
    EXPECT_EQ(to_text(user),
            R"({"id":"diruser_1","organization_id":"org_5","directory_id":"dir_6","email_domain_verified":false,)"
            R"("preferred_username_domain_verified":false,"email_addresses":[],"groups":[],)"
            R"("raw_attributes":{}})");
}

TEST(event_payload_test, each_address_says_whether_its_domain_is_verified) {
    auto user = normalized_user(
            R"({"userName":"Ceo@Victim.com","emails":[{"value":"a@ACME.com","primary":true},
            {"value":"a@late.com"},{"value":"n/a"},{"value":"a@acme.com"}]})");
    EXPECT_TRUE(user.at("email_domain_verified").as_bool());
    EXPECT_FALSE(user.at("preferred_username_domain_verified").as_bool());
    EXPECT_EQ(to_text(user.at("email_addresses")),
            R"([{"value":"a@ACME.com","domain":"acme.com","domain_verified":true},)"
            R"({"value":"a@late.com","domain":"late.com","domain_verified":false},)"
            R"({"value":"n/a","domain":"","domain_verified":false},)"
            R"({"value":"a@acme.com","domain":"acme.com","domain_verified":true}])");
    EXPECT_FALSE(user.contains("domain_warnings"));

    user = normalized_user(R"({"userName":"a@acme.com"})");
    EXPECT_TRUE(user.at("email_domain_verified").as_bool());
    EXPECT_TRUE(user.at("preferred_username_domain_verified").as_bool());
    EXPECT_EQ(to_text(user.at("email_addresses")), "[]");
    // A user without addresses.
    user = normalized_user(R"({"userName":"a","emails":[{"value":"a@late.com"}]})");
    EXPECT_FALSE(user.at("email_domain_verified").as_bool());
    EXPECT_FALSE(user.at("preferred_username_domain_verified").as_bool());
}

TEST(event_payload_test, a_domain_that_looks_like_another_one_has_a_warning) {
    const auto user = normalized_user(
            "{\"userName\":\"eve@\xd0\xb0"
            "cme.com\",\"emails\":[{\"value\":\"eve@\xd0\xb0"
            "cme.com\"}]}");
    EXPECT_EQ(to_text(user.at("domain_warnings")),
            R"(["A label of xn--cme-5cd.com mixes letters of several scripts: it may be taken for another name."])");
    EXPECT_EQ(user.at("email_addresses").at(0).at("domain").as_string(), "xn--cme-5cd.com");
    std::string many = R"({"emails":[)";
    for (int i = 0; i < 12; ++i)
        many += (i == 0 ? "" : ",") + std::string(R"({"value":"e@)") + std::to_string(i) + ".\xd0\xb0" +
                "cme.com\"}";
    EXPECT_EQ(normalized_user(many + "]}").at("domain_warnings").as_array().size(), 10U);
}

TEST(event_payload_test, groups_of_a_user_are_truncated_at_a_hundred_and_marked) {
    std::vector<store::resources::membership> groups;
    for (std::int64_t i = 1; i <= 100; ++i)
        groups.push_back({resource_id{i}, "G" + std::to_string(i)});
    auto user = normalized_user("{}", groups);
    EXPECT_EQ(user.at("groups").as_array().size(), 100U);
    EXPECT_EQ(to_text(user.at("groups").as_array().back()), R"({"id":"dirgroup_100","name":"G100"})");
    EXPECT_FALSE(user.contains("groups_truncated"));

    groups.push_back({resource_id{101}, "G101"});
    user = normalized_user("{}", groups);
    EXPECT_EQ(user.at("groups").as_array().size(), 100U);
    EXPECT_TRUE(user.at("groups_truncated").as_bool());
}

TEST(event_payload_test, a_group_always_has_all_keys) {
    const auto document = parse_json_object(R"({"displayName":"Staff","externalId":"g1"})").value();
    EXPECT_EQ(to_text(normalize_group(sample_caller(), "dirgroup_1", document)),
            R"({"id":"dirgroup_1","directory_id":"dir_6","organization_id":"org_5","display_name":"Staff",)"
            R"("external_id":"g1","dp_id":"g1","raw_attributes":{"displayName":"Staff","externalId":"g1"}})");
    const auto bare = normalize_group(
            sample_caller(), "dirgroup_1", parse_json_object(R"({"displayName":"S"})").value());
    EXPECT_TRUE(bare.at("external_id").is_null());
    EXPECT_TRUE(bare.at("dp_id").is_null());
}

}  // namespace
}  // namespace scimd::service

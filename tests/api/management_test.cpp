// Organizations, domains and directories by the operator's routes.
#include "support/api_fixture.hpp"

#include <gtest/gtest.h>

namespace scimd::api {
namespace {

class management_test : public testing::Test {
protected:
    void expect_failure(const test::answer& got, int status, std::string_view name) {
        EXPECT_EQ(got.status, status) << got.text;
        ASSERT_TRUE(got.body.contains("details")) << got.text;
        EXPECT_EQ(got.body.at("details").at(0).at("error_code").as_string(), name) << got.text;
        EXPECT_FALSE(got.text_of("message").empty());
    }

    test::api_fixture fixture;
    const std::string organizations = "/api/v1/organizations";
    const std::string own = organizations + "/" + fixture.organization;
};

TEST_F(management_test, an_organization_is_shown_as_it_was_made) {
    const auto made =
            fixture.operate("POST", organizations, R"({"display_name":" Beta ","external_id":"b-1"})");
    ASSERT_EQ(made.status, 201);
    const auto& organization = made.member("organization");
    const std::string id(organization.at("id").as_string());
    EXPECT_TRUE(id.starts_with("org_"));
    const json::object expected{{"id", id}, {"create_time", "2026-01-02T03:04:05.000000Z"},
            {"update_time", "2026-01-02T03:04:05.000000Z"}, {"display_name", "Beta"}, {"region_code", "US"},
            {"metadata", json::object()}, {"external_id", "b-1"}};
    EXPECT_EQ(organization, expected) << made.text;
    EXPECT_EQ(fixture.operate("GET", organizations + "/" + id).text, made.text);
    EXPECT_FALSE(fixture.operate("GET", own).member("organization").contains("external_id"));
}

TEST_F(management_test, bodies_are_looked_at_closely) {
    const std::string_view rows[] = {
            "{}",
            "",
            R"({"display_name":""})",
            R"({"display_name":null})",
            R"({"display_name":7})",
            R"({"display_name":["a"]})",
            R"({"display_name":"a","external_id":7})",
            R"({"display_name":"a","external_id":""})",
            "[]",
            "{",
            R"({"display_name":"a"} x)",
            R"({"display_name":"a","display_name":"b"})",
    };
    for (const auto row : rows)
        expect_failure(fixture.operate("POST", organizations, row), 400, "INVALID_ARGUMENT");
    EXPECT_EQ(fixture.operate("GET", organizations).body.at("total_size").as_int64(), 1);
}

TEST_F(management_test, an_external_id_is_taken_once) {
    const auto* const body = R"({"display_name":"B","external_id":"b"})";
    EXPECT_EQ(fixture.operate("POST", organizations, body).status, 201);
    expect_failure(fixture.operate("POST", organizations, body), 409, "ALREADY_EXISTS");
    EXPECT_EQ(
            fixture.operate("POST", organizations, R"({"display_name":"C","external_id":null})").status, 201);
}

TEST_F(management_test, what_does_not_exist_is_not_found) {
    const auto other = fixture.make_organization("Other");
    const auto elsewhere = organizations + "/" + other;
    const std::pair<std::string_view, std::string> rows[] = {
            {"GET", organizations + "/org_1"},
            {"GET", organizations + "/x"},
            {"GET", organizations + "/-"},
            {"GET", organizations + "/" + fixture.directory},
            {"GET", organizations + "/org_1/domains"},
            {"GET", own + "/domains/dom_1"},
            {"GET", own + "/domains/x"},
            {"DELETE", own + "/domains/dom_1"},
            {"GET", elsewhere + "/domains/" + fixture.domain},
            {"DELETE", elsewhere + "/domains/" + fixture.domain},
            {"GET", organizations + "/-/domains/" + fixture.domain},
            {"GET", organizations + "/org_1/directories"},
            {"GET", organizations + "/-/directories"},
            {"GET", own + "/directories/dir_1"},
            {"GET", own + "/directories/x"},
            {"GET", elsewhere + "/directories/" + fixture.directory},
            {"GET", organizations + "/x/directories/" + fixture.directory},
            {"PATCH", elsewhere + "/directories/" + fixture.directory + ":disable"},
            {"PATCH", own + "/directories/dir_1:enable"},
            {"GET", own + "/directories/dir_1/secrets"},
            {"GET", elsewhere + "/directories/" + fixture.directory + "/secrets"},
            {"GET", own + "/directories/dir_1/refusals"},
            {"GET", "/api/v1/nothing"},
            {"GET", "/api/v2/organizations"},
    };
    for (const auto& [method, path] : rows) {
        const auto got = fixture.operate(method, path);
        expect_failure(got, 404, "NOT_FOUND");
        EXPECT_EQ(got.status, 404) << method << ' ' << path;
    }
    expect_failure(fixture.operate("POST", elsewhere + "/directories/" + fixture.directory + "/secrets"), 404,
            "NOT_FOUND");
    expect_failure(fixture.operate("POST", organizations + "/org_1/domains", R"({"domain":"x.test"})"), 404,
            "NOT_FOUND");
    expect_failure(fixture.operate("POST", organizations + "/org_1/directories"), 404, "NOT_FOUND");
    EXPECT_EQ(fixture.operate("GET", own + "/domains/" + fixture.domain).status, 200);
    EXPECT_TRUE(fixture.operate("GET", own + "/directories/" + fixture.directory)
                    .member("directory")
                    .at("enabled")
                    .as_bool());
}

TEST_F(management_test, organizations_come_in_pages_by_token) {
    for (int i = 2; i <= 25; ++i)
        fixture.make_organization("Number " + std::to_string(i));
    const auto names_of = [](const test::answer& page) {
        std::vector<std::string> names;
        for (const auto& one : page.body.at("organizations").as_array())
            names.emplace_back(one.at("display_name").as_string());
        return names;
    };
    const auto first = fixture.operate("GET", organizations);
    EXPECT_EQ(names_of(first).size(), 10U);
    EXPECT_EQ(names_of(first).front(), "Number 25");
    EXPECT_EQ(first.body.at("total_size").as_int64(), 25);
    EXPECT_EQ(first.text_of("prev_page_token"), "");

    std::vector<std::string> all;
    std::string token;
    int pages = 0;
    do {
        const auto page = fixture.operate("GET", organizations + "?page_size=8&page_token=" + token);
        ASSERT_EQ(page.status, 200);
        const auto some = names_of(page);
        all.insert(all.end(), some.begin(), some.end());
        token = page.text_of("next_page_token");
        ++pages;
    } while (!token.empty() && pages < 10);
    EXPECT_EQ(pages, 4);
    ASSERT_EQ(all.size(), 25U);
    EXPECT_EQ(all[1], "Number 24");
    EXPECT_EQ(all[24], "Acme");
    // A last page that is full has no successor.
    EXPECT_EQ(fixture.operate("GET", organizations + "?page_size=25").text_of("next_page_token"), "");
    EXPECT_NE(fixture.operate("GET", organizations + "?page_size=24").text_of("next_page_token"), "");
}

TEST_F(management_test, numbers_of_a_query_keep_within_their_bounds) {
    struct row {
        std::string query;
        int status;
    };
    const row rows[] = {
            {organizations + "?page_size=1", 200},
            {organizations + "?page_size=100", 200},
            {organizations + "?page_size=", 400},
            {organizations + "?page_size=0", 400},
            {organizations + "?page_size=101", 400},
            {organizations + "?page_size=-1", 400},
            {organizations + "?page_size=x", 400},
            {organizations + "?page_size=1x", 400},
            {organizations + "?page_size=+1", 400},
            {organizations + "?page_size=99999999999999999999", 400},
            {organizations + "?page_token=0", 404},
            {organizations + "?page_token=-1", 404},
            {organizations + "?page_token=x", 404},
            {own + "/domains?page_size=1", 200},
            {own + "/domains?page_size=100", 200},
            {own + "/domains?page_size=0", 400},
            {own + "/domains?page_size=101", 400},
            {own + "/domains?page_number=0", 200},
            {own + "/domains?page_number=1000000", 200},
            {own + "/domains?page_number=-1", 400},
            {own + "/domains?page_number=1000001", 400},
    };
    for (const auto& row : rows)
        EXPECT_EQ(fixture.operate("GET", row.query).status, row.status) << row.query;
}

TEST_F(management_test, a_domain_is_verified_at_once_and_can_be_removed) {
    const auto made =
            fixture.operate("POST", own + "/domains", R"({"domain":"Wide.TEST.","covers_subdomains":true})");
    ASSERT_EQ(made.status, 201) << made.text;
    const auto& domain = made.member("domain");
    const std::string id(domain.at("id").as_string());
    const json::object expected{{"id", id}, {"domain", "wide.test"}, {"environment_id", "env_1"},
            {"organization_id", fixture.organization}, {"verification_status", "VERIFIED"},
            {"verification_method", "ADMIN"}, {"domain_type", "ORGANIZATION_DOMAIN"}, {"txt_record_key", ""},
            {"txt_record_secret", ""}, {"covers_subdomains", true},
            {"create_time", "2026-01-02T03:04:05.000000Z"}, {"update_time", "2026-01-02T03:04:05.000000Z"}};
    EXPECT_EQ(domain, expected) << made.text;
    const auto path = own + "/domains/" + id;
    EXPECT_EQ(fixture.operate("GET", path).text, made.text);
    EXPECT_EQ(fixture.operate("DELETE", path).text, "{}");
    EXPECT_EQ(fixture.operate("DELETE", path).status, 404);
    EXPECT_EQ(fixture.operate("POST", own + "/domains", R"({"domain":"wide.test"})").status, 201);
}

TEST_F(management_test, a_domain_has_one_owner_and_a_real_name) {
    const auto elsewhere = organizations + "/" + fixture.make_organization("Other") + "/domains";
    const auto taken = fixture.operate("POST", elsewhere, R"({"domain":"ACME.com"})");
    expect_failure(taken, 409, "ALREADY_EXISTS");
    EXPECT_EQ(taken.text.find(fixture.organization), std::string::npos);
    for (const auto* const body : {R"({})", R"({"domain":""})", R"({"domain":"acme"})",
                 R"({"domain":"a b.test"})", R"({"domain":"127.0.0.1"})", R"({"domain":"-a.test"})",
                 R"({"domain":7})", R"({"domain":"b.test","covers_subdomains":"yes"})"}) {
        expect_failure(fixture.operate("POST", elsewhere, body), 400, "INVALID_ARGUMENT");
    }
    EXPECT_TRUE(fixture.operate("GET", elsewhere).body.at("domains").as_array().empty());
}

TEST_F(management_test, domains_come_in_numbered_pages) {
    for (int i = 0; i < 4; ++i)
        fixture.make_domain(fixture.organization, "d" + std::to_string(i) + ".test");
    const auto domains = [&](const std::string& query) {
        std::string text;
        const auto page = fixture.operate("GET", own + "/domains" + query);
        for (const auto& one : page.body.at("domains").as_array())
            text += std::string(one.at("domain").as_string()) + " ";
        return text;
    };
    EXPECT_EQ(domains(""), "acme.com d0.test d1.test d2.test d3.test ");
    EXPECT_EQ(domains("?page_size=2"), "acme.com d0.test ");
    EXPECT_EQ(domains("?page_size=2&page_number=1"), "d1.test d2.test ");
    EXPECT_EQ(domains("?page_size=2&page_number=2"), "d3.test ");
    EXPECT_EQ(domains("?page_size=2&page_number=3"), "");
}

TEST_F(management_test, a_directory_is_shown_with_its_endpoint_counts_and_secrets) {
    fixture.make_user("anna");
    fixture.make_user("bert");
    fixture.make_group("Staff");
    const auto got = fixture.operate("GET", own + "/directories/" + fixture.directory);
    auto directory = got.member("directory");
    EXPECT_EQ(directory.at("secrets").as_array().size(), 1U);
    directory.erase("secrets");
    const auto now = "2026-01-02T03:04:05.000000Z";
    const json::object expected{{"id", fixture.directory}, {"name", ""}, {"directory_type", "SCIM"},
            {"organization_id", fixture.organization}, {"enabled", true}, {"directory_provider", "OKTA"},
            {"status", "COMPLETED"}, {"mappings", json::array()}, {"domain_policy", "reject"},
            {"domain_gate_scope", "primary"}, {"schemas", nullptr},
            {"directory_endpoint", "https://scim.test/directory/" + fixture.directory + "/scim/v2"},
            {"email", ""}, {"groups_tracked", "ALL"}, {"total_users", 2}, {"total_groups", 1},
            {"stats", {{"total_users", 2}, {"total_groups", 1}, {"user_updated_at", now},
                              {"group_updated_at", now}}},
            {"role_assignments", {{"assignments", json::array()}}},
            {"attribute_mappings", {{"attributes", json::array()}}}, {"last_synced_at", now},
            {"scim_mode", "compat"}, {"unique_group_names", true}, {"unknown_members", "refuse"},
            {"patch_status", 200}, {"detected_provider", ""}};
    EXPECT_EQ(directory, expected) << got.text;
    EXPECT_EQ(fixture.operate("GET", organizations + "/-/directories/" + fixture.directory).text, got.text);
    EXPECT_EQ(fixture.operate("GET", own + "/directories").body.at("directories").at(0),
            got.body.at("directory"));
    EXPECT_EQ(got.text.find(fixture.token), std::string::npos);
}

TEST_F(management_test, directories_are_made_and_changed_within_their_choices) {
    const auto path = own + "/directories";
    const auto made = fixture.operate("POST", path, R"({"name":"Staff","domain_policy":"off"})");
    ASSERT_EQ(made.status, 201);
    const auto& directory = made.member("directory");
    EXPECT_EQ(directory.at("name").as_string(), "Staff");
    EXPECT_EQ(directory.at("directory_provider").as_string(), "");
    EXPECT_EQ(directory.at("domain_policy").as_string(), "off");
    EXPECT_EQ(fixture.operate("POST", path).member("directory").at("domain_policy").as_string(), "reject");
    for (const auto* const body : {R"({"domain_policy":"maybe"})", R"({"domain_policy":7})",
                 R"({"directory_provider":"ENTRA"})", R"({"name":7})", "[]"}) {
        expect_failure(fixture.operate("POST", path, body), 400, "INVALID_ARGUMENT");
    }
    const auto one = path + "/" + std::string(directory.at("id").as_string());
    for (const auto* const body : {"", "{}", R"({"domain_policy":null})"})
        EXPECT_EQ(fixture.operate("PATCH", one, body).text, fixture.operate("GET", one).text) << body;
    const auto changed = fixture.operate("PATCH", one, R"({"domain_policy":"reject"})");
    EXPECT_EQ(changed.member("directory").at("domain_policy").as_string(), "reject");
    EXPECT_EQ(fixture.operate("GET", one).text, changed.text);
    EXPECT_EQ(fixture.operate("PATCH", one + ":disable").text, R"({"enabled":false})");
    EXPECT_FALSE(fixture.operate("GET", one).member("directory").at("enabled").as_bool());
    EXPECT_EQ(fixture.operate("PATCH", one + ":enable").text, R"({"enabled":true})");
}

}  // namespace
}  // namespace scimd::api

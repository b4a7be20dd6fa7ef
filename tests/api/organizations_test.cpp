// Organizations through the management API.
#include "support/api_fixture.hpp"

#include <gtest/gtest.h>

namespace scimd::api {
namespace {

using texts = std::vector<std::string>;

class organizations_test : public testing::Test {
protected:
    test::answer patch(std::string_view body, std::string_view below = "") {
        return fixture.operate("PATCH", own + std::string(below), body);
    }

    // A 400 that names the member, and the organization is as it was.
    void expect_refused(const test::answer& got, std::string_view member) {
        EXPECT_EQ(got.status, 400) << got.text;
        EXPECT_NE(got.text_of("message").find(member), std::string::npos) << got.text;
        EXPECT_EQ(fixture.operate("GET", own).text, before);
    }

    std::vector<std::string> names_of(const test::answer& page) {
        std::vector<std::string> names;
        for (const auto& one : page.body.at("organizations").as_array())
            names.emplace_back(one.at("display_name").as_string());
        return names;
    }

    test::api_fixture fixture;
    const std::string organizations = "/api/v1/organizations";
    const std::string own = organizations + "/" + fixture.organization;
    const std::string before = fixture.operate("GET", own).text;
};

TEST_F(organizations_test, everything_that_is_given_is_shown) {
    const auto made = fixture.operate("POST", organizations,
            R"({"display_name":"Beta","external_id":"b-1","region_code":"EU","metadata":{"tier":"gold"},)"
            R"("slug":"Beta.Example","logo_url":"https://beta.test/logo.png"})");
    ASSERT_EQ(made.status, 201) << made.text;
    const auto& shown = made.member("organization");
    const json::object expected{{"id", shown.at("id")}, {"create_time", "2026-01-02T03:04:05.000000Z"},
            {"update_time", "2026-01-02T03:04:05.000000Z"}, {"display_name", "Beta"}, {"region_code", "EU"},
            {"metadata", {{"tier", "gold"}}}, {"external_id", "b-1"}, {"slug", "beta.example"},
            {"logo_url", "https://beta.test/logo.png"}};
    EXPECT_EQ(shown, expected) << made.text;
    EXPECT_EQ(fixture.operate("GET", organizations + ":external/b-1").text, made.text);
    EXPECT_EQ(fixture.operate("GET", organizations + ":external/nobody").status, 404);
    EXPECT_EQ(fixture.operate("GET", organizations + ":external/").status, 404);
    EXPECT_EQ(fixture.operate("GET", organizations + ":external/b-1?id=org_1").status, 400);

    const auto event = fixture.events().back();
    EXPECT_EQ(event.at("type").as_string(), "organization.created");
    EXPECT_EQ(event.at("object").as_string(), "Organization");
    EXPECT_EQ(event.at("display_name").as_string(), "Organization Created");
    EXPECT_EQ(event.at("organization_id"), shown.at("id"));
    EXPECT_FALSE(event.contains("directory_id"));
    EXPECT_FALSE(event.contains("sequence"));
    EXPECT_EQ(event.at("data"), shown);
}

TEST_F(organizations_test, a_change_sets_only_the_named_fields_and_publishes_one_event) {
    fixture.clock.advance(std::chrono::hours(1));
    const auto changed = patch(R"({"display_name":"Acme Corp","metadata":{"tier":"gold"},"slug":"acme"})");
    ASSERT_EQ(changed.status, 200) << changed.text;
    EXPECT_EQ(changed.member("organization").at("display_name").as_string(), "Acme Corp");
    EXPECT_EQ(changed.member("organization").at("update_time").as_string(), "2026-01-02T04:04:05.000000Z");
    const auto event = fixture.events().back();
    EXPECT_EQ(event.at("type").as_string(), "organization.updated");
    EXPECT_EQ(event.at("data"), changed.member("organization"));
    EXPECT_EQ(event.at("previous_attributes").at("display_name").as_string(), "Acme");
    EXPECT_EQ(event.at("changed_attributes").as_array().size(), 3U);

    const auto count = fixture.events().size();
    EXPECT_EQ(patch(R"({"display_name":"Acme Corp"})").text, changed.text);
    EXPECT_EQ(patch("{}").text, changed.text);
    EXPECT_EQ(fixture.events().size(), count);

    EXPECT_EQ(patch(R"({"external_id":"a","logo_url":"https://a.test"})").status, 200);
    const auto cleared = patch(R"({"external_id":"","slug":"","logo_url":"","metadata":{}})");
    for (const auto* name : {"external_id", "slug", "logo_url"})
        EXPECT_FALSE(cleared.member("organization").contains(name)) << cleared.text;
    EXPECT_TRUE(cleared.member("organization").at("metadata").as_object().empty());
}

TEST_F(organizations_test, each_member_keeps_within_its_limits) {
    const std::string many(300, 'm');
    const auto text = [](std::string_view name, const std::string& value) {
        return "{\"" + std::string(name) + "\":\"" + value + "\"}";
    };
    const auto pairs = [](int count) {
        std::string body = R"({"metadata":{)";
        for (int i = 0; i < count; ++i)
            body += (i > 0 ? ",\"key" : "\"key") + std::to_string(i) + "\":\"v\"";
        return body + "}}";
    };
    const auto pair = [](std::size_t key, std::size_t value) {
        return R"({"metadata":{")" + std::string(key, 'k') + "\":\"" + std::string(value, 'v') + "\"}}";
    };
    std::string umlauts;
    for (int i = 0; i < 200; ++i)
        umlauts += "\xC3\xBC";
    struct row {
        std::string body;
        std::string_view member;  // empty: taken
    };
    const row rows[] = {
            {text("display_name", std::string(201, 'n')), "display_name"},
            {text("display_name", "  "), "display_name"},
            {text("display_name", "a\\u0001"), "display_name"},
            {R"({"display_name":7})", "display_name"},
            {text("external_id", std::string(256, 'x')), "external_id"},
            {R"({"external_id":true})", "external_id"},
            {text("region_code", "us"), "region_code"},
            {R"({"metadata":[]})", "metadata"},
            {R"({"metadata":{"key":7}})", "metadata"},
            {R"({"metadata":{"key":null}})", "metadata"},
            {pairs(11), "metadata"},
            {pair(2, 1), "metadata"},
            {pair(26, 1), "metadata"},
            {pair(3, 0), "metadata"},
            {pair(3, 257), "metadata"},
            {text("slug", "-a"), "slug"},
            {text("slug", "a-"), "slug"},
            {text("slug", "a b"), "slug"},
            {text("slug", "a..b"), "slug"},
            {text("slug", std::string(64, 's')), "slug"},
            {text("slug", many), "slug"},
            {text("logo_url", "http://a.test"), "logo_url"},
            {text("logo_url", "https://"), "logo_url"},
            {text("logo_url", "https:///x"), "logo_url"},
            {text("logo_url", "https://a.test/ x"), "logo_url"},
            {text("logo_url", "javascript:x"), "logo_url"},
            {text("logo_url", "https://a.test/" + std::string(1'010, 'x')), "logo_url"},
            {text("id", "org_1"), "id"},
            {R"({"unknown":1})", "unknown"},
    };
    for (const auto& row : rows)
        expect_refused(patch(row.body), row.member);
    const std::string taken[] = {
            text("display_name", umlauts),
            text("external_id", std::string(255, 'x')),
            pairs(10),
            pair(3, 256),
            pair(25, 1),
            text("slug", std::string(63, 's')),
            text("logo_url", "https://a.test/" + std::string(1'009, 'x')),
    };
    for (const auto& body : taken)
        EXPECT_EQ(patch(body).status, 200) << body;
}

TEST_F(organizations_test, names_are_unique_and_free_again_when_their_owner_is_gone) {
    const auto* const body = R"({"display_name":"B","external_id":"b","slug":"b"})";
    const auto made = fixture.operate("POST", organizations, body);
    const auto path = organizations + "/" + std::string(made.member("organization").at("id").as_string());
    EXPECT_EQ(fixture.operate("POST", organizations, body).status, 409);
    EXPECT_EQ(patch(R"({"external_id":"b"})").status, 409);
    EXPECT_EQ(patch(R"({"slug":"B"})").status, 409);
    EXPECT_EQ(fixture.operate("GET", own).text, before);
    EXPECT_EQ(fixture.operate("DELETE", path).status, 200);
    EXPECT_EQ(fixture.operate("GET", path).status, 404);
    EXPECT_EQ(fixture.operate("GET", organizations + ":external/b").status, 404);
    EXPECT_EQ(fixture.operate("POST", organizations, body).status, 201);
}

TEST_F(organizations_test, pages_go_forth_and_back) {
    for (int i = 2; i <= 25; ++i)
        fixture.make_organization("Number " + std::to_string(i));
    const auto page = [&](std::string_view token) {
        return fixture.operate("GET", organizations + "?page_size=10&page_token=" + std::string(token));
    };
    const auto first = page("");
    const auto second = page(first.text_of("next_page_token"));
    const auto third = page(second.text_of("next_page_token"));
    EXPECT_EQ(names_of(first).front(), "Number 25");
    EXPECT_EQ(names_of(second).front(), "Number 15");
    EXPECT_EQ(names_of(third).back(), "Acme");
    EXPECT_EQ(first.text_of("prev_page_token"), "");
    EXPECT_EQ(third.text_of("next_page_token"), "");
    const auto back = page(third.text_of("prev_page_token"));
    EXPECT_EQ(names_of(back), names_of(second));
    const auto start = page(back.text_of("prev_page_token"));
    EXPECT_EQ(names_of(start), names_of(first));
    EXPECT_EQ(start.text_of("prev_page_token"), "");
    EXPECT_EQ(names_of(page(start.text_of("next_page_token"))), names_of(second));
    EXPECT_EQ(third.body.at("total_size").as_int64(), 25);
    // Names as gRPC gateways take them.
    EXPECT_EQ(names_of(fixture.operate("GET", organizations + "?pageSize=3")).size(), 3U);

    for (const auto* token : {"x", "0", "b3JnYW5pemF0aW9ucw", "%00", "c2VhcmNoPjE"})
        EXPECT_EQ(page(token).status, std::string_view(token) == "%00" ? 400 : 404) << token;
}

TEST_F(organizations_test, an_external_id_filters_the_list) {
    fixture.operate("POST", organizations, R"({"display_name":"B","external_id":"b/1"})");
    const auto found = fixture.operate("GET", organizations + "?external_id=b%2F1");
    EXPECT_EQ(names_of(found), std::vector<std::string>{"B"});
    EXPECT_EQ(found.body.at("total_size").as_int64(), 1);
    EXPECT_TRUE(names_of(fixture.operate("GET", organizations + "?external_id=none")).empty());
}

TEST_F(organizations_test, a_search_looks_at_names_and_ids_whatever_their_case) {
    fixture.operate("POST", organizations, R"({"display_name":"M\u00FCnchen Werke","external_id":"MUC-7"})");
    for (int i = 0; i < 5; ++i)
        fixture.make_organization("Branch " + std::to_string(i));
    const auto search = [&](std::string_view query) {
        return fixture.operate("GET", organizations + ":search?" + std::string(query));
    };
    EXPECT_EQ(names_of(search("query=m%C3%9CNCHEN")), texts{"M\xC3\xBCnchen Werke"});
    EXPECT_EQ(names_of(search("query=muc-7")), texts{"M\xC3\xBCnchen Werke"});
    EXPECT_EQ(names_of(search("query=" + fixture.organization)), texts{"Acme"});
    EXPECT_TRUE(names_of(search("query=nothing")).empty());
    const auto first = search("query=branch&page_size=2");
    EXPECT_EQ(names_of(first), (texts{"Branch 4", "Branch 3"}));
    EXPECT_EQ(first.body.at("total_size").as_int64(), 5);
    const auto second = search("query=branch&page_size=2&page_token=" + first.text_of("next_page_token"));
    EXPECT_EQ(names_of(second), (texts{"Branch 2", "Branch 1"}));
    const auto back = search("query=branch&page_size=2&page_token=" + second.text_of("prev_page_token"));
    EXPECT_EQ(names_of(back), names_of(first));
    for (const auto* query : {"", "query=", "query=ab", "query=abc&page_size=31", "query=abc&page_size=0"})
        EXPECT_EQ(search(query).status, 400) << query;
    EXPECT_EQ(search("query=abc&page_size=30").status, 200);
}

TEST_F(organizations_test, features_are_switched_by_any_of_their_names) {
    const auto features = [&](std::string_view body) {
        const auto got = patch(body, "/settings");
        EXPECT_EQ(got.status, 200) << got.text;
        std::string text;
        for (const auto& one : got.member("organization").at("settings").at("features").as_array())
            text += std::string(one.at("name").as_string()) + (one.at("enabled").as_bool() ? "+ " : "- ");
        return text;
    };
    EXPECT_FALSE(fixture.operate("GET", own).member("organization").contains("settings"));
    EXPECT_EQ(features(R"({"features":[{"name":"directory_sync","enabled":true}]})"), "sso- dir_sync+ ");
    EXPECT_EQ(features(R"({"features":[{"name":"sso","enabled":true},{"name":"scim","enabled":false}]})"),
            "sso+ dir_sync- ");
    EXPECT_EQ(
            features(
                    R"({"features":[{"name":"session_policy","enabled":true},{"name":"domain_verification"}]})"),
            "sso+ dir_sync- domain_verification- session_policy+ ");
    EXPECT_EQ(fixture.event_types().back(), "updated");

    const std::string_view refused[] = {
            "{}",
            R"({"features":[]})",
            R"({"features":{}})",
            R"({"features":[7]})",
            R"({"features":[{"enabled":true}]})",
            R"({"features":[{"name":"other","enabled":true}]})",
            R"({"features":[{"name":"sso","enabled":"yes"}]})",
            R"({"features":[{"name":"sso","on":true}]})",
            R"({"settings":{}})",
    };
    const auto unchanged = fixture.operate("GET", own).text;
    for (const auto body : refused)
        EXPECT_EQ(patch(body, "/settings").status, 400) << body;
    EXPECT_EQ(fixture.operate("GET", own).text, unchanged);
    EXPECT_EQ(fixture.operate("PATCH", organizations + "/org_1/settings", R"({"features":[{"name":"sso"}]})")
                      .status,
            404);
}

TEST_F(organizations_test, the_number_of_users_is_unset_nought_or_a_limit) {
    const auto path = std::string("/settings/usermanagement");
    EXPECT_EQ(fixture.operate("GET", own + path).text, R"({"settings":{}})");
    for (const auto* body :
            {R"({"settings":{"max_allowed_users":100}})", R"({"settings":{"max_allowed_users":0}})",
                    R"({"settings":{"max_allowed_users":2147483647}})", R"({"settings":{}})"}) {
        EXPECT_EQ(patch(body, path).text, body);
        EXPECT_EQ(fixture.operate("GET", own + path).text, body);
    }
    EXPECT_EQ(patch(R"({"settings":{"max_allowed_users":null}})", path).text, R"({"settings":{}})");
    for (const auto* body : {"{}", R"({"settings":7})", R"({"settings":{"max_allowed_users":-1}})",
                 R"({"settings":{"max_allowed_users":2147483648}})",
                 R"({"settings":{"max_allowed_users":1.5}})", R"({"settings":{"max_allowed_users":"5"}})",
                 R"({"settings":{"other":5}})", R"({"max_allowed_users":5})"})
        EXPECT_EQ(patch(body, path).status, 400) << body;
    EXPECT_EQ(fixture.operate("GET", own + path).text, R"({"settings":{}})");
}

TEST_F(organizations_test, a_deleted_one_is_gone_at_once_and_its_own_goes_in_pieces) {
    const auto anna = fixture.make_user("anna");
    fixture.make_group("staff", R"(,"members":[{"value":")" + anna + R"("}])");
    const auto other = fixture.make_organization("Other");
    const auto others_directory = fixture.make_directory(other);
    const auto count = fixture.events().size();
    EXPECT_EQ(fixture.operate("DELETE", own).status, 200);

    EXPECT_EQ(fixture.operate("GET", own).status, 404);
    EXPECT_EQ(fixture.operate("DELETE", own).status, 404);
    EXPECT_EQ(fixture.operate("GET", own + "/domains").status, 404);
    EXPECT_EQ(fixture.operate("GET", own + "/directories").status, 404);
    EXPECT_EQ(fixture.operate("GET", own + "/directories/" + fixture.directory).status, 404);
    EXPECT_EQ(fixture.operate("GET", organizations + "/-/directories/" + fixture.directory).status, 404);
    EXPECT_EQ(fixture.scim("GET", "/Users").status, 401);
    EXPECT_EQ(fixture.operate("GET", organizations).body.at("total_size").as_int64(), 1);
    // Another organization can claim its domain now.
    EXPECT_FALSE(fixture.make_domain(other, "acme.com").empty());

    fixture.work_off();
    auto types = fixture.event_types();
    types.erase(types.begin(), types.begin() + static_cast<std::ptrdiff_t>(count));
    const std::vector<std::string> expected{
            "domain_deleted", "deleted", "domain_created", "user_deleted", "group_deleted", "deleted"};
    EXPECT_EQ(types, expected);
    const auto deleted = fixture.events().at(count + 1);
    EXPECT_EQ(deleted.at("type").as_string(), "organization.deleted");
    EXPECT_EQ(deleted.at("data").at("deleted_at").as_string(), "2026-01-02T03:04:05.000000Z");
    EXPECT_TRUE(fixture.database->check().empty());
    EXPECT_EQ(fixture.operate("GET", organizations + "/-/directories/" + others_directory).status, 200);
    std::int64_t rows = 0;
    store::run(*fixture.database, store::intent::read, [&](store::transaction& tx) {
        tx.sql().run(
                {"rows", "select (select count(*) from organizations) + (select count(*) from directories)"
                         " + (select count(*) from resources) + (select count(*) from secrets)"},
                {}, [&](const store::sql::row& current) { rows = current.integer(0); });
        return store::verdict::commit;
    });
    EXPECT_EQ(rows, 2);  // the other one and its directory
}

}  // namespace
}  // namespace scimd::api

// The log of requests and the ledger of refused users, as an application sees them.
#include "support/api_fixture.hpp"

#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <vector>

namespace scimd::api {
namespace {

using texts = std::vector<std::string>;

class request_log_test : public testing::Test {
protected:
    [[nodiscard]] std::string directory_path() const {
        return "/api/v1/organizations/" + fixture.organization + "/directories/" + fixture.directory;
    }

    test::answer log(std::string_view query = "") {
        fixture.write_log();
        return fixture.operate("GET", directory_path() + "/request-log" + std::string(query));
    }

    json::object newest() { return log().body.at("entries").as_array().at(0).as_object(); }

    // "PATCH /Users/{id} 200" of each.
    texts logged(std::string_view query = "") {
        texts lines;
        const auto page = log(query);
        for (const auto& one : page.body.at("entries").as_array())
            lines.push_back(std::string(one.at("method").as_string()) + ' ' +
                            std::string(one.at("path").as_string()) + ' ' +
                            std::to_string(one.at("status").as_int64()));
        return lines;
    }

    test::answer refusals(std::string_view query = "") {
        fixture.write_log();
        return fixture.operate("GET", directory_path() + "/refusals" + std::string(query));
    }

    // "uniqueness OPEN 2" of each.
    texts ledger(std::string_view query = "") {
        texts lines;
        const auto page = refusals(query);
        for (const auto& one : page.body.at("refusals").as_array())
            lines.push_back(std::string(one.at("reason").as_string()) + ' ' +
                            std::string(one.at("status").as_string()) + ' ' +
                            std::to_string(one.at("count").as_int64()));
        return lines;
    }

    test::api_fixture fixture;
};

TEST_F(request_log_test, a_request_is_logged_with_its_changes) {
    const auto id = fixture.make_user("anna");
    fixture.scim("PATCH", "/Users/" + id,
            R"({"schemas":["urn:ietf:params:scim:api:messages:2.0:PatchOp"],)"
            R"("Operations":[{"op":"replace","path":"title","value":"Queen"}]})",
            {{"User-Agent", "Okta SCIM Client 1.0.0"}});
    const auto entry = newest();
    EXPECT_EQ(entry.at("time"), "2026-01-02T03:04:05.000000Z");
    EXPECT_EQ(entry.at("method"), "PATCH");
    EXPECT_EQ(entry.at("path"), "/Users/{id}");
    EXPECT_EQ(entry.at("status"), 200);
    EXPECT_EQ(entry.at("scim_type"), "");
    EXPECT_EQ(entry.at("request_id"), "request-1");
    EXPECT_EQ(entry.at("resource_id"), json::value(id));
    EXPECT_EQ(entry.at("provider"), "OKTA");
    EXPECT_EQ(entry.at("user_agent"), "Okta SCIM Client 1.0.0");
    EXPECT_EQ(entry.at("operations"), json::value({json::object{{"op", "replace"}, {"path", "title"}}}));
    EXPECT_EQ(entry.at("total_changes"), 1);
    const auto& change = entry.at("changes").as_array().at(0);
    EXPECT_EQ(change.at("action"), "updated");
    EXPECT_EQ(change.at("id"), json::value(id));
    EXPECT_EQ(change.at("attributes"), json::array({"title"}));
}

TEST_F(request_log_test, entries_hold_no_name_address_or_token) {
    fixture.make_user("anna", R"(,"name":{"givenName":"Jane","familyName":"Roe"},"password":"s3cret-word")");
    fixture.make_user("anna.again");
    fixture.scim("POST", "/Users", test::user_text("anna"));
    fixture.scim("GET", R"(/Users?filter=userName%20eq%20%22anna%22&token=s3cret-word)");
    fixture.scim("GET", "/Users?filter=userName%20eq%20anna");
    fixture.scim("GET", "/Users/anna%40acme.com");
    fixture.scim("GET", "/Users/anna");
    fixture.scim("POST", "/Users", R"({"userName":"anna)");
    fixture.scim("POST", "/anna", R"({"userName":"anna"})");
    const auto seen = log().text;
    EXPECT_EQ(log().body.at("entries").as_array().size(), 9U);
    for (const std::string_view hidden : {"anna", "Jane", "Roe", "s3cret-word"})
        EXPECT_EQ(seen.find(hidden), std::string::npos) << hidden << " in " << seen;
    EXPECT_EQ(seen.find(fixture.token), std::string::npos);
    EXPECT_NE(seen.find(R"(filter=userName eq \"***\")"), std::string::npos) << seen;
    EXPECT_NE(seen.find("***@acme.com"), std::string::npos) << "the domain stays";
}

TEST_F(request_log_test, refused_requests_are_logged_with_the_reason) {
    fixture.make_user("anna");
    fixture.scim("POST", "/Users", test::user_text("anna"));
    auto entry = newest();
    EXPECT_EQ(entry.at("status"), 409);
    EXPECT_EQ(entry.at("scim_type"), "uniqueness");
    EXPECT_EQ(entry.at("detail"), "userName is taken by another User of this directory.");
    EXPECT_EQ(entry.at("total_changes"), 0);

    fixture.call("GET", fixture.base() + "/Users", "", {{"Authorization", "Bearer wrong"}});
    fixture.call("GET", fixture.base() + "/Users/diruser_1");
    fixture.operate("PATCH", directory_path() + ":disable");
    fixture.scim("GET", "/Users");
    fixture.operate("PATCH", directory_path() + ":enable");
    fixture.scim("GET", "/Nothing");
    fixture.scim("POST", "/Users", R"({"userName":)");
    EXPECT_EQ(logged("?status=error"), (texts{"POST /Users 400", "GET /{endpoint} 404", "GET /Users 403",
                                               "GET /Users/{id} 401", "GET /Users 401", "POST /Users 409"}));
}

TEST_F(request_log_test, what_was_rolled_back_has_changed_nothing) {
    const auto id = fixture.make_user("anna");
    fixture.make_user("bert");
    fixture.patch("/Users/" + id, R"([{"op":"replace","path":"userName","value":"bert"}])");
    EXPECT_EQ(newest().at("changes"), json::array());
    const std::string bulk =
            R"({"schemas":["urn:ietf:params:scim:api:messages:2.0:BulkRequest"],"Operations":[)"
            R"({"method":"POST","bulkId":"1","path":"/Users","data":)" +
            test::user_text("carl") + R"(},{"method":"POST","bulkId":"2","path":"/Users","data":)" +
            test::user_text("bert", R"(,"externalId":"b-2")") + "}]}";
    ASSERT_EQ(fixture.scim("POST", "/Bulk", bulk).status, 200);
    const auto entry = newest();
    EXPECT_EQ(entry.at("total_changes"), 1);
    EXPECT_EQ(entry.at("operations").as_array().size(), 2U);
    const auto refused = refusals("?user=b-2").body.at("refusals").as_array();
    ASSERT_EQ(refused.size(), 1U) << "one operation of a bulk request is in the ledger, too";
    EXPECT_EQ(refused[0].at("reason"), "uniqueness");
}

TEST_F(request_log_test, filters_narrow_the_log_and_pages_go_through_it) {
    const auto id = fixture.make_user("anna");
    fixture.clock.advance(std::chrono::hours(1));
    fixture.scim("GET", "/Users/" + id);
    fixture.scim("DELETE", "/Users/diruser_7");
    EXPECT_EQ(logged("?method=POST"), texts{"POST /Users 201"});
    EXPECT_EQ(logged("?status=2xx"), (texts{"GET /Users/{id} 200", "POST /Users 201"}));
    EXPECT_EQ(logged("?status=404"), texts{"DELETE /Users/{id} 404"});
    EXPECT_EQ(logged("?resource_id=" + id), (texts{"GET /Users/{id} 200", "POST /Users 201"}));
    EXPECT_EQ(logged("?until=2026-01-02T04:04:05Z"), texts{"POST /Users 201"});
    EXPECT_EQ(logged("?since=2026-01-02T04:04:05Z&method=GET"), texts{"GET /Users/{id} 200"});

    texts seen;
    std::string token;
    do {
        const auto page = log("?page_size=1&page_token=" + token);
        ASSERT_EQ(page.body.at("entries").as_array().size(), 1U);
        seen.emplace_back(page.body.at("entries").as_array()[0].at("method").as_string());
        token = page.text_of("next_page_token");
    } while (!token.empty());
    EXPECT_EQ(seen, (texts{"DELETE", "GET", "POST"}));
}

TEST_F(request_log_test, an_invalid_query_is_rejected_by_the_name_of_its_parameter) {
    const struct {
        const char* query;
        const char* named;
    } cases[] = {
            {"/request-log?status=9xx", "status"},
            {"/request-log?status=2x", "status"},
            {"/request-log?status=4444", "status"},
            {"/request-log?since=yesterday", "since"},
            {"/request-log?until=1", "until"},
            {"/request-log?page_size=0", "page_size"},
            {"/request-log?page_size=1001", "page_size"},
            {"/request-log?page_token=bm9uZQ", "page_token"},
            {"/refusals?status=closed", "status"},
            {"/refusals?page_token=bm9uZQ", "page_token"},
    };
    for (const auto& [query, named] : cases) {
        const auto answer = fixture.operate("GET", directory_path() + query);
        EXPECT_EQ(answer.status, std::string_view(query).ends_with("bm9uZQ") ? 404 : 400) << query;
        EXPECT_NE(answer.text.find(named), std::string::npos) << query << ": " << answer.text;
    }
    EXPECT_EQ(fixture.operate("GET", "/api/v1/organizations/-/directories/dir_7/request-log").status, 404);
}

TEST_F(request_log_test, another_directorys_requests_are_not_in_it) {
    fixture.make_user("anna");
    fixture.write_log();
    const auto other = fixture.make_directory(fixture.organization);
    const auto path = "/api/v1/organizations/-/directories/" + other;
    EXPECT_EQ(fixture.operate("GET", path + "/request-log").body.at("entries"), json::array());
    EXPECT_EQ(fixture.operate("GET", path + "/refusals").body.at("refusals"), json::array());
}

TEST_F(request_log_test, a_refused_user_is_open_until_it_is_written) {
    fixture.make_user("anna");
    const auto again = test::user_text("anna", R"(,"externalId":"a-2")");
    fixture.scim("POST", "/Users", again);
    fixture.scim("POST", "/Users", again);
    EXPECT_EQ(ledger(), texts{"uniqueness OPEN 2"});
    const auto listed = refusals("?user=a-2").body.at("refusals").as_array();
    ASSERT_EQ(listed.size(), 1U);
    EXPECT_EQ(listed[0].at("preferred_username"), "anna");
    EXPECT_EQ(listed[0].at("dp_id"), "a-2");
    EXPECT_NE(listed[0].at("fix").as_string().find("userName"), std::string::npos);

    fixture.clock.advance(std::chrono::minutes(1));
    EXPECT_EQ(fixture.scim("POST", "/Users", test::user_text("anna2", R"(,"externalId":"a-2")")).status, 201);
    EXPECT_EQ(ledger(), texts{"uniqueness RESOLVED 2"});
    EXPECT_EQ(ledger("?status=open"), texts{});
    EXPECT_EQ(ledger("?status=resolved"), texts{"uniqueness RESOLVED 2"});
    EXPECT_EQ(refusals().body.at("refusals").as_array()[0].at("resolved_at"), "2026-01-02T03:05:05.000000Z");
}

TEST_F(request_log_test, each_kind_of_refusal_has_its_reason) {
    const auto id = fixture.make_user("anna");
    const auto schema =
            std::string(R"({"schemas":["urn:ietf:params:scim:schemas:core:2.0:User"],"userName":)");
    fixture.scim("POST", "/Users", schema + R"("eve","emails":[{"value":"eve@evil.test"}]})");
    fixture.scim("POST", "/Users", schema + R"("bob"})");
    fixture.scim("POST", "/Users", schema + R"("carl","active":"perhaps"})");
    fixture.patch("/Users/" + id, R"([{"op":"replace","path":"id","value":"x"}])");
    EXPECT_EQ(ledger("?reason=domain_not_verified"), texts{"domain_not_verified OPEN 1"});
    EXPECT_EQ(ledger("?reason=no_email"), texts{"no_email OPEN 1"});
    EXPECT_EQ(ledger("?reason=mutability&user=anna"), texts{"mutability OPEN 1"});
    EXPECT_EQ(ledger("?user=carl").size(), 1U);
    EXPECT_EQ(ledger().size(), 4U) << refusals().text;
}

TEST_F(request_log_test, a_success_that_overtakes_the_log_resolves_all_the_same) {
    fixture.make_user("anna");
    fixture.scim("POST", "/Users", test::user_text("anna", R"(,"externalId":"a-2")"));
    EXPECT_EQ(fixture.scim("POST", "/Users", test::user_text("ann", R"(,"externalId":"a-2")")).status, 201);
    EXPECT_EQ(ledger(), texts{"uniqueness RESOLVED 1"});
}

TEST_F(request_log_test, a_directory_that_is_deleted_takes_its_log_with_it) {
    fixture.make_user("anna");
    fixture.write_log();
    fixture.operate("PATCH", directory_path() + ":disable");
    fixture.scim("GET", "/Users");
    EXPECT_EQ(fixture.operate("DELETE", directory_path()).status, 200);
    fixture.work_off();
    fixture.write_log();
    EXPECT_EQ(fixture.log_text, "");
    EXPECT_EQ(fixture.operate("POST", "/api/v1/check").text_of("is_sound"), "");
    EXPECT_TRUE(fixture.operate("POST", "/api/v1/check").body.at("is_sound").as_bool());
}

TEST_F(request_log_test, without_entries_to_keep_refused_users_are_listed_still) {
    fixture.requests_kept.entries_max = 0;
    fixture.make_user("anna");
    fixture.scim("POST", "/Users", test::user_text("anna", R"(,"externalId":"a-2")"));
    EXPECT_EQ(logged(), texts{});
    EXPECT_EQ(ledger(), texts{"uniqueness OPEN 1"});
}

}  // namespace
}  // namespace scimd::api

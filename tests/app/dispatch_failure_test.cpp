#include "base/spooled_text.hpp"
#include "dispatch_fixture.hpp"
#include "service/scim/representation.hpp"
#include "support/large_group.hpp"

#include <atomic>
#include <stdexcept>

namespace scimd::app {
namespace {

class dispatch_failure_test : public test::dispatch_fixture {};

TEST_F(dispatch_failure_test, an_unreadable_body_is_answered_in_the_error_format_of_the_path) {
    const auto scim_answer = scim("POST", "/Users", std::string(10 * 1024 * 1024 + 1, ' '));
    EXPECT_EQ(scim_answer.status, 413);
    EXPECT_NE(scim_answer.body.find("schemas"), std::string::npos);
    const auto manage_answer = operate("POST", "/api/v1/organizations", std::string(1024 * 1024 + 1, ' '));
    EXPECT_EQ(manage_answer.status, 413);
    EXPECT_NE(manage_answer.body.find("\"code\":3"), std::string::npos);
}

TEST_F(dispatch_failure_test, a_busy_store_is_answered_with_retry_after) {
    struct row {
        store::intent mode;
        std::string_view method;
        std::string_view path;
        std::string body;
    };
    const row rows[] = {
            {store::intent::inline_read, "GET", "/Users/diruser_1", ""},
            {store::intent::scan, "GET", "/Users", ""},
            {store::intent::write, "POST", "/Users", test::user_text("anna")},
    };
    for (const auto& row : rows) {
        fail_at<store::sql::busy>(row.mode);
        auto got = scim(row.method, row.path, row.body);
        EXPECT_EQ(got.status, 503) << row.path;
        EXPECT_EQ(header(got, "Retry-After"), "2") << row.path;
        EXPECT_NE(got.body.find("\"status\":\"503\""), std::string::npos) << got.body;
        EXPECT_NE(got.body.find("The service is busy. Try again shortly."), std::string::npos) << got.body;
        EXPECT_EQ(got.body.find("anna"), std::string::npos) << got.body;
        fail_at<store::sql::failure>(row.mode);
        got = scim(row.method, row.path, row.body);
        EXPECT_EQ(got.status, 503) << row.path;
        EXPECT_NE(got.body.find("The service cannot reach its store now."), std::string::npos) << got.body;
        EXPECT_EQ(got.body.find("anna"), std::string::npos) << got.body;
    }
    const auto lines = log_lines();
    EXPECT_EQ(lines.at(0).at("event").as_string(), "store.busy");
    EXPECT_EQ(lines.at(0).at("level").as_string(), "warning");
    EXPECT_EQ(lines.at(2).at("event").as_string(), "store.failed");
    EXPECT_EQ(lines.at(2).at("level").as_string(), "error");
    EXPECT_EQ(lines.at(2).at("request_id").as_string(), "request-1");
    database.failure = nullptr;
    EXPECT_EQ(scim("GET", "/Users").status, 200);
}

TEST_F(dispatch_failure_test, a_used_up_share_is_too_many_requests) {
    fail_at<store::over_share>(store::intent::write);
    const auto got = scim("POST", "/Users", test::user_text("anna"));
    EXPECT_EQ(got.status, 429);
    EXPECT_EQ(header(got, "Retry-After"), "2");
    EXPECT_EQ(header(got, "Content-Type"), "application/scim+json");
    EXPECT_NE(got.body.find("\"status\":\"429\""), std::string::npos) << got.body;
    const auto* const detail = "Too many requests of the same directory or client are waiting.";
    EXPECT_NE(got.body.find(detail), std::string::npos) << got.body;
    EXPECT_EQ(got.body.find("anna"), std::string::npos) << got.body;
    const auto managed = operate("POST", "/api/v1/organizations", R"({"display_name":"B"})");
    EXPECT_EQ(managed.status, 429);
    EXPECT_EQ(header(managed, "Retry-After"), "2");
    EXPECT_NE(managed.body.find("RATE_LIMITED"), std::string::npos) << managed.body;
    EXPECT_EQ(log_lines().at(0).at("event").as_string(), "queue.over_share");
}

TEST_F(dispatch_failure_test, computation_beyond_the_limit_is_rejected_and_nothing_is_written) {
    fixture.server.bounds.work_steps_max = 20'000;
    const auto body = test::user_text("anna", R"(,"title":")" + std::string(60'000, 'a') + '"');
    const auto refused = scim("POST", "/Users", body);
    EXPECT_EQ(refused.status, 413);
    EXPECT_NE(refused.body.find("more than 20000 steps of computation"), std::string::npos) << refused.body;
    EXPECT_EQ(log_lines().front().at("event").as_string(), "request.over_budget");
    fixture.server.bounds = {};
    EXPECT_NE(scim("GET", "/Users").body.find(R"("totalResults":0)"), std::string::npos);
}

TEST_F(dispatch_failure_test, cancelled_computation_is_answered_503) {
    const std::atomic<bool> cancelled = true;
    fixture.server.cancelled = &cancelled;
    const auto refused = scim(
            "POST", "/Users", test::user_text("anna", R"(,"title":")" + std::string(200'000, 'a') + '"'));
    EXPECT_EQ(refused.status, 503);
    EXPECT_EQ(log_lines().front().at("event").as_string(), "request.cancelled");
    fixture.server.cancelled = nullptr;
}

TEST_F(dispatch_failure_test, a_response_without_spool_space_is_answered_with_retry_after) {
    fail_at<spool_failure>(store::intent::scan);
    const auto got = scim("GET", "/Groups");
    EXPECT_EQ(got.status, 503);
    EXPECT_EQ(header(got, "Retry-After"), "2");
    EXPECT_NE(got.body.find("\"status\":\"503\""), std::string::npos) << got.body;
    EXPECT_NE(got.body.find("The service cannot make so long a reply now."), std::string::npos) << got.body;
    EXPECT_EQ(got.body.find("anna"), std::string::npos) << got.body;
    EXPECT_EQ(log_lines().at(0).at("event").as_string(), "reply.not_spooled");
}

// An error would make the client try again and create the group twice.
TEST_F(dispatch_failure_test, a_large_group_that_cannot_be_shown_is_created_all_the_same) {
    std::string members;
    const auto where = directory_id::parse(fixture.directory).value();
    store::run(*fixture.database, store::intent::write, [&](store::transaction& tx) {
        for (const auto user : test::write_users(tx, where, "u", service::members_inline_max + 1))
            members.append(members.empty() ? "" : ",")
                    .append(R"({"value":"diruser_)" + std::to_string(user.value) + "\"}");
        return store::verdict::commit;
    });
    const auto body =
            R"({"schemas":["urn:ietf:params:scim:schemas:core:2.0:Group"],"displayName":"All","members":[)" +
            members + "]}";
    fail_at<spool_failure>(store::intent::scan, 1);  // the first scan is the plan
    const auto made = scim("POST", "/Groups", body);
    EXPECT_EQ(made.status, 201) << made.body;
    EXPECT_NE(header(made, "Location"), "");
    EXPECT_NE(header(made, "ETag"), "");
    auto shown = parse_json_object(made.body).value();
    EXPECT_EQ(shown.at("displayName").as_string(), "All");
    EXPECT_FALSE(shown.contains("members"));
    EXPECT_EQ(log_lines().at(0).at("event").as_string(), "reply.not_spooled");

    const auto path = "/Groups/" + std::string(shown.at("id").as_string());
    fail_at<store::sql::busy>(store::intent::scan, 1);
    EXPECT_EQ(scim("PUT", path, body).status, 200);
    EXPECT_EQ(scim("GET", path).status, 503);
    database.failure = nullptr;
    const auto got = scim("GET", path);
    EXPECT_EQ(parse_json_object(got.body).value().at("members").as_array().size(), 1'001U);
}

TEST_F(dispatch_failure_test, an_unexpected_exception_is_an_internal_error_without_details) {
    fail_at<std::logic_error>(store::intent::write);
    const auto of_work = scim("POST", "/Users", test::user_text("anna"));
    EXPECT_EQ(of_work.status, 500);
    EXPECT_NE(of_work.body.find("The service failed on this request."), std::string::npos) << of_work.body;
    EXPECT_EQ(of_work.body.find("table"), std::string::npos) << of_work.body;
    const auto of_chore = operate("POST", "/api/v1/check");
    EXPECT_EQ(of_chore.status, 500);
    EXPECT_EQ(of_chore.body.find("table"), std::string::npos);
    fixture.server.why_not_ready = []() -> std::string { throw std::runtime_error("table"); };
    const auto of_handler = operate("GET", "/readyz");
    EXPECT_EQ(of_handler.status, 500);
    EXPECT_EQ(of_handler.body.find("table"), std::string::npos);
    EXPECT_EQ(log_lines().at(0).at("event").as_string(), "request.failed");
    EXPECT_EQ(log_lines().at(0).at("level").as_string(), "error");
}

TEST_F(dispatch_failure_test, a_committed_error_is_kept_and_another_failure_is_rolled_back) {
    const auto refused = scim("POST", "/Users", R"({"userName":"eve@evil.test"})");
    EXPECT_EQ(refused.status, 400);
    const auto path = "/api/v1/organizations/-/directories/" + fixture.directory + "/refusals";
    const auto listed = parse_json_object(operate("GET", path).body).value();
    ASSERT_EQ(listed.at("refusals").as_array().size(), 1U);
    EXPECT_EQ(fixture.event_types(), std::vector<std::string>{"user_rejected"});

    const auto group = test::group_text("Staff", R"(,"members":[{"value":"diruser_1"}])");
    EXPECT_EQ(scim("POST", "/Groups", group).status, 400);
    EXPECT_EQ(fixture.scim("GET", "/Groups").body.at("totalResults").as_int64(), 0);
}

TEST_F(dispatch_failure_test, errors_of_the_http_server_have_the_format_of_the_path) {
    const error reason{errc::fields_too_large, "The header is too large."};
    const auto scim_answer = tested.refuse(reason, "/directory/dir_1/scim/v2/Users");
    EXPECT_EQ(scim_answer.status, 431);
    EXPECT_NE(scim_answer.body.find("schemas"), std::string::npos);
    EXPECT_NE(tested.refuse(reason, "").body.find("\"code\""), std::string::npos);
}

}  // namespace
}  // namespace scimd::app

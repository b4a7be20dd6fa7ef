#include "api/scim/preparation.hpp"
#include "dispatch_fixture.hpp"
#include "service/groups/membership.hpp"
#include "service/groups/membership_jobs.hpp"
#include "support/large_group.hpp"

namespace scimd::app {
namespace {

class dispatch_test : public test::dispatch_fixture {};

TEST_F(dispatch_test, every_reply_alternative_leads_to_a_response) {
    EXPECT_EQ(operate("GET", "/healthz").status, 200);                  // response
    const auto made = scim("POST", "/Users", test::user_text("anna"));  // read, body, write
    ASSERT_EQ(made.status, 201) << made.body;
    EXPECT_EQ(times_read, 1);
    const auto id = std::string(parse_json_object(made.body)->at("id").as_string());
    EXPECT_EQ(scim("GET", "/Users/" + id).body, made.body);  // inline read
    EXPECT_EQ(times_read, 0);
    EXPECT_EQ(scim("GET", "/Users?filter=title%20pr").status, 200);  // scan
    EXPECT_EQ(scim("DELETE", "/Users/" + id).status, 204);           // write without a body
    EXPECT_EQ(operate("POST", "/api/v1/check").body, R"({"is_sound":true,"findings":[]})");  // blocking_task
    EXPECT_EQ(operate("POST", "/api/v1/organizations", R"({"display_name":"B"})").status, 201);
}

TEST_F(dispatch_test, a_rejected_head_leaves_the_body_unread) {
    http::request head;
    head.method = "POST";
    head.target = fixture.base() + "/Users";
    EXPECT_EQ(respond(std::move(head), test::user_text("anna")).status, 401);
    EXPECT_EQ(times_read, 0);
    EXPECT_EQ(scim("POST", "/Unknown", "{}").status, 404);
    EXPECT_EQ(times_read, 0);
}

// Parsing inside that read would exceed the limit of an inline read, which would be repeated as a scan.
TEST_F(dispatch_test, a_large_late_body_is_not_parsed_inside_the_token_check) {
    std::string many = R"({"schemas":[)";
    for (int i = 0; i < 400'000; ++i)
        many += "0,";
    many += "}";
    const auto refused = scim("POST", "/Users", many);
    EXPECT_EQ(refused.status, 400);
    EXPECT_EQ(database.modes, std::vector{store::intent::inline_read});

    database.modes.clear();
    while_body_comes = [this] { fixture.clock.advance(std::chrono::seconds(1)); };
    EXPECT_EQ(scim("POST", "/Users", many).body, refused.body);
    EXPECT_EQ(database.modes, (std::vector{store::intent::inline_read, store::intent::inline_read}));
}

TEST_F(dispatch_test, a_token_revoked_while_the_body_arrives_is_rejected) {
    while_body_comes = [this] {
        fixture.clock.advance(std::chrono::seconds(1));
        while_body_comes = nullptr;
        const auto path =
                "/api/v1/organizations/" + fixture.organization + "/directories/" + fixture.directory;
        ASSERT_EQ(fixture.operate("PATCH", path + ":disable").status, 200);
    };
    EXPECT_EQ(scim("POST", "/Users", test::user_text("anna")).status, 403);
    EXPECT_EQ(database.modes, (std::vector{store::intent::inline_read, store::intent::inline_read}));
}

TEST_F(dispatch_test, transactions_are_submitted_for_their_tenant) {
    const auto where = directory_id::parse(fixture.directory).value();
    const auto whose = organization_id::parse(fixture.organization).value();
    const store::tenant unknown{store::tenant::kind::customer, 0, 0};
    const store::tenant customer{store::tenant::kind::customer, whose.value, where.value};
    const store::tenant by_operator{store::tenant::kind::operator_, 0, 0};

    const auto body = test::user_text("anna");
    scim("POST", "/Users", body);
    ASSERT_GE(database.keys.size(), 2U);
    EXPECT_EQ(database.keys.front().owner, unknown);  // before authentication
    for (std::size_t i = 1; i < database.keys.size(); ++i)
        EXPECT_EQ(database.keys[i].owner, customer) << i;
    EXPECT_GT(database.keys.back().bytes, database.keys.front().bytes + 2 * body.size());

    database.keys.clear();
    scim("GET", "/Users?filter=title%20pr");
    EXPECT_EQ(database.keys.back().owner, customer);

    database.keys.clear();
    operate("POST", "/api/v1/organizations", R"({"display_name":"B"})");
    ASSERT_FALSE(database.keys.empty());
    for (const auto& one : database.keys)
        EXPECT_EQ(one.owner, by_operator);
}

TEST_F(dispatch_test, memory_for_a_plan_is_reserved_before_the_members_are_read) {
    const auto group = fixture.make_group("All");
    constexpr std::size_t members = service::membership_jobs::members_at_once_max + 1;
    store::run(*fixture.database, store::intent::write, [&](store::transaction& tx) {
        const auto where = directory_id::parse(fixture.directory).value();
        test::write_members(tx, where, test::number_in(group), test::write_users(tx, where, "u", members));
        return store::verdict::commit;
    });
    const auto rename = [&](std::string_view display) {
        return scim("PATCH", "/Groups/" + group + "?excludedAttributes=members",
                R"({"schemas":["urn:ietf:params:scim:api:messages:2.0:PatchOp"],"Operations":[)"
                R"({"op":"replace","path":"members.display","value":")" +
                        std::string(display) + R"("}]})");
    };
    constexpr auto needed = members * service::planned_member_bytes;
    memory_max = needed;
    database.keys.clear();
    const auto refused = rename("a");
    EXPECT_EQ(refused.status, 429);
    EXPECT_NE(refused.body.find("All the memory is taken."), std::string::npos) << refused.body;
    EXPECT_FALSE(header(refused, "Retry-After").empty());
    EXPECT_EQ(database.keys.size(), 3U)
            << "the token, the number of members, and a check for membership jobs";
    memory_max = needed + 2'000;  // for the body
    EXPECT_EQ(rename("a").status, 200);
    ASSERT_EQ(reserved.size(), 1U);
    EXPECT_GT(reserved.front(), needed);
    EXPECT_GT(database.keys.back().bytes, members * 10) << "the plan counts while it waits for the writer";
}

TEST_F(dispatch_test, memory_for_a_change_of_a_large_document_is_reserved_before_it_is_prepared) {
    const auto padded = [&](std::size_t bytes) {
        return fixture.make_user(
                "u" + std::to_string(bytes), R"(,"title":")" + std::string(bytes, 'x') + '"');
    };
    const auto change = [&](const std::string& user, std::string_view title) {
        return scim("PATCH", "/Users/" + user,
                R"({"schemas":["urn:ietf:params:scim:api:messages:2.0:PatchOp"],"Operations":[)"
                R"({"op":"replace","path":"nickName","value":")" +
                        std::string(title) + R"("}]})");
    };
    const auto small = padded(api::unreserved_document_bytes_max - 1'000);
    EXPECT_EQ(change(small, "a").status, 200);
    EXPECT_TRUE(reserved.empty());

    for (const std::size_t bytes : {api::unreserved_document_bytes_max, std::size_t{60'000}}) {
        const auto user = padded(bytes);
        EXPECT_EQ(change(user, "a").status, 200);
        ASSERT_EQ(reserved.size(), 1U);
        const auto needed = reserved.front();
        EXPECT_GT(needed, 8 * bytes);
        memory_max = needed / 2;
        database.keys.clear();
        EXPECT_EQ(change(user, "b").status, 429);
        EXPECT_EQ(database.keys.size(), 2U) << "the token, and the size of the user";
        memory_max = SIZE_MAX;
    }
}

TEST_F(dispatch_test, memory_for_the_deletion_of_a_large_document_is_reserved_before_it_is_prepared) {
    const auto padded = [&](std::size_t bytes) {
        const std::string half(bytes / 2, 'x');
        return fixture.make_user(
                "u" + std::to_string(bytes), R"(,"title":")" + half + R"(","nickName":")" + half + '"');
    };
    EXPECT_EQ(scim("DELETE", "/Users/" + padded(api::unreserved_document_bytes_max - 1'000)).status, 204);
    EXPECT_TRUE(reserved.empty());

    for (const std::size_t bytes : {api::unreserved_document_bytes_max, std::size_t{70'000}}) {
        const auto user = padded(bytes);
        memory_max = 4 * bytes;
        database.keys.clear();
        const auto refused = scim("DELETE", "/Users/" + user);
        EXPECT_EQ(refused.status, 429);
        EXPECT_FALSE(header(refused, "Retry-After").empty());
        EXPECT_EQ(database.keys.size(), 1U) << "the token and the size of the user, in one read";
        memory_max = 6 * bytes;
        EXPECT_EQ(scim("DELETE", "/Users/" + user).status, 204);
        ASSERT_EQ(reserved.size(), 1U);
        EXPECT_GT(reserved.front(), 4 * bytes);
        memory_max = SIZE_MAX;
    }
}

// The scan waits in the share of the tenant, not in that of unauthenticated requests.
TEST_F(dispatch_test, a_read_that_becomes_a_scan_is_submitted_for_its_tenant) {
    fail_at<store::sql::over_budget>(store::intent::inline_read);
    database.fails_late = true;
    EXPECT_EQ(scim("GET", "/Users/diruser_1").status, 404);
    ASSERT_EQ(database.keys.size(), 2U);
    const auto where = directory_id::parse(fixture.directory).value();
    EXPECT_EQ(database.keys[0].owner.directory, 0);
    EXPECT_EQ(database.keys[1].owner.directory, where.value);
}

// No queue and no lock of the store may delay them.
TEST_F(dispatch_test, health_checks_and_metrics_submit_no_transaction) {
    for (const auto* path : {"/healthz", "/readyz", "/metrics"}) {
        http::request head;
        head.method = "GET";
        head.target = path;
        head.from.is_loopback = true;
        EXPECT_EQ(respond(std::move(head)).status, 200) << path;
    }
    EXPECT_TRUE(database.keys.empty());
}

TEST_F(dispatch_test, an_api_client_has_a_share_of_its_own) {
    const auto of_all = fixture.make_client("all");
    const auto of_one = fixture.make_client("one", R"(,"organization_id":")" + fixture.organization + '"');
    const auto whose = organization_id::parse(fixture.organization).value();
    const auto owner_of = [&](const test::api_client& client, std::string_view path) {
        http::request head;
        head.method = "GET";
        head.target = path;
        head.headers.add("Authorization", "Bearer " + fixture.make_access_token(client));
        EXPECT_EQ(respond(std::move(head)).status, 200);
        return database.keys.back().owner;
    };
    const auto lists = "/api/v1/organizations/" + fixture.organization + "/directories";
    const auto kind = store::tenant::kind::customer;
    EXPECT_EQ(owner_of(of_one, lists), (store::tenant{kind, whose.value, 0}));
    const auto number = client_id::parse(of_all.id).value().value;
    EXPECT_EQ(owner_of(of_all, lists), (store::tenant{kind, number, whose.value}));
    EXPECT_EQ(owner_of(of_all, "/api/v1/organizations"), (store::tenant{kind, number, 0}));
}

TEST_F(dispatch_test, a_read_of_too_many_rows_is_repeated_as_a_scan) {
    std::string photos;
    for (char letter = 'a'; letter < 'j'; ++letter)
        photos.append(photos.empty() ? "" : ",")
                .append(R"({"value":")" + std::string(60'000, letter) + "\"}");
    const auto path = "/Users/" + fixture.make_user("anna", R"(,"photos":[)" + photos + ']');
    auto& scans = fixture.metrics.counter_of("scimd_store_works_total", "", {{"intent", "scan"}});
    const auto before = scans.value();
    const auto got = scim("GET", path);
    EXPECT_EQ(got.status, 200) << got.body;
    EXPECT_EQ(scans.value(), before + 1);
    fail_at<store::sql::busy>(store::intent::scan);
    EXPECT_EQ(scim("GET", path).status, 503);
    EXPECT_EQ(scim("GET", "/Users/" + fixture.make_user("bob")).status, 200);
}

TEST_F(dispatch_test, a_request_is_one_log_line_of_ids_and_numbers) {
    const auto made = scim("POST", "/Users?x=secret", test::user_text("anna", R"(,"password":"hush")"));
    ASSERT_EQ(made.status, 201);
    const auto lines = log_lines();
    ASSERT_EQ(lines.size(), 1U);
    auto line = lines[0];
    EXPECT_FALSE(line.at("time").as_string().empty());
    EXPECT_GE(line.at("microseconds").as_int64(), 0);
    line.erase("time");
    line.erase("microseconds");
    const json::object expected{{"level", "info"}, {"event", "request"}, {"method", "POST"},
            {"route", "/directory/{directory}/scim/v2/{endpoint}"}, {"status", 201},
            {"bytes", made.body.size()}, {"request_id", "request-1"},
            {"organization_id", fixture.organization}, {"directory_id", fixture.directory}};
    EXPECT_EQ(line, expected) << log_text;

    scim("GET", "/Users?filter=userName%20eq%20%22anna%22");
    scim("POST", "/Users", R"({"userName":"eve@evil.test"})");
    scim("POST", "/Users", "anna {");
    for (const auto& word : {fixture.token, std::string("anna"), std::string("acme"), std::string("hush"),
                 std::string("evil"), std::string("secret")}) {
        EXPECT_EQ(log_text.find(word), std::string::npos) << word << " in\n" << log_text;
    }
    EXPECT_EQ(log_lines().size(), 4U);
}

TEST_F(dispatch_test, the_log_line_of_an_unauthenticated_request_names_no_directory) {
    http::request head;
    head.method = "GET";
    head.target = fixture.base() + "/Users";
    head.headers.add("Authorization", "Bearer nonsense");
    respond(std::move(head));
    const auto line = log_lines().at(0);
    EXPECT_EQ(line.at("status").as_int64(), 401);
    EXPECT_EQ(line.at("directory_id").as_string(), "");
    EXPECT_EQ(log_text.find("nonsense"), std::string::npos);
    operate("GET", "/no/such/path?x=y");
    EXPECT_EQ(log_lines().at(1).at("route").as_string(), "none");
    EXPECT_EQ(log_text.find("such"), std::string::npos);
}

TEST_F(dispatch_test, requests_are_counted_by_method_route_and_status) {
    scim("GET", "/Users/diruser_1");
    scim("GET", "/Users/diruser_2");
    http::request odd;
    odd.method = "SOMETHINGLONG";
    odd.target = "/healthz";
    respond(std::move(odd));
    const auto text = fixture.metrics.exposition();
    EXPECT_NE(text.find("scimd_requests_total{method=\"GET\",route=\"/directory/{directory}/scim/v2/"
                        "{endpoint}/{id}\","
                        "status=\"404\"} 2\n"),
            std::string::npos)
            << text;
    EXPECT_NE(text.find("method=\"other\",route=\"none\",status=\"405\"} 1"), std::string::npos) << text;
    EXPECT_NE(text.find("scimd_request_seconds_count 3"), std::string::npos) << text;
}

TEST_F(dispatch_test, the_computation_of_requests_is_counted) {
    auto& steps =
            fixture.metrics.counter_of("scimd_work_steps_total", "Steps of computation charged by requests.");
    operate("GET", "/healthz");
    EXPECT_EQ(steps.value(), 0U);
    EXPECT_EQ(scim("POST", "/Users", test::user_text("anna")).status, 201);
    EXPECT_GT(steps.value(), test::user_text("anna").size());
}

}  // namespace
}  // namespace scimd::app

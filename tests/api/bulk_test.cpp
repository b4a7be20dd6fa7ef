// POST /Bulk (RFC 7644 §3.7): results, errors and limits.
#include "scim/messages/bulk.hpp"

#include "bulk_fixture.hpp"

#include <gtest/gtest.h>

#include <algorithm>

namespace scimd::api {
namespace {

TEST_F(bulk_test, each_operation_has_its_own_result) {
    const auto anna = fixture.make_user("anna");
    const auto bert = fixture.make_user("bert");
    const auto carl = fixture.make_user("carl");
    const auto answer = bulk(
            post_user("q", "dora") + R"(,{"method":"PUT","path":"/Users/)" + anna + R"(","data":)" +
            test::user_text("anna", R"(,"title":"Boss")") + R"(},{"method":"PATCH","path":"/Users/)" + bert +
            R"(","bulkId":"p","data":{"schemas":["urn:ietf:params:scim:api:messages:2.0:PatchOp"],)"
            R"("Operations":[{"op":"replace","path":"title","value":"Clerk"}]}},)"
            R"({"method":"DELETE","path":"/Users/)" +
            carl + "\"}");
    EXPECT_EQ(answer.status, 200);
    EXPECT_EQ(answer.header("Content-Type"), "application/scim+json");
    EXPECT_EQ(
            to_text(answer.body.at("schemas")), R"(["urn:ietf:params:scim:api:messages:2.0:BulkResponse"])");

    const auto base = "https://scim.test" + fixture.base();
    const auto dora = path_of(result_of(answer, 0));
    const json::array expected{json::object{{"location", base + dora}, {"method", "POST"}, {"bulkId", "q"},
                                       {"version", "W/\"1\""}, {"status", "201"}},
            json::object{{"location", base + "/Users/" + anna}, {"method", "PUT"}, {"version", "W/\"2\""},
                    {"status", "200"}},
            json::object{{"location", base + "/Users/" + bert}, {"method", "PATCH"}, {"bulkId", "p"},
                    {"version", "W/\"2\""}, {"status", "200"}},
            json::object{{"location", base + "/Users/" + carl}, {"method", "DELETE"}, {"status", "204"}}};
    EXPECT_EQ(answer.body.at("Operations").as_array(), expected) << answer.text;

    EXPECT_EQ(fixture.scim("GET", dora).text_of("userName"), "dora");
    EXPECT_EQ(fixture.scim("GET", "/Users/" + anna).text_of("title"), "Boss");
    EXPECT_EQ(fixture.scim("GET", "/Users/" + bert).text_of("title"), "Clerk");
    EXPECT_EQ(fixture.scim("GET", "/Users/" + carl).status, 404);
}

TEST_F(bulk_test, events_equal_those_of_single_requests) {
    const auto made = bulk(post_user("u", "anna") + "," + post_group("g", "Staff", members({"bulkId:u"})) +
                           R"(,{"method":"PATCH","path":"/Users/bulkId:u","data":{"Operations":[)"
                           R"({"op":"replace","path":"title","value":"Boss"}]}},)"
                           R"({"method":"PATCH","path":"/Users/bulkId:u","data":{"Operations":[)"
                           R"({"op":"replace","path":"title","value":"Boss"}]}},)"
                           R"({"method":"DELETE","path":"/Groups/bulkId:g"})");
    EXPECT_EQ(statuses(made), (texts{"201", "201", "200", "200", "204"})) << made.text;
    const auto in_bulk = fixture.event_types();

    test::api_fixture other;
    const auto anna = other.make_user("anna");
    const auto staff = other.make_group("Staff", members({anna}));
    other.patch("/Users/" + anna, R"([{"op":"replace","path":"title","value":"Boss"}])");
    other.patch("/Users/" + anna, R"([{"op":"replace","path":"title","value":"Boss"}])");
    other.scim("DELETE", "/Groups/" + staff);
    EXPECT_EQ(in_bulk, other.event_types());
    EXPECT_GE(in_bulk.size(), 6U);
}

TEST_F(bulk_test, a_failed_operation_is_rolled_back_and_the_others_continue) {
    fixture.make_user("anna");
    const auto before = fixture.event_types();
    // The group fails after its row was written: its second member does not exist.
    const auto answer = bulk(post_user("a", "ANNA") + "," + post_group("g", "Staff", members({"diruser_1"})) +
                             "," + post_user("b", "bert"));
    EXPECT_EQ(statuses(answer), (texts{"409", "400", "201"}));
    const auto failed = result_of(answer, 0);
    EXPECT_EQ(failed.find("location"), failed.end());
    EXPECT_EQ(failed.find("version"), failed.end());
    EXPECT_EQ(failed.at("response").as_object(),
            (json::object{{"schemas", json::array{scim::urn::error}}, {"scimType", "uniqueness"},
                    {"detail", detail_of(failed)}, {"status", "409"}}));
    EXPECT_EQ(count("/Groups"), 0);
    EXPECT_EQ(count("/Users"), 2);
    auto expected = before;
    expected.emplace_back("user_created");
    EXPECT_EQ(fixture.event_types(), expected);
}

TEST_F(bulk_test, invalid_operations_fail_alone) {
    const auto anna = fixture.make_user("anna");
    const auto user = test::user_text("new");
    const std::string too_long(scim::bulk_id_bytes_max + 1, 'x');
    const std::string long_path = "/Users/" + std::string(scim::bulk_path_bytes_max, '1');
    const struct {
        std::string operation;
        std::string status;
        std::string type;
        std::string_view word;  // in the detail
    } cases[] = {
            {R"(7)", "400", "invalidSyntax", "object"},
            {R"({})", "400", "invalidValue", "method"},
            {R"({"method":7,"path":"/Users"})", "400", "invalidSyntax", "method"},
            {R"({"method":"GET","path":"/Users/)" + anna + "\"}", "400", "invalidValue", "'GET'"},
            {R"({"method":"POST","path":"/Users","data":)" + user + "}", "400", "invalidValue", "bulkId"},
            {R"({"method":"POST","path":"/Users","bulkId":"","data":)" + user + "}", "400", "invalidValue",
                    "bulkId"},
            {R"({"method":"POST","path":"/Users","bulkId":7,"data":)" + user + "}", "400", "invalidSyntax",
                    "bulkId"},
            {R"({"method":"POST","path":"/Users","bulkId":")" + too_long + R"(","data":)" + user + "}", "400",
                    "invalidValue", "256 bytes"},
            {R"({"method":"POST","bulkId":"x","data":)" + user + "}", "400", "invalidValue", "path"},
            {R"({"method":"POST","path":{},"bulkId":"x","data":)" + user + "}", "400", "invalidSyntax",
                    "path"},
            {R"({"method":"POST","path":"/Nobody","bulkId":"x","data":)" + user + "}", "404", "", "'Nobody'"},
            {R"({"method":"POST","path":"/Schemas","bulkId":"x","data":)" + user + "}", "404", "",
                    "'Schemas'"},
            {R"({"method":"POST","path":"/Bulk","bulkId":"x","data":{"Operations":[]}})", "400",
                    "invalidPath", "bulk"},
            {R"({"method":"POST","path":"https://scim.test/Users","bulkId":"x","data":)" + user + "}", "404",
                    "", "endpoint"},
            {R"({"method":"POST","path":"/Users/)" + anna + R"(","bulkId":"x","data":)" + user + "}", "400",
                    "invalidPath", "/Users"},
            {R"({"method":"POST","path":"/Users/.search","bulkId":"x","data":{}})", "400", "invalidPath", ""},
            {R"({"method":"DELETE","path":"/Users"})", "400", "invalidPath", "/Users/42"},
            {R"({"method":"DELETE","path":"/Users/)" + anna + R"(/name"})", "400", "invalidPath", ""},
            {R"({"method":"DELETE","path":"/Users/)" + anna + R"(?x=y"})", "400", "invalidPath", ""},
            {R"({"method":"DELETE","path":")" + long_path + "\"}", "400", "invalidPath", "1024 bytes"},
            {R"({"method":"DELETE","path":"/Users/)" + anna + R"(","data":{}})", "400", "invalidSyntax",
                    "data"},
            {R"({"method":"DELETE","path":"/Users/)" + anna + R"(","version":7})", "400", "invalidSyntax",
                    "version"},
            {R"({"method":"DELETE","path":"/Users/)" + anna + R"(","version":"1"})", "400", "invalidValue",
                    "version"},
            {R"({"method":"DELETE","path":"/Users/diruser_1"})", "404", "", "diruser_1"},
            {R"({"method":"DELETE","path":"/Groups/)" + anna + "\"}", "404", "", "Group"},
            {R"({"method":"POST","path":"/Users","bulkId":"x"})", "400", "invalidValue", "data"},
            {R"({"method":"PUT","path":"/Users/)" + anna + "\"}", "400", "invalidValue", "data"},
            {R"({"method":"PATCH","path":"/Users/)" + anna + R"(","data":null})", "400", "invalidValue",
                    "data"},
            {R"({"method":"PUT","path":"/Users/)" + anna + R"(","data":[]})", "400", "invalidSyntax", "data"},
            {R"({"method":"PATCH","path":"/Users/)" + anna + R"(","data":"x"})", "400", "invalidSyntax",
                    "data"},
            {R"({"method":"PATCH","path":"/Users/)" + anna + R"(","data":[7]})", "400", "invalidSyntax",
                    "Operations"},
            {R"({"method":"PATCH","path":"/Users/)" + anna + R"(","data":[{"op":"remove","path":"nope"}]})",
                    "400", "invalidPath", "Operations[0]"},
            {post_group("x", "Staff", members({"bulkId:nobody"})), "400", "invalidValue", "'nobody'"},
            {R"({"method":"DELETE","path":"/Users/bulkId:nobody"})", "400", "invalidValue", "'nobody'"},
    };
    const auto events = fixture.events().size();
    for (const auto& [operation, status, type, word] : cases) {
        const auto result = bulk_of_one(operation);
        EXPECT_EQ(result.at("status").as_string(), status) << operation;
        const auto& response = result.at("response").as_object();
        EXPECT_EQ(response.at("status").as_string(), status) << operation;
        const auto* given = find_string(response, "scimType");
        EXPECT_EQ(given ? std::string_view(*given) : "", type) << operation;
        EXPECT_NE(detail_of(result).find(word), std::string::npos) << operation << "\n" << detail_of(result);
    }
    EXPECT_EQ(fixture.events().size(), events);
    EXPECT_EQ(fixture.scim("GET", "/Users/" + anna).header("ETag"), "W/\"1\"");
}

TEST_F(bulk_test, an_invalid_request_changes_nothing) {
    const auto user = post_user("u", "anna");
    const struct {
        std::string body;
        std::string type;
        std::string_view word;
    } cases[] = {
            {"", "invalidSyntax", ""},
            {"[]", "invalidSyntax", ""},
            {"{}", "invalidSyntax", "Operations"},
            {R"({"Operations":{}})", "invalidSyntax", "Operations"},
            {R"({"Operations":[]})", "invalidSyntax", "at least one"},
            {R"({"schemas":[],"Operations":[)" + user + "]}", "invalidSyntax", "BulkRequest"},
            {R"({"schemas":["urn:ietf:params:scim:api:messages:2.0:PatchOp"],"Operations":[)" + user + "]}",
                    "invalidSyntax", "BulkRequest"},
            {R"({"failOnErrors":0,"Operations":[)" + user + "]}", "invalidValue", "failOnErrors"},
            {R"({"failOnErrors":-1,"Operations":[)" + user + "]}", "invalidValue", "failOnErrors"},
            {R"({"failOnErrors":"1","Operations":[)" + user + "]}", "invalidValue", "failOnErrors"},
            {R"({"failOnErrors":1.5,"Operations":[)" + user + "]}", "invalidValue", "failOnErrors"},
            {R"({"Operations":[)" + user + "," + post_user("u", "bert") + "]}", "invalidValue",
                    "Operations[1]"},
            {R"({"Operations":[)" + user + R"(,{"method":"DELETE","path":"/Users/1","bulkId":"u"}]})",
                    "invalidValue", "'u'"},
    };
    for (const auto& [body, type, word] : cases) {
        const auto answer = fixture.scim("POST", "/Bulk", body);
        EXPECT_EQ(answer.status, 400) << body;
        EXPECT_EQ(answer.text_of("scimType"), type) << body;
        EXPECT_NE(answer.text_of("detail").find(word), std::string::npos) << answer.text_of("detail");
    }
    EXPECT_EQ(count("/Users"), 0);
    EXPECT_TRUE(fixture.events().empty());
}

TEST_F(bulk_test, harmless_deviations_are_accepted) {
    const auto anna = fixture.make_user("anna");
    const auto answer = fixture.scim("POST", "/Bulk",
            R"({"operations":[{"Method":"patch","Path":"Users/)" + anna +
                    R"(/","DATA":[{"op":"replace","path":"title","value":"Boss"}],"more":1},)"
                    R"({"method":"delete","path":"/Users/)" +
                    anna + R"(","data":null,"version":null}],"failOnErrors":null})");
    EXPECT_EQ(statuses(answer), (texts{"200", "204"})) << answer.text;
    EXPECT_EQ(result_of(answer, 0).at("method").as_string(), "PATCH");
}

TEST_F(bulk_test, fail_on_errors_stops_the_request_and_keeps_completed_operations) {
    const auto bad = [](std::string_view id) {
        return R"({"method":"POST","path":"/Users","bulkId":")" + std::string(id) + R"(","data":{}})";
    };
    const auto operations =
            post_user("a", "anna") + "," + bad("b") + "," + post_user("c", "carl") + "," + bad("d");
    EXPECT_EQ(statuses(bulk(operations, R"(,"failOnErrors":1)")), (texts{"201", "400"}));
    EXPECT_EQ(count("/Users"), 1);
    EXPECT_EQ(statuses(bulk(operations, R"(,"failOnErrors":2)")), (texts{"409", "400"}));
    EXPECT_EQ(count("/Users"), 1);
    EXPECT_EQ(statuses(bulk(operations, R"(,"failOnErrors":3)")), (texts{"409", "400", "201", "400"}));
    EXPECT_EQ(statuses(bulk(operations, R"(,"failOnErrors":4)")), (texts{"409", "400", "409", "400"}));
    EXPECT_EQ(statuses(bulk(operations, R"(,"failOnErrors":5)")), (texts{"409", "400", "409", "400"}));
    EXPECT_EQ(statuses(bulk(operations)), (texts{"409", "400", "409", "400"}));
}

TEST_F(bulk_test, a_version_is_a_precondition) {
    const auto anna = "/Users/" + fixture.make_user("anna");
    const auto put = [&](std::string_view version, std::string_view title) {
        return R"({"method":"PUT","path":")" + anna + R"(","version":")" + std::string(version) +
               R"(","data":)" + test::user_text("anna", R"(,"title":")" + std::string(title) + "\"") + "}";
    };
    // The version of the second operation is out of date because of the first.
    const auto answer = bulk(put(R"(W/\"1\")", "A") + "," + put(R"(W/\"1\")", "B"));
    EXPECT_EQ(statuses(answer), (texts{"200", "412"}));
    EXPECT_EQ(result_of(answer, 0).at("version").as_string(), "W/\"2\"");
    EXPECT_EQ(path_of(result_of(answer, 1)), anna);
    EXPECT_EQ(fixture.scim("GET", anna).text_of("title"), "A");

    const auto stale = bulk_of_one(R"({"method":"DELETE","path":")" + anna + R"(","version":"W/\"1\""})");
    EXPECT_EQ(stale.at("status").as_string(), "412");
    const auto current = bulk_of_one(R"({"method":"DELETE","path":")" + anna + R"(","version":"W/\"2\""})");
    EXPECT_EQ(current.at("status").as_string(), "204");
}

TEST_F(bulk_test, more_operations_than_advertised_are_too_many) {
    const auto config = fixture.scim("GET", "/ServiceProviderConfig").member("bulk");
    EXPECT_TRUE(config.at("supported").as_bool());
    const auto operations_max = static_cast<std::size_t>(config.at("maxOperations").as_int64());
    EXPECT_EQ(operations_max, 1'000U);

    std::string operations = R"({"method":"DELETE","path":"/Users/1"})";
    for (std::size_t i = 1; i < operations_max; ++i)
        operations += R"(,{"method":"DELETE","path":"/Users/1"})";
    EXPECT_EQ(statuses(bulk(operations)), texts(operations_max, "404"));

    const auto refused = bulk(operations + R"(,{"method":"DELETE","path":"/Users/1"})");
    EXPECT_EQ(refused.status, 413);
    EXPECT_NE(refused.text_of("detail").find("1000 operations (maxOperations)"), std::string::npos);
}

TEST(bulk_payload_test, more_bytes_than_advertised_are_too_many) {
    api::limits bounds;
    bounds.scim_body_bytes_max = 400;
    test::api_fixture fixture(bounds);
    EXPECT_EQ(fixture.scim("GET", "/ServiceProviderConfig").member("bulk").at("maxPayloadSize").as_int64(),
            400);
    std::string body = R"({"Operations":[{"method":"DELETE","path":"/Users/1"}]})";
    body.append(400 - body.size(), ' ');
    EXPECT_EQ(fixture.scim("POST", "/Bulk", body).status, 200);
    const auto refused = fixture.scim("POST", "/Bulk", body + " ");
    EXPECT_EQ(refused.status, 413);
    EXPECT_NE(refused.text_of("detail").find("400 bytes (maxPayloadSize)"), std::string::npos);
}

TEST_F(bulk_test, only_post_with_json_is_allowed) {
    for (const auto* const method : {"GET", "PUT", "PATCH", "DELETE"}) {
        const auto refused = fixture.scim(method, "/Bulk", "{}");
        EXPECT_EQ(refused.status, 405) << method;
        EXPECT_EQ(refused.header("Allow"), "POST, OPTIONS");
    }
    EXPECT_EQ(fixture.scim("POST", "/Bulk", "{}", {{"Content-Type", "text/plain"}}).status, 415);
}

}  // namespace
}  // namespace scimd::api

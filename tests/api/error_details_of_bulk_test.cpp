// Details of errors in the results of a bulk request (RFC 7644 §3.7.3).
#include "refusals.hpp"
#include "scim/schema/urn.hpp"

#include <gtest/gtest.h>

#include <string>
#include <utility>

namespace scimd::api {
namespace {

class error_details_of_bulk : public testing::Test {
protected:
    // The only operation fails with this error as its response.
    void expect_operation_refused(
            std::string_view operation, int status, std::string_view scim_type, std::string_view detail) {
        SCOPED_TRACE(operation);
        expect_results("[" + std::string(operation) + "]", {{status, scim_type, detail}});
    }

    struct result {
        int status;
        std::string_view scim_type;
        std::string_view detail;
    };

    void expect_results(std::string_view operations, const std::vector<result>& wanted) {
        const auto got = fixture.scim("POST", "/Bulk", bulk_text(operations));
        ASSERT_EQ(got.status, 200) << got.text;
        const auto& results = got.body.at("Operations").as_array();
        ASSERT_EQ(results.size(), wanted.size());
        for (std::size_t i = 0; i < wanted.size(); ++i) {
            const auto status = std::to_string(wanted[i].status);
            json::object expected{{"schemas", {scim::urn::error}}};
            if (!wanted[i].scim_type.empty())
                expected["scimType"] = wanted[i].scim_type;
            expected["detail"] = wanted[i].detail;
            expected["status"] = status;
            const auto& made = results[i].as_object();
            EXPECT_EQ(made.at("status"), json::value(status)) << got.text;
            EXPECT_EQ(made.at("response"), json::value(expected)) << got.text;
        }
    }

    test::api_fixture fixture;
    const std::string data = test::user_text("new");
};

TEST_F(error_details_of_bulk, invalid_requests_name_the_error) {
    const std::pair<std::string, std::pair<std::string, std::string>> rows[] = {
            {R"({"Operations":[]})",
                    {"invalidSyntax", "Operations must be an array of at least one operation."}},
            {bulk_text("7"), {"invalidSyntax", "Operations must be an array of at least one operation."}},
            {R"({"schemas":["urn:x"],"Operations":[]})",
                    {"invalidSyntax",
                            "schemas must hold urn:ietf:params:scim:api:messages:2.0:BulkRequest."}},
            {bulk_text("[7]", R"(,"failOnErrors":0)"),
                    {"invalidValue", "failOnErrors must be an integer of at least 1."}},
            {bulk_text("[7]", R"(,"failOnErrors":"1")"),
                    {"invalidValue", "failOnErrors must be an integer of at least 1."}},
            {bulk_text(
                     R"([{"method":"POST","path":"/Users","bulkId":"a","data":{}},{"method":"POST","bulkId":"a"}])"),
                    {"invalidValue", "Operations[1]: another operation has the bulkId 'a', too."}},
    };
    for (const auto& [body, why] : rows)
        expect_refused(fixture, {"POST", "/Bulk", body, 400, why.first, why.second});
}

TEST_F(error_details_of_bulk, too_many_operations_name_both_limits) {
    std::string operations = "[7";
    for (int i = 0; i < 1'000; ++i)
        operations += ",7";
    expect_refused(fixture,
            {"POST", "/Bulk", bulk_text(operations + "]"), 413, "",
                    "A bulk request has at most 1000 operations (maxOperations) in at most 10485760 bytes "
                    "(maxPayloadSize)."});
}

TEST_F(error_details_of_bulk, invalid_operations_name_the_error) {
    const std::string long_id(257, 'b');
    const std::string long_path = "/Users/" + std::string(1'024, 'p');
    const auto post = [](std::string_view more) {
        return R"({"method":"POST","path":"/Users","bulkId":"a")" + std::string(more) + "}";
    };
    const struct {
        std::string operation;
        int status;
        std::string_view scim_type;
        std::string_view detail;
    } rows[] = {
            {"7", 400, "invalidSyntax", "An operation must be an object."},
            {"{}", 400, "invalidValue", "The operation needs a method."},
            {R"({"method":7})", 400, "invalidSyntax", "method must be a string."},
            {R"({"method":"GET"})", 400, "invalidValue",
                    "method must be POST, PUT, PATCH or DELETE, not 'GET'."},
            {R"({"method":"POST","path":"/Users"})", 400, "invalidValue", "The operation needs a bulkId."},
            {R"({"method":"POST","path":"/Users","bulkId":7})", 400, "invalidSyntax",
                    "bulkId must be a string."},
            {R"({"method":"POST","bulkId":")" + long_id + "\"}", 400, "invalidValue",
                    "bulkId is longer than 256 bytes."},
            {R"({"method":"POST","bulkId":"a"})", 400, "invalidValue", "The operation needs a path."},
            {R"({"method":"DELETE","path":")" + long_path + "\"}", 400, "invalidPath",
                    "path is longer than 1024 bytes."},
            {R"({"method":"DELETE","path":"/Bulk"})", 400, "invalidPath",
                    "A bulk request cannot hold another."},
            {R"({"method":"DELETE","path":"/Printers/1"})", 404, "",
                    "path: there is no endpoint 'Printers'."},
            {R"({"method":"POST","path":"/Users/1","bulkId":"a"})", 400, "invalidPath",
                    "The path of a POST is that of a resource type, as in /Users."},
            {R"({"method":"DELETE","path":"/Users"})", 400, "invalidPath",
                    "The path must be that of one resource, as in /Users/42."},
            {R"({"method":"DELETE","path":"/Users/1/2"})", 400, "invalidPath",
                    "The path must be that of one resource, as in /Users/42."},
            {R"({"method":"DELETE","path":"/Users/42","data":{}})", 400, "invalidSyntax",
                    "A DELETE has no data."},
            {R"({"method":"DELETE","path":"/Users/42","version":7})", 400, "invalidSyntax",
                    "version must be a string."},
            {R"({"method":"DELETE","path":"/Users/42","version":"7"})", 400, "invalidValue",
                    "version is no entity tag, as in W/\"1\"."},
            {R"({"method":"DELETE","path":"/Users/42"})", 404, "", "User 42 does not exist."},
            {post(""), 400, "invalidValue", "The operation needs a data."},
            {post(R"(,"data":7)"), 400, "invalidSyntax", "data must be an object."},
            {post(R"(,"data":{})"), 400, "invalidValue", "userName is required."},
            {R"({"method":"DELETE","path":"/Users/bulkId:x"})", 400, "invalidValue",
                    "No POST of the request has the bulkId 'x'."},
    };
    for (const auto& row : rows)
        expect_operation_refused(row.operation, row.status, row.scim_type, row.detail);
    EXPECT_TRUE(fixture.events().empty());
}

TEST_F(error_details_of_bulk, unresolved_references_name_the_bulk_id) {
    expect_results(
            R"([{"method":"POST","path":"/Users","bulkId":"a","data":{}},
            {"method":"DELETE","path":"/Users/bulkId:a"}])",
            {{400, "invalidValue", "userName is required."},
                    {409, "", "The resource with the bulkId \"a\" was not created."}});
}

TEST_F(error_details_of_bulk, broken_circles_name_the_failed_operation) {
    const auto group = [](std::string_view bulk_id, std::string_view other, std::string_view name) {
        return R"({"method":"POST","path":"/Groups","bulkId":")" + std::string(bulk_id) + R"(","data":)" +
               test::group_text(name, R"(,"members":[{"value":"bulkId:)" + std::string(other) + R"("}])") +
               "}";
    };
    expect_results("[" + group("a", "b", "A") + "," + group("b", "a", "B") + "]",
            {{409, "",
                     "The circular references cannot be resolved: members: a group cannot be a member of "
                     "itself."},
                    {409, "", "It refers in a circle to the bulkId \"a\", which was not created."}});
    expect_results("[" + group("a", "b", "A") + "," + group("b", "a", "") + "]",
            {{409, "", "It refers in a circle to the bulkId \"b\", which was not created."},
                    {400, "invalidValue", "displayName is required."}});

    std::string ring;
    for (int i = 0; i < 101; ++i) {
        const auto name = "r" + std::to_string(i);
        ring += (i == 0 ? "[" : ",") + group(name, "r" + std::to_string((i + 1) % 101), name);
    }
    expect_results(ring + "]",
            std::vector<result>(101, {409, "", "More than 100 operations refer to each other in a circle."}));
    EXPECT_TRUE(fixture.events().empty());
}

}  // namespace
}  // namespace scimd::api

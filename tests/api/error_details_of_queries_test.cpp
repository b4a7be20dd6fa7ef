// Details of errors of queries, preconditions, paths and methods.
#include "refusals.hpp"
#include "support/sample_schemas.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

namespace scimd::api {
namespace {

class error_details_of_queries : public testing::Test {
protected:
    void expect_refused(const refusal& row) { api::expect_refused(fixture, row); }

    void expect_query_refused(
            std::string_view query, std::string_view scim_type, std::string_view detail, int status = 400) {
        expect_refused({"GET", "/Users?" + std::string(query), "", status, std::string(scim_type),
                std::string(detail)});
    }

    // Sends the filter in a URI and in a search message.
    void expect_filter_refused(std::string_view filter, std::string_view detail) {
        expect_query_refused("filter=" + test::in_uri(filter), "invalidFilter", detail);
        std::string body = "\"filter\":";
        append_quoted(body, filter);
        expect_refused(
                {"POST", "/Users/.search", search_text(body), 400, "invalidFilter", std::string(detail)});
    }

    test::api_fixture fixture{test::sample_schemas()};
};

TEST_F(error_details_of_queries, filters_name_the_position) {
    const std::pair<std::string_view, std::string_view> rows[] = {
            {"userName", "Filter: an operator is missing at position 9."},
            {"userName eq", "Filter: a value is missing at position 12."},
            {"eq \"x\"", "Filter: there is no attribute 'eq' at position 1."},
            {"(", "Filter: an attribute is missing at position 2."},
            {"userName pr and", "Filter: an attribute is missing at position 16."},
            {"userName like \"x\"", "Filter: there is no operator 'like' at position 10."},
            {"userName eq \"x\" title", "Filter: unexpected text at position 17."},
            {"userName eq \"x", "Filter: a string has no closing quote at position 13."},
            {"userName eq \"\\x\"", "Filter: a string is not written as JSON allows at position 13."},
            {"userName eq \"\\u0007\"",
                    "Filter: a string holds control characters or no valid Unicode at position 13."},
            {"(userName pr", "Filter: ')' is missing at position 13."},
            {"emails[value pr", "Filter: ']' is missing at position 16."},
            {"emails[ims[value pr]]", "Filter: there is no attribute 'ims' at position 8."},
            {"emails[value[value pr]]", "Filter: brackets cannot stand inside brackets at position 8."},
            {"name.givenName[value pr]", "Filter: brackets cannot follow a sub-attribute at position 1."},
            {"title[value pr]",
                    "Filter: brackets cannot follow an attribute of one simple value at position 1."},
            {"shoe pr", "Filter: there is no attribute 'shoe' at position 1."},
            {"password eq \"x\"", "Filter: the attribute 'password' cannot be compared at position 1."},
            {"name eq \"x\"", "Filter: a sub-attribute of 'name' must be named at position 6."},
            {"active gt true", "Filter: the operator is not defined for the type of 'active' at position 8."},
            {"active eq 7", "Filter: '7' is not a boolean at position 11."},
            {"meta.created gt \"noon\"", "Filter: 'noon' is not a date and time at position 17."},
            {"title gt null", "Filter: null is compared with eq and ne only at position 7."},
    };
    for (const auto& [filter, detail] : rows)
        expect_filter_refused(filter, detail);
}

TEST_F(error_details_of_queries, filters_on_numbers_name_the_position) {
    const auto refuse = [this](std::string_view filter, std::string_view detail) {
        expect_refused({"GET", "/Devices?filter=" + test::in_uri(filter), "", 400, "invalidFilter",
                std::string(detail)});
    };
    refuse("cores eq four", "Filter: 'four' is not a number at position 10.");
    refuse("cores eq 1.5", "Filter: '1.5' is not an integer at position 10.");
    refuse("weight eq heavy", "Filter: 'heavy' is not a number at position 11.");
}

TEST_F(error_details_of_queries, values_of_custom_types_are_named) {
    const auto refuse = [this](std::string_view more, std::string_view detail) {
        expect_refused({"POST", "/Devices",
                R"({"serial":"S","urn:example:Warranty":{"vendor":"v"},)" + std::string(more) + "}", 400,
                "invalidValue", std::string(detail)});
    };
    refuse(R"("cores":1.5)", "cores must be an integer.");
    refuse(R"("weight":"heavy")", "weight must be a number.");
    refuse(R"("built":"noon")", "built must be a dateTime.");
    refuse(R"("key":"?")", "key must be base64.");
    refuse(R"("manual":true)", "manual must be a reference.");
    refuse(R"("ports":[{"speed":1}])", "ports.value is required.");
    std::string modes = "\"m0\"";
    for (int i = 1; i <= 1'000; ++i)
        modes += ",\"m" + std::to_string(i) + "\"";
    refuse(R"("ports":[{"value":"p","modes":[)" + modes + "]}]", "ports.modes has more than 1000 values.");
}

TEST_F(error_details_of_queries, filter_limits_are_named) {
    std::string deep(33, '(');
    expect_filter_refused(deep + "title pr", "Filter: more than 32 levels of nesting at position 34.");
    std::string wide = "title pr";
    for (int i = 0; i < 64; ++i)
        wide += " or title pr";
    expect_filter_refused(wide, "Filter: more than 64 comparisons at position 775.");
    expect_query_refused(
            "filter=" + std::string(8'193, 'a'), "invalidFilter", "The filter is longer than 8192 bytes.");
}

TEST_F(error_details_of_queries, parameters_are_named) {
    expect_query_refused("startIndex=one", "invalidValue", "startIndex must be an integer, not 'one'.");
    expect_query_refused("count=1.5", "invalidValue", "count must be an integer, not '1.5'.");
    expect_query_refused("cursor&count=x", "invalidCount", "count must be an integer, not 'x'.");
    expect_query_refused("cursor&startIndex=1", "invalidValue",
            "startIndex and cursor are two ways to page: send one of them.");
    expect_query_refused(
            "sortOrder=up", "invalidValue", "sortOrder must be ascending or descending, not 'up'.");
    expect_query_refused("sortBy=shoe", "invalidPath", "sortBy: There is no attribute 'shoe'.");
    expect_query_refused("sortBy=name", "invalidPath", "sortBy must name a sub-attribute of 'name'.");
    expect_query_refused("sortBy=password", "invalidPath", "sortBy cannot be 'password'.");
    expect_query_refused("sortBy=urn:ietf:params:scim:schemas:core:2.0:User", "invalidPath",
            "sortBy: 'urn:ietf:params:scim:schemas:core:2.0:User' names a schema, not an attribute.");
}

TEST_F(error_details_of_queries, members_of_a_search_request_are_named) {
    const std::pair<std::string_view, std::string_view> rows[] = {
            {R"("fitler":"x")", "A SearchRequest has no member 'fitler'."},
            {R"("filter":7)", "filter must be a string."},
            {R"("sortBy":7)", "sortBy must be a string."},
            {R"("sortOrder":7)", "sortOrder must be a string."},
            {R"("cursor":7)", "cursor must be a string."},
            {R"("attributes":7)", "attributes must be an array of attribute names."},
            {R"("excludedAttributes":[7])", "excludedAttributes must be an array of attribute names."},
            {R"("startIndex":"one")", "startIndex must be an integer."},
            {R"("count":"one")", "count must be an integer."},
    };
    for (const auto& [members, detail] : rows)
        expect_refused({"POST", "/.search", search_text(members), 400, "invalidSyntax", std::string(detail)});
    expect_refused({"POST", "/Users/.search", search_text(R"("cursor":"","count":"one")"), 400,
            "invalidCount", "count must be an integer."});
    expect_refused({"POST", "/.search", R"({"schemas":["urn:x"]})", 400, "invalidSyntax",
            "schemas must be an array that lists urn:ietf:params:scim:api:messages:2.0:SearchRequest."});
}

TEST_F(error_details_of_queries, invalid_cursors_name_the_remedy) {
    for (const auto* const name : {"anna", "bert", "cora"})
        fixture.make_user(name);
    const auto next = fixture.scim("GET", "/Users?cursor&count=1").text_of("nextCursor");
    ASSERT_FALSE(next.empty());
    const std::string foreign =
            "The cursor is none of this query. The first page has an empty one; the others have what the "
            "page "
            "before "
            "them gave as nextCursor, with all other parameters as they were.";
    expect_query_refused("cursor=x&count=1", "invalidCursor", foreign);
    expect_query_refused("sortBy=userName&count=1&cursor=" + next, "invalidCursor", foreign);
    expect_query_refused(
            "count=2&cursor=" + next, "invalidCount", "The cursor is of pages with a count of 1, not 2.");
    fixture.clock.advance(std::chrono::hours(24));
    expect_query_refused("count=1&cursor=" + next, "expiredCursor",
            "The cursor has expired. One is good for 3600 seconds; begin again with an empty one.");
}

TEST_F(error_details_of_queries, conditions_name_the_version) {
    const auto path = "/Users/" + fixture.make_user("anna");
    const std::string body = test::user_text("anna");
    const std::string syntax = "If-Match and If-None-Match take * or a list of quoted tags.";
    expect_refused({"PUT", path, body, 400, "invalidValue", syntax, "If-Match", "1"});
    expect_refused({"GET", path, "", 400, "invalidValue", syntax, "If-None-Match", "\"1"});
    for (const auto* const method : {"GET", "PUT", "PATCH", "DELETE"})
        expect_refused({method, path,
                std::string_view(method) == "PATCH" ? patch_text(R"([{"op":"remove","path":"title"}])")
                                                    : body,
                412, "", "The resource has version W/\"1\".", "If-Match", "W/\"7\""});
    expect_refused(
            {"PUT", path, body, 412, "", "The resource has version W/\"1\" already.", "If-None-Match", "*"});
}

TEST_F(error_details_of_queries, missing_resources_are_named) {
    expect_refused({"GET", "/Users/42", "", 404, "", "User 42 does not exist."});
    expect_refused({"DELETE", "/Groups/42", "", 404, "", "Group 42 does not exist."});
    expect_refused({"GET", "/Printers", "", 404, "", "There is no endpoint /Printers."});
    expect_refused({"GET", "/ResourceTypes/Printer", "", 404, "", "There is no such resource type."});
    expect_refused({"GET", "/Schemas/urn:x", "", 404, "", "There is no such schema."});
    expect_refused({"GET", "/Schemas?filter=id%20pr", "", 403, "", "This endpoint takes no filter."});
    expect_refused({"GET", "/ResourceTypes?filter=id%20pr", "", 403, "", "This endpoint takes no filter."});
    expect_refused({"GET", "/Users/42/photos", "", 404, "", "There is nothing at this path."});
    expect_refused({"GET", "/Me", "", 501, "",
            "The token stands for the directory, not for a user: there is no /Me."});
    expect_refused({"PATCH", "/Users", "", 405, "", "This path has the methods GET, HEAD, POST, OPTIONS."});
    expect_refused({"POST", "/Users", "userName=anna", 415, "",
            "The body must be application/scim+json or application/json.", "Content-Type",
            "application/x-www-form-urlencoded"});
}

TEST_F(error_details_of_queries, malformed_paths_and_queries_are_named) {
    const std::pair<std::string_view, std::string_view> rows[] = {
            {"/Users//42", "The request's path has an empty segment."},
            {"/Users;v=1", "The request's path holds a semicolon."},
            {"/Users/%zz", "The request's path is not percent-encoded UTF-8."},
            {"/Users/%ff", "The request's path is not percent-encoded UTF-8."},
            {"/Users/../Groups", "The request's path has a dot segment."},
            {"/Users/%2e", "The request's path has a dot segment."},
            {"/Users/a%2fb", "The request's path holds an encoded separator or control character."},
            {"/Users?filter=%zz", "filter is not percent-encoded UTF-8."},
            {"/Users?%ff=1", "The request's query is not percent-encoded UTF-8."},
    };
    for (const auto& [path, detail] : rows)
        expect_refused({"GET", std::string(path), "", 400, "", std::string(detail)});
    std::string many = "/Users?a";
    for (int i = 0; i < 100; ++i)
        many += "&a";
    expect_refused({"GET", many, "", 400, "", "The request has more than 100 query parameters."});
    const auto got = fixture.call("GET", "directory");
    EXPECT_EQ(got.status, 400);
    EXPECT_EQ(got.text_of("message"), "The request's path must begin with a slash.");
    const auto metrics = fixture.call("GET", "/metrics");
    EXPECT_EQ(metrics.status, 403);
    EXPECT_EQ(metrics.text_of("message"), "Metrics are shown to loopback peers only.");
}

TEST_F(error_details_of_queries, another_protocol_version_is_distinguished_from_an_unknown_path) {
    const auto base = "/directory/" + fixture.directory + "/scim/";
    const std::string_view versions[] = {"v1", "v9", "v2.1", "v20"};
    for (const auto version : versions)
        for (const auto* const path : {"", "/Users", "/Users/42", "/ServiceProviderConfig"})
            expect_error(fixture.call("GET", base + std::string(version) + path), 400, "invalidVers",
                    "The only version of SCIM that is served is v2.");
    for (const auto* const path : {"v/Users", "V2/Users", "Users", "version1/Users", ""})
        expect_error(fixture.call("GET", base + path), 404, "", "There is nothing at this path.");
}

TEST_F(error_details_of_queries, unauthenticated_requests_get_no_other_detail) {
    const std::string reason = "The request needs a valid bearer token of this directory.";
    expect_error(fixture.call("GET", fixture.base() + "/Users"), 401, "", reason);
    expect_error(fixture.call("GET", "/directory/dir_1/scim/v2/Nowhere"), 401, "", reason);
    const auto path = "/api/v1/organizations/" + fixture.organization + "/directories/" + fixture.directory;
    ASSERT_EQ(fixture.operate("PATCH", path + ":disable").status, 200);
    expect_error(fixture.scim("GET", "/Users"), 403, "",
            "This directory is disabled. Enable it to provision users and groups.");
}

TEST_F(error_details_of_queries, the_seat_limit_is_named) {
    const auto path = "/api/v1/organizations/" + fixture.organization + "/settings/usermanagement";
    ASSERT_EQ(fixture.operate("PATCH", path, R"({"settings":{"max_allowed_users":1}})").status, 200);
    fixture.make_user("anna");
    expect_error(fixture.scim("POST", "/Users", test::user_text("bert")), 403, "",
            "The organization may have 1 active users and has 1. Deactivate users who are not needed, or "
            "have "
            "the "
            "limit (max_allowed_users) raised.");
}

}  // namespace
}  // namespace scimd::api

#include "api/render.hpp"

#include "base/json/json.hpp"

#include <gtest/gtest.h>

namespace scimd::api {
namespace {

std::string content_type_for(std::optional<std::string> accept) {
    http::request head;
    if (accept)
        head.headers.add("Accept", *accept);
    const auto response = scim_response(request_context(head), 200, "{}");
    return *response.headers.find("Content-Type");
}

TEST(render_test, the_media_type_is_scim_json_unless_the_client_prefers_plain_json) {
    struct row {
        std::optional<std::string> accept;
        std::string_view type;
    };
    constexpr std::string_view scim = "application/scim+json";
    constexpr std::string_view plain = "application/json";
    const row rows[] = {
            {std::nullopt, scim},
            {"", scim},
            {"*/*", scim},
            {"application/*", scim},
            {"application/scim+json", scim},
            {"application/scim+json;q=0.1", scim},
            {"application/json", plain},
            {"Application/JSON", plain},
            {"application/json; charset=utf-8", plain},
            {"text/html, application/json;q=0.9", plain},
            {"application/json, application/scim+json", scim},
            {"application/json, */*;q=0.1", plain},
            {"application/json, */*", scim},
            {"application/json, text/plain, */*", scim},
            {"application/json, application/scim+json;q=0.9", plain},
            {"application/json;q=0.8, application/scim+json;q=0.9", scim},
            {"application/json;q=0.5, application/*;q=0.7", scim},
            {"application/json;q=0, application/scim+json", scim},
            {"application/scim+json;q=0, */*", plain},
            {"application/json;q=0.333, application/scim+json;q=0.33", plain},
            {"application/json; Q=0.2, */*; q=0.3", scim},
            {"application/json;q=x, application/scim+json;q=0.9", plain},
            {"application/json;q=, */*;q=0.9", plain},
            {",,;q=1", scim},
            {"application/json,APPLICATION/SCIM+JSON", scim},
            {"text/html", scim},
            {"application/jsonp", scim},
    };
    for (const auto& row : rows)
        EXPECT_EQ(content_type_for(row.accept), row.type) << row.accept.value_or("none");
}

TEST(render_test, responses_forbid_caching_and_sniffing) {
    http::request head;
    const request_context request(head);
    for (const auto& response :
            {scim_response(request, 200, "{}"), scim_error(request, {errc::not_found, "No."}),
                    manage_response(200, {}), manage_error({errc::not_found, "No."})}) {
        EXPECT_EQ(*response.headers.find("Cache-Control"), "no-store");
        EXPECT_EQ(*response.headers.find("X-Content-Type-Options"), "nosniff");
        EXPECT_EQ(response.headers.count("Content-Type"), 1U);
    }
}

TEST(render_test, an_empty_body_has_no_content_type) {
    http::request head;
    const auto response = scim_response(request_context(head), 204, {});
    EXPECT_EQ(response.headers.count("Content-Type"), 0U);
    EXPECT_TRUE(response.body.empty());
}

TEST(render_test, a_resource_carries_its_version_and_its_location) {
    http::request head;
    const request_context request(head);
    const service::representation made{"{}", {1}, "https://scim.test/Users/diruser_1", 3};
    const auto created = scim_resource(request, 201, made);
    EXPECT_EQ(*created.headers.find("ETag"), R"(W/"3")");
    EXPECT_EQ(*created.headers.find("Location"), made.location);
    for (const auto& response : {scim_resource(request, 200, made), scim_version(304, made),
                 unread_scim_resource(request, 200, made)})
        for (const auto* name : {"Location", "Content-Location"}) {
            EXPECT_EQ(response.headers.count(name), 1U) << name;
            EXPECT_EQ(*response.headers.find(name), made.location) << name;
        }
}

TEST(render_test, errors_have_the_format_of_their_api) {
    http::request head;
    const auto scim = scim_error(request_context(head), {errc::invalid_path, "Say \"which\"."});
    EXPECT_EQ(scim.status, 400);
    EXPECT_EQ(scim.body,
            R"({"schemas":["urn:ietf:params:scim:api:messages:2.0:Error"],"scimType":"invalidPath",)"
            R"("detail":"Say \"which\".","status":"400"})");
    const auto manage = manage_error({errc::not_found, "The domain was not found."});
    EXPECT_EQ(manage.status, 404);
    EXPECT_EQ(*manage.headers.find("Content-Type"), "application/json");
    EXPECT_EQ(manage.body,
            R"({"code":5,"message":"The domain was not found.","details":[)"
            R"({"@type":"type.googleapis.com/scalekit.v1.errdetails.ErrorInfo","error_code":"NOT_FOUND"}]})");
}

TEST(render_test, management_errors_carry_the_code_of_their_status) {
    struct row {
        errc code;
        int status;
        int number;
        std::string_view name;
    };
    const row rows[] = {
            {errc::invalid_value, 400, 3, "INVALID_ARGUMENT"},
            {errc::invalid_syntax, 400, 3, "INVALID_ARGUMENT"},
            {errc::bad_request, 400, 3, "INVALID_ARGUMENT"},
            {errc::unauthorized, 401, 16, "UNAUTHENTICATED"},
            {errc::forbidden, 403, 7, "PERMISSION_DENIED"},
            {errc::not_found, 404, 5, "NOT_FOUND"},
            {errc::method_not_allowed, 405, 12, "UNIMPLEMENTED"},
            {errc::request_timeout, 408, 4, "DEADLINE_EXCEEDED"},
            {errc::conflict, 409, 6, "ALREADY_EXISTS"},
            {errc::gone, 410, 5, "NOT_FOUND"},
            {errc::precondition_failed, 412, 9, "FAILED_PRECONDITION"},
            {errc::too_large, 413, 3, "INVALID_ARGUMENT"},
            {errc::too_many_requests, 429, 8, "RATE_LIMITED"},
            {errc::internal, 500, 13, "INTERNAL"},
            {errc::not_implemented, 501, 12, "UNIMPLEMENTED"},
            {errc::unavailable, 503, 14, "UNAVAILABLE"},
            {errc::http_version_not_supported, 505, 12, "UNIMPLEMENTED"},
    };
    for (const auto& row : rows) {
        const auto made = manage_error({row.code, "Why."});
        const auto body = parse_json_object(made.body).value();
        EXPECT_EQ(made.status, row.status) << row.name;
        EXPECT_EQ(body.at("code").as_int64(), row.number) << row.name;
        EXPECT_EQ(body.at("details").at(0).at("error_code").as_string(), row.name);
        const bool is_worth_another_try = row.status == 503 || row.status == 429;
        EXPECT_EQ(made.headers.count("Retry-After"), is_worth_another_try ? 1U : 0U) << row.name;
        EXPECT_EQ(made.headers.count("WWW-Authenticate"), row.status == 401 ? 1U : 0U) << row.name;
    }
}

TEST(render_test, the_path_decides_the_error_format) {
    struct row {
        std::string_view target;
        bool is_scim;
    };
    const row rows[] = {
            {"/directory/dir_1/scim/v2/Users", true},
            {"/directory/dir_1/scim/v2/Users?a=b", true},
            {"/directory/", true},
            {"/directory", false},
            {"/api/v1/organizations", false},
            {"/", false},
            {"", false},
    };
    for (const auto& row : rows) {
        http::request head;
        head.target = row.target;
        EXPECT_EQ(is_scim_path(row.target), row.is_scim) << row.target;
        const auto body =
                parse_json_object(error_for(request_context(head), {errc::not_found, "No."}).body).value();
        EXPECT_EQ(body.contains("schemas"), row.is_scim) << row.target;
        EXPECT_EQ(body.contains("code"), !row.is_scim) << row.target;
    }
}

}  // namespace
}  // namespace scimd::api

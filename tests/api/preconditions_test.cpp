// Preconditions by ETag (RFC 7644 §3.14), and content negotiation (§3.1, §3.8).
#include "support/api_fixture.hpp"

#include <gtest/gtest.h>

namespace scimd::api {
namespace {

class preconditions_test : public testing::Test {
protected:
    test::api_fixture fixture;
    const std::string path = "/Users/" + fixture.make_user("anna");
};

TEST_F(preconditions_test, an_unchanged_resource_is_not_sent_again) {
    struct row {
        std::string_view field;
        int status;
    };
    const row rows[] = {
            {R"(W/"1")", 304},
            {R"("1")", 304},
            {"*", 304},
            {R"("7", W/"1")", 304},
            {R"(W/"2")", 200},
            {R"("7", "8")", 200},
            {"1", 400},
            {R"("1)", 400},
    };
    for (const auto& row : rows) {
        const auto got = fixture.scim("GET", path, "", {{"If-None-Match", row.field}});
        EXPECT_EQ(got.status, row.status) << row.field;
        if (row.status == 304) {
            EXPECT_EQ(got.header("ETag"), R"(W/"1")");
            EXPECT_EQ(got.text, "");
        }
    }
    EXPECT_EQ(fixture.scim("HEAD", path, "", {{"If-None-Match", "*"}}).status, 304);
    EXPECT_EQ(fixture.scim("GET", path, "", {{"If-Match", R"(W/"1")"}}).status, 200);
    EXPECT_EQ(fixture.scim("GET", path, "", {{"If-Match", R"(W/"2")"}}).status, 412);
    EXPECT_EQ(fixture.scim("GET", path, "", {{"If-Match", "*"}, {"If-None-Match", "*"}}).status, 304);
    fixture.patch(path, R"([{"op":"add","path":"title","value":"Boss"}])");
    EXPECT_EQ(fixture.scim("GET", path, "", {{"If-None-Match", R"(W/"1")"}}).status, 200);
}

TEST_F(preconditions_test, a_change_applies_only_to_the_version_of_if_match) {
    const auto put = test::user_text("anna", R"(,"title":"Boss")");
    const std::string patch = R"({"Operations":[{"op":"add","path":"title","value":"Chief"}]})";
    struct row {
        std::string_view method;
        std::string body;
    };
    const row rows[] = {{"PUT", put}, {"PATCH", patch}, {"DELETE", ""}};
    for (const auto& row : rows) {
        for (const auto* const stale : {R"(W/"7")", R"("7", "8")", R"("0")"}) {
            const auto got = fixture.scim(row.method, path, row.body, {{"If-Match", stale}});
            EXPECT_EQ(got.status, 412) << row.method << ' ' << stale;
            EXPECT_NE(got.text_of("detail").find(R"(W/"1")"), std::string::npos);
        }
        EXPECT_EQ(fixture.scim(row.method, path, row.body, {{"If-None-Match", R"(W/"1")"}}).status, 412);
        EXPECT_EQ(fixture.scim(row.method, path, row.body, {{"If-Match", "1"}}).status, 400);
    }
    EXPECT_EQ(fixture.scim("GET", path).header("ETag"), R"(W/"1")");
    EXPECT_EQ(fixture.scim("PUT", path, put, {{"If-Match", R"(W/"1")"}}).header("ETag"), R"(W/"2")");
    EXPECT_EQ(fixture.scim("PATCH", path, patch, {{"If-Match", R"("1", "2")"}}).header("ETag"), R"(W/"3")");
    EXPECT_EQ(fixture.scim("DELETE", path, "", {{"If-Match", "*"}}).status, 204);
    EXPECT_EQ(fixture.scim("DELETE", path, "", {{"If-Match", "*"}}).status, 404);
}

TEST_F(preconditions_test, a_request_without_effect_keeps_the_etag) {
    const auto before = fixture.scim("GET", path);
    const auto put = fixture.scim("PUT", path, test::user_text("anna"));
    EXPECT_EQ(put.status, 200);
    EXPECT_EQ(put.header("ETag"), before.header("ETag"));
    EXPECT_EQ(put.text, before.text);
}

TEST_F(preconditions_test, the_etag_of_a_group_changes_with_its_members) {
    const auto member = path.substr(path.rfind('/') + 1);
    const auto group =
            "/Groups/" + fixture.make_group("Staff", R"(,"members":[{"value":")" + member + R"("}])");
    EXPECT_EQ(fixture.scim("GET", group).header("ETag"), R"(W/"1")");
    fixture.scim("DELETE", path);
    EXPECT_EQ(fixture.scim("GET", group).header("ETag"), R"(W/"2")");
}

TEST_F(preconditions_test, the_content_type_is_scim_json_plain_json_or_missing) {
    struct row {
        std::string_view type;
        bool is_accepted;
    };
    const row rows[] = {
            {"application/scim+json", true},
            {"application/json", true},
            {"APPLICATION/SCIM+JSON", true},
            {"application/json; charset=utf-8", true},
            {"application/scim+json;profile=x", true},
            {" application/json ;charset=utf-8", true},
            {"", false},
            {"text/plain", false},
            {"text/json", false},
            {"application/xml", false},
            {"application/json-patch+json", false},
            {"application/x-www-form-urlencoded", false},
            {"application/jsonp", false},
            {"application", false},
    };
    const auto body = test::user_text("anna");
    for (const auto& row : rows) {
        const auto got = fixture.scim("PUT", path, body, {{"Content-Type", row.type}});
        EXPECT_EQ(got.status, row.is_accepted ? 200 : 415) << row.type;
    }
    EXPECT_EQ(fixture.scim("PUT", path, body).status, 200);
    for (const auto* const method : {"PATCH", "PUT"})
        EXPECT_EQ(fixture.scim(method, path, "x", {{"Content-Type", "text/plain"}}).status, 415) << method;
    EXPECT_EQ(fixture.scim("POST", "/Users", "x", {{"Content-Type", "text/plain"}}).status, 415);
    EXPECT_EQ(fixture.scim("GET", path, "", {{"Content-Type", "text/plain"}}).status, 200);
}

TEST_F(preconditions_test, the_media_type_of_the_response_follows_accept) {
    EXPECT_EQ(fixture.scim("GET", path).header("Content-Type"), "application/scim+json");
    const auto plain = fixture.scim("GET", path, "", {{"Accept", "application/json"}});
    EXPECT_EQ(plain.header("Content-Type"), "application/json");
    const auto missing = fixture.scim("GET", "/Users/none", "", {{"Accept", "application/json"}});
    EXPECT_EQ(missing.header("Content-Type"), "application/json");
}

}  // namespace
}  // namespace scimd::api

// The SCIM methods over HTTP (RFC 7644 §3.3 to §3.6, §4).
#include "support/api_fixture.hpp"

#include <gtest/gtest.h>

namespace scimd::api {
namespace {

class scim_test : public testing::Test {
protected:
    void expect_failure(const test::answer& got, int status, std::string_view scim_type) {
        EXPECT_EQ(got.status, status) << got.text;
        EXPECT_EQ(got.text_of("scimType"), scim_type) << got.text;
        EXPECT_EQ(got.text_of("status"), std::to_string(status));
        EXPECT_FALSE(got.text_of("detail").empty());
        EXPECT_EQ(got.header("Content-Type"), "application/scim+json");
    }

    test::api_fixture fixture;
};

TEST_F(scim_test, a_user_is_created_read_replaced_patched_and_deleted) {
    const auto made = fixture.scim("POST", "/Users", test::user_text("anna"));
    ASSERT_EQ(made.status, 201) << made.text;
    const auto path = "/Users/" + made.text_of("id");
    EXPECT_EQ(made.header("Location"), "https://scim.test" + fixture.base() + path);
    EXPECT_EQ(made.header("ETag"), R"(W/"1")");
    EXPECT_EQ(made.member("meta").at("location").as_string(), made.header("Location"));

    const auto read = fixture.scim("GET", path);
    EXPECT_EQ(read.status, 200);
    EXPECT_EQ(read.text, made.text);

    const auto replaced = fixture.scim("PUT", path, test::user_text("anna", R"(,"title":"Boss")"));
    EXPECT_EQ(replaced.status, 200);
    EXPECT_EQ(replaced.header("ETag"), R"(W/"2")");
    EXPECT_EQ(replaced.text_of("title"), "Boss");

    const auto patched = fixture.patch(path, R"([{"op":"remove","path":"title"}])");
    EXPECT_EQ(patched.status, 200);
    EXPECT_EQ(patched.header("ETag"), R"(W/"3")");
    EXPECT_FALSE(patched.body.contains("title"));

    const auto removed = fixture.scim("DELETE", path);
    EXPECT_EQ(removed.status, 204);
    EXPECT_EQ(removed.text, "");
    expect_failure(fixture.scim("GET", path), 404, "");
    expect_failure(fixture.scim("DELETE", path), 404, "");
    EXPECT_EQ(fixture.event_types().size(), 4U);
}

// RFC 7643 §3.1: Content-Location is meta.location.
TEST_F(scim_test, every_response_with_one_resource_has_its_location) {
    const auto made = fixture.scim("POST", "/Users", test::user_text("anna"));
    const auto user = "/Users/" + made.text_of("id");
    const auto group = "/Groups/" + fixture.make_group("Staff");
    const auto at = [](const test::answer& got) {
        EXPECT_EQ(got.header("Content-Location"), got.header("Location"));
        return got.header("Content-Location");
    };
    const auto expect_own = [&at](const test::answer& got) {
        EXPECT_LT(got.status, 300) << got.text;
        EXPECT_EQ(at(got), std::string(got.member("meta").at("location").as_string()));
    };
    expect_own(made);
    for (const auto& path :
            {user, group, std::string("/ServiceProviderConfig"), std::string("/ResourceTypes/User"),
                    std::string("/Schemas/urn:ietf:params:scim:schemas:core:2.0:User")}) {
        const auto read = fixture.scim("GET", path);
        expect_own(read);
        EXPECT_EQ(at(fixture.scim("HEAD", path)), at(read)) << path;
    }
    expect_own(fixture.scim("PUT", user, test::user_text("anna", R"(,"title":"Boss")")));
    expect_own(fixture.patch(user, R"([{"op":"remove","path":"title"}])"));
    expect_own(fixture.patch(user, R"([{"op":"remove","path":"title"}])"));
    expect_own(fixture.scim("PUT", group, R"({"displayName":"Staff","members":[]})"));
    expect_own(fixture.patch(group, R"([{"op":"replace","path":"displayName","value":"Others"}])"));

    const auto location = made.header("Location");
    EXPECT_EQ(at(fixture.scim("GET", user + "?attributes=userName")), location);
    const auto same = fixture.scim("GET", user, "", {{"If-None-Match", "*"}});
    EXPECT_EQ(same.status, 304);
    EXPECT_EQ(at(same), location);
    for (const auto* list : {"/Users", "/Groups", "/Schemas", "/ResourceTypes", "", "/Users/none"})
        EXPECT_EQ(at(fixture.scim("GET", list)), "") << list;
    EXPECT_EQ(at(fixture.scim("DELETE", user)), "");
}

TEST_F(scim_test, head_is_answered_like_get) {
    const auto path = "/Users/" + fixture.make_user("anna");
    for (const auto& one :
            {path, std::string("/Users"), std::string("/Schemas"), std::string("/Users/none")}) {
        const auto head = fixture.scim("HEAD", one);
        const auto get = fixture.scim("GET", one);
        EXPECT_EQ(head.status, get.status) << one;
        EXPECT_EQ(head.header("ETag"), get.header("ETag")) << one;
        EXPECT_EQ(head.header("Content-Type"), get.header("Content-Type")) << one;
        EXPECT_EQ(head.text, get.text) << one << ": the server cuts the body, its length is in the header";
    }
}

TEST_F(scim_test, the_password_is_accepted_and_never_returned) {
    const auto made = fixture.scim("POST", "/Users", test::user_text("anna", R"(,"password":"hush hush")"));
    ASSERT_EQ(made.status, 201);
    const auto path = "/Users/" + made.text_of("id");
    for (const auto& answer :
            {made, fixture.scim("GET", path), fixture.scim("GET", path + "?attributes=password"),
                    fixture.scim("GET", "/Users"), fixture.operate("GET", "/api/v1/events")}) {
        EXPECT_EQ(answer.text.find("hush"), std::string::npos) << answer.text;
    }
    EXPECT_EQ(fixture.scim("GET", "/Users?filter=password%20pr").status, 400);
}

TEST_F(scim_test, a_manager_reference_is_absolute_and_may_be_sent_back) {
    const auto url_of = [&](const std::string& user) {
        return "https://scim.test" + fixture.base() + "/Users/" + user;
    };
    const std::string enterprise = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";
    const auto boss = fixture.make_user("boss");
    const auto other = fixture.make_user("other");
    const auto anna = "/Users/" + fixture.make_user("anna",
                                          ",\"" + enterprise + R"(":{"manager":{"value":")" + boss + "\"}}");
    const auto manager = [&](const test::answer& user) {
        return user.member(enterprise).at("manager").as_object();
    };
    const auto read = fixture.scim("GET", anna);
    EXPECT_EQ(manager(read), (json::object{{"value", boss}, {"$ref", url_of(boss)}}));
    EXPECT_EQ(fixture.scim("PUT", anna, read.text).header("ETag"), read.header("ETag"));
    const auto found = fixture.scim(
            "GET", "/Users?filter=" + enterprise + ":manager.$ref%20eq%20%22" + url_of(boss) + "%22");
    EXPECT_EQ(found.body.at("totalResults").as_int64(), 1) << found.text;
    const auto moved = fixture.patch(anna,
            R"([{"op":"replace","path":")" + enterprise + R"(:manager.value","value":")" + other + R"("}])");
    EXPECT_EQ(manager(moved), (json::object{{"value", other}, {"$ref", url_of(other)}}));
}

TEST_F(scim_test, client_errors_are_scim_errors) {
    const auto anna = "/Users/" + fixture.make_user("anna");
    const auto staff = "/Groups/" + fixture.make_group("Staff");
    expect_failure(fixture.scim("POST", "/Users", test::user_text("ANNA")), 409, "uniqueness");
    expect_failure(fixture.scim("POST", "/Groups", test::group_text("staff")), 409, "uniqueness");
    expect_failure(fixture.scim("POST", "/Users", "{"), 400, "invalidSyntax");
    expect_failure(fixture.scim("POST", "/Users", ""), 400, "invalidSyntax");
    expect_failure(fixture.scim("POST", "/Users", "[]"), 400, "invalidSyntax");
    expect_failure(
            fixture.scim("POST", "/Users", R"({"userName":"a","USERNAME":"b"})"), 400, "invalidSyntax");
    expect_failure(fixture.scim("POST", "/Users", "{}"), 400, "invalidValue");
    expect_failure(fixture.scim("POST", "/Users", test::user_text("b", R"(,"active":"maybe")")), 400,
            "invalidValue");
    expect_failure(fixture.scim("GET", "/Users/diruser_1"), 404, "");
    expect_failure(fixture.scim("GET", "/Me"), 501, "");
    expect_failure(fixture.scim("PUT", anna, "{}"), 400, "invalidValue");
    expect_failure(fixture.patch(anna, R"([{"op":"move","path":"title"}])"), 400, "invalidSyntax");
    expect_failure(fixture.patch(anna, R"([{"op":"remove"}])"), 400, "noTarget");
    expect_failure(fixture.patch(anna, R"([{"op":"add","path":"nope!","value":"x"}])"), 400, "invalidPath");
    expect_failure(fixture.patch(anna, R"([{"op":"replace","path":"id","value":"x"}])"), 400, "mutability");
    expect_failure(fixture.patch(anna, R"([{"op":"remove","path":"userName"}])"), 400, "mutability");
    expect_failure(fixture.patch(staff, R"([{"op":"add","path":"members","value":[{"value":"diruser_1"}]}])"),
            400, "invalidValue");
    expect_failure(fixture.scim("GET", "/Users?filter=userName%20eq"), 400, "invalidFilter");
    expect_failure(fixture.scim("GET", "/Users?filter="), 400, "invalidFilter");
    expect_failure(fixture.scim("GET", "/Users?sortBy=nothing"), 400, "invalidPath");
    expect_failure(fixture.scim("GET", "/Users?count=many"), 400, "invalidValue");
    expect_failure(fixture.scim("GET", "/Users?filter=%ff"), 400, "");
    EXPECT_EQ(fixture.event_types(), (std::vector<std::string>{"user_created", "group_created"}));
}

TEST_F(scim_test, every_method_returns_the_requested_attributes) {
    const auto anna =
            fixture.make_user("anna", R"(,"title":"Boss","name":{"givenName":"A","familyName":"B"})");
    const auto body =
            test::user_text("anna", R"(,"title":"Chief","name":{"givenName":"A","familyName":"B"})");
    const auto patch = R"({"Operations":[{"op":"replace","path":"title","value":"Lead"}]})";
    struct row {
        std::string_view method;
        std::string path;
        std::string body;
    };
    const row rows[] = {
            {"GET", "/Users/" + anna, ""},
            {"PUT", "/Users/" + anna, body},
            {"PATCH", "/Users/" + anna, patch},
            {"POST", "/Users", ""},
    };
    int number = 0;
    for (const auto& row : rows) {
        const auto ask = [&](const std::string& parameters) {
            const auto fresh = test::user_text("new" + std::to_string(++number),
                    R"(,"title":"T","name":{"givenName":"A","familyName":"B"})");
            const auto got = fixture.scim(
                    row.method, row.path + "?" + parameters, row.method == "POST" ? fresh : row.body);
            EXPECT_LT(got.status, 300) << got.text;
            return got.body;
        };
        auto shown = ask("attributes=title,NAME.givenname,nothing");
        EXPECT_TRUE(shown.contains("id")) << row.method;
        EXPECT_TRUE(shown.contains("title")) << row.method;
        EXPECT_EQ(to_text(shown.at("name")), R"({"givenName":"A"})") << row.method;
        EXPECT_FALSE(shown.contains("userName")) << row.method;
        EXPECT_FALSE(shown.contains("emails")) << row.method;
        EXPECT_FALSE(shown.contains("meta")) << row.method;
        shown = ask("excludedAttributes=title,name.familyName,id");
        EXPECT_TRUE(shown.contains("id")) << row.method << ": always returned";
        EXPECT_FALSE(shown.contains("title")) << row.method;
        EXPECT_EQ(to_text(shown.at("name")), R"({"givenName":"A"})") << row.method;
        EXPECT_TRUE(shown.contains("userName")) << row.method;
        EXPECT_TRUE(shown.contains("meta")) << row.method;
    }
}

TEST_F(scim_test, members_and_groups_are_returned_when_requested) {
    const auto anna = fixture.make_user("anna");
    const auto staff = fixture.make_group("Staff", R"(,"members":[{"value":")" + anna + R"("}])");
    const auto group = fixture.scim("GET", "/Groups/" + staff).body;
    const auto base = "https://scim.test" + fixture.base();
    EXPECT_EQ(to_text(group.at("members")),
            R"([{"value":")" + anna + R"(","$ref":")" + base + "/Users/" + anna + R"(","type":"User"}])");
    EXPECT_EQ(to_text(fixture.scim("GET", "/Users/" + anna).body.at("groups")),
            R"([{"value":")" + staff + R"(","$ref":")" + base + "/Groups/" + staff +
                    R"(","display":"Staff","type":"direct"}])");
    EXPECT_FALSE(
            fixture.scim("GET", "/Groups/" + staff + "?excludedAttributes=members").body.contains("members"));
    EXPECT_FALSE(fixture.scim("GET", "/Users/" + anna + "?attributes=userName").body.contains("groups"));
    EXPECT_TRUE(fixture.scim("GET", "/Users/" + anna + "?attributes=groups").body.contains("groups"));
    const auto empty = fixture.make_group("Empty");
    EXPECT_EQ(to_text(fixture.scim("GET", "/Groups/" + empty).body.at("members")), "[]");
}

TEST_F(scim_test, discovery_describes_the_service) {
    const auto config = fixture.scim("GET", "/ServiceProviderConfig");
    EXPECT_EQ(config.status, 200);
    EXPECT_TRUE(config.member("patch").at("supported").as_bool());
    EXPECT_TRUE(config.member("etag").at("supported").as_bool());
    EXPECT_TRUE(config.member("bulk").at("supported").as_bool());

    EXPECT_EQ(fixture.scim("GET", "/ResourceTypes").resources("name"),
            (std::vector<std::string>{"User", "Group"}));
    EXPECT_EQ(fixture.scim("GET", "/ResourceTypes/Group").text_of("endpoint"), "/Groups");
    EXPECT_EQ(fixture.scim("GET", "/Schemas").body.at("totalResults").as_int64(), 3);
    const std::string user = "urn:ietf:params:scim:schemas:core:2.0:User";
    EXPECT_EQ(fixture.scim("GET", "/Schemas/" + user).text_of("id"), user);
    for (const auto* const path : {"/Schemas/urn:none", "/ResourceTypes/Device"})
        expect_failure(fixture.scim("GET", path), 404, "");
    // RFC 7644 §4.
    for (const auto* const path : {"/Schemas?filter=id%20pr", "/ResourceTypes?filter=id%20pr"})
        expect_failure(fixture.scim("GET", path), 403, "");
}

TEST_F(scim_test, another_directory_sees_nothing) {
    const auto anna = fixture.make_user("anna");
    const auto staff = fixture.make_group("Staff");
    fixture.directory = fixture.make_directory(fixture.organization);
    fixture.token = fixture.make_token(fixture.directory);
    EXPECT_EQ(fixture.scim("GET", "/Users").body.at("totalResults").as_int64(), 0);
    EXPECT_EQ(fixture.scim("GET", "/Users?filter=userName%20eq%20%22anna%22")
                      .body.at("totalResults")
                      .as_int64(),
            0);
    EXPECT_EQ(fixture.scim("GET", "/Users/" + anna).status, 404);
    EXPECT_EQ(fixture.scim("PUT", "/Users/" + anna, test::user_text("anna")).status, 404);
    EXPECT_EQ(fixture.patch("/Groups/" + staff, R"([{"op":"remove","path":"members"}])").status, 404);
    EXPECT_EQ(fixture.scim("DELETE", "/Groups/" + staff).status, 404);
    EXPECT_EQ(fixture.scim("POST", "/Users", test::user_text("anna")).status, 201);
}

}  // namespace
}  // namespace scimd::api

// The attribute `active` changes only by explicit request, and ignored parts of a request are in the request
// log (docs/compatibility.md, C13, C34).
#include "support/api_fixture.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace scimd::api {
namespace {

constexpr const char* enterprise = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";

class lifecycle_test : public testing::Test {
protected:
    lifecycle_test() : path_("/Users/" + fixture.make_user("anna")) {}

    void switch_off() {
        const auto off = fixture.patch(path_, R"([{"op":"replace","path":"active","value":false}])");
        ASSERT_EQ(off.status, 200) << off.text;
    }

    // Checks `active` in the response to GET, in the index, and in the last event of the user.
    void expect_active(bool is_active) {
        EXPECT_EQ(fixture.scim("GET", path_).body.at("active"), json::value(is_active));
        for (const bool wanted : {true, false}) {
            const auto found = fixture.scim(
                    "GET", std::string("/Users?filter=active%20eq%20") + (wanted ? "true" : "false"));
            EXPECT_EQ(found.body.at("totalResults"), json::value(wanted == is_active ? 1 : 0)) << found.text;
        }
        const auto events = fixture.events();
        EXPECT_EQ(events.back().at("data").at("active"), json::value(is_active));
    }

    test::answer manage(std::string_view method, std::string_view rest, std::string_view body = "") {
        fixture.write_log();
        return fixture.operate(method,
                "/api/v1/organizations/" + fixture.organization + "/directories/" + fixture.directory +
                        std::string(rest),
                body);
    }

    json::array last_ignored(std::string_view method = "PATCH") {
        return manage("GET", "/request-log?status=2xx&method=" + std::string(method))
                .body.at("entries")
                .at(0)
                .at("ignored")
                .as_array();
    }

    test::api_fixture fixture;
    std::string path_;
};

TEST_F(lifecycle_test, a_put_without_active_leaves_it_unchanged) {
    switch_off();
    const auto events = fixture.events().size();
    for (const char* const more : {"", R"(,"active":null)", R"(,"active":"")", R"(,"active":[])"}) {
        const auto put = fixture.scim("PUT", path_, test::user_text("anna", more));
        EXPECT_EQ(put.status, 200) << put.text;
        EXPECT_EQ(put.header("ETag"), R"(W/"2")") << more;
        expect_active(false);
    }
    EXPECT_EQ(fixture.events().size(), events);

    const auto bulk = fixture.scim("POST", "/Bulk",
            R"({"schemas":["urn:ietf:params:scim:api:messages:2.0:BulkRequest"],"Operations":[
            {"method":"PUT","path":")" +
                    path_ + R"(","data":)" + test::user_text("anna", R"(,"title":"Boss")") + "}]}");
    EXPECT_EQ(bulk.status, 200) << bulk.text;
    EXPECT_EQ(fixture.scim("GET", path_).text_of("title"), "Boss");
    expect_active(false);

    EXPECT_EQ(fixture.scim("PUT", path_, test::user_text("anna", R"(,"active":true)")).status, 200);
    expect_active(true);
    EXPECT_EQ(fixture.scim("PUT", path_, test::user_text("anna", R"(,"title":"X")")).status, 200);
    expect_active(true);
}

TEST_F(lifecycle_test, active_cannot_be_unassigned) {
    switch_off();
    for (const char* const operation : {R"({"op":"Replace","path":"active","value":""})",
                 R"({"op":"replace","path":"active","value":null})",
                 R"({"op":"replace","value":{"active":null}})", R"({"op":"remove","path":"active"})"}) {
        const auto got = fixture.patch(path_, "[" + std::string(operation) + "]");
        EXPECT_EQ(got.status, 400) << operation;
        EXPECT_EQ(got.text_of("scimType"), "invalidValue") << operation;
        expect_active(false);
    }
}

TEST_F(lifecycle_test, a_deactivation_succeeds_despite_invalid_attributes_beside_it) {
    const std::string urn = enterprise;
    fixture.scim("PUT", path_, test::user_text("anna", ",\"" + urn + R"(":{"manager":{"value":"m"}})"));
    const auto off = fixture.patch(path_,
            R"([{"op":"Replace","path":"active","value":"False"},{"op":"Remove","path":")" + urn +
                    R"(:manager[value eq \"m\"]"},{"op":"Add","path":"urn:example:acme:2.0:User:costUnit","value":"7"}])");
    EXPECT_EQ(off.status, 200) << off.text;
    EXPECT_FALSE(off.body.contains(urn));
    expect_active(false);
    EXPECT_EQ(last_ignored(), (json::array{json::object{{"attribute", "urn:example:acme:2.0:User:costUnit"},
                                      {"reason", "unknown_path"}}}));

    const auto listed = manage("GET", "/refusals").body.at("refusals").as_array();
    ASSERT_EQ(listed.size(), 1U);
    EXPECT_EQ(listed[0].at("reason"), "unknown_attribute");
    EXPECT_EQ(listed[0].at("severity"), "WARNING");
    EXPECT_EQ(listed[0].at("status"), "OPEN");
    EXPECT_EQ(listed[0].at("count"), 1);
    EXPECT_EQ(listed[0].at("preferred_username"), "anna");
    EXPECT_EQ(listed[0].at("detail"),
            "There is no attribute 'urn:example:acme:2.0:User:costUnit': the operation was passed over.");
    EXPECT_TRUE(listed[0].at("fix").as_string().starts_with("Remove the mapping of the attribute"));

    // A strict directory rejects the whole request.
    ASSERT_EQ(manage("PATCH", "", R"({"scim_mode":"strict"})").status, 200);
    const auto strict = fixture.patch(path_,
            R"([{"op":"replace","path":"active","value":true},{"op":"add","path":"shoeSize","value":"43"}])");
    EXPECT_EQ(strict.status, 400);
    EXPECT_EQ(strict.text_of("scimType"), "invalidPath");
    expect_active(false);
}

TEST_F(lifecycle_test, ignored_parts_of_a_request_are_in_the_request_log) {
    const auto row = [](const char* attribute, const char* reason) {
        return json::value(json::object{{"attribute", attribute}, {"reason", reason}});
    };
    const auto made = fixture.scim("POST", "/Users",
            test::user_text("bob", R"(,"shoeSize":43,"password":"p","phoneNumbers":[{"type":"work"}])"));
    EXPECT_EQ(made.status, 201) << made.text;
    EXPECT_EQ(last_ignored("POST"), (json::array{
                                            row("shoeSize", "unknown_attribute"),
                                            row("password", "not_kept"),
                                            row("phoneNumbers", "no_value"),
                                    }));
    fixture.patch(path_, R"([{"op":"replace","path":"name[givenName eq \"x\"].familyName","value":"y"}])");
    EXPECT_EQ(last_ignored(), json::array{row("name.familyName", "no_match")});
    const std::string manager = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:manager";
    fixture.patch(path_, R"([{"op":"add","path":")" + manager + R"(","value":{"value":"diruser_7"}}])");
    EXPECT_EQ(last_ignored(), json::array());
    fixture.patch(path_, R"([{"op":"remove","path":")" + manager + R"(.$ref"}])");
    EXPECT_EQ(last_ignored(), json::array{row((manager + ".$ref").c_str(), "derived")});
    fixture.patch(path_, R"([{"op":"replace","path":"title","value":"T"}])");
    EXPECT_EQ(last_ignored(), json::array());

    // A rejected request ignores nothing.
    fixture.patch(path_, R"([{"op":"add","value":{"hat":"1"}},{"op":"remove","path":"userName"}])");
    EXPECT_EQ(last_ignored(), json::array());  // of the request before

    // A bulk request logs the ignored parts of all operations except failed ones.
    fixture.scim("POST", "/Bulk",
            R"({"Operations":[{"method":"PATCH","path":")" + path_ +
                    R"(","data":{"Operations":[{"op":"add","value":{"hat":"1"}}]}},{"method":"POST","bulkId":"x",
            "path":"/Users","data":)" +
                    test::user_text("anna", R"(,"sock":"1")") + "}]}");
    EXPECT_EQ(last_ignored("POST"), json::array{row("hat", "unknown_attribute")});
}

class choices_test : public lifecycle_test {};

TEST_F(choices_test, unknown_members_are_rejected_or_ignored) {
    const auto id = path_.substr(path_.rfind('/') + 1);
    const std::string members = R"([{"value":"diruser_1"},{"value":")" + id + R"("},{"value":"nobody"}])";
    const auto body = [&](std::string_view name) {
        return R"({"displayName":")" + std::string(name) + R"(","members":)" + members + "}";
    };
    EXPECT_EQ(fixture.scim("POST", "/Groups", body("G")).status, 400);
    EXPECT_EQ(manage("GET", "").body.at("directory").at("unknown_members"), "refuse");
    const auto set = manage("PATCH", "", R"({"unknown_members":"ignore"})");
    ASSERT_EQ(set.status, 200) << set.text;
    EXPECT_EQ(set.body.at("directory").at("unknown_members"), "ignore");

    const auto made = fixture.scim("POST", "/Groups", body("G"));
    ASSERT_EQ(made.status, 201) << made.text;
    ASSERT_EQ(made.body.at("members").as_array().size(), 1U);
    EXPECT_EQ(made.body.at("members").at(0).at("value"), json::value(id));
    EXPECT_EQ(last_ignored("POST"),
            (json::array{json::object{{"attribute", "members"}, {"reason", "unknown_member"}}}));
    const auto group = "/Groups/" + made.text_of("id");
    const auto put = fixture.scim("PUT", group, body("G"));
    EXPECT_EQ(put.status, 200) << put.text;
    EXPECT_EQ(put.body.at("members").as_array().size(), 1U);
    const auto added = fixture.patch(group, R"([{"op":"add","path":"members","value":)" + members + "}]");
    EXPECT_EQ(added.status, 200) << added.text;
    EXPECT_EQ(added.body.at("members").as_array().size(), 1U);

    // Other errors are still rejected.
    const auto own = R"([{"op":"add","path":"members","value":[{"value":")" + made.text_of("id") + R"("}]}])";
    EXPECT_EQ(fixture.patch(group, own).status, 400);

    const auto bad = manage("PATCH", "", R"({"unknown_members":"maybe"})");
    EXPECT_EQ(bad.status, 400);
    EXPECT_EQ(bad.text_of("message"), "unknown_members must be one of refuse, ignore.");
}

TEST_F(choices_test, a_patch_is_answered_with_or_without_the_resource) {
    const char* const boss = R"([{"op":"replace","path":"title","value":"Boss"}])";
    EXPECT_EQ(fixture.patch(path_, boss).status, 200);
    ASSERT_EQ(manage("PATCH", "", R"({"patch_status":204})").status, 200);
    EXPECT_EQ(manage("GET", "").body.at("directory").at("patch_status"), 204);

    const auto same = fixture.patch(path_, boss);
    EXPECT_EQ(same.status, 204);
    EXPECT_EQ(same.text, "");
    EXPECT_EQ(same.header("ETag"), R"(W/"2")");
    const auto changed = fixture.patch(path_, R"([{"op":"remove","path":"title"}])");
    EXPECT_EQ(changed.status, 204);
    EXPECT_EQ(changed.header("ETag"), R"(W/"3")");
    const auto group = "/Groups/" + fixture.make_group("G");
    const auto id = path_.substr(path_.rfind('/') + 1);
    const auto member = R"([{"op":"add","path":"members","value":[{"value":")" + id + R"("}]}])";
    EXPECT_EQ(fixture.patch(group, member).status, 204);

    // RFC 7644 §3.5.2: with attributes the answer has a body.
    EXPECT_EQ(fixture.patch(path_ + "?attributes=title", boss).status, 200);
    EXPECT_EQ(fixture.scim("PUT", path_, test::user_text("anna")).status, 200);

    for (const char* const wrong : {R"({"patch_status":202})", R"({"patch_status":"204"})"}) {
        const auto bad = manage("PATCH", "", wrong);
        EXPECT_EQ(bad.status, 400);
        EXPECT_EQ(bad.text_of("message"), "patch_status must be one of 200, 204.");
    }
}

}  // namespace
}  // namespace scimd::api

// "/Me" (RFC 7644 §3.11), and the authorization of user tokens (docs/decisions/0027).
#include "service/scim/self_update.hpp"
#include "support/api_fixture.hpp"

#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace scimd::api {
namespace {

TEST(me, is_not_implemented_for_a_directory_token) {
    test::api_fixture fixture;
    for (const auto* method : {"GET", "POST", "PUT", "PATCH", "DELETE"}) {
        const auto got = fixture.scim(method, "/Me", R"({"userName":"x"})");
        EXPECT_EQ(got.status, 501) << method;
        EXPECT_EQ(got.text,
                R"({"schemas":["urn:ietf:params:scim:api:messages:2.0:Error"],)"
                R"("detail":"The token stands for the directory, not for a user: there is no /Me.","status":"501"})")
                << method;
        EXPECT_EQ(got.header("Location"), "") << method;
        EXPECT_EQ(fixture.call(method, fixture.base() + "/Me").status, 401) << method;
    }
    EXPECT_EQ(fixture.scim("HEAD", "/Me").status, 501);
    EXPECT_TRUE(fixture.events().empty());
}

class me_test : public testing::Test {
protected:
    // Sends a request with the token of the user.
    test::answer mine(std::string_view method, std::string_view path, std::string_view body = "",
            test::header_list more = {}) {
        const auto of_directory = std::exchange(fixture.token, token);
        auto got = fixture.scim(method, path, body, more);
        fixture.token = of_directory;
        return got;
    }

    test::answer change(std::string_view operations, test::header_list more = {}) {
        const auto body = R"({"schemas":["urn:ietf:params:scim:api:messages:2.0:PatchOp"],"Operations":)" +
                          std::string(operations);
        return mine("PATCH", "/Me", body + "}", more);
    }

    // The stored user.
    std::string stored() { return fixture.scim("GET", "/Users/" + id).text; }

    test::api_fixture fixture;
    const std::string id =
            fixture.make_user("anna", R"(,"externalId":"a1","title":"Queen","nickName":"Anni")");
    const std::string token = fixture.make_user_token(id);
    const std::string location = "https://scim.test" + fixture.base() + "/Users/" + id;
};

TEST_F(me_test, is_the_user_of_the_token) {
    fixture.make_group("Staff", R"(,"members":[{"value":")" + id + R"("}])");
    for (const auto* query : {"", "?attributes=userName", "?excludedAttributes=emails,groups"}) {
        const auto got = mine("GET", "/Me" + std::string(query));
        EXPECT_EQ(got.status, 200) << query;
        EXPECT_EQ(got.text, fixture.scim("GET", "/Users/" + id + query).text);
        EXPECT_EQ(got.header("ETag"), "W/\"1\"");
    }
    const auto got = mine("GET", "/Me");
    EXPECT_EQ(got.member("meta").at("location"), json::value(location));
    EXPECT_EQ(got.body.at("groups").as_array().size(), 1U);
    EXPECT_EQ(mine("HEAD", "/Me").header("Location"), location);
    EXPECT_EQ(mine("GET", "/Me.scim", "", {{"Accept", "application/json"}}).header("Content-Type"),
            "application/scim+json");
    EXPECT_EQ(mine("GET", "/Users/" + id).text, got.text);
    EXPECT_EQ(mine("GET", "/users/" + id).text, got.text) << "the name of an endpoint in any case";
    EXPECT_EQ(mine("GET", "/Users/" + id).header("Location"), location);
}

TEST_F(me_test, every_response_has_the_permanent_location_of_the_user) {
    const struct {
        std::string_view method;
        std::string_view query;
        std::string_view body;
        std::pair<std::string_view, std::string_view> header;
        int status;
    } rows[] = {
            {"GET", "", "", {"X-None", ""}, 200},
            {"HEAD", "", "", {"X-None", ""}, 200},
            {"GET", "", "", {"If-None-Match", "W/\"1\""}, 304},
            {"GET", "", "", {"If-Match", "W/\"7\""}, 412},
            {"GET", "", "", {"If-Match", "?"}, 400},
            {"PATCH", "", "{", {"X-None", ""}, 400},
            {"PATCH", "", R"({"Operations":[{"op":"add","path":"nope","value":1}]})", {"X-None", ""}, 400},
            {"PATCH", "", R"({"Operations":[{"op":"add","path":"nickName","value":"A"}]})",
                    {"If-Match", "W/\"7\""}, 412},
            {"PATCH", "", R"({"Operations":[{"op":"add","path":"userName","value":"A"}]})", {"X-None", ""},
                    403},
            {"PATCH", "", R"({"Operations":[{"op":"add","path":"nickName","value":"A"}]})", {"X-None", ""},
                    200},
            {"PUT", "", "x", {"Content-Type", "text/plain"}, 415},
            {"PUT", "", R"({"userName":"anna"})", {"X-None", ""}, 403},
            {"POST", "", R"({"userName":"anna"})", {"X-None", ""}, 409},
            {"DELETE", "", "", {"X-None", ""}, 403},
    };
    for (const auto& row : rows) {
        const auto got = mine(row.method, "/Me" + std::string(row.query), row.body, {row.header});
        const bool shows = row.status == 200 || row.status == 304;
        EXPECT_EQ(got.status, row.status) << row.method << row.query << row.body << got.text;
        EXPECT_EQ(got.header("Location"), location) << row.method << row.query << row.body;
        EXPECT_EQ(got.header("Content-Location"), shows ? location : "")
                << row.method << row.query << row.body;
    }
}

TEST_F(me_test, changes_by_patch_and_put_and_is_the_actor_of_its_events) {
    const auto patched = change(R"([
        {"op":"replace","path":"name.givenName","value":"Anna"},
        {"op":"add","path":"phoneNumbers","value":[{"type":"work","value":"1"}]},
        {"op":"remove","path":"nickName"}])");
    EXPECT_EQ(patched.status, 200) << patched.text;
    EXPECT_EQ(patched.header("ETag"), "W/\"2\"");
    EXPECT_EQ(patched.text, stored());

    auto whole = patched.body;
    whole["displayName"] = "Anna A.";
    whole["preferredLanguage"] = "de";
    const auto put = mine("PUT", "/Me?attributes=displayName", to_text(whole), {{"If-Match", "W/\"2\""}});
    EXPECT_EQ(put.status, 200) << put.text;
    EXPECT_EQ(put.text_of("displayName"), "Anna A.");
    EXPECT_FALSE(put.body.contains("preferredLanguage")) << "not asked for";
    EXPECT_EQ(mine("GET", "/Me").text_of("preferredLanguage"), "de");

    const auto published = fixture.events();
    ASSERT_EQ(fixture.event_types(),
            (std::vector<std::string>{"user_created", "token_created", "user_updated", "user_updated"}));
    const json::object actor{{"type", "directory_user"}, {"id", id}, {"suffix", token.substr(56)}};
    EXPECT_EQ(published[2].at("context").at("actor"), actor);
    EXPECT_EQ(published[2].at("context").at("source"), "scim");
    EXPECT_EQ(published[3].at("context").at("actor"), actor);
    EXPECT_EQ(published[1].at("data").at("directory_user_id"), json::value(id));
}

TEST_F(me_test, cannot_change_attributes_that_the_directory_controls) {
    const std::pair<std::string_view, std::string_view> rows[] = {
            {R"([{"op":"replace","path":"userName","value":"boss"}])", "userName"},
            {R"([{"op":"replace","path":"userName","value":"ANNA"}])", "userName"},
            {R"([{"op":"replace","path":"emails[primary eq true].value","value":"boss@acme.com"}])",
                    "emails"},
            {R"([{"op":"add","path":"emails","value":[{"value":"x@elsewhere.org"}]}])", "emails"},
            {R"([{"op":"remove","path":"emails"}])", "emails"},
            {R"([{"op":"replace","path":"active","value":false}])", "active"},
            {R"([{"op":"remove","path":"externalId"}])", "externalId"},
            {R"([{"op":"add","path":"roles","value":[{"value":"admin"}]}])", "roles"},
            {R"([{"op":"add","path":"entitlements","value":[{"value":"all"}]}])", "entitlements"},
            {R"([{"op":"add","path":"x509Certificates","value":[{"value":"aGVsbG8="}]}])",
                    "x509Certificates"},
            {R"([{"op":"replace","path":"title","value":"King"}])", "title"},
            {R"([{"op":"add","path":"userType","value":"Admin"}])", "userType"},
            {R"([{"op":"add","path":"nickName","value":"A"},{"op":"add","value":{"userType":"Admin"}}])",
                    "userType"},
            {R"([{"op":"add","path":"urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:department","value":"X"}])",
                    "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:department"},
    };
    const auto before = stored();
    for (const auto& [operations, attribute] : rows) {
        const auto got = change(operations);
        EXPECT_EQ(got.status, 403) << operations;
        EXPECT_EQ(got.text_of("detail"),
                std::string(attribute) + " is for the directory to change, not for the user itself.")
                << operations;
    }
    EXPECT_EQ(
            change(R"([{"op":"add","path":"groups","value":[{"value":"dirgroup_1"}]}])").text_of("scimType"),
            "mutability");
    EXPECT_EQ(mine("PUT", "/Me", test::user_text("anna")).text_of("detail"),
            "externalId is for the directory to change, not for the user itself.");
    const auto removal = mine("DELETE", "/Me");
    EXPECT_EQ(removal.status, 403);
    EXPECT_EQ(
            removal.text_of("detail"), "A user cannot delete itself: only the directory can delete a user.");
    const auto second = mine("POST", "/Me", test::user_text("other"));
    EXPECT_EQ(second.status, 409);
    EXPECT_EQ(second.text_of("scimType"), "uniqueness");
    EXPECT_EQ(second.text_of("detail"),
            "The user for whom the token stands is there already: change it by PUT or PATCH.");
    EXPECT_EQ(stored(), before);
    EXPECT_EQ(fixture.event_types().size(), 2U) << "user_created, token_created";
    fixture.write_log();
    const auto refused =
            fixture.operate("GET", "/api/v1/organizations/-/directories/" + fixture.directory + "/refusals");
    EXPECT_TRUE(refused.body.at("refusals").as_array().empty())
            << "the identity provider was refused nothing";

    const auto same = change(
            R"([{"op":"replace","path":"userName","value":"anna"},{"op":"replace","path":"active","value":true}])");
    EXPECT_EQ(same.status, 200) << "nothing changes";
    EXPECT_EQ(same.text, before);
}

TEST_F(me_test, cannot_exceed_128_kib) {
    constexpr std::size_t most = service::own_bytes_max;
    const auto sized = [](std::size_t bytes) {
        const std::string start = R"({"Operations":[{"op":"add","path":"nickName","value":"A"}])";
        return start + std::string(bytes - start.size() - 1, ' ') + '}';
    };
    EXPECT_EQ(mine("PATCH", "/Me", sized(most)).status, 200);
    const auto refused = mine("PATCH", "/Me", sized(most + 1));
    EXPECT_EQ(refused.status, 413);
    EXPECT_EQ(refused.header("Location"), location);
    EXPECT_EQ(fixture.scim("PATCH", "/Users/" + id, sized(most + 1)).status, 200)
            << "the directory's limit is another";

    const std::string half(50'000, 'x');
    const auto address = R"([{"op":"add","path":"addresses","value":[{"streetAddress":")" + half +
                         R"(","locality":")" + half + R"("}]}])";
    ASSERT_EQ(change(address).status, 200);
    const auto long_name = [](std::size_t bytes) {
        return R"([{"op":"replace","path":"profileUrl","value":")" + std::string(bytes, 'x') + R"("}])";
    };
    const auto bytes = [this] {
        const auto users = fixture.operate("GET",
                "/api/v1/organizations/-/directories/" + fixture.directory + "/users?include_detail=true");
        return to_text(users.body.at("users").at(0).at("user_detail").at("raw_attributes")).size();
    };
    ASSERT_EQ(change(long_name(1)).status, 200);
    const auto room = most - bytes() + 1;
    EXPECT_EQ(change(long_name(room)).status, 200);
    EXPECT_EQ(bytes(), most);
    const auto grown = change(long_name(room + 1));
    EXPECT_EQ(grown.status, 413);
    EXPECT_EQ(grown.text_of("detail"), "A user does not make itself larger than 131072 bytes.");
    EXPECT_EQ(fixture.patch("/Users/" + id, long_name(room + 9)).status, 200);
    EXPECT_EQ(change(R"([{"op":"replace","path":"profileUrl","value":"x"}])").status, 200);
}

TEST_F(me_test, a_user_token_is_forbidden_every_other_resource_existing_or_not) {
    const auto other = fixture.make_user("bert");
    const auto group = fixture.make_group("Staff", R"(,"members":[{"value":")" + id + R"("}])");
    const auto before = fixture.scim("GET", "/Users").text + fixture.scim("GET", "/Groups").text;
    const auto number = id.substr(id.find('_') + 1);
    const std::string removal = R"({"Operations":[{"method":"DELETE","path":"/Users/)" + other + R"("}]})";
    const std::string rename = R"({"Operations":[{"op":"add","path":"displayName","value":"X"}]})";
    const struct {
        std::string_view method;
        std::string path;
        std::string body;
    } rows[] = {
            {"GET", "/Users/" + other, ""},
            {"GET", "/Users/diruser_1", ""},
            {"GET", "/Users/x", ""},
            {"GET", "/Users/" + id + "0", ""},
            {"GET", "/Users/dirgroup_" + number, ""},
            {"GET", "/Groups/" + group, ""},
            {"GET", "/Groups/diruser_" + number, ""},
            {"GET", "/Groups/dirgroup_" + number, ""},
            {"GET", "/Users", ""},
            {"GET", "/Users?filter=id%20eq%20%22" + id + "%22", ""},
            {"GET", "/Groups", ""},
            {"GET", "", ""},
            {"POST", "/.search", "{}"},
            {"POST", "/Users/.search", "{}"},
            {"POST", "/Users", test::user_text("carl")},
            {"POST", "/Groups", test::group_text("Chiefs", R"(,"members":[{"value":")" + id + R"("}])")},
            {"PUT", "/Users/" + other, test::user_text("boss")},
            {"PUT", "/Users/" + id, test::user_text("boss")},
            {"PATCH", "/Users/" + id, rename},
            {"PATCH", "/Users/" + other, rename},
            {"PATCH", "/Groups/" + group, rename},
            {"DELETE", "/Users/" + id, ""},
            {"DELETE", "/Users/" + other, ""},
            {"DELETE", "/Groups/" + group, ""},
            {"POST", "/Bulk", removal},
    };
    for (const auto& row : rows) {
        const auto got = mine(row.method, row.path, row.body);
        EXPECT_EQ(got.status, 403) << row.method << ' ' << row.path << got.text;
        EXPECT_EQ(got.text_of("detail"),
                "The token stands for one user: it reads and changes that user at /Me, and nothing else of "
                "the "
                "directory.")
                << row.path;
    }
    EXPECT_EQ(fixture.scim("GET", "/Users").text + fixture.scim("GET", "/Groups").text, before);
    for (const auto* path : {"/ServiceProviderConfig", "/Schemas", "/ResourceTypes", "/ResourceTypes/User"})
        EXPECT_EQ(mine("GET", path).text, fixture.scim("GET", path).text) << path;
}

TEST_F(me_test, has_nothing_below_it) {
    const std::pair<std::string_view, std::string_view> rows[] = {
            {"POST", "/Me/.search"},
            {"GET", "/Me/emails"},
            {"PATCH", "/Me/emails"},
            {"GET", "/Me/emails/0"},
            {"GET", "/Nothing"},
    };
    for (const auto& [method, path] : rows) {
        EXPECT_EQ(mine(method, path, "{}").status, 404) << path;
        EXPECT_EQ(fixture.scim(method, path, "{}").status, 404) << path;
    }
    EXPECT_EQ(mine("POST", "/Me/.search", "{}").text_of("detail"), "There is no endpoint /Me.");
    EXPECT_EQ(mine("GET", "/Me/").status, 200) << "a trailing slash is ignored";
    EXPECT_EQ(mine("OPTIONS", "/Me").header("Allow"), "GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS");
}

// C2 of docs/compatibility.md: the conformance mode for Entra does not apply to the own clients of users.
TEST_F(me_test, follows_the_rfc_independent_of_the_identity_provider) {
    fixture.operate("PATCH", "/api/v1/organizations/-/directories/" + fixture.directory,
            R"({"directory_provider":"MICROSOFT_AD"})");
    const std::string_view make =
            R"([{"op":"replace","path":"phoneNumbers[type eq \"own\"].value","value":"1"}])";
    EXPECT_EQ(change(make).text_of("scimType"), "noTarget");
    EXPECT_EQ(fixture.patch("/Users/" + id, make).status, 200);
}

TEST_F(me_test, does_not_trigger_identity_provider_detection) {
    const auto path = "/api/v1/organizations/-/directories/" + fixture.directory;
    fixture.operate("PATCH", path, R"({"directory_provider":""})");
    const auto before = fixture.operate("GET", path).member("directory");
    const test::header_list okta{{"User-Agent", "Okta SCIM Client 1.0.0"}};
    EXPECT_EQ(mine("GET", "/Me", "", okta).status, 200);
    EXPECT_EQ(change(R"([{"op":"Replace","path":"nickName","value":"A"}])", okta).status, 200);
    const auto after = fixture.operate("GET", path).member("directory");
    EXPECT_EQ(after.at("detected_provider"), "");
    EXPECT_EQ(after.at("secrets"), before.at("secrets")) << "the token of the directory, unused";

    fixture.write_log();
    const auto log = fixture.operate("GET", path + "/request-log").body.at("entries").as_array();
    for (std::size_t i : {0U, 1U}) {
        EXPECT_EQ(log.at(i).at("path"), "/Me");
        EXPECT_EQ(log.at(i).at("provider"), "");
        EXPECT_EQ(log.at(i).at("directory_user_id"), json::value(id));
        EXPECT_EQ(log.at(i).at("resource_id"), json::value(id));
    }
    EXPECT_EQ(log.at(0).at("changes").at(0).at("attributes"), (json::array{"nickName"}));
    EXPECT_EQ(log.at(2).at("directory_user_id"), "") << "sent with the token of the directory";
}

// A domain that is not verified any more does not stop the changes that a user may make.
TEST_F(me_test, is_not_subject_to_the_domain_gate) {
    fixture.operate("DELETE", "/api/v1/organizations/" + fixture.organization + "/domains/" + fixture.domain);
    EXPECT_EQ(
            fixture.patch("/Users/" + id, R"([{"op":"replace","path":"nickName","value":"A"}])").status, 400);
    EXPECT_EQ(change(R"([{"op":"replace","path":"nickName","value":"A"}])").status, 200);
}

// The list of refusals belongs to the identity provider: only its own successful request resolves them.
TEST_F(me_test, does_not_resolve_refusals_of_the_identity_provider) {
    const auto path = "/api/v1/organizations/-/directories/" + fixture.directory + "/refusals";
    EXPECT_EQ(fixture.patch("/Users/" + id, R"([{"op":"replace","path":"active","value":"perhaps"}])").status,
            400);
    fixture.write_log();
    fixture.clock.advance(std::chrono::seconds(1));
    EXPECT_EQ(change(R"([{"op":"replace","path":"nickName","value":"A"}])").status, 200);
    fixture.write_log();
    EXPECT_EQ(fixture.operate("GET", path).body.at("refusals").at(0).at("status"), "OPEN");
    EXPECT_EQ(fixture.patch("/Users/" + id, R"([{"op":"replace","path":"title","value":"A"}])").status, 200);
    fixture.write_log();
    EXPECT_EQ(fixture.operate("GET", path).body.at("refusals").at(0).at("status"), "RESOLVED");
}

}  // namespace
}  // namespace scimd::api

// POST /.search (RFC 7644 §3.4.3) and queries at the base (§3.4.2.1).
#include "support/api_fixture.hpp"

#include <gtest/gtest.h>

#include <algorithm>

namespace scimd::api {
namespace {

using texts = std::vector<std::string>;

class search_test : public testing::Test {
protected:
    search_test() {
        for (const auto* name : {"carl", "anna", "bert"}) {
            fixture.clock.advance(std::chrono::seconds(1));
            users.push_back(fixture.make_user(name, R"(,"externalId":"x-)" + std::string(name) + "\""));
        }
        for (const auto* name : {"Beta", "Alpha"}) {
            fixture.clock.advance(std::chrono::seconds(1));
            groups.push_back(fixture.make_group(name, R"(,"externalId":"x-)" + std::string(name) + "\""));
        }
        all = users;
        all.insert(all.end(), groups.begin(), groups.end());
    }

    test::answer search(std::string_view path, std::string_view body) {
        return fixture.scim("POST", std::string(path) + "/.search", body);
    }

    texts found(std::string_view filter) {
        json::object body;
        body["filter"] = filter;
        const auto got = search("", to_text(body));
        EXPECT_EQ(got.status, 200) << filter << got.text;
        const auto ids = got.resources("id");
        EXPECT_EQ(got.body.at("totalResults").as_int64(), static_cast<std::int64_t>(ids.size())) << filter;
        return ids;
    }

    test::api_fixture fixture;
    texts users;
    texts groups;
    texts all;
};

TEST_F(search_test, at_an_endpoint_returns_the_list_of_its_type) {
    const auto posted = search("/Users", R"({
        "schemas": ["urn:ietf:params:scim:api:messages:2.0:SearchRequest"],
        "filter": "userName ne \"bert\"", "sortBy": "userName", "attributes": ["userName"],
        "startIndex": 2, "count": 5})");
    const auto got = fixture.scim("GET",
            "/Users?filter=userName%20ne%20%22bert%22&sortBy=userName&attributes=userName&startIndex=2&count="
            "5");
    EXPECT_EQ(posted.status, 200);
    EXPECT_EQ(posted.text, got.text);
    EXPECT_EQ(posted.resources("userName"), texts{"carl"});
    EXPECT_EQ(posted.header("ETag"), "");
}

TEST_F(search_test, at_the_base_covers_all_types) {
    EXPECT_EQ(search("", "{}").resources("id"), all);
    for (const auto* path : {"", "/", "?", "/?count=100"}) {
        const auto got = fixture.scim("GET", path);
        EXPECT_EQ(got.status, 200) << path << got.text;
        EXPECT_EQ(got.resources("id"), all) << path;
        EXPECT_EQ(got.body.at("totalResults").as_int64(), 5) << path;
    }
}

TEST_F(search_test, at_the_base_an_attribute_that_a_type_lacks_is_unassigned) {
    const struct {
        std::string filter;
        texts expected;
    } rows[] = {
            {R"(userName eq "anna")", {users[1]}},
            {R"(userName ne "anna")", {users[0], users[2], groups[0], groups[1]}},
            {"userName pr", users},
            {"not (userName pr)", groups},
            {"userName eq null", groups},
            {R"(displayName eq "alpha")", {groups[1]}},
            {R"(displayName eq "alpha" or userName eq "anna")", {users[1], groups[1]}},
            {R"(displayName eq "alpha" and userName eq "anna")", {}},
            {R"(meta.resourceType eq "User")", users},
            {R"(meta.resourceType eq "Group")", groups},
            {R"(meta.resourceType eq "group")", {}},
            {R"(meta.resourceType ne "User")", groups},
            {R"((meta.resourceType eq "User") or (meta.resourceType eq "Group"))", all},
            {R"(meta.resourceType eq "Group" and displayName sw "b")", {groups[0]}},
            {R"(meta.resourceType eq "User" and not (userName eq "anna"))", {users[0], users[2]}},
            {R"(externalId sw "x-a")", {users[1]}},
            {R"(externalId sw "x-")", all},
            {R"(id eq ")" + groups[0] + "\"", {groups[0]}},
            {R"(emails.value co "bert")", {users[2]}},
            {R"(emails[value co "bert"])", {users[2]}},
            {"members pr", {}},
            {R"(urn:ietf:params:scim:schemas:core:2.0:User:userName eq "carl")", {users[0]}},
            {R"(urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:department pr)", {}},
            {R"(schemas eq "urn:ietf:params:scim:schemas:core:2.0:Group")", groups},
    };
    for (const auto& row : rows)
        EXPECT_EQ(found(row.filter), row.expected) << row.filter;
}

TEST_F(search_test, at_the_base_pages_cover_all_types) {
    const struct {
        std::string_view order;
        texts expected;
    } rows[] = {
            {"", all},
            // Groups have no userName: they come last, and first when descending.
            {"sortBy=userName", {users[1], users[2], users[0], groups[0], groups[1]}},
            {"sortBy=userName&sortOrder=descending", {groups[1], groups[0], users[0], users[2], users[1]}},
            {"sortBy=displayName", {groups[1], groups[0], users[0], users[1], users[2]}},
            {"sortBy=externalId", {groups[1], groups[0], users[1], users[2], users[0]}},
            {"sortBy=meta.created&sortOrder=descending",
                    {groups[1], groups[0], users[2], users[1], users[0]}},
            {"sortBy=emails.value", {users[1], users[2], users[0], groups[0], groups[1]}},
            {"filter=title%20pr%20or%20id%20pr", all},
            {"filter=title%20pr%20or%20id%20pr&sortBy=userName",
                    {users[1], users[2], users[0], groups[0], groups[1]}},
            {"filter=externalId%20pr&sortBy=externalId",
                    {groups[1], groups[0], users[1], users[2], users[0]}},
    };
    for (const auto& row : rows) {
        for (std::size_t count = 1; count <= 6; ++count) {
            texts by_index;
            for (std::size_t start = 1; start <= all.size() + 1; start += count) {
                const auto page = fixture.scim("GET", "?startIndex=" + std::to_string(start) +
                                                              "&count=" + std::to_string(count) + "&" +
                                                              std::string(row.order));
                ASSERT_EQ(page.status, 200) << page.text;
                EXPECT_EQ(page.body.at("totalResults").as_int64(), 5) << row.order;
                for (auto& id : page.resources("id"))
                    by_index.push_back(id);
            }
            EXPECT_EQ(by_index, row.expected) << row.order << count;

            texts by_cursor;
            std::string cursor;
            do {
                const auto page = fixture.scim("GET", "?count=" + std::to_string(count) + "&" +
                                                              std::string(row.order) + "&cursor=" + cursor);
                ASSERT_EQ(page.status, 200) << page.text;
                EXPECT_EQ(page.body.at("totalResults").as_int64(), 5) << row.order;
                for (auto& id : page.resources("id"))
                    by_cursor.push_back(id);
                cursor = page.text_of("nextCursor");
            } while (!cursor.empty());
            EXPECT_EQ(by_cursor, row.expected) << row.order << count;
        }
    }
}

TEST_F(search_test, each_resource_is_rendered_by_its_type) {
    const auto got = search("", R"({"attributes": ["userName", "displayName"], "sortBy": "userName"})");
    const auto& rows = got.body.at("Resources").as_array();
    ASSERT_EQ(rows.size(), 5U);
    EXPECT_EQ(to_text(rows[0].as_object()),
            R"({"schemas":["urn:ietf:params:scim:schemas:core:2.0:User"],"userName":"anna","id":")" +
                    users[1] + "\"}");
    EXPECT_EQ(to_text(rows[4].as_object()),
            R"({"schemas":["urn:ietf:params:scim:schemas:core:2.0:Group"],"displayName":"Alpha","id":")" +
                    groups[1] + "\"}");
    const auto without = search("", R"({"excludedAttributes": ["meta"], "count": 1, "startIndex": 5})");
    EXPECT_FALSE(without.body.at("Resources").at(0).as_object().contains("meta"));
}

TEST_F(search_test, cursors_are_in_the_body) {
    texts seen;
    std::string cursor;
    do {
        json::object body;
        body["count"] = 2;
        body["cursor"] = cursor;
        const auto page = search("/Groups", to_text(body));
        ASSERT_EQ(page.status, 200) << page.text;
        for (auto& id : page.resources("id"))
            seen.push_back(id);
        cursor = page.text_of("nextCursor");
    } while (!cursor.empty());
    EXPECT_EQ(seen, groups);
    // A cursor of GET is valid for POST, and the reverse.
    const auto first = fixture.scim("GET", "/Users?cursor=&count=1");
    const auto next = search("/Users", R"({"count":1,"cursor":")" + first.text_of("nextCursor") + R"("})");
    EXPECT_EQ(next.resources("id"), texts{users[1]});
}

TEST_F(search_test, errors_name_the_parameter) {
    const struct {
        std::string_view path;
        std::string_view body;
        int status;
        std::string_view scim_type;
        std::string_view detail;
    } rows[] = {
            {"", R"({"fitler":"x"})", 400, "invalidSyntax", "A SearchRequest has no member 'fitler'."},
            {"/Users", R"({"count":"three"})", 400, "invalidSyntax", "count must be an integer."},
            {"", R"({"filter":"nobodys eq 1"})", 400, "invalidFilter", "nobodys"},
            {"/Groups", R"({"filter":"userName eq \"x\""})", 400, "invalidFilter", "userName"},
            {"", R"({"sortBy":"nobodys"})", 400, "invalidPath", "nobodys"},
            {"/Groups", R"({"sortBy":"userName"})", 400, "invalidPath", "userName"},
            {"", R"({"cursor":"x"})", 400, "invalidCursor", "none of this query"},
            {"", "[]", 400, "invalidSyntax", ""},
            {"", "{", 400, "invalidSyntax", ""},
            {"/Nobodys", "{}", 404, "", "/Nobodys"},
    };
    for (const auto& row : rows) {
        const auto got = search(row.path, row.body);
        EXPECT_EQ(got.status, row.status) << row.body << got.text;
        EXPECT_EQ(got.text_of("scimType"), row.scim_type) << row.body;
        EXPECT_NE(got.text_of("detail").find(row.detail), std::string::npos) << got.text;
    }
    EXPECT_EQ(search("", R"({"filter":")" + std::string(256 * 1024, 'x') + "\"}").status, 413);
    EXPECT_EQ(fixture.scim("POST", "/.search", "{}", {{"Content-Type", "text/plain"}}).status, 415);
}

TEST_F(search_test, requires_post) {
    for (const auto* path : {"/.search", "/Users/.search"}) {
        for (const auto* method : {"GET", "PUT", "PATCH", "DELETE"}) {
            const auto got = fixture.scim(method, path);
            EXPECT_EQ(got.status, 405) << method << path;
            EXPECT_EQ(got.header("Allow"), "POST, OPTIONS") << method << path;
        }
    }
}

}  // namespace
}  // namespace scimd::api

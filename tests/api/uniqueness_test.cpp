// Uniqueness in a directory: of attributes with "uniqueness" in their schema, and of user names.
#include "store/unique_values.hpp"
#include "support/api_fixture.hpp"
#include "support/sample_schemas.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace scimd::test {
namespace {

class uniqueness : public testing::Test {
protected:
    answer make(std::string_view serial, std::string_view more = "") {
        std::string body =
                R"({"urn:example:Warranty":{"vendor":"v"},"serial":")" + std::string(serial) + "\"";
        return fixture.scim("POST", "/Devices", body.append(more).append("}"));
    }

    answer make_badged(std::string_view name, std::string_view badge) {
        return fixture.scim("POST", "/Users",
                user_text(name, ",\"" + std::string(badge_urn) + "\":{" + std::string(badge) + "}"));
    }

    static void expect_taken(
            const answer& refused, std::string_view attribute, std::string_view type = "Device") {
        EXPECT_EQ(refused.status, 409) << refused.text;
        EXPECT_EQ(refused.text_of("scimType"), "uniqueness");
        EXPECT_EQ(refused.text_of("detail"),
                std::string(attribute) + " is taken by another " + std::string(type) + " of this directory.");
    }

    api_fixture fixture{sample_schemas()};
};

TEST_F(uniqueness, is_enforced_by_post_put_and_patch) {
    const auto first = make("A", R"(,"asset":"x","ports":[{"value":"p1"}])");
    ASSERT_EQ(first.status, 201);
    const auto second = make("B");
    ASSERT_EQ(second.status, 201);
    const auto place = "/Devices/" + second.text_of("id");

    expect_taken(make("a"), "serial");
    expect_taken(make("C", R"(,"asset":"x")"), "asset");
    expect_taken(make("C", R"(,"ports":[{"value":"P2"},{"value":"P1"}])"), "ports.value");
    expect_taken(
            fixture.scim("PUT", place, R"({"serial":"a","urn:example:Warranty":{"vendor":"v"}})"), "serial");
    expect_taken(fixture.patch(place, R"([{"op":"replace","path":"asset","value":"x"}])"), "asset");
    expect_taken(
            fixture.patch(place, R"([{"op":"add","path":"ports","value":[{"value":"p1"}]}])"), "ports.value");
    EXPECT_EQ(fixture.scim("GET", place).text, second.text);
    EXPECT_EQ(make("C", R"(,"asset":"X")").status, 201) << "asset is caseExact";
}

TEST_F(uniqueness, allows_a_resource_to_keep_its_value) {
    const auto made = make("A", R"(,"ports":[{"value":"p1"},{"value":"P1","primary":true}])");
    ASSERT_EQ(made.status, 201) << made.text;
    const auto place = "/Devices/" + made.text_of("id");
    EXPECT_EQ(fixture.patch(place, R"([{"op":"replace","path":"serial","value":"a"}])").status, 200);
    EXPECT_EQ(fixture.scim("PUT", place, R"({"serial":"A","urn:example:Warranty":{"vendor":"w"}})").status,
            200);
}

TEST_F(uniqueness, ends_when_the_value_or_the_resource_is_deleted) {
    const auto first = make("A", R"(,"asset":"x")");
    const auto place = "/Devices/" + first.text_of("id");
    ASSERT_EQ(fixture.patch(place, R"([{"op":"remove","path":"asset"}])").status, 200);
    EXPECT_EQ(make("B", R"(,"asset":"x")").status, 201);
    ASSERT_EQ(fixture.scim("DELETE", place).status, 204);
    const auto again = make("A");
    EXPECT_EQ(again.status, 201);
    EXPECT_NE(again.text_of("id"), first.text_of("id"));
}

TEST_F(uniqueness, applies_to_one_directory_and_type) {
    ASSERT_EQ(make_badged("anna", R"("number":"1","serial":7,"codes":["a","b"])").status, 201);
    expect_taken(make_badged("bert", R"("number":"1")"), std::string(badge_urn) + ":number", "User");
    expect_taken(
            make_badged("bert", R"("number":"2","serial":7)"), std::string(badge_urn) + ":serial", "User");
    expect_taken(make_badged("bert", R"("number":"2","codes":["c","b"])"), std::string(badge_urn) + ":codes",
            "User");
    EXPECT_EQ(make_badged("bert", R"("number":"2","codes":["B"])").status, 201);
    EXPECT_EQ(make("1").status, 201) << "another type";
    fixture.directory = fixture.make_directory(fixture.organization);
    fixture.token = fixture.make_token(fixture.directory);
    EXPECT_EQ(make_badged("anna", R"("number":"1","serial":7)").status, 201) << "another directory";
}

TEST_F(uniqueness, serves_filters_as_an_index) {
    make("A", R"(,"asset":"x","ports":[{"value":"p1"},{"value":"p2"}])");
    make("B", R"(,"asset":"y")");
    make_badged("anna", R"("number":"N1","serial":7)");
    const struct {
        std::string_view target;
        int found;
    } rows[] = {
            {"/Devices?filter=serial+eq+%22a%22", 1},
            {"/Devices?filter=asset+eq+%22X%22", 0},
            {"/Devices?filter=ports.value+eq+%22P2%22", 1},
            {"/Devices?filter=ports%5Bvalue+eq+%22P2%22%5D", 1},
            {"/Devices?filter=ports%5Bvalue+eq+%22P2%22+and+value+eq+%22p1%22%5D", 0},
            {"/Devices?filter=not+(serial+eq+%22a%22)", 1},
            {"/Devices?filter=serial+eq+%22a%22+or+asset+eq+%22y%22", 2},
            {"/Devices?filter=serial+sw+%22a%22", 1},
            {"/Users?filter=urn:example:params:scim:schemas:extension:badge:2.0:User:number+eq+%22n1%22", 1},
            {"/Users?filter=urn:example:params:scim:schemas:extension:badge:2.0:User:serial+eq+7", 1},
            {"/Users?filter=urn:example:params:scim:schemas:extension:badge:2.0:User:serial+eq+8", 0},
    };
    for (const auto& row : rows)
        EXPECT_EQ(fixture.scim("GET", row.target).body.at("totalResults"), row.found) << row.target;
}

TEST_F(uniqueness, of_user_names_follows_unicode) {
    fixture.make_user("stra\u00dfe", R"(,"active":true)");
    for (const std::string_view name : {"STRASSE", "Strasse", "\uff53\uff54\uff52\uff41\uff53\uff53\uff45"}) {
        const auto refused = fixture.scim("POST", "/Users", user_text(name));
        EXPECT_EQ(refused.status, 409) << name;
        EXPECT_EQ(refused.text_of("detail"), "userName is taken by another User of this directory.");
    }
    EXPECT_EQ(fixture.scim("GET", "/Users?filter=userName+eq+%22STRASSE%22").body.at("totalResults"), 1);
    fixture.make_user("re\u0301sume\u0301");
    EXPECT_EQ(fixture.scim("POST", "/Users", user_text("R\u00c9SUM\u00c9")).status, 409);
    EXPECT_EQ(fixture.scim("POST", "/Users", user_text("resume")).status, 201);
    const auto unseen = fixture.scim("POST", "/Users", user_text("\u200b\u00ad"));
    EXPECT_EQ(unseen.status, 400);
    EXPECT_EQ(unseen.text_of("detail"), "userName holds nothing that can be seen.");
}

TEST_F(uniqueness, frees_a_name_at_once_and_never_reuses_its_id) {
    std::vector<std::string> ids;
    for (int i = 0; i < 3; ++i) {
        ids.push_back(fixture.make_user("anna", R"(,"externalId":"x1")"));
        EXPECT_EQ(fixture.scim("DELETE", "/Users/" + ids.back()).status, 204);
    }
    EXPECT_NE(ids[0], ids[1]);
    EXPECT_NE(ids[1], ids[2]);
    EXPECT_NE(ids[0], ids[2]);
}

// Writes schemas whose attribute `code` is unique or not.
scim::catalogue coded(std::string_view uniqueness) {
    auto loaded = scim::extend_standard(std::vector<scim::definition_file>{
            {"a.json", R"({"id":"urn:example:Code:User","attributes":[{"name":"code","uniqueness":")" +
                               std::string(uniqueness) + "\"}]}"},
    });
    return std::move(loaded.types).value();
}

TEST(unique_values, follow_schema_changes_at_the_next_start) {
    api_fixture fixture(coded("none"));
    const auto make = [&](std::string_view name, std::string_view code) {
        return fixture.scim("POST", "/Users",
                user_text(name, R"(,"urn:example:Code:User":{"code":")" + std::string(code) + "\"}"));
    };
    const auto reconcile = [&](std::string_view uniqueness) {
        return store::unique_values::reconcile(*fixture.database, coded(uniqueness));
    };
    ASSERT_TRUE(reconcile("none"));
    const auto first = make("a", "one").text_of("id");
    const auto second = make("b", "ONE").text_of("id");
    const auto refused = reconcile("server");
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().detail,
            "urn:example:Code:User:code cannot be unique: two resources of the type User in the directory " +
                    fixture.directory + " have the same value.");

    ASSERT_EQ(fixture.scim("DELETE", "/Users/" + second).status, 204);
    ASSERT_TRUE(reconcile("server")) << "what failed has left nothing behind";
    ASSERT_TRUE(reconcile("server"));

    // The fixture still has the old schemas, in which nothing is unique.
    ASSERT_EQ(make("c", "One").status, 201);
    ASSERT_TRUE(reconcile("none"));
    EXPECT_FALSE(reconcile("server"));
}

}  // namespace
}  // namespace scimd::test

// Large groups: read in a scan, and spooled to a file while they are sent.
#include "support/large_group.hpp"

#include "scim/projection.hpp"
#include "service/scim/representation.hpp"
#include "support/api_fixture.hpp"

#include <gtest/gtest.h>

#include <algorithm>

namespace scimd::api {
namespace {

using texts = std::vector<std::string>;

constexpr std::size_t users_of_the_group = 20'000;  // some 3.6 MB of text: more than stays in memory

class large_group_test : public testing::Test {
protected:
    large_group_test() : group(fixture.make_group("All")) {
        const auto where = directory_id::parse(fixture.directory).value();
        store::run(*fixture.database, store::intent::write, [&](store::transaction& tx) {
            const auto made = test::write_users(tx, where, "u", users_of_the_group);
            test::write_members(tx, where, test::number_in(group), made);
            for (const auto user : made)
                users.push_back("diruser_" + std::to_string(user.value));
            return store::verdict::commit;
        });
    }

    // The members attribute of a group of these users.
    std::string listed(const texts& who) const {
        std::string text = R"("members":[)";
        for (const auto& id : who) {
            text += text.ends_with('[') ? R"({"value":")" : R"(,{"value":")";
            text += id + R"(","$ref":"https://scim.test)" + fixture.base() + "/Users/" + id;
            text += R"(","type":"User"})";
        }
        return text + "]";
    }

    static texts members_in(const json::object& resource) {
        texts found;
        for (const auto& member : resource.at("members").as_array())
            found.emplace_back(member.at("value").as_string());
        return found;
    }

    test::api_fixture fixture;
    std::string group;
    texts users;
};

TEST_F(large_group_test, is_rendered_exactly_as_a_small_group) {
    const auto path = "/Groups/" + group;
    const auto without = fixture.scim("GET", path + "?excludedAttributes=members");
    ASSERT_EQ(without.status, 200);
    EXPECT_FALSE(without.body.contains("members"));

    const auto got = fixture.scim("GET", path);
    ASSERT_EQ(got.status, 200);
    EXPECT_EQ(got.header("ETag"), without.header("ETag"));
    EXPECT_EQ(got.header("Content-Type"), "application/scim+json");
    auto expected = without.text;
    expected.pop_back();
    EXPECT_TRUE(got.text == expected + "," + listed(users) + "}");
    EXPECT_EQ(fixture.spooled_responses.used_bytes(), 0U);
}

TEST_F(large_group_test, is_shown_completely_in_a_page) {
    fixture.make_group("Few", R"(,"members":[{"value":")" + users[0] + R"("}])");
    fixture.make_group("None");
    for (const auto* path : {"/Groups", "/Groups?sortBy=displayName&sortOrder=descending",
                 "/Groups?cursor=", "?filter=displayName%20pr"}) {
        const auto got = fixture.scim("GET", path);
        ASSERT_EQ(got.status, 200) << path;
        EXPECT_EQ(got.body.at("itemsPerPage").as_int64(), 3) << path;
        for (const auto& each : got.body.at("Resources").as_array()) {
            const auto& resource = each.as_object();
            const auto alone = fixture.scim("GET", "/Groups/" + std::string(resource.at("id").as_string()));
            EXPECT_TRUE(alone.text == to_text(resource)) << path;
        }
    }
    // A query by an index, and a search by POST.
    const auto found = fixture.scim("GET", "/Groups?filter=displayName%20eq%20%22all%22");
    ASSERT_EQ(found.body.at("totalResults").as_int64(), 1);
    EXPECT_TRUE(members_in(found.body.at("Resources").at(0).as_object()) == users);
    const auto searched = fixture.scim("POST", "/Groups/.search", R"({"filter":"displayName eq \"all\""})");
    EXPECT_TRUE(searched.text == found.text);
}

TEST_F(large_group_test, shows_the_requested_attributes_of_each_member) {
    const auto ref = R"("$ref":"https://scim.test)" + fixture.base() + "/Users/" + users[0] + R"(")";
    const auto value = R"("value":")" + users[0] + R"(")";
    const struct {
        std::string_view parameters;
        std::string first;
    } rows[] = {
            {"attributes=members.value", "{" + value + "}"},
            {"attributes=members.value,members.type", "{" + value + R"(,"type":"User"})"},
            {"excludedAttributes=members.$ref", "{" + value + R"(,"type":"User"})"},
            {"attributes=members&excludedAttributes=members.type", "{" + value + "," + ref + "}"},
    };
    for (const auto& row : rows) {
        const auto got = fixture.scim("GET", "/Groups/" + group + "?" + std::string(row.parameters));
        ASSERT_EQ(got.status, 200) << row.parameters;
        const auto& members = got.body.at("members").as_array();
        EXPECT_EQ(members.size(), users_of_the_group) << row.parameters;
        EXPECT_EQ(to_text(members.at(0)), row.first) << row.parameters;
    }
    // None of the members has this attribute.
    const auto none = fixture.scim("GET", "/Groups/" + group + "?attributes=members.display");
    EXPECT_FALSE(none.body.contains("members"));
}

TEST_F(large_group_test, supports_preconditions) {
    const auto path = "/Groups/" + group;
    EXPECT_EQ(fixture.scim("GET", path, "", {{"If-None-Match", R"(W/"1")"}}).status, 304);
    EXPECT_EQ(fixture.scim("GET", path, "", {{"If-Match", R"(W/"2")"}}).status, 412);
    EXPECT_EQ(fixture.scim("GET", path, "", {{"If-Match", R"(W/"1")"}}).status, 200);
}

TEST_F(large_group_test, answers_head_without_reading_its_members) {
    const auto path = "/Groups/" + group;
    const auto got = fixture.scim("HEAD", path);
    EXPECT_EQ(got.status, 200);
    EXPECT_EQ(got.header("ETag"), R"(W/"1")");
    EXPECT_EQ(got.header("Content-Type"), "application/scim+json");
    EXPECT_EQ(got.text, "") << "nothing was read";
    EXPECT_EQ(fixture.scim("HEAD", path, "", {{"If-None-Match", R"(W/"1")"}}).status, 304);
    EXPECT_EQ(fixture.scim("HEAD", path, "", {{"If-Match", R"(W/"2")"}}).status, 412);
}

TEST_F(large_group_test, a_put_is_answered_with_all_members) {
    const auto path = "/Groups/" + group;
    const auto put = fixture.scim("PUT", path, test::group_text("Everybody", R"(,"externalId":"x")"));
    ASSERT_EQ(put.status, 200);
    EXPECT_EQ(put.header("ETag"), R"(W/"2")");
    EXPECT_EQ(put.text_of("displayName"), "Everybody");
    EXPECT_TRUE(put.text == fixture.scim("GET", path).text);
}

// RFC 7644 §3.5.2.
TEST_F(large_group_test, a_patch_is_answered_204_unless_attributes_are_requested) {
    const auto path = "/Groups/" + group;
    const auto remove = R"([{"op":"remove","path":"members[value eq \")" + users[3] + R"(\"]"}])";
    const auto changed = fixture.patch(path, remove);
    EXPECT_EQ(changed.status, 204);
    EXPECT_EQ(changed.text, "");
    EXPECT_EQ(changed.header("ETag"), R"(W/"2")");

    const auto name = fixture.patch(
            path + "?attributes=displayName", R"([{"op":"add","path":"externalId","value":"x"}])");
    EXPECT_EQ(name.status, 200);
    EXPECT_EQ(name.text_of("displayName"), "All");
    EXPECT_EQ(fixture.patch(path + "?excludedAttributes=members",
                             R"([{"op":"add","path":"externalId","value":"z"}])")
                      .status,
            200);
    const auto whole =
            fixture.patch(path + "?attributes=members", R"([{"op":"add","path":"externalId","value":"y"}])");
    EXPECT_EQ(whole.status, 200);
    EXPECT_EQ(members_in(whole.body).size(), users_of_the_group - 1);
}

TEST_F(large_group_test, without_spool_space_it_is_unavailable_and_small_responses_continue) {
    spool narrow(fixture.folder.path(), fixture.metrics,
            {.memory_bytes_max = 10'000, .file_bytes_max = 1'000'000});
    const auto where = directory_id::parse(fixture.directory).value();
    store::run(*fixture.database, store::intent::scan, [&](store::transaction& tx) {
        service::caller who;
        who.directory = where;
        who.schemas = &fixture.schemas.of({});
        const auto* type = who.schemas->find_type("Group");
        const auto row = store::resources::find(tx, where, "Group", test::number_in(group)).value();
        const scim::projection all;
        spooled_text text(narrow);
        const std::vector<service::requested_row> page{{type, &all, &row}};
        EXPECT_THROW(service::append_page(text, tx, who, page), spool_failure);
        return store::verdict::commit;
    });
    EXPECT_EQ(narrow.used_bytes(), 0U);
}

}  // namespace
}  // namespace scimd::api

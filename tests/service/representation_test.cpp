// Members in the representation of a group: compared with a projection of the whole document, and
// group_target is read for them.
#include "service/scim/representation.hpp"

#include "scim/projection.hpp"
#include "service/lists/listing.hpp"
#include "service_fixture.hpp"
#include "support/fixed_random.hpp"
#include "support/large_group.hpp"
#include "support/recording_connection.hpp"

#include <gtest/gtest.h>

namespace scimd::service {
namespace {

class representation_test : public testing::Test {
protected:
    representation_test() {
        for (const auto* name : {"a", "b", "c"})
            users.push_back(fixture.add_user(name));
        group = fixture.create("Groups", group_body("All", R"(,"members":[{"value":")" + users[0] +
                                                                   R"(","display":"A"},{"value":")" +
                                                                   users[1] + R"("},{"value":")" + users[2] +
                                                                   R"(","display":"C \"c\""}])"))
                        .id();
        empty = fixture.add_group("None");
    }

    target at(const std::string& id, std::string_view listed, std::string_view excluded) {
        const auto& type = fixture.type("Groups");
        return {&type, id, {}, scim::parse_projection(listed, excluded, type)};
    }

    std::string shown(const target& target) { return get(fixture.tx(), fixture.who, target).value().body; }

    service_fixture fixture;
    std::vector<std::string> users;
    std::string group;
    std::string empty;
};

TEST_F(representation_test, members_equal_the_projection_of_the_whole_document) {
    const struct {
        std::string_view listed;
        std::string_view excluded;
    } rows[] = {
            {"", ""},
            {"members", ""},
            {"members.value", ""},
            {"members.display", ""},
            {"members.type", ""},
            {"displayName,members.display,members.value", ""},
            {"displayName", ""},
            {"", "members"},
            {"", "members.value"},
            {"", "members.display"},
            {"", "members.value,members.$ref,members.type"},
            {"", "members.value,members.$ref,members.type,members.display"},
            {"members", "members.$ref"},
            {"urn:ietf:params:scim:schemas:core:2.0:Group", ""},
            {"", "urn:ietf:params:scim:schemas:core:2.0:Group"},
            {"", "displayName,meta"},
    };
    for (const auto& id : {group, empty}) {
        const auto whole = parse_json_object(shown(at(id, "", ""))).value();
        for (const auto& row : rows) {
            const auto group_target = at(id, row.listed, row.excluded);
            auto expected = whole;
            scim::project(expected, group_target.wanted, *group_target.type);
            EXPECT_EQ(shown(group_target), to_text(expected)) << row.listed << " without " << row.excluded;
        }
    }
}

TEST_F(representation_test, excluded_members_are_neither_read_nor_counted) {
    test::recording_connection recorder(fixture.tx().sql());
    store::transaction tx(recorder, fixture.tx().now(), fixture.store.ids);
    for (const auto& group_target : {at(group, "", "members"), at(group, "displayName", "")}) {
        ASSERT_TRUE(get(tx, fixture.who, group_target).has_value());
        spooled_text text;
        ASSERT_TRUE(get_whole(tx, fixture.who, group_target, text).has_value());
    }
    EXPECT_EQ(recorder.count_of("resources.find"), 4U);
    EXPECT_EQ(recorder.count_of("member"), 0U);

    ASSERT_TRUE(get(tx, fixture.who, at(group, "", "")).has_value());
    EXPECT_EQ(recorder.count_of("members.of_group"), 1U);
}

TEST_F(representation_test, a_list_that_excludes_members_reads_none) {
    test::fixed_random random;
    std::vector<master_key> keys;
    keys.push_back(make_master_key(random));
    const vault key_vault(std::move(keys), random);
    const cursor_seal seal(key_vault, random);
    test::recording_connection recorder(fixture.tx().sql());
    store::transaction tx(recorder, fixture.tx().now(), fixture.store.ids);
    const scim::resource_type* const groups[] = {&fixture.type("Groups")};
    const auto read = [&](std::string_view excluded) {
        scim::list_request asked;
        asked.excluded_attributes = std::string(excluded);
        const auto query = scim::resolve(asked, groups).value();
        spooled_text text;
        EXPECT_EQ(list(tx, fixture.who, query, seal, text).value().value().count, 2U);
    };
    read("members");
    EXPECT_EQ(recorder.count_of("member"), 0U);
    read("");
    EXPECT_EQ(recorder.count_of("members.of_group"), 2U);
}

TEST_F(representation_test, a_group_of_very_many_members_is_left_to_be_read_later) {
    auto& tx = fixture.tx();
    const auto most = static_cast<std::size_t>(members_inline_max);
    const auto more = test::write_users(tx, fixture.who.directory, "m", most - 2);
    const auto group_target = at(group, "", "");
    const auto number = test::number_in(group);

    test::write_members(tx, fixture.who.directory, number, {more.begin(), more.end() - 1});
    EXPECT_FALSE(get(tx, fixture.who, group_target).value().later.has_value());
    test::write_members(tx, fixture.who.directory, number, {more.back()});
    const auto left = get(tx, fixture.who, group_target).value();
    ASSERT_TRUE(left.later.has_value());
    EXPECT_EQ(left.later->id, group);
    EXPECT_EQ(left.body.find("members"), std::string::npos) << left.body;

    spooled_text text;
    EXPECT_EQ(get_whole(tx, fixture.who, group_target, text).value().version, left.version);
    const auto read = parse_json_object(std::move(text).take()).value();
    EXPECT_EQ(read.at("members").as_array().size(), most + 1);
    EXPECT_FALSE(get(tx, fixture.who, at(group, "", "members")).value().later.has_value());
}

}  // namespace
}  // namespace scimd::service

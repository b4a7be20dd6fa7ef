#include "service/scim/provisioning.hpp"

#include "service/groups/membership.hpp"
#include "service/scim/indexed_columns.hpp"
#include "service_fixture.hpp"

#include <gtest/gtest.h>

namespace scimd::service {
namespace {

using namespace std::chrono_literals;
using texts = std::vector<std::string>;

class provisioning_test : public testing::Test {
protected:
    service_fixture fixture;
};

TEST_F(provisioning_test, a_new_resource_has_an_id_and_meta) {
    const auto made = fixture.create("Users", user_body("anna"));
    ASSERT_EQ(made.status, 201);
    EXPECT_TRUE(made.id().starts_with("diruser_"));
    const auto& meta = made.body.at("meta").as_object();
    EXPECT_EQ(meta.at("resourceType").as_string(), "User");
    EXPECT_EQ(meta.at("version").as_string(), R"(W/"1")");
    EXPECT_EQ(meta.at("created").as_string(), "2026-01-02T03:04:05.000000Z");
    EXPECT_EQ(meta.at("lastModified"), meta.at("created"));
    EXPECT_EQ(meta.at("location").as_string(), fixture.who.base_url + "/Users/" + made.id());
    EXPECT_EQ(fixture.get("Users", made.id()).body, made.body);
    EXPECT_EQ(fixture.new_types(), texts{"user_created"});
}

TEST_F(provisioning_test, each_change_updates_version_and_time_once) {
    const auto anna = fixture.add_user("anna");
    fixture.new_events();
    fixture.store.advance(1s);
    const auto patched = fixture.patch("Users", anna, R"([{"op":"replace","path":"title","value":"Boss"}])");
    EXPECT_EQ(patched.version(), R"(W/"2")");
    EXPECT_EQ(patched.body.at("meta").at("lastModified").as_string(), "2026-01-02T03:04:06.000000Z");
    EXPECT_EQ(patched.body.at("meta").at("created").as_string(), "2026-01-02T03:04:05.000000Z");
    const auto replaced =
            fixture.replace("Users", anna, user_body("anna", "acme.com", R"(,"title":"Chief")"));
    EXPECT_EQ(replaced.version(), R"(W/"3")");
    EXPECT_EQ(fixture.new_types(), (texts{"user_updated", "user_updated"}));
}

TEST_F(provisioning_test, a_resource_has_at_most_so_many_bytes_whichever_way_it_grows) {
    const auto photos = [](std::size_t count) {
        std::string text;
        for (std::size_t i = 0; i < count; ++i)
            text += (i > 0 ? R"(,{"value":"x)" : R"({"value":"x)") + std::to_string(10 + i) +
                    std::string(60'000, 'p') + "\"}";
        return '[' + text + ']';
    };
    constexpr std::size_t fitting = 17;  // of 60 kB
    const auto body = [&](std::size_t count) {
        return user_body("anna", "acme.com", R"(,"photos":)" + photos(count));
    };
    const auto refused = fixture.create("Users", body(fitting + 1));
    EXPECT_EQ(refused.status, 413);
    EXPECT_EQ(refused.detail, "A resource has at most 1048576 bytes.");
    const auto anna = fixture.create("Users", body(fitting));
    ASSERT_EQ(anna.status, 201);
    fixture.new_events();
    EXPECT_EQ(fixture.replace("Users", anna.id(), body(fitting + 1)).status, 413);
    const auto grown = fixture.patch("Users", anna.id(),
            R"([{"op":"add","path":"photos","value":[{"value":"y)" + std::string(60'000, 'p') + "\"}]}]");
    EXPECT_EQ(grown.status, 413);
    EXPECT_TRUE(fixture.new_events().empty());
    EXPECT_EQ(fixture.get("Users", anna.id()).body, anna.body);
    EXPECT_EQ(fixture.replace("Users", anna.id(), body(fitting - 1)).status, 200);
}

TEST_F(provisioning_test, the_size_limit_is_exact_and_a_larger_resource_cannot_grow) {
    const auto& type = fixture.type("Users");
    const auto text_with = [](std::size_t title_bytes) {
        std::string photos;
        for (int i = 10; i < 27; ++i)
            photos += (i > 10 ? "," : "") + (R"({"value":")" + std::to_string(i)) + std::string(60'000, 'p') +
                      "\"}";
        return user_body("anna", "acme.com",
                R"(,"title":")" + std::string(title_bytes, 't') + R"(","photos":[)" + photos + ']');
    };
    const auto anna = fixture.create("Users", text_with(1)).id();
    const auto id = parse_member_id(fixture.who, anna).value();
    const auto kept = [&] {
        return store::resources::find(fixture.tx(), fixture.who.directory, type.name, id).value().document;
    };
    const auto fitting = scim::resource_bytes_max - kept().size() + 1;
    EXPECT_EQ(fixture.replace("Users", anna, text_with(fitting + 1)).status, 413);
    EXPECT_EQ(fixture.replace("Users", anna, text_with(fitting)).status, 200);
    EXPECT_EQ(kept().size(), scim::resource_bytes_max);

    auto larger = parse_json_object(kept(), {.depth_max = 64, .nodes_max = SIZE_MAX}).value();
    larger["title"] = std::string(fitting + 100, 't');
    const auto columns = columns_of(fixture.who, type, larger);
    store::resources::update(fixture.tx(), fixture.who.directory, type.name, id, to_text(larger), columns);
    EXPECT_EQ(fixture.replace("Users", anna, text_with(fitting + 101)).status, 413);
    EXPECT_EQ(fixture.replace("Users", anna, text_with(fitting + 99)).status, 200);
}

TEST_F(provisioning_test, a_change_without_effect_makes_no_version_and_no_event) {
    const auto body = user_body("anna", "acme.com", R"(,"title":"Boss","active":true)");
    const auto anna = fixture.create("Users", body).id();
    const auto staff = fixture.add_group("Staff", {anna});
    const auto group = group_body("Staff", ",\"members\":" + members_text({anna}));
    const auto user_before = fixture.get("Users", anna).body;
    const auto group_before = fixture.get("Groups", staff).body;
    fixture.new_events();
    fixture.store.advance(1s);

    EXPECT_EQ(fixture.replace("Users", anna, body).body, user_before);
    EXPECT_EQ(fixture.replace("Groups", staff, group).body, group_before);
    struct row {
        std::string_view endpoint;
        std::string id;
        std::string operations;
    };
    const row rows[] = {
            {"Users", anna, R"([{"op":"replace","path":"title","value":"Boss"}])"},
            {"Users", anna, R"([{"op":"add","path":"active","value":true}])"},
            {"Users", anna, R"([{"op":"remove","path":"nickName"}])"},
            {"Users", anna, R"([{"op":"replace","value":{"userName":"anna","title":"Boss"}}])"},
            {"Users", anna,
                    R"([{"op":"replace","path":"title","value":"A"},{"op":"replace","path":"title","value":"Boss"}])"},
            {"Groups", staff, R"([{"op":"add","path":"members","value":)" + members_text({anna}) + "}]"},
            {"Groups", staff, R"([{"op":"replace","path":"members","value":)" + members_text({anna}) + "}]"},
            {"Groups", staff, R"([{"op":"replace","path":"displayName","value":"Staff"}])"},
            {"Groups", staff, R"([{"op":"remove","path":"externalId"}])"},
    };
    for (const auto& row : rows) {
        const auto done = fixture.patch(row.endpoint, row.id, row.operations);
        EXPECT_EQ(done.status, 200) << row.operations;
        EXPECT_EQ(done.body, row.endpoint == "Users" ? user_before : group_before) << row.operations;
    }
    EXPECT_EQ(fixture.new_types(), texts{});
}

TEST_F(provisioning_test, a_change_of_members_alone_raises_the_version_without_group_updated) {
    const auto anna = fixture.add_user("anna");
    const auto staff = fixture.add_group("Staff");
    fixture.new_events();
    fixture.store.advance(1s);
    const auto done = fixture.patch(
            "Groups", staff, R"([{"op":"add","path":"members","value":)" + members_text({anna}) + "}]");
    EXPECT_EQ(done.version(), R"(W/"2")");
    EXPECT_EQ(done.body.at("meta").at("lastModified").as_string(), "2026-01-02T03:04:06.000000Z");
    EXPECT_EQ(fixture.new_types(), (texts{"group_member_added", "user_updated"}));
    EXPECT_EQ(fixture.get("Users", anna).version(), R"(W/"1")");
}

TEST_F(provisioning_test, a_change_of_name_and_members_together_is_one_version) {
    const auto anna = fixture.add_user("anna");
    const auto staff = fixture.add_group("Staff");
    fixture.new_events();
    const auto done =
            fixture.replace("Groups", staff, group_body("Crew", ",\"members\":" + members_text({anna})));
    EXPECT_EQ(done.version(), R"(W/"2")");
    EXPECT_EQ(fixture.new_types(), (texts{"group_updated", "group_member_added", "user_updated"}));
}

TEST_F(provisioning_test, replacing_without_members_keeps_them_and_an_empty_list_clears_them) {
    const auto anna = fixture.add_user("anna");
    const auto staff = fixture.add_group("Staff", {anna});
    fixture.new_events();
    EXPECT_EQ(fixture.replace("Groups", staff, group_body("Crew")).status, 200);
    EXPECT_EQ(fixture.members_of(staff), texts{anna});
    EXPECT_EQ(fixture.new_types(), texts{"group_updated"});
    EXPECT_EQ(fixture.replace("Groups", staff, group_body("Crew", R"(,"members":[])")).status, 200);
    EXPECT_EQ(fixture.members_of(staff), texts{});
    EXPECT_EQ(fixture.new_types(), (texts{"group_member_removed", "user_updated"}));
}

TEST_F(provisioning_test, names_are_unique_ignoring_case_and_width) {
    fixture.add_user("anna");
    const auto bert = fixture.add_user("bert");
    fixture.add_group("Staff");
    const auto crew = fixture.add_group("Crew");
    fixture.new_events();
    EXPECT_EQ(fixture.create("Users", user_body("anna")).status, 409);
    EXPECT_EQ(fixture.create("Users", user_body("ANNA")).status, 409);
    EXPECT_EQ(fixture.create("Users", R"({"userName":"ａｎｎａ","emails":[{"value":"x@acme.com"}]})").status,
            409);
    EXPECT_EQ(fixture.create("Groups", group_body("STAFF")).status, 409);
    EXPECT_EQ(fixture.replace("Users", bert, user_body("Anna")).status, 409);
    EXPECT_EQ(fixture.patch("Users", bert, R"([{"op":"replace","path":"userName","value":"aNNa"}])").status,
            409);
    EXPECT_EQ(fixture.patch("Groups", crew, R"([{"op":"replace","path":"displayName","value":"staff"}])")
                      .status,
            409);
    EXPECT_EQ(fixture.new_types(), texts{});
    EXPECT_EQ(fixture.get("Users", bert).version(), R"(W/"1")");
    // The same text names a user and a group; a user may change its own name's case.
    EXPECT_EQ(fixture.create("Groups", group_body("anna")).status, 201);
    EXPECT_EQ(fixture.patch("Users", bert, R"([{"op":"replace","path":"userName","value":"BERT"}])").status,
            200);
}

TEST_F(provisioning_test, the_name_of_a_deleted_user_is_free_again) {
    const auto first = fixture.add_user("anna");
    ASSERT_EQ(fixture.remove("Users", first).status, 204);
    const auto second = fixture.create("Users", user_body("anna"));
    EXPECT_EQ(second.status, 201);
    EXPECT_NE(second.id(), first);
}

TEST_F(provisioning_test, a_missing_resource_is_not_found_by_any_operation) {
    const auto anna = fixture.add_user("anna");
    const auto gone = fixture.add_user("gone");
    fixture.remove("Users", gone);
    fixture.new_events();
    const auto digits = anna.substr(anna.find('_') + 1);
    const std::string rows[] = {gone, "diruser_1", "dirgroup_" + digits, digits, "", "diruser_0" + digits};
    for (const auto& id : rows) {
        EXPECT_EQ(fixture.get("Users", id).status, 404) << id;
        EXPECT_EQ(fixture.replace("Users", id, user_body("x")).status, 404) << id;
        EXPECT_EQ(fixture.patch("Users", id, R"([{"op":"remove","path":"title"}])").status, 404) << id;
        EXPECT_EQ(fixture.remove("Users", id).status, 404) << id;
    }
    EXPECT_EQ(fixture.get("Groups", anna).status, 404);
    EXPECT_EQ(fixture.get("Groups", "dirgroup_" + digits).status, 404);
    EXPECT_EQ(fixture.new_types(), texts{});
    EXPECT_EQ(fixture.get("Users", anna).status, 200);
}

TEST_F(provisioning_test, resources_of_another_directory_are_not_found) {
    const auto anna = fixture.add_user("anna");
    const auto elsewhere = fixture.store.add_directory();
    fixture.who.organization = elsewhere.organization;
    fixture.who.directory = elsewhere.id;
    fixture.new_events();
    EXPECT_EQ(fixture.get("Users", anna).status, 404);
    EXPECT_EQ(fixture.remove("Users", anna).status, 404);
    EXPECT_EQ(fixture.patch("Users", anna, R"([{"op":"remove","path":"title"}])").status, 404);
    EXPECT_EQ(store::resources::count(fixture.tx(), fixture.who.directory, "User"), 0);
    fixture.who.policy = store::tenants::domain_policy::off;
    EXPECT_EQ(fixture.create("Users", user_body("anna")).status, 201);
}

TEST_F(provisioning_test, a_failed_patch_changes_neither_document_nor_members) {
    const auto anna = fixture.add_user("anna");
    const auto staff = fixture.add_group("Staff");
    const auto before = fixture.get("Groups", staff).body;
    fixture.new_events();
    const auto done = fixture.patch("Groups", staff,
            R"([{"op":"replace","path":"displayName","value":"Crew"},{"op":"add","path":"members","value":)" +
                    members_text({anna, "diruser_1"}) + "}]");
    EXPECT_EQ(done.status, 400);
    EXPECT_EQ(fixture.get("Groups", staff).body, before);
    EXPECT_EQ(fixture.new_types(), texts{});
}

}  // namespace
}  // namespace scimd::service

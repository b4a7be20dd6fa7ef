// Concurrent changes between the preparation of a change and its write (docs/decisions/0036): the outcome is
// that of sequential requests.
#include "api/scim/preparation.hpp"
#include "concurrent_change_fixture.hpp"
#include "store/resources.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <string>
#include <string_view>
#include <utility>

namespace scimd::api {
namespace {

TEST_F(concurrent_user_change_test, changes_of_different_attributes_are_all_applied) {
    once([this] { fixture.patch(path, R"([{"op":"add","path":"nickName","value":"Anni"}])"); });
    const auto got = title();
    EXPECT_EQ(got.status, 200);
    EXPECT_EQ(got.header("ETag"), "W/\"3\"");
    EXPECT_EQ(got.text_of("nickName"), "Anni");
    EXPECT_EQ(got.text_of("title"), "Queen");
    EXPECT_EQ(got.text, fixture.scim("GET", path).text);
    EXPECT_EQ(database->writes, 2U);
    const auto published = new_events();
    ASSERT_EQ(published.size(), 2U);
    EXPECT_EQ(to_text(published[1].at("changed_attributes")), R"(["title"])");
    EXPECT_EQ(to_text(published[1].at("previous_attributes")), R"({"title":"Boss"})");
    EXPECT_EQ(published[1].at("object_version"), json::value(3));
    EXPECT_EQ(published[1].at("sequence").as_int64(), published[0].at("sequence").as_int64() + 1);
    EXPECT_EQ(published[1].at("data").at("raw_attributes").at("nickName"), json::value("Anni"));
}

TEST_F(concurrent_user_change_test, a_put_replaces_the_state_at_the_time_of_the_write) {
    once([this] { fixture.patch(path, R"([{"op":"add","path":"nickName","value":"Anni"}])"); });
    const auto got = fixture.scim("PUT", path, test::user_text("anna", R"(,"title":"Queen")"));
    EXPECT_EQ(got.status, 200);
    EXPECT_EQ(got.header("ETag"), "W/\"3\"");
    EXPECT_EQ(got.text_of("nickName"), "");
    EXPECT_EQ(to_text(new_events().back().at("changed_attributes")), R"(["title","nickname"])");
}

TEST_F(concurrent_user_change_test, an_identical_concurrent_change_happens_once) {
    once([this] { title(); });
    const auto got = title();
    EXPECT_EQ(got.status, 200);
    EXPECT_EQ(got.header("ETag"), "W/\"2\"");
    EXPECT_EQ(new_events().size(), 1U);
}

TEST_F(concurrent_user_change_test, a_precondition_applies_to_the_version_at_the_time_of_the_write) {
    once([this] { fixture.patch(path, R"([{"op":"add","path":"nickName","value":"Anni"}])"); });
    const auto got = title({{"If-Match", "W/\"1\""}});
    EXPECT_EQ(got.status, 412);
    EXPECT_EQ(got.text_of("detail"), "The resource has version W/\"2\".");
    EXPECT_EQ(fixture.scim("GET", path).text_of("title"), "Boss");
}

TEST_F(concurrent_user_change_test, a_user_deleted_meanwhile_is_not_found) {
    for (const std::string_view method : {"PATCH", "PUT"}) {
        const auto other = "/Users/" + fixture.make_user("other");
        once([&] { fixture.scim("DELETE", other); });
        const auto got = method == "PUT"
                                 ? fixture.scim("PUT", other, test::user_text("other", R"(,"title":"Queen")"))
                                 : fixture.patch(other, set_title);
        EXPECT_EQ(got.status, 404) << method;
    }
}

TEST_F(concurrent_user_change_test, a_user_name_taken_meanwhile_is_a_conflict) {
    once([this] { fixture.make_user("berta"); });
    EXPECT_EQ(fixture.scim("POST", "/Users", test::user_text("berta")).text_of("scimType"), "uniqueness");
    once([this] { fixture.make_user("carla"); });
    const auto renamed = fixture.patch(path, R"([{"op":"replace","path":"userName","value":"Carla"}])");
    EXPECT_EQ(renamed.status, 409);
    EXPECT_EQ(renamed.text_of("scimType"), "uniqueness");
    EXPECT_EQ(fixture.scim("GET", path).text_of("userName"), "anna");
    EXPECT_EQ(new_event_types(), (texts{"user_created", "user_created"}));
}

TEST_F(concurrent_user_change_test, a_change_with_repeated_conflicts_is_prepared_in_the_writer) {
    int number = 0;
    database->before = [&](store::intent mode) {
        if (mode != store::intent::write)
            return;
        const auto nick = std::to_string(++number);
        fixture.patch(path, R"([{"op":"replace","path":"nickName","value":")" + nick + R"("}])");
    };
    const auto got = title();
    database->before = nullptr;
    EXPECT_EQ(got.status, 200);
    EXPECT_EQ(number, preparations_max);
    EXPECT_EQ(database->writes, static_cast<std::size_t>(preparations_max));
    EXPECT_EQ(got.header("ETag"), "W/\"" + std::to_string(preparations_max + 2) + '"');
    EXPECT_NE(fixture.metrics.exposition().find(
                      "scimd_changes_overtaken_total " + std::to_string(preparations_max) + "\n"),
            std::string::npos);
    EXPECT_EQ(got.text_of("nickName"), std::to_string(number));
    EXPECT_EQ(got.text, fixture.scim("GET", path).text);
    EXPECT_EQ(new_events().size(), static_cast<std::size_t>(preparations_max) + 1);
}

class limited_concurrent_change_test : public concurrent_change_test {
protected:
    limited_concurrent_change_test() : concurrent_change_test({.write_steps_max = 1'000}) {}
};

// The last attempt on a snapshot may succeed, and there is no further one.
TEST_F(limited_concurrent_change_test, a_change_that_is_too_large_for_the_writer_is_prepared_three_times) {
    const auto path = "/Users/" + fixture.make_user("anna", R"(,"title":"Boss")");
    const auto operations =
            R"([{"op":"replace","path":"title","value":")" + std::string(5'000, 'x') + R"("}])";
    for (const int conflicts : {preparations_max, preparations_max - 1}) {
        int left = conflicts;
        database->before = [&](store::intent mode) {
            if (mode != store::intent::write || left == 0)
                return;
            const auto nick = std::to_string(conflicts) + '-' + std::to_string(--left);
            const auto got =
                    fixture.patch(path, R"([{"op":"replace","path":"nickName","value":")" + nick + R"("}])");
            EXPECT_EQ(got.status, 200);
        };
        database->writes = 0;
        const auto got = fixture.patch(path, operations);
        database->before = nullptr;
        EXPECT_EQ(left, 0);
        EXPECT_EQ(database->writes, static_cast<std::size_t>(preparations_max));
        if (conflicts < preparations_max) {
            EXPECT_EQ(got.status, 200) << got.text;
            continue;
        }
        EXPECT_EQ(got.status, 503);
        EXPECT_EQ(got.text_of("detail"),
                "The resource is changed by others too often for so large a change. Try again.");
        EXPECT_FALSE(got.header("Retry-After").empty());
        EXPECT_EQ(fixture.scim("GET", path).text_of("title"), "Boss");
    }
}

TEST_F(concurrent_user_change_test, a_response_shows_the_own_change_despite_later_ones) {
    join_group();
    once_committed([this] { fixture.patch(path, R"([{"op":"add","path":"nickName","value":"Anni"}])"); });
    const auto got = title();
    EXPECT_EQ(fixture.scim("GET", path).text_of("nickName"), "Anni");
    EXPECT_EQ(got.header("ETag"), "W/\"2\"");
    EXPECT_EQ(got.text_of("nickName"), "");
}

TEST_F(concurrent_user_change_test, a_committed_change_is_answered_although_the_user_was_deleted_since) {
    join_group();
    once_committed([this] { fixture.scim("DELETE", path); });
    const auto got = title();
    EXPECT_EQ(got.status, 200);
    EXPECT_EQ(fixture.scim("GET", path).status, 404);
    EXPECT_EQ(got.text_of("title"), "Queen");
}

// Two reads: the token, and the state that the change starts from. Groups in the response would take a third.
TEST_F(concurrent_user_change_test, the_response_for_a_user_without_groups_takes_no_read) {
    const auto reads_of = [this](const std::function<test::answer()>& request) {
        const auto before = database->reads;
        const auto got = request();
        EXPECT_LT(got.status, 300) << got.text;
        return database->reads - before;
    };
    const auto retitle = [this](std::string_view value) {
        return fixture.patch(
                path, R"([{"op":"replace","path":"title","value":")" + std::string(value) + R"("}])");
    };
    EXPECT_EQ(reads_of([&] { return retitle("A"); }), 2U);
    EXPECT_EQ(reads_of([&] { return fixture.scim("PUT", path, test::user_text("anna")); }), 2U);
    EXPECT_EQ(reads_of([&] { return fixture.scim("POST", "/Users", test::user_text("berta")); }), 2U);
    const auto changed = title();
    EXPECT_EQ(changed.text, fixture.scim("GET", path).text);

    join_group();
    EXPECT_EQ(reads_of([&] { return retitle("B"); }), 3U);
    EXPECT_EQ(reads_of([&] {
        return fixture.patch(
                path + "?excludedAttributes=groups", R"([{"op":"replace","path":"title","value":"C"}])");
    }),
            2U);
}

TEST_F(concurrent_user_change_test, a_request_without_effect_does_not_use_the_writer) {
    EXPECT_EQ(fixture.patch(path, R"([{"op":"replace","path":"title","value":"Boss"}])").status, 200);
    EXPECT_EQ(fixture.scim("PUT", path, test::user_text("anna", R"(,"title":"Boss")")).status, 200);
    EXPECT_EQ(title({{"If-Match", "W/\"7\""}}).status, 412);
    EXPECT_EQ(database->writes, 0U);
    EXPECT_EQ(new_events().size(), 0U);
}

// --- events

TEST_F(concurrent_user_change_test, an_event_has_the_groups_at_the_time_of_the_write) {
    std::string group;
    once([&] { group = fixture.make_group("Staff", R"(,"members":[{"value":")" + id + R"("}])"); });
    const auto got = title();
    EXPECT_EQ(got.body.at("groups").at(0).at("value"), json::value(group));
    const auto published = new_events();
    EXPECT_EQ(to_text(published.back().at("data").at("groups")),
            R"([{"id":")" + group + R"(","name":"Staff"}])");
    EXPECT_EQ(to_text(published.back().at("changed_attributes")), R"(["title"])");
}

TEST_F(concurrent_user_change_test, an_event_has_the_attribute_mappings_at_the_time_of_the_write) {
    operate("POST", "/api/v1/directory-user-attributes", R"({"key":"nick","datatype":"STRING"})");
    const auto map = [this] {
        operate("PUT", directory + "/attributes", R"({"attributes":[{"key":"nick","map_to":"nickName"}]})");
    };
    once(map);
    fixture.patch(path, R"([{"op":"add","path":"nickName","value":"Anni"}])");
    EXPECT_EQ(to_text(new_events().back().at("data").at("custom_attributes")), R"({"nick":"Anni"})");
    operate("PUT", directory + "/attributes", R"({"attributes":[]})");
    once(map);
    fixture.make_user("berta", R"(,"nickName":"Bert")");
    EXPECT_EQ(to_text(new_events().back().at("data").at("custom_attributes")), R"({"nick":"Bert"})");
}

TEST_F(concurrent_user_change_test, an_event_has_the_roles_at_the_time_of_the_write) {
    operate("POST", "/api/v1/roles", R"({"name":"reader"})");
    once([this] { operate("PATCH", "/api/v1/roles:set_defaults", R"({"default_member_role":"reader"})"); });
    fixture.make_user("berta");
    EXPECT_EQ(to_text(new_events().back().at("data").at("roles")), R"([{"role_name":"reader"}])");
    operate("POST", "/api/v1/roles", R"({"name":"writer"})");
    once([this] { operate("PATCH", "/api/v1/roles:set_defaults", R"({"default_member_role":"writer"})"); });
    title();
    EXPECT_EQ(to_text(new_events().back().at("changed_attributes")), R"(["title","roles"])");
}

TEST_F(concurrent_user_change_test, pending_group_events_are_published_with_the_change) {
    once([this] { fixture.make_group("Staff", R"(,"members":[{"value":")" + id + R"("}])"); });
    title();
    fixture.work_off();
    const auto published = new_events();
    std::size_t updates = 0;
    for (const auto& event : published)
        updates += event.at("type").as_string() == "organization.directory.user_updated" ? 1 : 0;
    EXPECT_EQ(updates, 2U) << "one of the group, one of the title";
}

// --- groups

class concurrent_group_change_test : public concurrent_change_test {
protected:
    concurrent_group_change_test() { discard_events(); }

    const std::string user = fixture.make_user("anna");
    const std::string path = "/Groups/" + fixture.make_group("Staff");
};

TEST_F(concurrent_group_change_test, a_new_member_stays_when_the_group_is_renamed) {
    const auto add = R"([{"op":"add","path":"members","value":[{"value":")" + user + R"("}]}])";
    once([&] { fixture.patch(path, add); });
    const auto got = fixture.patch(path, R"([{"op":"replace","path":"displayName","value":"Crew"}])");
    EXPECT_EQ(got.status, 200);
    EXPECT_EQ(got.header("ETag"), "W/\"3\"");
    EXPECT_EQ(got.body.at("members").as_array().size(), 1U);
    EXPECT_EQ(to_text(new_events().back().at("changed_attributes")), R"(["display_name"])");
}

TEST_F(concurrent_group_change_test, a_put_without_members_keeps_a_member_added_meanwhile) {
    const auto add = R"([{"op":"add","path":"members","value":[{"value":")" + user + R"("}]}])";
    once([&] { fixture.patch(path, add); });
    const auto got = fixture.scim("PUT", path, R"({"displayName":"Crew"})");
    EXPECT_EQ(got.status, 200);
    EXPECT_EQ(got.body.at("members").as_array().size(), 1U);
}

TEST_F(concurrent_group_change_test, a_response_has_the_members_of_the_version_that_it_shows) {
    const auto add = R"([{"op":"add","path":"members","value":[{"value":")" + user + R"("}]}])";
    once_committed([&] { fixture.patch(path, add); });
    const auto got = fixture.patch(path, R"([{"op":"replace","path":"displayName","value":"Crew"}])");
    EXPECT_EQ(got.header("ETag"), "W/\"3\"");
    EXPECT_EQ(got.member("meta").at("version"), json::value("W/\"3\""));
    EXPECT_EQ(got.body.at("members").as_array().size(), 1U);
    once_committed([&] { fixture.scim("DELETE", path); });
    const auto last = fixture.patch(path, R"([{"op":"replace","path":"displayName","value":"Gang"}])");
    EXPECT_EQ(last.status, 200);
    EXPECT_EQ(last.text_of("displayName"), "Gang");
}

TEST_F(concurrent_group_change_test, member_changes_are_prepared_in_the_writer) {
    const auto add = R"([{"op":"add","path":"members","value":[{"value":")" + user + R"("}]}])";
    once([&] { fixture.patch(path, R"([{"op":"replace","path":"displayName","value":"Crew"}])"); });
    const auto got = fixture.patch(path, add);
    EXPECT_EQ(got.status, 200);
    EXPECT_EQ(got.text_of("displayName"), "Crew");
    EXPECT_EQ(database->writes, 1U);
}

// --- the mode of the preparation

TEST_F(concurrent_change_test, a_large_document_is_prepared_in_a_scan) {
    const auto bytes = [this](const std::string& user) {
        std::size_t found = 0;
        store::run(*fixture.database, store::intent::read, [&](store::transaction& tx) {
            const auto number = parse_prefixed(user, "diruser_").value();
            const auto where = directory_id::parse(fixture.directory).value();
            found = store::resources::find(tx, where, "User", {number})->document.size();
            return store::verdict::commit;
        });
        return found;
    };
    const auto padded = [](std::size_t count) {
        return R"(,"title":")" + std::string(count / 2, 'x') + R"(","nickName":")" +
               std::string(count - count / 2, 'x') + '"';
    };
    const auto base = bytes(fixture.make_user("anna1", padded(2))) - 2;
    for (const auto& [size, scans] : {std::pair<std::size_t, std::size_t>{prepared_inline_bytes_max, 0},
                 {prepared_inline_bytes_max + 1, 1}}) {
        const auto id = fixture.make_user("bert" + std::to_string(scans), padded(size - base));
        ASSERT_EQ(bytes(id), size);
        const auto before = database->scans;
        const auto got = fixture.patch("/Users/" + id, R"([{"op":"add","path":"userType","value":"x"}])");
        EXPECT_EQ(got.status, 200);
        EXPECT_EQ(database->scans - before, scans) << size;
        const auto other = fixture.make_user("carl" + std::to_string(scans), padded(size - base));
        const auto before_removal = database->scans;
        EXPECT_EQ(fixture.scim("DELETE", "/Users/" + other).status, 204);
        EXPECT_EQ(database->scans - before_removal, scans) << size;
    }
}

}  // namespace
}  // namespace scimd::api

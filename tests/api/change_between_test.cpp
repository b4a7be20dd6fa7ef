// What others do between the preparation of a change and its turn to be written (docs/decisions/0036): the
// outcome is that of requests one after the other.
#include "api/change_request.hpp"
#include "api/late_body.hpp"
#include "store/resources.hpp"
#include "support/api_house.hpp"
#include "support/interposed_database.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <memory>

namespace scimd::api {
namespace {

using texts = std::vector<std::string>;

constexpr std::string_view set_title = R"([{"op":"replace","path":"title","value":"Queen"}])";

class change_between_test : public testing::Test {
protected:
    explicit change_between_test(const api::limits& bounds = {}) : home(bounds)
    {
        auto between = std::make_unique<test::interposed_database>(std::move(home.database));
        database = between.get();
        home.database = std::move(between);
    }

    // `act` comes once, before the next write.
    void once(std::function<void()> act)
    {
        database->before = [this, act = std::move(act)](store::intent mode) {
            if (mode != store::intent::write)
                return;
            database->before = nullptr;
            act();
        };
    }

    // `act` comes once, when the next write has been committed and is to be answered.
    void once_committed(std::function<void()> act)
    {
        once([this, act = std::move(act)] {
            database->before = [this, act](store::intent) {
                database->before = nullptr;
                act();
            };
        });
    }

    // What has been done so far.
    void forget()
    {
        news();
        database->scans = database->writes = 0;
    }

    // The second with which the token was judged has passed, and some more.
    void wait_long() { home.clock.advance(judged_for); }

    std::vector<json::object> news()
    {
        auto all = home.events();
        all.erase(all.begin(), all.begin() + static_cast<std::ptrdiff_t>(seen));
        seen += all.size();
        return all;
    }
    texts news_types()
    {
        auto types = home.event_types();
        types.erase(types.begin(), types.begin() + static_cast<std::ptrdiff_t>(seen));
        seen += types.size();
        return types;
    }

    test::answer operate(std::string_view method, const std::string& path, std::string_view body = "")
    {
        auto done = home.operate(method, path, body);
        EXPECT_LT(done.status, 300) << path << ' ' << done.text;
        return done;
    }

    test::api_house home;
    test::interposed_database* database = nullptr;
    std::size_t seen = 0;
    const std::string owner = "/api/v1/organizations/" + home.organization;
    const std::string directory = owner + "/directories/" + home.directory;
};

class user_between_test : public change_between_test {
protected:
    user_between_test() { forget(); }

    test::answer title(test::header_list headers = {}) { return home.patch(path, set_title, headers); }
    void join_group()
    {
        home.make_group("Staff", R"(,"members":[{"value":")" + id + R"("}])");
        forget();
    }

    const std::string id = home.make_user("anna", R"(,"title":"Boss")");
    const std::string path = "/Users/" + id;
};

TEST_F(user_between_test, changes_of_different_attributes_are_all_applied)
{
    once([this] { home.patch(path, R"([{"op":"add","path":"nickName","value":"Anni"}])"); });
    const auto got = title();
    EXPECT_EQ(got.status, 200);
    EXPECT_EQ(got.header("ETag"), "W/\"3\"");
    EXPECT_EQ(got.text_of("nickName"), "Anni");
    EXPECT_EQ(got.text_of("title"), "Queen");
    EXPECT_EQ(got.text, home.scim("GET", path).text);
    EXPECT_EQ(database->writes, 2U);
    const auto told = news();
    ASSERT_EQ(told.size(), 2U);
    EXPECT_EQ(to_text(told[1].at("changed_attributes")), R"(["title"])");
    EXPECT_EQ(to_text(told[1].at("previous_attributes")), R"({"title":"Boss"})");
    EXPECT_EQ(told[1].at("object_version"), json::value(3));
    EXPECT_EQ(told[1].at("sequence").as_int64(), told[0].at("sequence").as_int64() + 1);
    EXPECT_EQ(told[1].at("data").at("raw_attributes").at("nickName"), json::value("Anni"));
}

TEST_F(user_between_test, a_replacement_replaces_what_is_there_by_then)
{
    once([this] { home.patch(path, R"([{"op":"add","path":"nickName","value":"Anni"}])"); });
    const auto got = home.scim("PUT", path, test::user_text("anna", R"(,"title":"Queen")"));
    EXPECT_EQ(got.status, 200);
    EXPECT_EQ(got.header("ETag"), "W/\"3\"");
    EXPECT_EQ(got.text_of("nickName"), "");
    EXPECT_EQ(to_text(news().back().at("changed_attributes")), R"(["title","nickname"])");
}

TEST_F(user_between_test, the_same_change_happens_once)
{
    once([this] { title(); });
    const auto got = title();
    EXPECT_EQ(got.status, 200);
    EXPECT_EQ(got.header("ETag"), "W/\"2\"");
    EXPECT_EQ(news().size(), 1U);
}

TEST_F(user_between_test, a_precondition_is_held_against_the_version_by_then)
{
    once([this] { home.patch(path, R"([{"op":"add","path":"nickName","value":"Anni"}])"); });
    const auto got = title({{"If-Match", "W/\"1\""}});
    EXPECT_EQ(got.status, 412);
    EXPECT_EQ(got.text_of("detail"), "The resource has version W/\"2\".");
    EXPECT_EQ(home.scim("GET", path).text_of("title"), "Boss");
}

TEST_F(user_between_test, one_who_has_gone_is_not_found)
{
    for (const std::string_view method : {"PATCH", "PUT"}) {
        const auto other = "/Users/" + home.make_user("other");
        once([&] { home.scim("DELETE", other); });
        const auto got = method == "PUT"
                             ? home.scim("PUT", other, test::user_text("other", R"(,"title":"Queen")"))
                             : home.patch(other, set_title);
        EXPECT_EQ(got.status, 404) << method;
    }
}

TEST_F(user_between_test, a_name_that_another_has_taken_is_taken)
{
    once([this] { home.make_user("berta"); });
    EXPECT_EQ(home.scim("POST", "/Users", test::user_text("berta")).text_of("scimType"), "uniqueness");
    once([this] { home.make_user("carla"); });
    const auto renamed = home.patch(path, R"([{"op":"replace","path":"userName","value":"Carla"}])");
    EXPECT_EQ(renamed.status, 409);
    EXPECT_EQ(renamed.text_of("scimType"), "uniqueness");
    EXPECT_EQ(home.scim("GET", path).text_of("userName"), "anna");
    EXPECT_EQ(news_types(), (texts{"user_created", "user_created"}));
}

TEST_F(user_between_test, a_change_that_is_always_overtaken_is_made_where_it_is_written)
{
    int number = 0;
    database->before = [&](store::intent mode) {
        if (mode != store::intent::write)
            return;
        const auto nick = std::to_string(++number);
        home.patch(path, R"([{"op":"replace","path":"nickName","value":")" + nick + R"("}])");
    };
    const auto got = title();
    database->before = nullptr;
    EXPECT_EQ(got.status, 200);
    EXPECT_EQ(number, preparations_max);
    EXPECT_EQ(database->writes, static_cast<std::size_t>(preparations_max));
    EXPECT_EQ(got.header("ETag"), "W/\"" + std::to_string(preparations_max + 2) + '"');
    EXPECT_NE(
        home.figures.exposition().find(
            "scimd_changes_overtaken_total " + std::to_string(preparations_max) + "\n"
        ),
        std::string::npos
    );
    EXPECT_EQ(got.text_of("nickName"), std::to_string(number));
    EXPECT_EQ(got.text, home.scim("GET", path).text);
    EXPECT_EQ(news().size(), static_cast<std::size_t>(preparations_max) + 1);
}

class limited_between_test : public change_between_test {
protected:
    limited_between_test() : change_between_test({.write_steps_max = 1'000}) {}
};

// The last round on a snapshot is one that counts, and there is no further one.
TEST_F(limited_between_test, a_change_that_is_too_large_for_the_writer_is_prepared_three_times)
{
    const auto path = "/Users/" + home.make_user("anna", R"(,"title":"Boss")");
    const auto operations =
        R"([{"op":"replace","path":"title","value":")" + std::string(5'000, 'x') + R"("}])";
    for (const int overtaken : {preparations_max, preparations_max - 1}) {
        int left = overtaken;
        database->before = [&](store::intent mode) {
            if (mode != store::intent::write || left == 0)
                return;
            const auto nick = std::to_string(overtaken) + '-' + std::to_string(--left);
            const auto got =
                home.patch(path, R"([{"op":"replace","path":"nickName","value":")" + nick + R"("}])");
            EXPECT_EQ(got.status, 200);
        };
        database->writes = 0;
        const auto got = home.patch(path, operations);
        database->before = nullptr;
        EXPECT_EQ(left, 0);
        EXPECT_EQ(database->writes, static_cast<std::size_t>(preparations_max));
        if (overtaken < preparations_max) {
            EXPECT_EQ(got.status, 200) << got.text;
            continue;
        }
        EXPECT_EQ(got.status, 503);
        EXPECT_EQ(
            got.text_of("detail"),
            "The resource is changed by others too often for so large a change. Try again."
        );
        EXPECT_FALSE(got.header("Retry-After").empty());
        EXPECT_EQ(home.scim("GET", path).text_of("title"), "Boss");
    }
}

TEST_F(user_between_test, an_answer_shows_what_the_request_has_done_although_more_has_been_done_since)
{
    join_group();
    once_committed([this] { home.patch(path, R"([{"op":"add","path":"nickName","value":"Anni"}])"); });
    const auto got = title();
    EXPECT_EQ(home.scim("GET", path).text_of("nickName"), "Anni");
    EXPECT_EQ(got.header("ETag"), "W/\"2\"");
    EXPECT_EQ(got.text_of("nickName"), "");
}

TEST_F(user_between_test, what_has_been_done_is_answered_although_the_user_has_gone_since)
{
    join_group();
    once_committed([this] { home.scim("DELETE", path); });
    const auto got = title();
    EXPECT_EQ(got.status, 200);
    EXPECT_EQ(home.scim("GET", path).status, 404);
    EXPECT_EQ(got.text_of("title"), "Queen");
}

// The token, and the state that the change starts from; what is shown of groups is a third read.
TEST_F(user_between_test, the_answer_for_a_user_in_no_group_reads_nothing)
{
    const auto reads_of = [this](const std::function<test::answer()>& request) {
        const auto before = database->reads;
        const auto got = request();
        EXPECT_LT(got.status, 300) << got.text;
        return database->reads - before;
    };
    const auto retitle = [this](std::string_view value) {
        return home.patch(
            path, R"([{"op":"replace","path":"title","value":")" + std::string(value) + R"("}])"
        );
    };
    EXPECT_EQ(reads_of([&] { return retitle("A"); }), 2U);
    EXPECT_EQ(reads_of([&] { return home.scim("PUT", path, test::user_text("anna")); }), 2U);
    EXPECT_EQ(reads_of([&] { return home.scim("POST", "/Users", test::user_text("berta")); }), 2U);
    const auto changed = title();
    EXPECT_EQ(changed.text, home.scim("GET", path).text);

    join_group();
    EXPECT_EQ(reads_of([&] { return retitle("B"); }), 3U);
    EXPECT_EQ(
        reads_of([&] {
            return home.patch(
                path + "?excludedAttributes=groups", R"([{"op":"replace","path":"title","value":"C"}])"
            );
        }),
        2U
    );
}

TEST_F(user_between_test, what_changes_nothing_needs_no_writer)
{
    EXPECT_EQ(home.patch(path, R"([{"op":"replace","path":"title","value":"Boss"}])").status, 200);
    EXPECT_EQ(home.scim("PUT", path, test::user_text("anna", R"(,"title":"Boss")")).status, 200);
    EXPECT_EQ(title({{"If-Match", "W/\"7\""}}).status, 412);
    EXPECT_EQ(database->writes, 0U);
    EXPECT_EQ(news().size(), 0U);
}

// --- what events say

TEST_F(user_between_test, an_event_names_the_groups_by_then)
{
    std::string group;
    once([&] { group = home.make_group("Staff", R"(,"members":[{"value":")" + id + R"("}])"); });
    const auto got = title();
    EXPECT_EQ(got.body.at("groups").at(0).at("value"), json::value(group));
    const auto told = news();
    EXPECT_EQ(to_text(told.back().at("data").at("groups")), R"([{"id":")" + group + R"(","name":"Staff"}])");
    EXPECT_EQ(to_text(told.back().at("changed_attributes")), R"(["title"])");
}

TEST_F(user_between_test, an_event_has_the_attributes_that_are_mapped_by_then)
{
    operate("POST", "/api/v1/directory-user-attributes", R"({"key":"nick","datatype":"STRING"})");
    const auto map = [this] {
        operate("PUT", directory + "/attributes", R"({"attributes":[{"key":"nick","map_to":"nickName"}]})");
    };
    once(map);
    home.patch(path, R"([{"op":"add","path":"nickName","value":"Anni"}])");
    EXPECT_EQ(to_text(news().back().at("data").at("custom_attributes")), R"({"nick":"Anni"})");
    operate("PUT", directory + "/attributes", R"({"attributes":[]})");
    once(map);
    home.make_user("berta", R"(,"nickName":"Bert")");
    EXPECT_EQ(to_text(news().back().at("data").at("custom_attributes")), R"({"nick":"Bert"})");
}

TEST_F(user_between_test, an_event_has_the_roles_by_then)
{
    operate("POST", "/api/v1/roles", R"({"name":"reader"})");
    once([this] { operate("PATCH", "/api/v1/roles:set_defaults", R"({"default_member_role":"reader"})"); });
    home.make_user("berta");
    EXPECT_EQ(to_text(news().back().at("data").at("roles")), R"([{"role_name":"reader"}])");
    operate("POST", "/api/v1/roles", R"({"name":"writer"})");
    once([this] { operate("PATCH", "/api/v1/roles:set_defaults", R"({"default_member_role":"writer"})"); });
    title();
    EXPECT_EQ(to_text(news().back().at("changed_attributes")), R"(["title","roles"])");
}

TEST_F(user_between_test, groups_that_are_still_to_be_published_are_published_with_it)
{
    once([this] { home.make_group("Staff", R"(,"members":[{"value":")" + id + R"("}])"); });
    title();
    home.work_off();
    const auto told = news();
    std::size_t updates = 0;
    for (const auto& event : told)
        updates += event.at("type").as_string() == "organization.directory.user_updated" ? 1 : 0;
    EXPECT_EQ(updates, 2U) << "of the group, of the title";
}

// --- deletions

TEST_F(user_between_test, the_event_of_a_deletion_shows_the_user_by_then)
{
    once([this] { title(); });
    EXPECT_EQ(home.scim("DELETE", path).status, 204);
    EXPECT_EQ(database->writes, 2U);
    const auto told = news();
    ASSERT_EQ(told.size(), 2U);
    EXPECT_EQ(told.back().at("type"), json::value("organization.directory.user_deleted"));
    const auto& data = told.back().at("data").as_object();
    EXPECT_EQ(data.at("id"), json::value(id));
    EXPECT_EQ(data.at("title"), json::value("Queen"));
    EXPECT_EQ(data.at("deleted_at"), told.back().at("occurred_at"));
    EXPECT_EQ(data.at("reason"), json::value("scim_delete"));
    EXPECT_EQ(told.back().at("object_version"), json::value(2));
}

TEST_F(user_between_test, the_event_of_a_deletion_leaves_text_alone_that_looks_like_its_own)
{
    const std::string own = R"("deleted_at":"1970-01-01T00:00:00Z","reason":")";
    const auto other = home.make_user("other", R"(,"title":)" + to_text(json::value(own)));
    EXPECT_EQ(home.scim("DELETE", "/Users/" + other).status, 204);
    const auto told = news();
    EXPECT_EQ(told.back().at("data").at("title"), json::value(own));
    EXPECT_EQ(told.back().at("data").at("deleted_at"), told.back().at("occurred_at"));
}

TEST_F(user_between_test, the_event_of_a_deletion_names_the_groups_by_then)
{
    std::string group;
    once([&] { group = home.make_group("Staff", R"(,"members":[{"value":")" + id + R"("}])"); });
    EXPECT_EQ(home.scim("DELETE", path).status, 204);
    const auto told = news();
    const auto deleted = std::ranges::find_if(told, [](const json::object& one) {
        return one.at("type") == json::value("organization.directory.user_deleted");
    });
    ASSERT_NE(deleted, told.end());
    EXPECT_EQ(to_text(deleted->at("data").at("groups")), R"([{"id":")" + group + R"(","name":"Staff"}])");
    EXPECT_EQ(home.scim("GET", "/Groups/" + group).status, 200);
}

TEST_F(user_between_test, a_deletion_keeps_its_precondition_and_finds_who_is_there_by_then)
{
    once([this] { title(); });
    const auto got = home.scim("DELETE", path, "", {{"If-Match", "W/\"1\""}});
    EXPECT_EQ(got.status, 412);
    EXPECT_EQ(got.text_of("detail"), "The resource has version W/\"2\".");
    once([this] { home.scim("DELETE", path); });
    EXPECT_EQ(home.scim("DELETE", path).status, 404);
    EXPECT_EQ(news_types(), (texts{"user_updated", "user_deleted"}));
}

TEST_F(user_between_test, a_deletion_that_is_always_overtaken_is_made_where_it_is_written)
{
    int number = 0;
    database->before = [&](store::intent mode) {
        if (mode != store::intent::write)
            return;
        const auto nick = std::to_string(++number);
        home.patch(path, R"([{"op":"replace","path":"nickName","value":")" + nick + R"("}])");
    };
    EXPECT_EQ(home.scim("DELETE", path).status, 204);
    database->before = nullptr;
    EXPECT_EQ(number, preparations_max);
    EXPECT_EQ(database->writes, static_cast<std::size_t>(preparations_max));
    const auto told = news();
    EXPECT_EQ(told.back().at("data").at("nickname"), json::value(std::to_string(number)));
    EXPECT_EQ(home.scim("GET", path).status, 404);
}

// --- who may

TEST_F(user_between_test, a_token_that_was_revoked_counts_for_a_second_and_no_longer)
{
    const auto made = operate("POST", directory + "/secrets", "{}");
    const std::string text(made.text_of("plain_secret"));
    const auto secret = directory + "/secrets/" + std::string(made.member("secret").at("id").as_string());
    const auto change = [&](std::string_view value) {
        http::request request;
        request.method = "PATCH";
        request.target = home.base() + path;
        request.body =
            R"({"Operations":[{"op":"replace","path":"title","value":")" + std::string(value) + R"("}]})";
        request.from.address = "192.0.2.7";
        request.headers.add("Authorization", "Bearer " + text);
        return home.send(std::move(request));
    };
    once([&] { home.clock.advance(judged_for - std::chrono::microseconds(1)); });
    EXPECT_EQ(change("A").status, 200);
    once([&] {
        wait_long();
        operate("DELETE", secret);
    });
    EXPECT_EQ(change("B").status, 401);
    EXPECT_EQ(home.scim("GET", path).text_of("title"), "A");
}

TEST_F(user_between_test, a_disabled_directory_takes_no_change_that_has_waited)
{
    const auto disable = [this] {
        wait_long();
        operate("PATCH", directory + ":disable");
    };
    const auto enable = [this] { operate("PATCH", directory + ":enable"); };
    once(disable);
    EXPECT_EQ(title().status, 403);
    enable();
    once(disable);
    EXPECT_EQ(home.scim("POST", "/Users", test::user_text("berta")).status, 403);
    enable();
    once(disable);
    EXPECT_EQ(home.scim("DELETE", path).status, 403);
    enable();
    EXPECT_EQ(home.scim("GET", path).text_of("title"), "Boss");
    EXPECT_EQ(home.scim("GET", "/Users").body.at("totalResults"), json::value(1));
}

TEST_F(user_between_test, a_user_who_is_deactivated_changes_itself_no_more)
{
    const auto token = home.make_user_token(id);
    once([this] {
        wait_long();
        home.patch(path, R"([{"op":"replace","path":"active","value":false}])");
    });
    http::request request;
    request.method = "PATCH";
    request.target = home.base() + "/Me";
    request.body = R"({"Operations":[{"op":"replace","path":"nickName","value":"A"}]})";
    request.from.address = "192.0.2.7";
    request.headers.add("Authorization", "Bearer " + token);
    EXPECT_EQ(home.send(std::move(request)).status, 403);
    EXPECT_EQ(home.scim("GET", path).text_of("nickName"), "");
}

// --- the domain gate and seats

TEST_F(user_between_test, a_domain_that_is_released_lets_nobody_in)
{
    const auto release = [this] { operate("DELETE", owner + "/domains/" + home.domain); };
    once(release);
    const auto refused = home.scim("POST", "/Users", test::user_text("berta"));
    EXPECT_EQ(refused.status, 400) << refused.text;
    EXPECT_EQ(home.scim("GET", "/Users").body.at("totalResults"), json::value(1));
    EXPECT_EQ(news_types().back(), "user_rejected");
    EXPECT_EQ(title().status, 400);
    EXPECT_EQ(home.scim("GET", path).text_of("title"), "Boss");
}

TEST_F(user_between_test, the_last_seat_is_taken_once)
{
    operate("PATCH", owner + "/settings/usermanagement", R"({"settings":{"max_allowed_users":2}})");
    once([this] { home.make_user("berta"); });
    EXPECT_EQ(home.scim("POST", "/Users", test::user_text("carla")).status, 403);
    EXPECT_EQ(home.scim("GET", "/Users").body.at("totalResults"), json::value(2));
}

class held_between_test : public change_between_test {
protected:
    held_between_test()
    {
        home.directory = home.make_directory(home.organization, "hold");
        home.token = home.make_token(home.directory);
        operate("DELETE", owner + "/domains/" + home.domain);
        path = "/Users/" + home.make_user("zoe", R"(,"title":"Boss")");
        forget();
    }

    void let_in()
    {
        home.make_domain(home.organization, "acme.com");
        home.work_off();
    }

    std::string path;
};

TEST_F(held_between_test, one_who_is_let_in_before_the_change_is_updated_and_not_created_again)
{
    once([this] { let_in(); });
    EXPECT_EQ(home.patch(path, set_title).status, 200);
    const auto told = news();
    ASSERT_FALSE(told.empty());
    EXPECT_EQ(told.back().at("type"), json::value("organization.directory.user_updated"));
    EXPECT_EQ(to_text(told.back().at("previous_attributes")), R"({"title":"Boss"})");
}

TEST_F(held_between_test, one_whose_domain_is_verified_before_the_change_comes_in_by_it)
{
    once([this] { home.make_domain(home.organization, "acme.com"); });
    EXPECT_EQ(home.patch(path, set_title).status, 200);
    const auto told = news();
    EXPECT_EQ(told.back().at("type"), json::value("organization.directory.user_created"));
    EXPECT_EQ(told.back().at("data").at("title"), json::value("Queen"));
}

// --- groups

class group_between_test : public change_between_test {
protected:
    group_between_test() { forget(); }

    const std::string user = home.make_user("anna");
    const std::string path = "/Groups/" + home.make_group("Staff");
};

TEST_F(group_between_test, a_new_member_stays_when_the_group_is_renamed)
{
    const auto add = R"([{"op":"add","path":"members","value":[{"value":")" + user + R"("}]}])";
    once([&] { home.patch(path, add); });
    const auto got = home.patch(path, R"([{"op":"replace","path":"displayName","value":"Crew"}])");
    EXPECT_EQ(got.status, 200);
    EXPECT_EQ(got.header("ETag"), "W/\"3\"");
    EXPECT_EQ(got.body.at("members").as_array().size(), 1U);
    EXPECT_EQ(to_text(news().back().at("changed_attributes")), R"(["display_name"])");
}

TEST_F(group_between_test, a_replacement_that_names_no_members_keeps_the_new_one)
{
    const auto add = R"([{"op":"add","path":"members","value":[{"value":")" + user + R"("}]}])";
    once([&] { home.patch(path, add); });
    const auto got = home.scim("PUT", path, R"({"displayName":"Crew"})");
    EXPECT_EQ(got.status, 200);
    EXPECT_EQ(got.body.at("members").as_array().size(), 1U);
}

TEST_F(group_between_test, an_answer_has_the_members_of_the_version_that_it_shows)
{
    const auto add = R"([{"op":"add","path":"members","value":[{"value":")" + user + R"("}]}])";
    once_committed([&] { home.patch(path, add); });
    const auto got = home.patch(path, R"([{"op":"replace","path":"displayName","value":"Crew"}])");
    EXPECT_EQ(got.header("ETag"), "W/\"3\"");
    EXPECT_EQ(got.member("meta").at("version"), json::value("W/\"3\""));
    EXPECT_EQ(got.body.at("members").as_array().size(), 1U);
    once_committed([&] { home.scim("DELETE", path); });
    const auto last = home.patch(path, R"([{"op":"replace","path":"displayName","value":"Gang"}])");
    EXPECT_EQ(last.status, 200);
    EXPECT_EQ(last.text_of("displayName"), "Gang");
}

TEST_F(group_between_test, members_are_changed_where_they_are_written)
{
    const auto add = R"([{"op":"add","path":"members","value":[{"value":")" + user + R"("}]}])";
    once([&] { home.patch(path, R"([{"op":"replace","path":"displayName","value":"Crew"}])"); });
    const auto got = home.patch(path, add);
    EXPECT_EQ(got.status, 200);
    EXPECT_EQ(got.text_of("displayName"), "Crew");
    EXPECT_EQ(database->writes, 1U);
}

// --- where it is prepared

TEST_F(change_between_test, a_large_document_is_prepared_in_a_scan)
{
    const auto bytes = [this](const std::string& user) {
        std::size_t found = 0;
        store::run(*home.database, store::intent::read, [&](store::transaction& tx) {
            const auto number = parse_prefixed(user, "diruser_").value();
            const auto where = directory_id::parse(home.directory).value();
            found = store::resources::find(tx, where, "User", {number})->document.size();
            return store::verdict::commit;
        });
        return found;
    };
    const auto padded = [](std::size_t count) {
        return R"(,"title":")" + std::string(count / 2, 'x') + R"(","nickName":")" +
               std::string(count - count / 2, 'x') + '"';
    };
    const auto base = bytes(home.make_user("anna1", padded(2))) - 2;
    for (const auto& [size, scans] :
         {std::pair<std::size_t, std::size_t>{prepared_inline_bytes_max, 0},
          {prepared_inline_bytes_max + 1, 1}}) {
        const auto id = home.make_user("bert" + std::to_string(scans), padded(size - base));
        ASSERT_EQ(bytes(id), size);
        const auto before = database->scans;
        const auto got = home.patch("/Users/" + id, R"([{"op":"add","path":"userType","value":"x"}])");
        EXPECT_EQ(got.status, 200);
        EXPECT_EQ(database->scans - before, scans) << size;
        const auto other = home.make_user("carl" + std::to_string(scans), padded(size - base));
        const auto before_removal = database->scans;
        EXPECT_EQ(home.scim("DELETE", "/Users/" + other).status, 204);
        EXPECT_EQ(database->scans - before_removal, scans) << size;
    }
}

}  // namespace
}  // namespace scimd::api

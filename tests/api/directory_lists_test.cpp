// Users and groups of a directory as an application lists them.
#include "support/api_fixture.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <set>

namespace scimd::api {
namespace {

using namespace std::chrono_literals;
using texts = std::vector<std::string>;

constexpr auto day_of_the_fixture = "2026-01-02T03:04:05.000000Z";

class directory_lists_test : public testing::Test {
protected:
    test::answer get(std::string_view query) { return fixture.operate("GET", path + std::string(query)); }

    static std::string member_list(const texts& ids) {
        std::string text = R"(,"members":[)";
        for (const auto& id : ids)
            text.append(&id == ids.data() ? "" : ",").append(R"({"value":")" + id + "\"}");
        return text + "]";
    }

    static texts ids_of(const test::answer& page, std::string_view list) {
        texts ids;
        for (const auto& one : page.body.at(list).as_array())
            ids.emplace_back(one.at("id").as_string());
        return ids;
    }

    // All pages from the first or, backwards, from the last; the ids in the order in which they were met.
    texts walk(const std::string& query, std::string_view list, std::string_view token_name) {
        texts met;
        auto page = get("/" + std::string(list) + "?" + query);
        if (token_name == "prev_page_token")
            while (!page.text_of("next_page_token").empty())
                page = get(next(query, list, page.text_of("next_page_token")));
        while (true) {
            EXPECT_EQ(page.status, 200) << page.text;
            auto ids = ids_of(page, list);
            met.insert(token_name == "prev_page_token" ? met.begin() : met.end(), ids.begin(), ids.end());
            const auto token = page.text_of(token_name);
            if (token.empty() || met.size() > 100)
                return met;
            page = get(next(query, list, token));
        }
    }

    static std::string next(const std::string& query, std::string_view list, const std::string& token) {
        return "/" + std::string(list) + "?" + query + "&page_token=" + token;
    }

    test::api_fixture fixture;
    const std::string path =
            "/api/v1/organizations/" + fixture.organization + "/directories/" + fixture.directory;
};

TEST_F(directory_lists_test, a_user_has_what_scalekit_s_have) {
    const auto anna = fixture.make_user("anna",
            R"(,"externalId":"e-1","title":"Engineer","name":{"givenName":"Anna","familyName":"Ahorn"})");
    const auto staff = fixture.make_group("Staff", member_list({anna}));
    const auto got = get("/users");
    const json::object expected{
            {"users",
                    {{{"id", anna}, {"email", "anna@acme.com"}, {"preferred_username", "anna"},
                            {"given_name", "Anna"}, {"family_name", "Ahorn"},
                            {"updated_at", day_of_the_fixture}, {"emails", {"anna@acme.com"}},
                            {"email_domain_verified", true}, {"preferred_username_domain_verified", false},
                            {"email_addresses", json::array{json::object{{"value", "anna@acme.com"},
                                                        {"domain", "acme.com"}, {"domain_verified", true}}}},
                            {"groups",
                                    json::array{json::object{{"id", staff}, {"display_name", "Staff"}}}}}}},
            {"total_size", 1}, {"next_page_token", ""}, {"prev_page_token", ""},
            {"sequence", fixture.events().back().at("sequence")}};
    EXPECT_EQ(got.body, expected) << got.text;
    EXPECT_EQ(fixture.operate("GET", "/api/v1/organizations/-/directories/" + fixture.directory + "/users")
                      .text,
            got.text);
}

TEST_F(directory_lists_test, what_a_user_does_not_have_is_there_and_empty) {
    fixture.operate("PATCH", path, R"({"domain_policy":"off"})");
    ASSERT_EQ(fixture.scim("POST", "/Users", R"({"userName":"bare"})").status, 201);
    const auto user = get("/users").body.at("users").at(0).as_object();
    for (const auto* const name : {"email", "given_name", "family_name"})
        EXPECT_EQ(user.at(name), "") << name;
    for (const auto* const name : {"emails", "email_addresses", "groups"})
        EXPECT_EQ(user.at(name), json::array()) << name;
    for (const auto* const name : {"email_domain_verified", "preferred_username_domain_verified"})
        EXPECT_EQ(user.at(name), false) << name;
    EXPECT_FALSE(find(user, "user_detail"));
}

TEST_F(directory_lists_test, a_group_has_what_scalekit_s_have) {
    const auto anna = fixture.make_user("anna");
    const auto inner = fixture.make_group("Inner");
    const auto staff = fixture.make_group("Staff", member_list({anna, inner}));
    const auto got = get("/groups");
    const auto group_json = [](std::string_view id, std::string_view name, int total) {
        return json::object{{"id", id}, {"display_name", name}, {"total_users", total},
                {"updated_at", day_of_the_fixture}};
    };
    const json::object expected{{"groups", {group_json(inner, "Inner", 0), group_json(staff, "Staff", 1)}},
            {"total_size", 2}, {"next_page_token", ""}, {"prev_page_token", ""},
            {"sequence", fixture.events().back().at("sequence")}};
    EXPECT_EQ(got.body, expected) << got.text;
    fixture.patch("/Groups/" + staff, R"([{"op":"remove","path":"members[value eq \")" + inner + R"(\"]"}])");
    EXPECT_EQ(get("/groups").body.at("groups").at(1).at("total_users"), 1);
    fixture.scim("DELETE", "/Users/" + anna);
    EXPECT_EQ(get("/groups").body.at("groups").at(1).at("total_users"), 0);
}

TEST_F(directory_lists_test, a_group_that_loses_a_group_keeps_its_users) {
    const auto anna = fixture.make_user("anna");
    const auto inner = fixture.make_group("Inner");
    const auto staff = fixture.make_group("Staff", member_list({anna, inner}));
    EXPECT_EQ(fixture.scim("DELETE", "/Groups/" + inner).status, 204);
    EXPECT_EQ(get("/groups").body.at("groups").at(0).at("total_users"), 1);
    EXPECT_EQ(get("/users?directory_group_id=" + staff).body.at("total_size"), 1);
    EXPECT_EQ(fixture.operate("POST", "/api/v1/check").body.at("findings"), json::array());
}

TEST_F(directory_lists_test, details_are_the_data_of_events) {
    const auto anna = fixture.make_user("anna", R"(,"title":"Engineer")");
    fixture.make_group("Staff", member_list({anna}));
    const auto events = fixture.events();
    const auto user = get("/users?include_detail=true").body.at("users").at(0);
    EXPECT_EQ(events.back().at("type").as_string(), "organization.directory.user_updated");
    EXPECT_EQ(user.at("user_detail"), events.back().at("data"));
    EXPECT_EQ(user.at("user_detail").at("title"), "Engineer");
    const auto group = get("/groups?include_detail=True").body.at("groups").at(0);
    EXPECT_EQ(events[1].at("type").as_string(), "organization.directory.group_created");
    EXPECT_EQ(group.at("group_detail"), events[1].at("data"));
    EXPECT_FALSE(find(get("/users?include_detail=false").body.at("users").at(0).as_object(), "user_detail"));
}

TEST_F(directory_lists_test, pages_have_everyone_once_in_both_directions) {
    texts users;
    texts groups;
    for (int i = 0; i < 5; ++i) {
        users.push_back(fixture.make_user("u" + std::to_string(i)));
        groups.push_back(fixture.make_group("g" + std::to_string(i), i == 0 ? member_list(users) : ""));
        fixture.clock.advance(1s);
    }
    const auto all = fixture.make_group("All", member_list(users));
    groups.push_back(all);
    for (const auto* const more : {"", "&updated_after=2026-01-01T00:00:00Z", "&include_detail=true"}) {
        for (int size = 1; size <= 7; ++size) {
            const auto query = "page_size=" + std::to_string(size) + more;
            for (const auto* const token : {"next_page_token", "prev_page_token"}) {
                EXPECT_EQ(walk(query, "users", token), users) << query << ' ' << token;
                EXPECT_EQ(walk(query, "groups", token), groups) << query << ' ' << token;
                const auto in_group = query + "&directory_group_id=" + all;
                EXPECT_EQ(walk(in_group, "users", token), users) << in_group << ' ' << token;
            }
        }
    }
}

TEST_F(directory_lists_test, a_page_has_ten_unless_told) {
    for (int i = 0; i < 11; ++i)
        fixture.make_user("u" + std::to_string(i));
    const auto got = get("/users");
    EXPECT_EQ(ids_of(got, "users").size(), 10U);
    EXPECT_EQ(got.body.at("total_size"), 11);
    EXPECT_NE(got.text_of("next_page_token"), "");
    EXPECT_EQ(get("/users?pageSize=11").text_of("next_page_token"), "");
}

TEST_F(directory_lists_test, what_changed_since_comes_in_the_order_of_change) {
    const auto anna = fixture.make_user("anna");
    const auto bert = fixture.make_user("bert");
    const auto carl = fixture.make_user("carl");
    fixture.clock.advance(1s);
    fixture.patch("/Users/" + bert, R"([{"op":"replace","path":"title","value":"x"}])");
    fixture.clock.advance(1s);
    fixture.patch("/Users/" + anna, R"([{"op":"replace","path":"title","value":"x"}])");

    const auto all = get("/users?updated_after=2026-01-02T03:04:04.999999Z");
    EXPECT_EQ(ids_of(all, "users"), (texts{carl, bert, anna}));
    EXPECT_EQ(all.body.at("total_size"), 3);
    const auto since = get(std::string("/users?updated_after=") + day_of_the_fixture);
    EXPECT_EQ(ids_of(since, "users"), (texts{bert, anna}));
    EXPECT_EQ(since.body.at("total_size"), 2);
    EXPECT_EQ(get("/users?updated_after=2026-01-02T03:04:07Z").body.at("total_size"), 0);
    EXPECT_EQ(get("/groups?updated_after=2026-01-02T03:04:07Z").body.at("total_size"), 0);
    EXPECT_EQ(get("/users?updatedAfter=2026-01-02T03:04:06Z").body.at("total_size"), 1);
    EXPECT_EQ(get("/users?updated_after=2026-01-02T04:04:06%2B01:00").body.at("total_size"), 1);
}

TEST_F(directory_lists_test, members_of_a_group_can_be_chosen_by_time_too) {
    const auto anna = fixture.make_user("anna");
    const auto bert = fixture.make_user("bert");
    fixture.make_user("carl");
    const auto staff = fixture.make_group("Staff", member_list({anna, bert}));
    const auto of_staff = "/users?directory_group_id=" + staff;
    EXPECT_EQ(ids_of(get(of_staff), "users"), (texts{anna, bert}));
    EXPECT_EQ(get(of_staff).body.at("total_size"), 2);
    fixture.clock.advance(1s);
    fixture.patch("/Users/" + bert, R"([{"op":"replace","path":"title","value":"x"}])");
    const auto since = get(of_staff + "&updated_after=" + day_of_the_fixture);
    EXPECT_EQ(ids_of(since, "users"), texts{bert});
    EXPECT_EQ(since.body.at("total_size"), 1);
}

TEST_F(directory_lists_test, held_users_are_in_no_list_and_no_count) {
    fixture.operate("PATCH", path, R"({"domain_policy":"hold"})");
    const auto anna = fixture.make_user("anna");
    fixture.clock.advance(1h);
    const auto eve =
            fixture.scim("POST", "/Users", R"({"userName":"eve","emails":[{"value":"eve@late.test"}]})");
    ASSERT_EQ(eve.status, 201) << eve.text;
    const auto staff = fixture.make_group("Staff", member_list({anna, eve.text_of("id")}));
    for (const auto* const query :
            {"/users", "/users?updated_after=2026-01-01T00:00:00Z", "/users?page_size=1"}) {
        EXPECT_EQ(ids_of(get(query), "users"), texts{anna}) << query;
        EXPECT_EQ(get(query).body.at("total_size"), 1) << query;
        EXPECT_EQ(get(query).text_of("next_page_token"), "") << query;
        const auto in_group = std::string(query) +
                              (std::string(query).find('?') == std::string::npos ? "?" : "&") +
                              "directory_group_id=" + staff;
        EXPECT_EQ(ids_of(get(in_group), "users"), texts{anna}) << in_group;
        EXPECT_EQ(get(in_group).body.at("total_size"), 1) << in_group;
    }
    EXPECT_EQ(get("/groups").body.at("groups").at(0).at("total_users"), 1);
    const auto directory = get("").member("directory");
    EXPECT_EQ(directory.at("total_users"), 1);
    EXPECT_EQ(directory.at("stats").at("total_users"), 1);
    EXPECT_EQ(directory.at("stats").at("user_updated_at"), day_of_the_fixture);

    fixture.make_domain(fixture.organization, "late.test");
    fixture.work_off();
    EXPECT_EQ(ids_of(get("/users"), "users"), (texts{anna, eve.text_of("id")}));
    EXPECT_EQ(get("").member("directory").at("total_users"), 2);
    EXPECT_EQ(get("/groups").body.at("groups").at(0).at("total_users"), 2);
}

TEST_F(directory_lists_test, the_sequence_is_that_of_the_last_event) {
    const auto last = [this] { return fixture.events().back().at("sequence"); };
    fixture.make_user("anna");
    for (const auto* const list : {"/users", "/groups", "/groups/summary"})
        EXPECT_EQ(get(list).body.at("sequence"), last()) << list;
    fixture.make_group("Staff");
    for (const auto* const list : {"/users", "/groups", "/groups/summary"})
        EXPECT_EQ(get(list).body.at("sequence"), last()) << list;
}

TEST_F(directory_lists_test, the_summary_names_every_group) {
    const auto staff = fixture.make_group("Staff");
    const auto board = fixture.make_group("Board");
    const auto got = get("/groups/summary");
    EXPECT_EQ(got.body.at("groups"),
            (json::array{json::object{{"id", staff}, {"name", "Staff"}, {"display_name", "Staff"}},
                    json::object{{"id", board}, {"name", "Board"}, {"display_name", "Board"}}}))
            << got.text;
    EXPECT_EQ(got.body.at("total_size"), 2);
}

TEST_F(directory_lists_test, a_page_of_large_users_ends_early_and_goes_on) {
    std::string entitlements;
    for (char letter = 'a'; letter <= 'o'; ++letter)
        entitlements.append(entitlements.empty() ? "" : ",")
                .append(R"({"value":")" + std::string(60'000, letter) + "\"}");
    texts users;
    for (int i = 0; i < 12; ++i)
        users.push_back(
                fixture.make_user("u" + std::to_string(i), R"(,"entitlements":[)" + entitlements + "]"));
    const auto first = get("/users?page_size=1000&include_detail=true");
    const auto shown = ids_of(first, "users").size();
    EXPECT_GT(shown, 1U);
    EXPECT_LT(shown, users.size());
    EXPECT_EQ(first.body.at("total_size"), 12);
    EXPECT_EQ(walk("page_size=1000&include_detail=true", "users", "next_page_token"), users);
    EXPECT_EQ(walk("page_size=1000&include_detail=true", "users", "prev_page_token"), users);
}

TEST_F(directory_lists_test, a_token_is_of_its_own_list_and_query) {
    fixture.make_user("anna");
    fixture.make_user("bert");
    fixture.make_group("Staff");
    fixture.make_group("Board");
    const auto token = get("/users?page_size=1").text_of("next_page_token");
    ASSERT_NE(token, "");
    EXPECT_EQ(get("/users?page_size=5&page_token=" + token).status, 200);  // the size may change
    EXPECT_EQ(get("/users?include_detail=true&page_token=" + token).status, 200);
    const auto other = fixture.make_directory(fixture.organization);
    const auto elsewhere = "/api/v1/organizations/-/directories/" + other + "/users?page_token=" + token;
    const std::string rows[] = {path + "/groups?page_token=" + token,
            path + "/users?updated_after=2026-01-01T00:00:00Z&page_token=" + token,
            path + "/users?page_token=" + token + "x", path + "/users?page_token=x",
            path + "/users?page_token=" + std::string(300, 'a'), elsewhere};
    EXPECT_EQ(fixture.operate("GET", path + "/users?page_token=a.b").text_of("message"),
            "page_token must have at most 200 letters, digits, - and _.");
    for (const auto& row : rows) {
        const auto got = fixture.operate("GET", row);
        const bool is_malformed = row.ends_with("aaaa");
        EXPECT_EQ(got.status, is_malformed ? 400 : 404) << row;
        EXPECT_EQ(got.text_of("message"), is_malformed
                                                  ? "page_token must have at most 200 characters."
                                                  : "There is no page of this list with this page_token.")
                << row;
    }
}

TEST_F(directory_lists_test, what_is_asked_wrongly_is_named) {
    const std::pair<std::string_view, std::string_view> rows[] = {
            {"/users?page_size=0", "page_size must be at least 1."},
            {"/users?page_size=1001", "page_size must be at most 1000."},
            {"/users?pageSize=1001", "page_size must be a number from 1 to 1000."},
            {"/users?page_size=x", "page_size must be a whole number."},
            {"/users?include_detail=yes", "include_detail must be true or false."},
            {"/users?includeDetail=yes", "include_detail must be true or false."},
            {"/users?updated_after=yesterday", "updated_after must be a timestamp of RFC 3339."},
            {"/users?directory_group_id=Staff", "directory_group_id is not valid."},
            {"/users?directory_group_id=diruser_1", "directory_group_id is not valid."},
            {"/groups?page_size=0", "page_size must be at least 1."},
            {"/groups?include_external_groups=maybe", "include_external_groups must be true or false."},
    };
    for (const auto& [query, message] : rows) {
        const auto got = get(query);
        EXPECT_EQ(got.status, 400) << query;
        EXPECT_EQ(got.text_of("message"), message) << query;
    }
    EXPECT_EQ(get("/users?page_size=1").status, 200);
    EXPECT_EQ(get("/users?page_size=1000").status, 200);
    const auto unknown = get("/users?directory_group_id=dirgroup_1");
    EXPECT_EQ(unknown.status, 404);
    EXPECT_EQ(unknown.text_of("message"), "The group was not found.");
}

TEST_F(directory_lists_test, nothing_of_another_directory_is_listed) {
    const auto anna = fixture.make_user("anna");
    const auto staff = fixture.make_group("Staff", member_list({anna}));
    const auto other = "/api/v1/organizations/-/directories/" + fixture.make_directory(fixture.organization);
    for (const auto* const list : {"/users", "/groups", "/groups/summary"})
        EXPECT_EQ(fixture.operate("GET", other + list).body.at("total_size"), 0) << list;
    EXPECT_EQ(fixture.operate("GET", other + "/users?directory_group_id=" + staff).status, 404);
}

}  // namespace
}  // namespace scimd::api

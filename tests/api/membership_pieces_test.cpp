// Changes of very many memberships over HTTP: how many works they take, what comes in between, and what
// becomes of them when the process ends on the way.
#include "api/run_to_end.hpp"
#include "service/bulk.hpp"
#include "service/membership_jobs.hpp"
#include "service/release.hpp"
#include "service/representation.hpp"
#include "store/membership_jobs.hpp"
#include "support/api_house.hpp"
#include "support/large_group.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <stdexcept>

namespace scimd::api {
namespace {

using texts = std::vector<std::string>;

constexpr auto at_once = service::membership_jobs::members_at_once_max;
constexpr auto groups_at_once = service::membership_jobs::groups_at_once_max;

struct killed : std::runtime_error {
    killed() : std::runtime_error("the process has ended") {}
};

// Passes works on, and does something before each.
class watched_database final : public store::database {
public:
    explicit watched_database(store::database& target) : target_(target) {}

    using database::submit;
    void submit(
        store::intent mode, const store::scheduling_key& key, store::task what, store::completion done
    ) override
    {
        if (mode == store::intent::write)
            ++writes;
        if (mode == store::intent::scan)
            ++scans;
        if (before)
            before(mode);
        target_.submit(mode, key, std::move(what), std::move(done));
    }
    void on_commit(std::function<void()> bell) override { target_.on_commit(std::move(bell)); }
    std::string why_not_writable() const override { return target_.why_not_writable(); }
    bool is_broken() const override { return target_.is_broken(); }
    void backup(const std::filesystem::path& target) override { target_.backup(target); }
    std::vector<std::string> check() override { return target_.check(); }
    void close() override { target_.close(); }

    std::size_t writes = 0;
    std::size_t scans = 0;
    std::function<void(store::intent)> before;

private:
    store::database& target_;
};

class membership_pieces_test : public testing::Test {
protected:
    ~membership_pieces_test() override { EXPECT_EQ(home.database->check(), texts()); }

    void write(const std::function<void(store::transaction&)>& what)
    {
        store::run(*home.database, store::intent::write, [&](store::transaction& tx) {
            what(tx);
            return store::verdict::commit;
        });
    }
    texts add_users(const std::string& prefix, std::size_t count)
    {
        texts made;
        write([&](store::transaction& tx) {
            for (const auto user : test::write_users(tx, where, prefix, count))
                made.push_back("diruser_" + std::to_string(user.value));
        });
        return made;
    }
    void put_into(const std::string& group, const texts& users)
    {
        write([&](store::transaction& tx) {
            std::vector<resource_id> numbers;
            for (const auto& user : users)
                numbers.push_back(test::number_in(user));
            test::write_members(tx, where, test::number_in(group), numbers);
        });
    }
    texts groups_with(const std::string& user, std::size_t count)
    {
        texts made;
        write([&](store::transaction& tx) {
            for (std::size_t i = 0; i < count; ++i) {
                const auto name = "of " + user + std::to_string(i);
                const auto group = store::resources::insert(
                    tx, where, "Group", R"({"displayName":")" + name + "\"}", {.unique_key = name}
                );
                test::write_members(tx, where, group->id, {test::number_in(user)});
                made.push_back("dirgroup_" + std::to_string(group->id.value));
            }
        });
        return made;
    }

    static std::string listed(const texts& ids)
    {
        std::string text = "[";
        for (const auto& id : ids)
            text.append(text.size() > 1 ? "," : "").append(R"({"value":")" + id + R"("})");
        return text + "]";
    }
    static std::string group_body(const std::string& name, const texts& members)
    {
        return R"({"schemas":["urn:ietf:params:scim:schemas:core:2.0:Group"],"displayName":")" + name +
               R"(","members":)" + listed(members) + "}";
    }
    static std::string patch_body(const std::string& operations)
    {
        return R"({"schemas":["urn:ietf:params:scim:api:messages:2.0:PatchOp"],"Operations":)" + operations +
               "}";
    }

    // Through the database that is watched.
    http::response send(std::string_view method, const std::string& path, std::string body = {})
    {
        http::request request;
        request.method = method;
        request.target = home.base() + path;
        request.body = std::move(body);
        request.from.address = "192.0.2.7";
        request.id = "request-1";
        request.headers.add("Authorization", "Bearer " + home.token);
        database.writes = 0;
        database.scans = 0;
        return run_to_end(home.site, database, std::move(request));
    }
    // The process ends before that write of the request.
    void kill_at_write(std::size_t number)
    {
        database.before = [this, number](store::intent mode) {
            if (mode == store::intent::write && database.writes == number)
                throw killed();
        };
    }

    texts members_of(const std::string& group)
    {
        texts found;
        const auto got = home.scim("GET", "/Groups/" + group);
        if (const auto* members = find_array(got.body, "members"))
            for (const auto& member : *members)
                found.emplace_back(member.at("value").as_string());
        return found;
    }
    std::size_t jobs()
    {
        std::size_t total = 0;
        write([&](store::transaction& tx) {
            tx.sql().run({"test.jobs", "select count(*) from membership_jobs"}, {}, [&](const auto& row) {
                total = static_cast<std::size_t>(row.integer(0));
            });
        });
        return total;
    }
    // All of the directory, however many there are.
    std::vector<json::object> events()
    {
        std::vector<json::object> found;
        write([&](store::transaction& tx) {
            tx.sql().run(
                {"test.events", "select body from events where directory_id = $1 and id > $2 order by id"},
                {where.value, first_event},
                [&](const auto& row) { found.push_back(parse_json_object(row.text(0)).value()); }
            );
        });
        return found;
    }

    // Members that events of that kind name.
    texts members_in(std::string_view kind)
    {
        texts found;
        for (const auto& event : events())
            if (event.at("type").as_string() == "organization.directory." + std::string(kind))
                for (const auto& member : event.at("data").at("members").as_array())
                    found.emplace_back(member.at("id").as_string());
        std::ranges::sort(found);
        return found;
    }

    test::api_house home;
    directory_id where = directory_id::parse(home.directory).value();
    watched_database database{*home.database};
    std::int64_t first_event = 0;  // those behind it are looked at
};

TEST_F(membership_pieces_test, a_put_of_very_many_is_applied_in_pieces)
{
    const auto users = add_users("u", 2 * at_once + 10);
    const auto group = home.make_group("All");
    const auto before = home.scim("GET", "/Groups/" + group).header("ETag");
    const auto got = send("PUT", "/Groups/" + group, group_body("Everybody", users));
    ASSERT_EQ(got.status, 200) << got.body.substr(0, 300);
    EXPECT_EQ(database.writes, 5U);  // the group, three pieces, and a look at what has become of it
    EXPECT_EQ(database.scans, 2U);   // the plan and the answer
    const auto shown = parse_json_object(got.body, {.nodes_max = SIZE_MAX}).value();
    EXPECT_EQ(shown.at("displayName").as_string(), "Everybody");
    EXPECT_EQ(shown.at("members").as_array().size(), users.size());
    EXPECT_EQ(members_of(group), users);
    EXPECT_EQ(*got.headers.find("ETag"), home.scim("GET", "/Groups/" + group).header("ETag"));
    EXPECT_NE(*got.headers.find("ETag"), before);
    EXPECT_EQ(jobs(), 0U);
    EXPECT_EQ(members_in("group_member_added"), users);

    home.work_off();
    std::size_t updated = 0;
    std::set<std::string> batches;
    for (const auto& event : events()) {
        if (event.at("type").as_string() == "organization.directory.user_updated")
            ++updated;
        if (const auto* batch = find_string(event.at("context").as_object(), "batch_id"))
            batches.emplace(*batch);
    }
    EXPECT_EQ(updated, users.size());
    EXPECT_EQ(batches.size(), 1U);
}

TEST_F(membership_pieces_test, one_more_than_fit_a_transaction_are_pieces)
{
    const auto users = add_users("u", at_once + 1);
    const texts fitting(users.begin(), users.end() - 1);
    const auto group = home.make_group("All");
    EXPECT_EQ(send("PUT", "/Groups/" + group, group_body("All", fitting)).status, 200);
    EXPECT_EQ(database.writes, 1U);
    EXPECT_EQ(database.scans, 0U);
    const auto other = home.make_group("Other");
    EXPECT_EQ(send("PUT", "/Groups/" + other, group_body("Other", users)).status, 200);
    EXPECT_EQ(database.writes, 4U);
    EXPECT_EQ(members_of(other), users);
}

TEST_F(membership_pieces_test, a_put_of_very_many_that_changes_few_is_one_write_of_these)
{
    const auto users = add_users("u", 3 * at_once);
    const auto group = home.make_group("All");
    put_into(group, {users.begin() + 2, users.end()});
    first_event = std::stoll(std::string(events().back().at("cursor").as_string()).substr(2));
    const texts wanted(users.begin(), users.end() - 1);
    EXPECT_EQ(send("PUT", "/Groups/" + group, group_body("All", wanted)).status, 200);
    EXPECT_EQ(database.writes, 1U);
    EXPECT_EQ(members_of(group), wanted);
    EXPECT_EQ(members_in("group_member_added"), (texts{users[0], users[1]}));
    EXPECT_EQ(members_in("group_member_removed"), (texts{users.back()}));
    const auto tag = home.scim("GET", "/Groups/" + group).header("ETag");
    EXPECT_EQ(send("PUT", "/Groups/" + group, group_body("All", wanted)).status, 200);
    EXPECT_EQ(home.scim("GET", "/Groups/" + group).header("ETag"), tag) << "nothing has changed";
}

TEST_F(membership_pieces_test, groups_are_made_and_patched_in_pieces)
{
    const auto users = add_users("u", 1'200);
    const auto made = send("POST", "/Groups", group_body("All", users));
    ASSERT_EQ(made.status, 201) << made.body.substr(0, 300);
    EXPECT_NE(made.headers.find("Location"), nullptr);
    EXPECT_EQ(database.writes, 2 + 1'200 / at_once);
    const auto body = parse_json_object(made.body, {.nodes_max = SIZE_MAX}).value();
    const std::string group(body.at("id").as_string());
    EXPECT_EQ(members_of(group), users);

    // The first request of its kind is noted for the directory, in a write of its own.
    const auto no_member = listed({home.make_user("anna")});
    EXPECT_EQ(
        home.patch("/Groups/" + group, R"([{"op":"remove","path":"members","value":)" + no_member + "}]")
            .status,
        204
    );
    const texts some(users.begin(), users.begin() + 600);
    const auto removed = send(
        "PATCH",
        "/Groups/" + group,
        patch_body(R"([{"op":"remove","path":"members","value":)" + listed(some) + "}]")
    );
    EXPECT_EQ(removed.status, 200) << removed.body.substr(0, 300);
    EXPECT_EQ(database.writes, 2 + 600 / at_once);
    EXPECT_EQ(members_of(group), (texts{users.begin() + 600, users.end()}));
    const auto all = send("PATCH", "/Groups/" + group, patch_body(R"([{"op":"remove","path":"members"}])"));
    EXPECT_EQ(all.status, 200);
    EXPECT_EQ(members_of(group), texts());
    EXPECT_EQ(members_in("group_member_removed"), users);
    const auto added = send(
        "PATCH",
        "/Groups/" + group,
        patch_body(R"([{"op":"add","path":"members","value":)" + listed(users) + "}]")
    );
    EXPECT_EQ(added.status, 204) << "a long group is not shown to who patches it";
    EXPECT_EQ(*added.headers.find("ETag"), home.scim("GET", "/Groups/" + group).header("ETag"));
}

TEST_F(membership_pieces_test, what_cannot_be_is_refused_before_anything_is_written)
{
    auto users = add_users("u", at_once + 1);
    const auto group = home.make_group("All");
    users.push_back("diruser_1");
    const auto got = send("PUT", "/Groups/" + group, group_body("All", users));
    EXPECT_EQ(got.status, 400);
    EXPECT_EQ(database.writes, 0U);
    EXPECT_EQ(members_of(group), texts());
    users.pop_back();
    const auto nowhere = send("PUT", "/Groups/dirgroup_1", group_body("All", users));
    EXPECT_EQ(nowhere.status, 404) << nowhere.body;
    EXPECT_EQ(jobs(), 0U);
}

TEST_F(membership_pieces_test, other_writers_come_in_between)
{
    const auto users = add_users("u", 3 * at_once);
    const auto group = home.make_group("All");
    const auto anna = home.make_user("anna");
    std::vector<std::size_t> seen;
    database.before = [&](store::intent mode) {
        if (mode != store::intent::write)
            return;
        EXPECT_EQ(
            home.patch(
                    "/Users/" + anna,
                    R"([{"op":"replace","path":"title","value":"t)" + std::to_string(database.writes) +
                        R"("}])"
            )
                .status,
            200
        );
        seen.push_back(members_of(group).size());
    };
    ASSERT_EQ(send("PUT", "/Groups/" + group, group_body("All", users)).status, 200);
    EXPECT_EQ(seen, (std::vector<std::size_t>{0, 0, at_once, 2 * at_once, 3 * at_once}));
}

TEST_F(membership_pieces_test, a_change_that_was_interrupted_is_completed)
{
    const auto users = add_users("u", 3 * at_once);
    for (const std::size_t alive : {2U, 3U, 5U}) {
        const auto group = home.make_group("All" + std::to_string(alive));
        kill_at_write(alive);
        EXPECT_THROW(
            send("PUT", "/Groups/" + group, group_body("All" + std::to_string(alive), users)), killed
        );
        database.before = nullptr;
        EXPECT_EQ(jobs(), alive == 5 ? 0U : 1U);
        home.work_off();
        EXPECT_EQ(jobs(), 0U);
        EXPECT_EQ(members_of(group), users);
    }
    EXPECT_EQ(members_in("group_member_added").size(), 3 * users.size());
}

TEST_F(membership_pieces_test, the_next_change_of_the_group_does_what_is_left_first)
{
    const auto users = add_users("u", 2 * at_once);
    const auto group = home.make_group("All");
    const auto anna = home.make_user("anna");
    kill_at_write(2);
    EXPECT_THROW(send("PUT", "/Groups/" + group, group_body("All", users)), killed);
    database.before = nullptr;
    EXPECT_EQ(members_of(group), texts());
    const auto patched = send(
        "PATCH",
        "/Groups/" + group,
        patch_body(R"([{"op":"add","path":"members","value":)" + listed({anna}) + "}]")
    );
    EXPECT_EQ(patched.status, 200) << patched.body;
    EXPECT_EQ(database.writes, 3U);
    EXPECT_EQ(members_of(group).size(), users.size() + 1);
    EXPECT_EQ(members_in("group_member_added").size(), users.size() + 1);
}

TEST_F(membership_pieces_test, a_plan_that_was_overtaken_is_made_again)
{
    const auto users = add_users("u", at_once + 1);
    const auto group = home.make_group("All");
    const auto anna = home.make_user("anna");
    bool is_first = true;
    database.before = [&](store::intent mode) {
        if (mode != store::intent::write || !std::exchange(is_first, false))
            return;
        const auto operations = R"([{"op":"add","path":"members","value":)" + listed({anna}) + "}]";
        EXPECT_EQ(home.patch("/Groups/" + group, operations).status, 200);
    };
    ASSERT_EQ(send("PUT", "/Groups/" + group, group_body("All", users)).status, 200);
    EXPECT_EQ(members_of(group), users) << "what the other request has added is replaced, too";
    EXPECT_EQ(database.scans, 3U);
    EXPECT_EQ(members_in("group_member_removed"), (texts{anna}));

    // Whatever else overtakes it each time: the writer does it at last.
    int number = 0;
    database.before = [&](store::intent mode) {
        if (mode != store::intent::write)
            return;
        const auto id = "x" + std::to_string(++number);
        const auto operations = R"([{"op":"replace","path":"externalId","value":")" + id + R"("}])";
        EXPECT_EQ(home.patch("/Groups/" + group, operations).status, 200);
    };
    put_into(group, add_users("more", at_once));
    ASSERT_EQ(send("PUT", "/Groups/" + group, group_body("All", users)).status, 200);
    EXPECT_EQ(members_of(group), users);
    EXPECT_EQ(database.writes, 4U);
}

TEST_F(membership_pieces_test, a_member_that_is_deleted_meanwhile_is_left_out)
{
    const auto users = add_users("u", 2 * at_once);
    const auto group = home.make_group("All");
    database.before = [&](store::intent mode) {
        if (mode != store::intent::write || database.writes != 3)
            return;
        EXPECT_EQ(home.scim("DELETE", "/Users/" + users.back()).status, 204);
    };
    ASSERT_EQ(send("PUT", "/Groups/" + group, group_body("All", users)).status, 200);
    EXPECT_EQ(members_of(group), (texts{users.begin(), users.end() - 1}));
}

TEST_F(membership_pieces_test, a_large_group_is_deleted_in_pieces)
{
    const auto users = add_users("u", 2 * at_once + 1);
    const auto group = home.make_group("All");
    put_into(group, users);
    kill_at_write(2);
    EXPECT_THROW(send("DELETE", "/Groups/" + group), killed);
    database.before = nullptr;
    EXPECT_EQ(jobs(), 1U);
    EXPECT_EQ(members_of(group), users) << "it is there until its last piece";
    const auto deleted = send("DELETE", "/Groups/" + group);
    EXPECT_EQ(deleted.status, 404) << "the request before has deleted it";
    EXPECT_EQ(database.writes, 4U);
    EXPECT_EQ(home.scim("GET", "/Groups/" + group).status, 404);
    EXPECT_EQ(jobs(), 0U);

    home.work_off();
    std::string end;
    std::size_t updated = 0;
    for (const auto& event : events()) {
        if (event.at("type").as_string() == "organization.directory.group_deleted")
            end = event.at("id").as_string();
        if (event.at("type").as_string() != "organization.directory.user_updated")
            continue;
        ++updated;
        EXPECT_EQ(event.at("context").at("caused_by").as_string(), end);
        EXPECT_TRUE(event.at("data").at("groups").as_array().empty());
        EXPECT_EQ(event.at("previous_attributes").at("groups").as_array().size(), 1U);
    }
    EXPECT_NE(end, "");
    EXPECT_EQ(updated, users.size());
}

TEST_F(membership_pieces_test, a_group_that_fits_a_transaction_is_deleted_whole)
{
    const auto users = add_users("u", at_once);
    const auto group = home.make_group("All");
    put_into(group, users);
    EXPECT_EQ(send("DELETE", "/Groups/" + group).status, 204);
    EXPECT_EQ(database.writes, 1U);
    const auto other = home.make_group("Other");
    put_into(other, users);
    put_into(other, add_users("more", 1));
    EXPECT_EQ(send("DELETE", "/Groups/" + other).status, 204);
    EXPECT_EQ(database.writes, 4U);
    EXPECT_EQ(home.scim("GET", "/Groups/" + other).status, 404);
}

TEST_F(membership_pieces_test, a_user_in_very_many_groups_is_deleted_in_pieces)
{
    const auto anna = home.make_user("anna");
    const auto bob = home.make_user("bob");
    const auto few = groups_with(bob, groups_at_once);
    EXPECT_EQ(send("DELETE", "/Users/" + bob).status, 204);
    EXPECT_EQ(database.writes, 1U);
    EXPECT_EQ(members_in("group_member_removed").size(), few.size());

    const auto groups = groups_with(anna, 2 * groups_at_once + 1);
    kill_at_write(3);
    EXPECT_THROW(send("DELETE", "/Users/" + anna), killed);
    database.before = nullptr;
    const auto shown = home.scim("GET", "/Users/" + anna);
    EXPECT_EQ(shown.body.at("groups").as_array().size(), groups.size() - groups_at_once);
    home.work_off();
    EXPECT_EQ(home.scim("GET", "/Users/" + anna).status, 404);
    EXPECT_EQ(members_in("group_member_removed").size(), few.size() + groups.size());
    EXPECT_EQ(members_of(groups.front()), texts());
    const auto all = events();
    const auto end = std::ranges::find_if(all, [&](const auto& event) {
        return event.at("type").as_string() == "organization.directory.user_deleted" &&
               event.at("data").at("id").as_string() == anna;
    });
    ASSERT_NE(end, all.end());
    // The first hundred, as of any user in more.
    EXPECT_EQ(end->at("data").at("groups").as_array().size(), 100U);
    EXPECT_EQ(end->at("data").at("groups").at(0).at("id").as_string(), groups.front());
    EXPECT_TRUE(end->at("data").at("groups_truncated").as_bool());
}

TEST_F(membership_pieces_test, a_deletion_whose_precondition_fails_is_not_started)
{
    const auto group = home.make_group("All");
    put_into(group, add_users("u", at_once + 1));
    const auto got = home.scim("DELETE", "/Groups/" + group, "", {{"If-Match", "W/\"77\""}});
    EXPECT_EQ(got.status, 412);
    EXPECT_EQ(jobs(), 0U);
}

TEST_F(membership_pieces_test, what_names_its_members_is_overtaken_by_nothing)
{
    const auto users = add_users("u", 2 * at_once);
    const auto group = home.make_group("All");
    int number = 0;
    database.before = [&](store::intent mode) {
        if (mode != store::intent::write)
            return;
        const auto id = "x" + std::to_string(++number);
        const auto operations = R"([{"op":"replace","path":"externalId","value":")" + id + R"("}])";
        EXPECT_LT(home.patch("/Groups/" + group, operations).status, 300);
    };
    const auto got = send(
        "PATCH",
        "/Groups/" + group,
        patch_body(R"([{"op":"add","path":"members","value":)" + listed(users) + "}]")
    );
    EXPECT_EQ(got.status, 200);
    EXPECT_EQ(database.scans, 2U);
    EXPECT_EQ(database.writes, 2U) << "the others do what is left before their own change";
    EXPECT_EQ(members_of(group), users);
}

TEST_F(membership_pieces_test, a_bulk_request_takes_no_pieces)
{
    const auto users = add_users("u", service::bulk_members_max + 1);
    const texts fitting(users.begin(), users.end() - 1);
    const auto group = home.make_group("All");
    const auto bulk = [&](const std::string& operation) {
        const auto got = home.scim(
            "POST",
            "/Bulk",
            R"({"schemas":["urn:ietf:params:scim:api:messages:2.0:BulkRequest"],"Operations":[)" + operation +
                "]}"
        );
        EXPECT_EQ(got.status, 200) << got.text.substr(0, 300);
        const auto& done = got.body.at("Operations").at(0).as_object();
        const auto* response = find_object(done, "response");
        const auto* detail = response ? find_string(*response, "detail") : nullptr;
        return std::string(done.at("status").as_string()) + (detail ? " " + std::string(*detail) : "");
    };
    const auto put = [&](const texts& members) {
        return R"({"method":"PUT","path":"/Groups/)" + group + R"(","data":)" + group_body("All", members) +
               "}";
    };
    EXPECT_EQ(
        bulk(put(users)), "413 An operation of a bulk request names at most 1000 members; send it alone."
    );
    EXPECT_EQ(bulk(put(fitting)), "200");
    EXPECT_EQ(members_of(group), fitting);
    put_into(group, {users.back()});
    EXPECT_EQ(
        bulk(put(fitting)),
        "413 An operation of a bulk request looks at no group of more than 1000 members; send it alone."
    );
    const auto remove = R"({"method":"DELETE","path":"/Groups/)" + group + "\"}";
    EXPECT_EQ(bulk(remove), "204");
    EXPECT_EQ(jobs(), 1U);
    EXPECT_EQ(bulk(put({})), "409 The memberships of the resource are being changed; try again.");
    home.work_off();
    EXPECT_EQ(home.scim("GET", "/Groups/" + group).status, 404);
}

// Each group of a user who is let out of a hold has an event of its own.
TEST_F(membership_pieces_test, the_events_of_very_many_groups_of_a_released_user_come_in_pieces)
{
    const auto path = "/api/v1/organizations/" + home.organization + "/directories/" + home.directory;
    ASSERT_EQ(home.operate("PATCH", path, R"({"domain_policy":"hold"})").status, 200);
    const auto made = home.scim(
        "POST", "/Users", R"({"userName":"eve","emails":[{"value":"eve@evil.test","primary":true}]})"
    );
    ASSERT_EQ(made.status, 201) << made.text;
    const auto eve = made.text_of("id");
    auto groups = groups_with(eve, 2 * groups_at_once + 1);
    ASSERT_EQ(home.operate("PATCH", path, R"({"domain_policy":"off"})").status, 200);
    std::size_t pieces = 0;
    while (members_in("group_member_added").size() < groups.size() && pieces < 10) {
        write([&](store::transaction& tx) {
            service::release_some(tx, home.house.environment, home.schemas);
            service::membership_jobs::go_on_with_oldest(tx, home.schemas, time_point::max());
        });
        ++pieces;
    }
    EXPECT_EQ(pieces, 2U);
    EXPECT_EQ(jobs(), 0U);
    EXPECT_EQ(members_in("group_member_added"), texts(groups.size(), eve));
    std::string cause;
    std::set<std::string> causes;
    for (const auto& event : events()) {
        if (event.at("type").as_string() == "organization.directory.user_created")
            cause = event.at("id").as_string();
        if (event.at("type").as_string() == "organization.directory.group_member_added")
            causes.emplace(event.at("context").at("caused_by").as_string());
    }
    EXPECT_EQ(causes, std::set<std::string>{cause});
}

}  // namespace
}  // namespace scimd::api

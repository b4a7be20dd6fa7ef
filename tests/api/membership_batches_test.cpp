// Changes of very many memberships: the number of transactions that they take, concurrent requests, and
// recovery after a crash.
#include "membership_batches_fixture.hpp"
#include "service/scim/bulk.hpp"
#include "store/directories.hpp"

namespace scimd::api {
namespace {

class membership_batches_test : public membership_batches_fixture {};

constexpr std::string_view rename_all = R"([{"op":"replace","path":"members.display","value":"d"}])";

TEST_F(membership_batches_test, a_put_with_very_many_members_is_applied_in_batches) {
    const auto users = add_users("u", 2 * at_once + 10);
    const auto group = fixture.make_group("All");
    const auto before = fixture.scim("GET", "/Groups/" + group).header("ETag");
    const auto got = send("PUT", "/Groups/" + group, group_body("Everybody", users));
    ASSERT_EQ(got.status, 200) << got.body.substr(0, 300);
    EXPECT_EQ(writes, 5U);  // the group, three batches, and a last check
    EXPECT_EQ(scans, 2U);   // the plan and the response
    const auto shown = parse_json_object(got.body, {.nodes_max = SIZE_MAX}).value();
    EXPECT_EQ(shown.at("displayName").as_string(), "Everybody");
    EXPECT_EQ(shown.at("members").as_array().size(), users.size());
    EXPECT_EQ(members_of(group), users);
    EXPECT_EQ(*got.headers.find("ETag"), fixture.scim("GET", "/Groups/" + group).header("ETag"));
    EXPECT_NE(*got.headers.find("ETag"), before);
    EXPECT_EQ(jobs(), 0U);
    EXPECT_EQ(members_in("group_member_added"), users);

    fixture.work_off();
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

TEST_F(membership_batches_test, one_member_over_the_transaction_limit_needs_batches) {
    const auto users = add_users("u", at_once + 1);
    const texts fitting(users.begin(), users.end() - 1);
    const auto group = fixture.make_group("All");
    EXPECT_EQ(send("PUT", "/Groups/" + group, group_body("All", fitting)).status, 200);
    EXPECT_EQ(writes, 1U);
    EXPECT_EQ(scans, 0U);
    const auto other = fixture.make_group("Other");
    EXPECT_EQ(send("PUT", "/Groups/" + other, group_body("Other", users)).status, 200);
    EXPECT_EQ(writes, 4U);
    EXPECT_EQ(members_of(other), users);
}

TEST_F(membership_batches_test, a_put_with_very_many_members_that_changes_few_is_one_write) {
    const auto users = add_users("u", 3 * at_once);
    const auto group = fixture.make_group("All");
    put_into(group, {users.begin() + 2, users.end()});
    first_event = std::stoll(std::string(events().back().at("cursor").as_string()).substr(2));
    const texts wanted(users.begin(), users.end() - 1);
    EXPECT_EQ(send("PUT", "/Groups/" + group, group_body("All", wanted)).status, 200);
    EXPECT_EQ(writes, 1U);
    EXPECT_EQ(members_of(group), wanted);
    EXPECT_EQ(members_in("group_member_added"), (texts{users[0], users[1]}));
    EXPECT_EQ(members_in("group_member_removed"), (texts{users.back()}));
    const auto tag = fixture.scim("GET", "/Groups/" + group).header("ETag");
    EXPECT_EQ(send("PUT", "/Groups/" + group, group_body("All", wanted)).status, 200);
    EXPECT_EQ(fixture.scim("GET", "/Groups/" + group).header("ETag"), tag) << "nothing has changed";
}

TEST_F(membership_batches_test, groups_are_created_and_patched_in_batches) {
    const auto users = add_users("u", 1'200);
    const auto made = send("POST", "/Groups", group_body("All", users));
    ASSERT_EQ(made.status, 201) << made.body.substr(0, 300);
    EXPECT_NE(made.headers.find("Location"), nullptr);
    EXPECT_EQ(writes, 2 + 1'200 / at_once);
    const auto body = parse_json_object(made.body, {.nodes_max = SIZE_MAX}).value();
    const std::string group(body.at("id").as_string());
    EXPECT_EQ(members_of(group), users);

    // The detection of the identity provider takes a write of its own.
    const auto no_member = listed({fixture.make_user("anna")});
    EXPECT_EQ(fixture.patch("/Groups/" + group,
                             R"([{"op":"remove","path":"members","value":)" + no_member + "}]")
                      .status,
            204);
    const texts some(users.begin(), users.begin() + 600);
    const auto removed = send("PATCH", "/Groups/" + group,
            patch_body(R"([{"op":"remove","path":"members","value":)" + listed(some) + "}]"));
    EXPECT_EQ(removed.status, 200) << removed.body.substr(0, 300);
    EXPECT_EQ(writes, 2 + 600 / at_once);
    EXPECT_EQ(members_of(group), (texts{users.begin() + 600, users.end()}));
    const auto all = send("PATCH", "/Groups/" + group, patch_body(R"([{"op":"remove","path":"members"}])"));
    EXPECT_EQ(all.status, 200);
    EXPECT_EQ(members_of(group), texts());
    EXPECT_EQ(members_in("group_member_removed"), users);
    const auto added = send("PATCH", "/Groups/" + group,
            patch_body(R"([{"op":"add","path":"members","value":)" + listed(users) + "}]"));
    EXPECT_EQ(added.status, 204) << "the response to a PATCH does not show a long group";
    EXPECT_EQ(*added.headers.find("ETag"), fixture.scim("GET", "/Groups/" + group).header("ETag"));
}

TEST_F(membership_batches_test, an_invalid_change_is_rejected_before_anything_is_written) {
    auto users = add_users("u", at_once + 1);
    const auto group = fixture.make_group("All");
    users.push_back("diruser_1");
    const auto got = send("PUT", "/Groups/" + group, group_body("All", users));
    EXPECT_EQ(got.status, 400);
    EXPECT_EQ(writes, 0U);
    EXPECT_EQ(members_of(group), texts());
    users.pop_back();
    const auto nowhere = send("PUT", "/Groups/dirgroup_1", group_body("All", users));
    EXPECT_EQ(nowhere.status, 404) << nowhere.body;
    EXPECT_EQ(jobs(), 0U);
}

TEST_F(membership_batches_test, unknown_members_among_very_many_are_ignored) {
    write([&](store::transaction& tx) {
        store::directories::set_unknown_members(tx, where, store::tenants::unknown_members::ignore);
    });
    const auto users = add_users("u", 2 * at_once + 10);
    const auto group = "/Groups/" + fixture.make_group("All");
    const auto id = group.substr(group.rfind('/') + 1);
    const auto with_unknown = [&](texts members) {
        const auto as_group = "dirgroup_" + users[0].substr(users[0].find('_') + 1);
        members.insert(members.begin() + 1, {"diruser_1", "nobody", as_group});
        return members;
    };
    const auto put = send("PUT", group, group_body("All", with_unknown(users)));
    EXPECT_EQ(put.status, 200) << put.body.substr(0, 300);
    EXPECT_EQ(writes, 5U) << "the group, three batches, and a last check";
    EXPECT_EQ(members_of(id), users);
    EXPECT_EQ(members_in("group_member_added"), users);

    // A user that is listed with the type of a group is ignored.
    const texts rest(users.begin() + at_once + 5, users.end());
    EXPECT_EQ(send("PUT", group, group_body("All", with_unknown(rest))).status, 200);
    EXPECT_EQ(members_of(id), rest);
    const texts gone(users.begin(), users.end() - static_cast<std::ptrdiff_t>(rest.size()));
    EXPECT_EQ(members_in("group_member_removed"), gone);

    const auto added =
            patch_body(R"([{"op":"add","path":"members","value":)" + listed(with_unknown(gone)) + "}]");
    EXPECT_EQ(send("PATCH", group, added).status, 200);
    EXPECT_EQ(members_of(id), users);
    const auto made = send("POST", "/Groups", group_body("New", with_unknown(users)));
    ASSERT_EQ(made.status, 201) << made.body.substr(0, 300);
    const auto shown = parse_json_object(made.body, {.nodes_max = SIZE_MAX}).value();
    EXPECT_EQ(shown.at("members").as_array().size(), users.size());
}

TEST_F(membership_batches_test, other_writers_run_between_the_batches) {
    const auto users = add_users("u", 3 * at_once);
    const auto group = fixture.make_group("All");
    const auto anna = fixture.make_user("anna");
    std::vector<std::size_t> seen;
    database.before = [&](store::intent mode) {
        if (mode != store::intent::write)
            return;
        EXPECT_EQ(fixture.patch("/Users/" + anna, R"([{"op":"replace","path":"title","value":"t)" +
                                                          std::to_string(database.writes) + R"("}])")
                          .status,
                200);
        seen.push_back(members_of(group).size());
    };
    ASSERT_EQ(send("PUT", "/Groups/" + group, group_body("All", users)).status, 200);
    EXPECT_EQ(seen, (std::vector<std::size_t>{0, 0, at_once, 2 * at_once, 3 * at_once}));
}

TEST_F(membership_batches_test, a_change_that_was_interrupted_is_completed) {
    const auto users = add_users("u", 3 * at_once);
    for (const std::size_t alive : {2U, 3U, 5U}) {
        const auto group = fixture.make_group("All" + std::to_string(alive));
        kill_at_write(alive);
        EXPECT_THROW(
                send("PUT", "/Groups/" + group, group_body("All" + std::to_string(alive), users)), killed);
        database.before = nullptr;
        EXPECT_EQ(jobs(), alive == 5 ? 0U : 1U);
        fixture.work_off();
        EXPECT_EQ(jobs(), 0U);
        EXPECT_EQ(members_of(group), users);
    }
    EXPECT_EQ(members_in("group_member_added").size(), 3 * users.size());
}

TEST_F(membership_batches_test, the_next_change_of_the_group_finishes_the_job_first) {
    const auto users = add_users("u", 2 * at_once);
    const auto group = fixture.make_group("All");
    const auto anna = fixture.make_user("anna");
    kill_at_write(2);
    EXPECT_THROW(send("PUT", "/Groups/" + group, group_body("All", users)), killed);
    database.before = nullptr;
    EXPECT_EQ(members_of(group), texts());
    const auto patched = send("PATCH", "/Groups/" + group,
            patch_body(R"([{"op":"add","path":"members","value":)" + listed({anna}) + "}]"));
    EXPECT_EQ(patched.status, 200) << patched.body;
    EXPECT_EQ(writes, 3U);
    EXPECT_EQ(members_of(group).size(), users.size() + 1);
    EXPECT_EQ(members_in("group_member_added").size(), users.size() + 1);
}

TEST_F(membership_batches_test, a_stale_plan_is_made_again) {
    const auto users = add_users("u", at_once + 1);
    const auto group = fixture.make_group("All");
    const auto anna = fixture.make_user("anna");
    bool is_first = true;
    database.before = [&](store::intent mode) {
        if (mode != store::intent::write || !std::exchange(is_first, false))
            return;
        const auto operations = R"([{"op":"add","path":"members","value":)" + listed({anna}) + "}]";
        EXPECT_EQ(fixture.patch("/Groups/" + group, operations).status, 200);
    };
    ASSERT_EQ(send("PUT", "/Groups/" + group, group_body("All", users)).status, 200);
    EXPECT_EQ(members_of(group), users) << "the member that the other request added is replaced too";
    EXPECT_EQ(scans, 3U);
    EXPECT_EQ(members_in("group_member_removed"), (texts{anna}));

    // After a conflict at each attempt the writer makes the plan.
    int number = 0;
    database.before = [&](store::intent mode) {
        if (mode != store::intent::write)
            return;
        const auto id = "x" + std::to_string(++number);
        const auto operations = R"([{"op":"replace","path":"externalId","value":")" + id + R"("}])";
        EXPECT_EQ(fixture.patch("/Groups/" + group, operations).status, 200);
    };
    put_into(group, add_users("more", at_once));
    ASSERT_EQ(send("PUT", "/Groups/" + group, group_body("All", users)).status, 200);
    EXPECT_EQ(members_of(group), users);
    EXPECT_EQ(writes, 4U);
    EXPECT_NE(fixture.metrics.exposition().find("scimd_changes_overtaken_total 5\n"), std::string::npos);
}

TEST_F(membership_batches_test, a_member_that_is_deleted_meanwhile_is_left_out) {
    const auto users = add_users("u", 2 * at_once);
    const auto group = fixture.make_group("All");
    database.before = [&](store::intent mode) {
        if (mode != store::intent::write || database.writes != 3)
            return;
        EXPECT_EQ(fixture.scim("DELETE", "/Users/" + users.back()).status, 204);
    };
    ASSERT_EQ(send("PUT", "/Groups/" + group, group_body("All", users)).status, 200);
    EXPECT_EQ(members_of(group), (texts{users.begin(), users.end() - 1}));
}

TEST_F(membership_batches_test, a_plan_that_names_its_members_is_never_stale) {
    const auto users = add_users("u", 2 * at_once);
    const auto group = fixture.make_group("All");
    int number = 0;
    database.before = [&](store::intent mode) {
        if (mode != store::intent::write)
            return;
        const auto id = "x" + std::to_string(++number);
        const auto operations = R"([{"op":"replace","path":"externalId","value":")" + id + R"("}])";
        EXPECT_LT(fixture.patch("/Groups/" + group, operations).status, 300);
    };
    const auto got = send("PATCH", "/Groups/" + group,
            patch_body(R"([{"op":"add","path":"members","value":)" + listed(users) + "}]"));
    EXPECT_EQ(got.status, 200);
    EXPECT_EQ(scans, 2U);
    EXPECT_EQ(writes, 2U) << "other requests finish the job before their own change";
    EXPECT_EQ(members_of(group), users);
}

TEST_F(membership_batches_test, a_bulk_request_is_not_applied_in_batches) {
    const auto users = add_users("u", service::bulk_members_max + 1);
    const texts fitting(users.begin(), users.end() - 1);
    const auto group = fixture.make_group("All");
    const auto bulk = [&](const std::string& operation) {
        const auto got = fixture.scim("POST", "/Bulk",
                R"({"schemas":["urn:ietf:params:scim:api:messages:2.0:BulkRequest"],"Operations":[)" +
                        operation + "]}");
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
    EXPECT_EQ(bulk(put(users)),
            "413 An operation of a bulk request names at most 1000 members; send it alone.");
    EXPECT_EQ(bulk(put(fitting)), "200");
    EXPECT_EQ(members_of(group), fitting);
    put_into(group, {users.back()});
    EXPECT_EQ(bulk(put(fitting)),
            "413 An operation of a bulk request looks at no group of more than 1000 members; send it alone.");
    const auto remove = R"({"method":"DELETE","path":"/Groups/)" + group + "\"}";
    EXPECT_EQ(bulk(remove), "204");
    EXPECT_EQ(jobs(), 1U);
    EXPECT_EQ(bulk(put({})), "409 The memberships of the resource are being changed; try again.");
    fixture.work_off();
    EXPECT_EQ(fixture.scim("GET", "/Groups/" + group).status, 404);
}

TEST_F(membership_batches_test, a_job_left_by_an_earlier_version_is_completed) {
    const auto users = add_users("u", at_once + 1);
    const auto group = fixture.make_group("All");
    put_into(group, users);
    kill_at_write(2);
    EXPECT_THROW(send("PATCH", "/Groups/" + group, patch_body(std::string(rename_all))), killed);
    database.before = nullptr;
    ASSERT_EQ(parts(), 2U);
    const auto number = [](const std::string& id) { return std::to_string(test::number_in(id).value); };
    const auto left = R"({"removed":[[)" + number(users[0]) + R"(,"User",""]],"added":[],"renamed":[[)" +
                      number(users[1]) + R"(,"User","A"],[)" + number(users[2]) + R"(,"User","B"]]})";
    write([&](store::transaction& tx) {
        tx.sql().run({"test.part", "update membership_parts set body = $1"}, {left});
    });
    fixture.work_off();
    EXPECT_EQ(jobs() + parts(), 0U);
    const auto got = fixture.scim("GET", "/Groups/" + group);
    const auto& members = got.body.at("members").as_array();
    ASSERT_EQ(members.size(), at_once);
    EXPECT_EQ(members[0].at("display").as_string(), "A");
    EXPECT_EQ(members[1].at("display").as_string(), "B");
    EXPECT_FALSE(members[2].as_object().contains("display"));
}

TEST_F(membership_batches_test, nothing_is_planned_while_the_group_has_a_job) {
    const auto users = add_users("u", 3 * at_once);
    const auto group = fixture.make_group("All");
    kill_at_write(2);
    EXPECT_THROW(send("PUT", "/Groups/" + group, group_body("All", users)), killed);
    std::size_t jobs_at_plan = 77;
    database.before = [&](store::intent mode) {
        if (mode == store::intent::scan && jobs_at_plan == 77)
            jobs_at_plan = jobs();
    };
    const auto path = "/Groups/" + group + "?excludedAttributes=members";
    EXPECT_LT(send("PATCH", path, patch_body(std::string(rename_all))).status, 300);
    EXPECT_EQ(jobs_at_plan, 0U);
    EXPECT_EQ(scans, 2U) << "one plan, and the response";
    EXPECT_EQ(jobs() + parts(), 0U);
}

constexpr auto parts_at_once = service::membership_jobs::parts_at_once_max;

// Changes with more parts than one transaction stores.
class large_membership_batches_test : public membership_batches_fixture {
protected:
    std::string path_of(const std::string& id) { return "/Groups/" + id + "?excludedAttributes=members"; }

    const std::string group = fixture.make_group("All");
    const texts users = add_users("u", (parts_at_once + 1) * at_once);
    const std::string body = patch_body(std::string(rename_all));
};

TEST_F(large_membership_batches_test, parts_are_stored_in_batches) {
    put_into(group, {users.begin(), users.end() - at_once});
    EXPECT_EQ(send("PATCH", path_of(group), body).status, 200);
    EXPECT_EQ(writes, 1 + parts_at_once + 1) << "all parts and the job, the batches, and a last check";

    const auto more = fixture.make_group("More");
    put_into(more, users);
    std::size_t parts_before = 0;
    database.before = [&](store::intent mode) {
        if (mode == store::intent::write && database.writes == 2)
            parts_before = parts();
        if (mode == store::intent::write && database.writes < 4) {
            EXPECT_EQ(jobs(), 0U) << database.writes;
        }
    };
    EXPECT_EQ(send("PATCH", path_of(more), body).status, 200);
    EXPECT_EQ(parts_before, parts_at_once);
    EXPECT_EQ(writes, 2 + 1 + parts_at_once + 1 + 1);
    EXPECT_EQ(count("select count(*) from members where display = 'd'"), 2 * users.size() - at_once);
    EXPECT_EQ(jobs() + parts(), 0U);
}

TEST_F(large_membership_batches_test, parts_of_a_rejected_change_are_deleted) {
    put_into(group, users);
    http::request head;
    head.method = "PATCH";
    head.target = fixture.base() + path_of(group);
    head.body = body;
    head.headers.add("Authorization", "Bearer " + fixture.token);
    head.headers.add("If-Match", "W/\"77\"");
    std::size_t most = 0;
    database.before = [&](store::intent mode) {
        if (mode == store::intent::write)
            most = std::max(most, parts());
    };
    EXPECT_EQ(fixture.send(std::move(head)).status, 412);
    database.before = nullptr;
    EXPECT_EQ(most, parts_at_once + 1);
    EXPECT_EQ(jobs() + parts(), 0U);
    EXPECT_EQ(count("select count(*) from members where display = 'd'"), 0U);
}

TEST_F(large_membership_batches_test, parts_of_a_stale_plan_are_deleted) {
    put_into(group, users);
    bool is_first = true;
    database.before = [&](store::intent mode) {
        if (mode != store::intent::write || database.writes != 3 || !std::exchange(is_first, false))
            return;
        EXPECT_LT(
                fixture.patch("/Groups/" + group, R"([{"op":"add","path":"externalId","value":"x"}])").status,
                300);
    };
    EXPECT_EQ(send("PATCH", path_of(group), body).status, 200);
    EXPECT_FALSE(is_first);
    EXPECT_EQ(jobs() + parts(), 0U);
    EXPECT_EQ(count("select count(*) from members where display = 'd'"), users.size());
}

TEST_F(large_membership_batches_test, abandoned_parts_are_deleted_after_a_while) {
    put_into(group, users);
    for (const std::size_t alive : {2U, 3U}) {
        kill_at_write(alive);
        EXPECT_THROW(send("PATCH", path_of(group), body), killed);
        database.before = nullptr;
        EXPECT_EQ(jobs(), 0U);
        EXPECT_GE(parts(), parts_at_once);
        fixture.clock.advance(service::membership_jobs::abandoned_after - std::chrono::seconds(1));
        fixture.work_off();
        EXPECT_GE(parts(), parts_at_once);
        fixture.clock.advance(std::chrono::seconds(2));
        fixture.work_off();
        EXPECT_EQ(parts(), 0U);
    }
    EXPECT_EQ(count("select count(*) from members where display = 'd'"), 0U);
}

// A request that takes so long that its parts are deleted as abandoned plans them again.
TEST_F(large_membership_batches_test, a_change_whose_parts_were_deleted_is_planned_again) {
    put_into(group, users);
    bool is_first = true;
    database.before = [&](store::intent mode) {
        if (mode != store::intent::write || database.writes != 3 || !std::exchange(is_first, false))
            return;
        fixture.clock.advance(service::membership_jobs::abandoned_after + std::chrono::seconds(1));
        fixture.work_off();
        EXPECT_EQ(parts(), 0U);
    };
    EXPECT_EQ(send("PATCH", path_of(group), body).status, 200);
    EXPECT_FALSE(is_first);
    EXPECT_EQ(jobs() + parts(), 0U);
    EXPECT_EQ(count("select count(*) from members where display = 'd'"), users.size());
}

class limited_membership_batches_test : public membership_batches_fixture {
protected:
    explicit limited_membership_batches_test(const api::limits& bounds = {.write_steps_max = 30'000})
            : membership_batches_fixture(bounds) {}

    // Lets another change come before as many writes of the request.
    void conflict(int times) {
        left = times;
        database.before = [this](store::intent mode) {
            if (mode != store::intent::write || left == 0)
                return;
            const auto text = std::to_string(number++) + "x" + std::to_string(--left);
            fixture.patch("/Groups/" + group,
                    R"([{"op":"replace","path":"externalId","value":")" + text + R"("}])");
        };
    }

    int left = 0;
    int number = 0;
    const std::string group = fixture.make_group("All");
    const std::string path = "/Groups/" + group + "?excludedAttributes=members";
    static constexpr int plans_max = 4;
};

TEST_F(limited_membership_batches_test, only_small_plans_are_made_in_the_writer_when_snapshots_conflict) {
    put_into(group, add_users("u", at_once + 1));
    conflict(plans_max - 1);
    EXPECT_EQ(send("PATCH", path, patch_body(std::string(rename_all))).status, 200);
    EXPECT_EQ(count("select count(*) from members where display = 'd'"), at_once + 1);
    EXPECT_EQ(left, 0);
    conflict(plans_max);
    const auto refused =
            send("PATCH", path, patch_body(R"([{"op":"replace","path":"members.display","value":"e"}])"));
    EXPECT_EQ(left, 0);
    EXPECT_EQ(refused.status, 503);
    EXPECT_NE(refused.body.find(
                      "The resource is changed by others too often for so large a change. Try again."),
            std::string::npos)
            << refused.body;
    EXPECT_NE(refused.headers.find("Retry-After"), nullptr);
    EXPECT_EQ(count("select count(*) from members where display = 'e'"), 0U);
    EXPECT_EQ(jobs() + parts(), 0U);
}

class charged_membership_batches_test : public limited_membership_batches_test {
protected:
    charged_membership_batches_test() : limited_membership_batches_test({.work_steps_max = 60'000}) {}
};

TEST_F(charged_membership_batches_test, a_repeated_plan_is_charged_once) {
    put_into(group, add_users("u", at_once + 1));
    conflict(plans_max);
    const auto operation = R"([{"op":"replace","path":"members[type eq \"User\"].display","value":"d"}])";
    EXPECT_EQ(send("PATCH", path, patch_body(operation)).status, 200);
    EXPECT_EQ(count("select count(*) from members where display = 'd'"), at_once + 1);
}

}  // namespace
}  // namespace scimd::api

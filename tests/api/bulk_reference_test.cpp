// References by bulkId: forward, backward and circular (RFC 7644 §3.7.1, §3.7.2).
#include "bulk_fixture.hpp"
#include "service/scim/bulk.hpp"
#include "store/engine/database.hpp"
#include "support/large_group.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>

namespace scimd::api {
namespace {

using bulk_reference_test = bulk_test;

TEST_F(bulk_reference_test, a_reference_resolves_to_the_resource_created_before) {
    const auto answer = bulk(
            post_user("m", "boss") + "," + post_user("u", "anna", managed_by("bulkId:m")) + "," +
            post_group("inner", "Inner", members({"bulkId:u"})) + "," +
            post_group("outer", "Outer", R"(,"members":["bulkId:inner",{"value":"bulkId:m"}])") +
            R"(,{"method":"PATCH","path":"/Groups/bulkId:inner","data":{"Operations":[)"
            R"({"op":"add","path":"members","value":[{"value":"bulkId:m","$ref":"../Users/bulkId:m"}]}]}},)"
            R"({"method":"PATCH","path":"/Groups/bulkId:inner","data":{"Operations":[)"
            R"({"op":"remove","path":"members[value eq \"bulkId:u\"]"}]}})");
    EXPECT_EQ(statuses(answer), (texts{"201", "201", "201", "201", "200", "200"})) << answer.text;
    const auto boss = id_of(result_of(answer, 0));
    const auto inner = path_of(result_of(answer, 2));
    const auto anna = fixture.scim("GET", path_of(result_of(answer, 1)));
    EXPECT_NE(anna.text.find(R"("manager":{"value":")" + boss + R"(","$ref":")" + url_of(boss) + "\"}"),
            std::string::npos)
            << anna.text;
    EXPECT_EQ(members_of(inner), texts{boss});
    EXPECT_EQ(members_of(path_of(result_of(answer, 3))), (texts{boss, id_of(result_of(answer, 2))}));
    EXPECT_EQ(path_of(result_of(answer, 4)), inner);
}

TEST_F(bulk_reference_test, a_reference_in_a_ref_is_replaced_too) {
    const auto answer = bulk(
            post_user("m", "boss") + "," +
            post_user("u", "anna",
                    "," + std::string(enterprise) +
                            R"(:{"manager":{"value":"bulkId:m","$ref":"../Users/bulkId:m"},"department":"bulkId"})"));
    EXPECT_EQ(statuses(answer), (texts{"201", "201"})) << answer.text;
    const auto boss = id_of(result_of(answer, 0));
    const auto anna = fixture.scim("GET", path_of(result_of(answer, 1)));
    EXPECT_NE(anna.text.find(R"("$ref":")" + url_of(boss) + "\""), std::string::npos) << anna.text;
    EXPECT_NE(anna.text.find(R"("department":"bulkId")"), std::string::npos) << anna.text;
}

TEST_F(bulk_reference_test, an_operation_runs_after_those_that_it_refers_to) {
    const auto staff = "/Groups/" + fixture.make_group("Staff");
    const auto answer = bulk(
            post_group("outer", "Outer", members({"bulkId:inner"})) + "," +
            post_group("inner", "Inner", members({"bulkId:u"})) + R"(,{"method":"PATCH","path":")" + staff +
            R"(","data":[{"op":"add","path":"members","value":[{"value":"bulkId:u"}]}]},)"
            R"({"method":"PATCH","path":")" +
            staff + R"(","data":[{"op":"remove","path":"members"}]},)" +
            R"({"method":"PATCH","path":"/Users/bulkId:u","data":[{"op":"add","path":"title","value":"T"}]},)" +
            post_user("u", "anna"));
    // Results have the order of the request.
    EXPECT_EQ(statuses(answer), (texts{"201", "201", "200", "200", "200", "201"})) << answer.text;
    const auto anna = id_of(result_of(answer, 5));
    EXPECT_EQ(members_of(path_of(result_of(answer, 0))), texts{id_of(result_of(answer, 1))});
    EXPECT_EQ(members_of(path_of(result_of(answer, 1))), texts{anna});
    EXPECT_EQ(fixture.scim("GET", "/Users/" + anna).text_of("title"), "T");
    // The two changes of the group run in their order.
    EXPECT_TRUE(members_of(staff).empty());
}

TEST_F(bulk_reference_test, an_operation_fails_with_the_one_that_it_refers_to) {
    const auto answer = bulk(R"({"method":"POST","path":"/Users","bulkId":"u","data":{}},)" +
                             post_group("g", "Staff", members({"bulkId:u"})) + "," +
                             post_group("h", "Others", members({"bulkId:g"})) +
                             R"(,{"method":"DELETE","path":"/Users/bulkId:u"},)" + post_user("v", "anna"));
    EXPECT_EQ(statuses(answer), (texts{"400", "409", "409", "409", "201"})) << answer.text;
    EXPECT_NE(detail_of(result_of(answer, 1)).find("\"u\""), std::string::npos);
    EXPECT_NE(detail_of(result_of(answer, 2)).find("\"g\""), std::string::npos);
    EXPECT_EQ(path_of(result_of(answer, 3)), "/Users/bulkId:u");
    EXPECT_EQ(count("/Groups"), 0);
}

TEST_F(bulk_reference_test, users_that_refer_to_each_other_are_created_together) {
    const auto answer = bulk(post_user("a", "anna", managed_by("bulkId:b")) + "," + post_user("x", "xaver") +
                             "," + post_user("b", "bert", managed_by("bulkId:a")) + "," +
                             post_user("s", "self", managed_by("bulkId:s")));
    EXPECT_EQ(statuses(answer), (texts{"201", "201", "201", "201"})) << answer.text;
    for (const auto& [who, whom] : {std::pair(0, 2), std::pair(2, 0), std::pair(3, 3)}) {
        const auto result = result_of(answer, static_cast<std::size_t>(who));
        const auto user = fixture.scim("GET", path_of(result));
        const auto manager = id_of(result_of(answer, static_cast<std::size_t>(whom)));
        EXPECT_NE(user.text.find(
                          R"("manager":{"value":")" + manager + R"(","$ref":")" + url_of(manager) + "\"}"),
                std::string::npos)
                << user.text;
        EXPECT_EQ(result.at("version").as_string(), user.header("ETag"));
    }
}

TEST_F(bulk_reference_test, groups_that_would_contain_each_other_are_rejected_together) {
    const auto answer = bulk(post_group("qwerty", "Group A", members({"bulkId:ytrewq"})) + "," +
                             post_group("ytrewq", "Group B", members({"bulkId:qwerty"})) + "," +
                             post_group("z", "Group C"));
    EXPECT_EQ(statuses(answer), (texts{"409", "409", "201"})) << answer.text;
    EXPECT_EQ(fixture.scim("GET", "/Groups").resources("displayName"), texts{"Group C"});
    EXPECT_EQ(fixture.event_types(), texts{"group_created"});
}

TEST_F(bulk_reference_test, one_failure_in_a_circle_undoes_it_and_keeps_its_reason) {
    fixture.make_user("bert");
    const auto answer = bulk(post_user("a", "anna", managed_by("bulkId:b")) + "," +
                             post_user("b", "bert", managed_by("bulkId:a")) + "," +
                             post_group("g", "Staff", members({"bulkId:a"})));
    EXPECT_EQ(statuses(answer), (texts{"409", "409", "409"})) << answer.text;
    EXPECT_NE(detail_of(result_of(answer, 0)).find("\"b\""), std::string::npos);
    EXPECT_EQ(result_of(answer, 1).at("response").at("scimType").as_string(), "uniqueness");
    EXPECT_EQ(count("/Users"), 1);
}

TEST_F(bulk_reference_test, the_size_of_a_circle_is_limited) {
    const auto circle = [](std::size_t size) {
        std::string operations;
        for (std::size_t i = 0; i < size; ++i) {
            const auto name = std::to_string(i);
            operations += (i > 0 ? "," : "") +
                          post_user(name, "u" + name, managed_by("bulkId:" + std::to_string((i + 1) % size)));
        }
        return operations;
    };
    const auto most = service::bulk_circle_max;
    const auto beyond = bulk(circle(most + 1));
    EXPECT_EQ(statuses(beyond), texts(most + 1, "409"));
    for (const auto index : {std::size_t{0}, most})
        EXPECT_EQ(detail_of(result_of(beyond, index)),
                "More than 100 operations refer to each other in a circle.");
    EXPECT_EQ(count("/Users"), 0);
    EXPECT_TRUE(fixture.event_types().empty());
    EXPECT_EQ(statuses(bulk(circle(most))), texts(most, "201"));
    EXPECT_EQ(count("/Users"), static_cast<std::int64_t>(most));
}

// One circle is too large; the other circles and the operations outside of circles succeed.
TEST_F(bulk_reference_test, a_circle_beyond_its_limit_leaves_other_operations_alone) {
    const auto circle = [](const std::string& prefix, std::size_t size) {
        std::string operations;
        for (std::size_t i = 0; i < size; ++i)
            operations += ',' + post_user(prefix + std::to_string(i), prefix + std::to_string(i),
                                        managed_by("bulkId:" + prefix + std::to_string((i + 1) % size)));
        return operations;
    };
    const auto most = service::bulk_circle_max;
    const auto answer = bulk(post_user("x", "alone") + circle("a", most + 1) + circle("b", most) + "," +
                             post_group("g", "Staff", members({"bulkId:a0"})));
    const auto found = statuses(answer);
    EXPECT_EQ(found.front(), "201");
    EXPECT_EQ(std::ranges::count(found, "409"), static_cast<std::ptrdiff_t>(most + 2));
    EXPECT_EQ(found.back(), "409") << "it refers into the circle that was not created";
    EXPECT_EQ(count("/Users"), static_cast<std::int64_t>(most + 1));
}

// A circle runs in one transaction: the members named by all its operations count together, except those that
// the circle itself creates later.
TEST_F(bulk_reference_test, the_members_that_a_circle_names_are_limited) {
    std::vector<resource_id> users;
    store::run(*fixture.database, store::intent::write, [&](store::transaction& tx) {
        const auto where = directory_id::parse(fixture.directory).value();
        users = test::write_users(tx, where, "w", service::bulk_members_max + 1);
        return store::verdict::commit;
    });
    // Each group has a member whose manager is the next group.
    const auto group = [&](const std::string& name, std::size_t from, std::size_t count) {
        std::string listed = R"({"value":"bulkId:u)" + name + R"("})";
        for (std::size_t i = from; i < from + count; ++i)
            listed += R"(,{"value":"diruser_)" + std::to_string(users[i].value) + R"("})";
        return post_group(name, "Group " + name, R"(,"members":[)" + listed + "]");
    };
    const auto circle = [&](std::size_t first, std::size_t second) {
        return group("a", 0, first) + "," + post_user("ua", "ua", managed_by("bulkId:b")) + "," +
               group("b", first, second) + "," + post_user("ub", "ub", managed_by("bulkId:a"));
    };
    const auto half = service::bulk_members_max / 2;
    const auto beyond = bulk(circle(half, half + 1));
    EXPECT_EQ(statuses(beyond), (texts{"409", "409", "413", "409"})) << beyond.text.substr(0, 2'000);
    EXPECT_EQ(detail_of(result_of(beyond, 2)),
            "An operation of a bulk request names at most 1000 members; send it alone.");
    EXPECT_EQ(count("/Groups"), 0);
    EXPECT_EQ(statuses(bulk(circle(half, half))), texts(4, "201"));
}

TEST_F(bulk_reference_test, refusals_of_the_domain_gate_are_recorded_in_a_bulk_request) {
    const auto stranger = [](std::string_view bulk_id, std::string_view name, std::string_view more = "") {
        return R"({"method":"POST","path":"/Users","bulkId":")" + std::string(bulk_id) +
               R"(","data":{"userName":")" + std::string(name) + R"(","emails":[{"value":")" +
               std::string(name) + R"(@evil.test"}])" + std::string(more) + "}}";
    };
    const auto answer = bulk(stranger("e", "eve") + "," + post_user("a", "anna") + "," +
                             stranger("f", "fay", managed_by("bulkId:c")) + "," +
                             post_user("c", "carl", managed_by("bulkId:f")));
    EXPECT_EQ(statuses(answer), (texts{"400", "201", "400", "409"})) << answer.text;
    EXPECT_NE(detail_of(result_of(answer, 0)).find("evil.test"), std::string::npos);

    const auto listed =
            fixture.operate("GET", "/api/v1/organizations/-/directories/" + fixture.directory + "/refusals")
                    .body.at("refusals")
                    .as_array();
    texts names;
    for (const auto& one : listed)
        names.emplace_back(one.at("preferred_username").as_string());
    std::ranges::sort(names);
    EXPECT_EQ(names, (texts{"eve", "fay"}));
    EXPECT_EQ(fixture.scim("GET", "/Users").resources("userName"), texts{"anna"});
    auto types = fixture.event_types();
    std::ranges::sort(types);
    EXPECT_EQ(types, (texts{"user_created", "user_rejected", "user_rejected"}));
}

}  // namespace
}  // namespace scimd::api

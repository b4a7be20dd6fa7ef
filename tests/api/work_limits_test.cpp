// Limits of the computation of a request and of texts: on each side of each limit.
#include "api/request_context.hpp"
#include "support/api_fixture.hpp"
#include "support/repeated_text.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <string>
#include <string_view>

namespace scimd::api {
namespace {

using test::joined;
using test::repeated;

std::string numbers(int count, std::size_t bytes) {
    return R"(,"phoneNumbers":[)" + joined(R"({"value":"#)" + std::string(bytes, 'A') + R"("})", ",", count) +
           "]";
}

std::string filter_of_terms(int terms) {
    return joined(R"(value ew \"z#\")", " or ", terms);
}

std::string removals(int count, int terms) {
    return joined(R"({"op":"remove","path":"phoneNumbers[)" + filter_of_terms(terms) + R"(]"})", ",", count);
}

test::answer patch(test::api_fixture& fixture, const std::string& path, const std::string& operations) {
    return fixture.patch(path, '[' + operations + ']');
}

void expect_beyond_the_limit(const test::answer& refused, int status, std::string_view limit) {
    EXPECT_EQ(refused.status, status) << refused.text;
    const auto text = "The request needs more than " + std::string(limit) + " steps of computation";
    EXPECT_TRUE(refused.text_of("detail").starts_with(text)) << refused.text;
}

std::string version_of(test::api_fixture& fixture, const std::string& path) {
    return fixture.scim("GET", path).header("ETag");
}

TEST(work_limits_test, a_request_has_two_hundred_million_steps_by_default) {
    EXPECT_EQ(limits().work_steps_max, 200'000'000U);
}

TEST(work_limits_test, a_patch_beyond_the_limit_is_413_and_changes_nothing) {
    test::api_fixture fixture({.work_steps_max = 2'000'000});
    const auto path = "/Users/" + fixture.make_user("anna", numbers(100, 100));
    const auto version = version_of(fixture, path);
    const std::string change = R"({"op":"replace","path":"title","value":"X"},)";
    expect_beyond_the_limit(patch(fixture, path, change + removals(100, 10)), 413, "2000000");
    EXPECT_EQ(version_of(fixture, path), version);
    EXPECT_EQ(patch(fixture, path, change + removals(10, 10)).status, 200);
    EXPECT_NE(version_of(fixture, path), version);
}

// The threads that read sockets and the writer have limits of their own; a change beyond the limit of the
// former is prepared in a scan.
TEST(work_limits_test, a_large_patch_is_prepared_in_a_scan_and_never_in_the_writer) {
    test::api_fixture fixture({.inline_steps_max = 1'000, .write_steps_max = 8'000});
    const auto path = "/Users/" + fixture.make_user("anna", numbers(10, 100));
    EXPECT_EQ(patch(fixture, path, removals(10, 10)).status, 200);
    const auto group = fixture.make_group("All");
    for (int i = 0; i < 15; ++i) {
        const auto added = fixture.patch(
                "/Groups/" + group, R"([{"op":"add","path":"members","value":[{"value":")" +
                                            fixture.make_user("u" + std::to_string(i)) + R"("}]}])");
        EXPECT_EQ(added.status, 200);
    }
    const auto refused =
            fixture.patch("/Groups/" + group, R"([{"op":"remove","path":"members[display eq \"x\"]"}])");
    EXPECT_EQ(refused.status, 413);
    EXPECT_NE(refused.text.find("more than 8000 steps of computation while other writes wait"),
            std::string::npos)
            << refused.text;
}

TEST(work_limits_test, a_patch_that_would_take_a_minute_is_413) {
    test::api_fixture fixture({.work_steps_max = 10'000'000});
    const auto path = "/Users/" + fixture.make_user("anna", numbers(1'000, 900));
    expect_beyond_the_limit(patch(fixture, path, removals(1'000, 64)), 413, "10000000");
}

TEST(work_limits_test, large_changes_of_real_clients_are_within_the_default_limit) {
    test::api_fixture fixture;
    const auto path = "/Users/" + fixture.make_user("anna", numbers(1'000, 20));
    EXPECT_EQ(patch(fixture, path, removals(100, 10)).status, 200);
    EXPECT_EQ(
            patch(fixture, path,
                    joined(R"({"op":"replace","path":"phoneNumbers[value eq \"#AAAAAAAAAAAAAAAAAAAA\"].display","value":"x"})",
                            ",", 500))
                    .status,
            200);
    std::string operations;
    for (int i = 0; i < 200; ++i)
        operations += (i > 0 ? "," : "") +
                      (R"({"method":"POST","path":"/Users","bulkId":")" + std::to_string(i)) +
                      R"(","data":)" + test::user_text("user" + std::to_string(i), numbers(50, 100)) + "}";
    const auto answer = fixture.scim("POST", "/Bulk", R"({"Operations":[)" + operations + "]}");
    EXPECT_EQ(answer.status, 200);
    EXPECT_EQ(answer.text.find(R"("status":"413")"), std::string::npos);
    EXPECT_EQ(fixture.scim("GET", "/Users?count=0").body.at("totalResults").as_int64(), 201);
}

TEST(work_limits_test, a_body_beyond_the_limit_is_413) {
    test::api_fixture fixture({.work_steps_max = 500'000});
    const auto body = [](int count) { return test::user_text("anna", numbers(count, 500)); };
    expect_beyond_the_limit(fixture.scim("POST", "/Users", body(400)), 413, "500000");
    const auto made = fixture.scim("POST", "/Users", body(40));
    ASSERT_EQ(made.status, 201);
    const auto path = "/Users/" + made.text_of("id");
    expect_beyond_the_limit(fixture.scim("PUT", path, body(400)), 413, "500000");
    EXPECT_EQ(fixture.scim("PUT", path, body(39)).status, 200);
    const auto nodes = [](int count) {
        return test::user_text("bert", R"(,"x":[)" + joined("1", ",", count) + "]");
    };
    expect_beyond_the_limit(fixture.scim("POST", "/Users", nodes(30'000)), 413, "500000");
    EXPECT_EQ(fixture.scim("POST", "/Users", nodes(3'000)).status, 201);
}

TEST(work_limits_test, a_list_beyond_the_limit_is_too_many) {
    test::api_fixture fixture({.work_steps_max = 1'000'000});
    fixture.make_user("anna", R"(,"title":")" + std::string(60'000, 'a') + '"');
    const auto list = [&](int terms) {
        return fixture.scim(
                "GET", "/Users?filter=" + test::in_uri(joined(R"(title co "z#")", " or ", terms)));
    };
    const auto refused = list(64);
    expect_beyond_the_limit(refused, 400, "1000000");
    EXPECT_EQ(refused.text_of("scimType"), "tooMany");
    EXPECT_EQ(list(2).status, 200);
    const auto search = [&](int terms) {
        return fixture.scim("POST", "/Users/.search",
                R"({"filter":")" + joined(R"(title co \"z#\")", " or ", terms) + R"("})");
    };
    const auto refused_search = search(64);
    expect_beyond_the_limit(refused_search, 400, "1000000");
    EXPECT_EQ(refused_search.text_of("scimType"), "tooMany");
    EXPECT_EQ(search(2).status, 200);
}

TEST(work_limits_test, attribute_names_are_charged) {
    test::api_fixture fixture({.work_steps_max = 1'000'000});
    const auto search = [&](int names) {
        return fixture.scim(
                "POST", "/Users/.search", R"({"attributes":[)" + joined(R"("a#")", ",", names) + "]}");
    };
    expect_beyond_the_limit(search(2'000), 400, "1000000");
    EXPECT_EQ(search(100).status, 200);
}

// Each resource of a list has an allowance of its own, so that their number alone does not exceed the limit.
TEST(work_limits_test, many_resources_alone_do_not_exceed_the_limit) {
    test::api_fixture fixture({.work_steps_max = 100'000});
    for (int i = 0; i < 40; ++i)
        fixture.make_user("user" + std::to_string(i), R"(,"title":")" + std::string(5'000, 'a') + '"');
    for (const auto* query : {"/Users?filter=title%20co%20%22z%22", "/Users?sortBy=title"}) {
        const auto listed = fixture.scim("GET", query);
        EXPECT_EQ(listed.status, 200) << listed.text;
    }
}

TEST(work_limits_test, bulk_operations_beyond_the_limit_fail_with_all_that_follow) {
    test::api_fixture fixture({.work_steps_max = 3'000'000});
    const auto id = fixture.make_user("anna", numbers(100, 100));
    const auto operation = [&](int count) {
        return R"({"method":"PATCH","path":"/Users/)" + id + R"(","data":{"Operations":[)" +
               removals(count, 10) + R"(,{"op":"replace","path":"title","value":")" + std::to_string(count) +
               R"("}]}})";
    };
    const std::string creation =
            R"({"method":"POST","path":"/Users","bulkId":"b","data":)" + test::user_text("bert") + "}";
    const auto done = fixture.scim("POST", "/Bulk",
            R"({"Operations":[)" + operation(1) + "," + operation(100) + "," + creation + "]}");
    ASSERT_EQ(done.status, 200) << done.text;
    const auto& results = done.body.at("Operations").as_array();
    ASSERT_EQ(results.size(), 3U);
    EXPECT_EQ(results[0].at("status").as_string(), "200");
    EXPECT_EQ(results[1].at("status").as_string(), "413");
    EXPECT_EQ(results[2].at("status").as_string(), "413");
    EXPECT_EQ(fixture.scim("GET", "/Users/" + id).text_of("title"), "1");
    EXPECT_EQ(fixture.scim("GET", "/Users").body.at("totalResults").as_int64(), 1);
    EXPECT_EQ(fixture.scim("POST", "/Bulk", R"({"Operations":[)" + creation + "]}").status, 200);
    EXPECT_EQ(fixture.scim("GET", "/Users").body.at("totalResults").as_int64(), 2);
}

TEST(work_limits_test, a_bulk_request_that_cannot_be_read_within_the_limit_is_413) {
    test::api_fixture fixture({.work_steps_max = 300'000});
    const std::string creation = R"({"method":"POST","path":"/Users","bulkId":"b","data":)" +
                                 test::user_text("bert", numbers(400, 400)) + "}";
    expect_beyond_the_limit(
            fixture.scim("POST", "/Bulk", R"({"Operations":[)" + creation + "]}"), 413, "300000");
    EXPECT_EQ(fixture.scim("GET", "/Users").body.at("totalResults").as_int64(), 0);
}

TEST(work_limits_test, filters_on_members_are_charged) {
    test::api_fixture fixture({.work_steps_max = 300'000});
    std::string members;
    for (int i = 0; i < 50; ++i)
        members += (i > 0 ? "," : "") + (R"({"value":")" + fixture.make_user("user" + std::to_string(i))) +
                   R"(","display":")" + std::string(100, 'A') + R"("})";
    const auto path = "/Groups/" + fixture.make_group("g", R"(,"members":[)" + members + "]");
    const auto removal = [](int count) {
        return joined(
                R"({"op":"remove","path":"members[)" + joined(R"(display ew \"z#\")", " or ", 60) + R"(]"})",
                ",", count);
    };
    const auto version = version_of(fixture, path);
    expect_beyond_the_limit(
            patch(fixture, path, R"({"op":"replace","path":"displayName","value":"h"},)" + removal(10)), 413,
            "300000");
    EXPECT_EQ(version_of(fixture, path), version);
    EXPECT_EQ(patch(fixture, path, removal(1)).status, 200);
}

TEST(work_limits_test, shutdown_cancels_computation) {
    test::api_fixture fixture;
    const auto path = "/Users/" + fixture.make_user("anna", numbers(1'000, 900));
    const std::atomic<bool> cancelled = true;
    fixture.server.cancelled = &cancelled;
    const auto refused = patch(fixture, path, removals(1'000, 64));
    EXPECT_EQ(refused.status, 503) << refused.text;
    EXPECT_EQ(refused.text_of("detail"),
            "The request took too long, or the service is stopping. Try again shortly.");
    fixture.server.cancelled = nullptr;
    EXPECT_EQ(fixture.scim("GET", path).status, 200);
}

// ---- texts ----

TEST(text_limits_test, attributes_hold_at_most_thirty_marks_in_a_row) {
    test::api_fixture fixture;
    const auto marked = [](std::size_t count) {
        return "a" + repeated("\u0301", count / 2) + repeated("\u0323", count / 2);
    };
    const auto path = "/Users/" + fixture.make_user("anna", R"(,"title":")" + marked(30) + '"');
    const struct {
        std::string text;
        std::string_view attribute;
    } rows[] = {
            {R"(,"title":")" + marked(32) + '"', "title"},
            {R"(,"name":{"givenName":")" + marked(32) + R"("})", "name.givenName"},
            {R"(,"phoneNumbers":[{"value":")" + marked(16'000) + R"("}])", "phoneNumbers.value"},
    };
    for (const auto& row : rows) {
        const auto refused = fixture.scim("PUT", path, test::user_text("anna", row.text));
        EXPECT_EQ(refused.status, 400);
        EXPECT_EQ(refused.text_of("scimType"), "invalidValue");
        EXPECT_EQ(refused.text_of("detail"),
                std::string(row.attribute) + " holds more than 30 combining marks in a row.");
    }
    const auto replaced = [&](std::size_t count) {
        return patch(
                fixture, path, R"({"op":"replace","path":"userName","value":")" + marked(count) + R"("})");
    };
    EXPECT_EQ(replaced(32).text_of("detail"),
            "Operations[0]: userName holds more than 30 combining marks in a row.");
    EXPECT_EQ(replaced(30).status, 200);
    const auto group = fixture.scim("POST", "/Groups",
            test::group_text("g", R"(,"members":[{"value":"diruser_1","display":")" + marked(32) + R"("}])"));
    EXPECT_EQ(group.text_of("detail"), "members holds more than 30 combining marks in a row.");
}

TEST(text_limits_test, filters_hold_at_most_thirty_marks_in_a_row) {
    test::api_fixture fixture;
    const auto listed = [&](std::size_t count) {
        return fixture.scim("GET",
                "/Users?filter=" + test::in_uri(R"(title eq "a)" + repeated("\u0301", count) + R"(")"));
    };
    EXPECT_EQ(listed(30).status, 200);
    const auto refused = listed(31);
    EXPECT_EQ(refused.status, 400);
    EXPECT_EQ(refused.text_of("scimType"), "invalidFilter");
    EXPECT_EQ(refused.text_of("detail"),
            "Filter: a string holds more than 30 combining marks in a row at position 10.");
    const auto path = "/Users/" + fixture.make_user("anna");
    EXPECT_EQ(patch(fixture, path,
                      R"({"op":"remove","path":"emails[value eq \"a)" + repeated("\u0301", 31) + R"(\"]"})")
                      .status,
            400);
}

TEST(text_limits_test, names_of_the_management_api_hold_at_most_thirty_marks_in_a_row) {
    test::api_fixture fixture;
    const auto named = [&](std::size_t count) {
        return fixture.operate("POST", "/api/v1/organizations",
                R"({"display_name":"a)" + repeated("\u0301", count) + R"("})");
    };
    EXPECT_EQ(named(30).status, 201);
    EXPECT_EQ(named(31).status, 400);
}

}  // namespace
}  // namespace scimd::api

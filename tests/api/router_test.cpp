#include "api/router.hpp"

#include <gtest/gtest.h>

namespace scimd::api {
namespace {

reply nothing(const server_context&, request_context&) {
    return http::response();
}

constexpr route table[] = {
        {"GET", "/things", principal::anyone, nothing},
        {"POST", "/things", principal::anyone, nothing},
        {"GET", "/things/special", principal::anyone, nothing},
        {"PATCH", "/things/{id}:open", principal::anyone, nothing},
        {"PATCH", "/things/{id}:close", principal::anyone, nothing},
        {"GET", "/things/{id}", principal::anyone, nothing},
        {"PATCH", "/things/{id}", principal::anyone, nothing},
        {"DELETE", "/things/{id}", principal::anyone, nothing},
        {"PUT", "/{kind}/{id}/parts/{part}", principal::directory, nothing},
};

match match_of(std::string_view method, std::string_view path) {
    return find_route(table, method, parse_target(path).value());
}

TEST(router_test, method_and_path_find_their_row) {
    struct row {
        std::string_view method;
        std::string_view path;
        std::string_view found;
    };
    const row rows[] = {
            {"GET", "/things", "/things"},
            {"POST", "/things", "/things"},
            {"GET", "/things/", "/things"},
            {"HEAD", "/things", "/things"},
            {"GET", "/things/special", "/things/special"},
            {"GET", "/things/other", "/things/{id}"},
            {"DELETE", "/things/special2", "/things/{id}"},
            {"PATCH", "/things/7", "/things/{id}"},
            {"PATCH", "/things/7:open", "/things/{id}:open"},
            {"PATCH", "/things/7:close", "/things/{id}:close"},
            {"PATCH", "/things/7:shut", "/things/{id}"},
            {"PATCH", "/things/:open", "/things/{id}"},
            {"PUT", "/a/b/parts/c", "/{kind}/{id}/parts/{part}"},
    };
    for (const auto& row : rows) {
        const auto found = match_of(row.method, row.path);
        ASSERT_TRUE(found.row) << row.method << ' ' << row.path;
        EXPECT_EQ(found.row->path, row.found) << row.method << ' ' << row.path;
    }
}

TEST(router_test, a_path_without_the_method_says_which_it_has) {
    struct row {
        std::string_view method;
        std::string_view path;
        std::string_view allow;
    };
    const row rows[] = {
            {"DELETE", "/things", "GET, HEAD, POST, OPTIONS"},
            {"get", "/things", "GET, HEAD, POST, OPTIONS"},
            {"OPTIONS", "/things/7", "GET, HEAD, PATCH, DELETE, OPTIONS"},
            // The first template that fits is the resource: those behind it are others.
            {"DELETE", "/things/special", "GET, HEAD, OPTIONS"},
            {"GET", "/things/7:open", "PATCH, OPTIONS"},
            {"GET", "/a/b/parts/c", "PUT, OPTIONS"},
            {"HEAD", "/a/b/parts/c", "PUT, OPTIONS"},
    };
    for (const auto& row : rows) {
        const auto found = match_of(row.method, row.path);
        EXPECT_FALSE(found.row) << row.method << ' ' << row.path;
        EXPECT_EQ(found.allow, row.allow) << row.method << ' ' << row.path;
    }
}

TEST(router_test, an_unknown_path_has_no_methods) {
    for (const auto* const path : {"/", "/thing", "/Things", "/things/a/b", "/a/b/parts", "/a/b/parts/c/d"}) {
        const auto found = match_of("GET", path);
        EXPECT_FALSE(found.row) << path;
        EXPECT_EQ(found.allow, "") << path;
    }
}

TEST(router_test, parameters_are_named_by_the_template) {
    using pairs = std::vector<std::pair<std::string_view, std::string>>;
    EXPECT_EQ(match_of("PUT", "/a%20b/x/parts/%C3%BC").parameters,
            (pairs{{"kind", "a b"}, {"id", "x"}, {"part", "ü"}}));
    EXPECT_EQ(match_of("PATCH", "/things/7:open").parameters, (pairs{{"id", "7"}}));
    EXPECT_EQ(match_of("PATCH", "/things/7:open:open").parameters, (pairs{{"id", "7:open"}}));
    EXPECT_EQ(match_of("PATCH", "/things/7:shut").parameters, (pairs{{"id", "7:shut"}}));
    EXPECT_EQ(match_of("GET", "/things/special").parameters, pairs{});
}

}  // namespace
}  // namespace scimd::api

// The log of requests, as it is kept.
#include "store/request_log.hpp"

#include "support/temp_store.hpp"

#include <gtest/gtest.h>

#include <limits>
#include <string>
#include <vector>

namespace scimd::store::request_log {
namespace {

using namespace std::chrono_literals;
using texts = std::vector<std::string>;

constexpr auto newest = std::numeric_limits<std::int64_t>::max();

class request_log_store_test : public testing::Test {
protected:
    transaction& tx() { return store.tx(); }

    void add(const tenants::directory& where, std::string request, std::int64_t status = 200) {
        entry what;
        what.directory = where.id;
        what.at = tx().now();
        what.method = status == 201 ? "POST" : "GET";
        what.path = "/Users";
        what.status = status;
        what.request_id = std::move(request);
        what.resource_id = status == 201 ? "diruser_1" : "";
        what.changes = "{}";
        EXPECT_TRUE(insert(tx(), what));
    }

    texts listed(const tenants::directory& where, const filter& which = {}, std::int64_t before = newest) {
        texts seen;
        list(tx(), where.id, which, before, [&](const entry& each) {
            seen.push_back(each.request_id);
            last_id = each.id;
            return true;
        });
        return seen;
    }

    test::temp_store store;
    const tenants::directory here = store.add_directory();
    const tenants::directory elsewhere = store.add_directory();
    std::int64_t last_id = 0;
};

TEST_F(request_log_store_test, entries_are_read_newest_first) {
    const entry what{.directory = here.id,
            .at = tx().now(),
            .method = "PATCH",
            .path = "/Users/{id}",
            .query = "attributes=userName",
            .status = 409,
            .scim_type = "uniqueness",
            .detail = "userName is taken.",
            .microseconds = 17,
            .request_id = "r",
            .resource_id = "diruser_1",
            .changes = "{}",
            .provider = "OKTA",
            .agent = "Okta SCIM Client 1.0.0",
            .body = "***"};
    ASSERT_TRUE(insert(tx(), what));
    list(tx(), here.id, {}, newest, [&](const entry& seen) {
        EXPECT_GT(seen.id, 0);
        EXPECT_EQ(seen.directory, what.directory);
        EXPECT_EQ(seen.at, what.at);
        EXPECT_EQ(seen.method, what.method);
        EXPECT_EQ(seen.path, what.path);
        EXPECT_EQ(seen.query, what.query);
        EXPECT_EQ(seen.status, what.status);
        EXPECT_EQ(seen.scim_type, what.scim_type);
        EXPECT_EQ(seen.detail, what.detail);
        EXPECT_EQ(seen.microseconds, what.microseconds);
        EXPECT_EQ(seen.resource_id, what.resource_id);
        EXPECT_EQ(seen.changes, what.changes);
        EXPECT_EQ(seen.provider, what.provider);
        EXPECT_EQ(seen.agent, what.agent);
        EXPECT_EQ(seen.body, what.body);
        return true;
    });
    add(here, "s");
    add(elsewhere, "t");
    EXPECT_EQ(listed(here), (texts{"s", "r"}));
    EXPECT_EQ(listed(here, {}, last_id), texts{});
}

TEST_F(request_log_store_test, each_filter_narrows_the_list) {
    const auto start = tx().now();
    add(here, "a", 201);
    store.advance(1h);
    add(here, "b", 400);
    store.advance(1h);
    add(here, "c", 200);
    EXPECT_EQ(listed(here, {.status_least = 400}), texts{"b"});
    EXPECT_EQ(listed(here, {.status_most = 201}), (texts{"c", "a"}));
    EXPECT_EQ(listed(here, {.method = "POST"}), texts{"a"});
    EXPECT_EQ(listed(here, {.resource_id = "diruser_1"}), texts{"a"});
    EXPECT_EQ(listed(here, {.resource_id = "diruser_2"}), texts{});
    EXPECT_EQ(listed(here, {.since = start + 1h}), (texts{"c", "b"}));
    EXPECT_EQ(listed(here, {.until = start + 1h}), texts{"a"});
    EXPECT_EQ(listed(here, {.since = start + 1h, .until = start + 1h + 1us}), texts{"b"});
}

TEST_F(request_log_store_test, a_directory_keeps_its_newest_entries) {
    for (const char* request : {"a", "b", "c", "d"})
        add(here, request);
    add(elsewhere, "x");
    EXPECT_EQ(trim(tx(), here.id, 4, 10), 0);
    EXPECT_EQ(trim(tx(), here.id, 3, 10), 1);
    EXPECT_EQ(listed(here), (texts{"d", "c", "b"}));
    EXPECT_EQ(trim(tx(), here.id, 0, 2), 2) << "no more than asked for at a time";
    EXPECT_EQ(listed(elsewhere), texts{"x"});
}

TEST_F(request_log_store_test, old_entries_of_all_directories_are_deleted) {
    const auto start = tx().now();
    add(here, "a");
    add(elsewhere, "x");
    store.advance(1h);
    add(here, "b");
    EXPECT_EQ(trim_before(tx(), start, 10), 0);
    EXPECT_EQ(trim_before(tx(), start + 1us, 10), 2);
    EXPECT_EQ(listed(here), texts{"b"});
    EXPECT_EQ(listed(elsewhere), texts{});
}

TEST_F(request_log_store_test, directories_with_entries_are_found_one_after_the_other) {
    EXPECT_EQ(next_directory(tx(), {}), std::nullopt);
    add(elsewhere, "x");
    add(here, "a");
    EXPECT_EQ(next_directory(tx(), {}), here.id);
    EXPECT_EQ(next_directory(tx(), here.id), elsewhere.id);
    EXPECT_EQ(next_directory(tx(), elsewhere.id), std::nullopt);
}

TEST_F(request_log_store_test, nothing_is_written_for_an_unknown_directory) {
    entry what;
    what.directory = {7};
    EXPECT_FALSE(insert(tx(), what));
}

}  // namespace
}  // namespace scimd::store::request_log

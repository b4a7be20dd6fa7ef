// The disk reserve: when writes are refused, and when they are accepted again.
#include "jobs/storage_monitor.hpp"

#include "support/api_fixture.hpp"

#include <gtest/gtest.h>

#include <optional>
#include <string>

namespace scimd::test {
namespace {

constexpr std::int64_t reserve = 8'000;

class storage_monitor_test : public testing::Test {
protected:
    storage_monitor_test() {
        watch.watch([this] { return free_bytes; });
    }

    bool is_reserved_at(std::optional<std::int64_t> bytes) {
        free_bytes = bytes;
        watch.look_at_disk();
        return fixture.server.quotas->is_storage_reserved();
    }

    bool has_metric(const std::string& line) {
        return fixture.metrics.exposition().find(line + '\n') != std::string::npos;
    }

    api_fixture fixture;
    std::string log_text;
    logger log{[this](std::string_view line) { log_text += line; }};
    std::optional<std::int64_t> free_bytes;
    jobs::storage_monitor watch{*fixture.database, *fixture.server.quotas, reserve, {}, log, fixture.metrics};
};

TEST_F(storage_monitor_test, reserves_storage_until_an_eighth_more_is_free) {
    EXPECT_FALSE(is_reserved_at(1'000'000));
    EXPECT_FALSE(is_reserved_at(reserve));
    EXPECT_TRUE(is_reserved_at(reserve - 1));
    EXPECT_TRUE(has_metric("scimd_disk_free_bytes 7999"));
    EXPECT_TRUE(has_metric("scimd_disk_reserved 1"));
    EXPECT_EQ(fixture.scim("POST", "/Users", user_text("anna")).status, 507);
    EXPECT_TRUE(is_reserved_at(std::nullopt)) << "what is not known changes nothing";
    EXPECT_TRUE(is_reserved_at(8'999));
    EXPECT_FALSE(is_reserved_at(9'000));
    EXPECT_TRUE(has_metric("scimd_disk_reserved 0"));
    EXPECT_EQ(fixture.scim("POST", "/Users", user_text("anna")).status, 201);
    EXPECT_FALSE(is_reserved_at(reserve));
    EXPECT_NE(log_text.find("disk.nearly_full"), std::string::npos);
    EXPECT_NE(log_text.find("disk.has_room"), std::string::npos);
}

TEST_F(storage_monitor_test, reads_free_space_of_the_file_system) {
    const auto room = jobs::free_space_of(fixture.folder.path())();
    ASSERT_TRUE(room);
    EXPECT_GT(*room, 0);
    EXPECT_FALSE(jobs::free_space_of(fixture.folder.path() / "nowhere")());
}

TEST_F(storage_monitor_test, reports_the_usage_of_all_directories) {
    fixture.make_user("anna");
    fixture.make_user("bob");
    fixture.make_group("all");
    watch.look_at_usage();
    EXPECT_TRUE(has_metric(R"(scimd_usage{of="users"} 2)"));
    EXPECT_TRUE(has_metric(R"(scimd_usage{of="groups"} 1)"));
    EXPECT_TRUE(has_metric("scimd_event_surplus_bytes 0"));
    EXPECT_EQ(fixture.metrics.exposition().find("events_per_second"), std::string::npos);
    const auto path = "/api/v1/organizations/-/directories/" + fixture.directory + "/quota-limits";
    std::int64_t used = 0;
    const auto shown = fixture.operate("PATCH", path, R"({"quotas":{"event_bytes":1}})");
    for (const auto& one : shown.body.at("quotas").as_array())
        if (one.at("name") == "event_bytes")
            used = one.at("used").as_int64();
    watch.look_at_usage();
    EXPECT_TRUE(has_metric("scimd_event_surplus_bytes " + std::to_string(used - 1)));
}

}  // namespace
}  // namespace scimd::test

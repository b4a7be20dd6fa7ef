#include "store/sqlite/backup.hpp"

#include "store/sqlite_store_fixture.hpp"
#include "store/store_files.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <fstream>
#include <thread>

namespace scimd::store {
namespace {

namespace fs = std::filesystem;

TEST_F(sqlite_store, backup_is_consistent_while_tasks_write) {
    open();
    for (std::int64_t id = 1; id <= 500; ++id)
        store->submit(
                intent::write,
                [=](transaction& tx) {
                    tx.sql().run(insert_organization, {id});
                    tx.sql().run({"grow", "update organizations set display_name = $2 where id = $1"},
                            {id, std::string(8'000, 'x')});
                    return verdict::commit;
                },
                [](std::exception_ptr problem) { EXPECT_FALSE(problem); });
    run(*store, intent::write, [](transaction&) { return verdict::commit; });
    std::atomic<bool> is_over = false;
    std::atomic<std::int64_t> beside = 0;
    std::thread client([&] {
        while (!is_over)
            insert(1'000 + ++beside);
    });
    const fs::path target = place.path() / "backup" / "scimd.db";
    fs::create_directory(target.parent_path());
    store->backup(target);
    is_over = true;
    client.join();
    EXPECT_EQ(mode_of(target), 0600U);
    EXPECT_EQ(std::distance(fs::directory_iterator(target.parent_path()), fs::directory_iterator()), 1);
    store->close();

    EXPECT_EQ(::chmod(target.parent_path().c_str(), 0700), 0);
    folder = target.parent_path();
    open();
    EXPECT_TRUE(store->check().empty());
    EXPECT_GE(read(count_organizations), 500);
    // Consistent: the copy has the first of the concurrent writes and no others.
    EXPECT_EQ(read({"beside", "select count(*) from organizations where id > 1000"}),
            read({"last", "select coalesce(max(id), 1000) - 1000 from organizations where id > 1000"}));
}

TEST_F(sqlite_store, backup_rejects_an_existing_target_and_a_missing_folder) {
    open();
    const fs::path taken = place.path() / "taken.db";
    std::ofstream(taken) << "mine";
    EXPECT_THROW(store->backup(taken), sql::failure);
    EXPECT_EQ(fs::file_size(taken), 4U);
    EXPECT_THROW(store->backup(place.path() / "missing" / "copy.db"), sql::failure);
    EXPECT_EQ(store->why_not_writable(), "");
}

TEST_F(sqlite_store, check_finds_violations) {
    struct row {
        const char* damage;
        std::string_view finding;
    };
    constexpr row rows[] = {
            {"update directories set last_sequence = 3", "last sequence 3"},
            {"insert into events values (9, 1, 2, 5, 'x', '{}'); update directories set last_sequence = 1",
                    "up to 5"},
            {"update resource_counts set total = 7", "7 by the kept count"},
            {"insert into resources select 8, directory_id, type, 1, 0, 0, 'k', null, null, 1, '{}' from "
             "resources",
                    "2 resources of type Group"},
            {"update member_counts set total = 4", "0 members, but 4"},
            {"insert into membership_counts values (2, 3, 'Group', 7)", "in 0 groups, but 7"},
            {"update organizations set active_users = 5", "0 seats taken, but 5"},
            {"update directories set held_users = 6", "0 held users, but 6"},
            {"update member_counts set held = 2", "0 held members, but 2"},
            {"update member_counts set subgroups = 2", "0 groups in it, but 2"},
            {"update directory_usage set document_bytes = 9", "2 bytes of documents, but 9"},
            {"update environments set event_bytes = 9", "0 bytes, but 9"},
            {"delete from organizations", "missing row of organizations"},
    };
    const std::string sound =
            "delete from events; delete from resources; delete from resource_counts; delete from "
            "member_counts;"
            "delete from membership_counts; delete from directory_usage;"
            "delete from directories; delete from organizations;"
            "update environments set event_bytes = 0;"
            "insert into organizations (id, environment_id, display_name, created_at, updated_at)"
            " values (1, 1, 'Example', 0, 0);"
            "insert into directories (id, organization_id, name, provider, is_enabled, created_at, "
            "updated_at)"
            " values (2, 1, 'd', '', 1, 0, 0);"
            "insert into resources values (3, 2, 'Group', 1, 0, 0, 'g', null, null, null, '{}');"
            "insert into resource_counts values (2, 'Group', 1);"
            "insert into member_counts values (2, 3, 'Group', 0, 0, 0, 'g');";
    open();
    EXPECT_TRUE(store->check().empty());
    store->close();
    for (const auto& [damage, finding] : rows) {
        tamper(file, sound);
        open();
        EXPECT_TRUE(store->check().empty()) << damage;
        store->close();
        tamper(file, damage);
        open();
        const std::vector<std::string> findings = store->check();
        ASSERT_FALSE(findings.empty()) << damage;
        EXPECT_NE(findings.front().find(finding), std::string::npos) << findings.front();
        store->close();
    }
}

}  // namespace
}  // namespace scimd::store

// A database that is missing is not taken for a new one, and one that is replaced does not go unnoticed.
#include "sqlite_store_fixture.hpp"
#include "store/stored_time.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <fstream>
#include <thread>

namespace scimd::store {
namespace {

namespace fs = std::filesystem;
using namespace std::chrono_literals;

class lost_database : public sqlite_store {
protected:
    void put(const char* name, std::string_view content = "left behind") {
        fs::create_directories(folder);
        fs::permissions(folder, fs::perms::owner_all);
        std::ofstream(folder / name) << content;
    }

    std::string refusal_beside(const std::string& name) const {
        return folder.string() + " holds " + name +
               " of a store, but its scimd.db is missing or empty. Put it " +
               "back, restore a backup with \"scimd restore\", or name an empty folder for a new store.";
    }

    void expect_broken(const fs::path& lost) {
        for (int i = 0; i < 500 && !store->is_broken(); ++i)
            std::this_thread::sleep_for(10ms);
        EXPECT_TRUE(store->is_broken());
        EXPECT_EQ(store->why_not_writable(),
                lost.string() + " was moved, replaced or deleted while it was in use");
        EXPECT_THROW(insert(99), sql::failure);
    }
};

TEST_F(lost_database, a_folder_with_traces_of_a_store_gets_no_new_database) {
    for (const auto* name :
            {"scimd.db-wal", "scimd.db-shm", "scimd.db-journal", "master.key", "master.key.new", "running"}) {
        put(name);
        EXPECT_EQ(refusal().detail, refusal_beside(name));
        EXPECT_FALSE(fs::exists(file)) << name;
        std::ifstream kept(folder / name);
        EXPECT_EQ(std::string(std::istreambuf_iterator<char>(kept), {}), "left behind");
        fs::remove(folder / name);
    }
    put("scimd-2026-11-23.db", "SQLite format 3\0 and so on");
    EXPECT_EQ(refusal().detail, refusal_beside("scimd-2026-11-23.db"));
}

TEST_F(lost_database, an_empty_file_is_no_database) {
    put("scimd.db", "");
    put("scimd.db-wal");
    EXPECT_EQ(refusal().detail, refusal_beside("scimd.db-wal"));
    fs::remove(folder / "scimd.db-wal");
    open();
}

TEST_F(lost_database, other_files_are_not_traces) {
    put("schemas.json", "{}");
    put("lost+found", "");
    open();
    insert(1);
    EXPECT_EQ(read(count_organizations), 1);
}

TEST_F(lost_database, a_database_that_is_replaced_is_noticed_and_nothing_of_the_new_one_is_touched) {
    open();
    insert(1);
    const auto journal = fs::path(file).concat("-wal");
    fs::rename(file, folder / "old.db");
    fs::rename(journal, folder / "old.db-wal");
    put("scimd.db", "another database");
    put("scimd.db-wal", "its log");
    expect_broken(file);
    store->close();
    EXPECT_TRUE(fs::exists(mark));
    EXPECT_EQ(fs::file_size(file), 16U);
    EXPECT_EQ(fs::file_size(journal), 7U);
    fs::rename(folder / "old.db", file);
    fs::rename(folder / "old.db-wal", journal);
    open();
    EXPECT_EQ(read(count_organizations), 1);
}

// Else the next start would copy it into the other database.
TEST_F(lost_database, no_log_stays_beside_another_database) {
    open();
    insert(1);
    fs::rename(file, folder / "moved.db");
    put("scimd.db", "another database");
    expect_broken(file);
    store->close();
    EXPECT_EQ(fs::file_size(folder / "scimd.db-wal"), 0U);
    EXPECT_EQ(fs::file_size(file), 16U);
    fs::rename(folder / "moved.db", file);
    open();
    EXPECT_EQ(read(count_organizations), 1) << "what was in the log is in the file that was moved";
}

TEST_F(lost_database, nothing_is_acknowledged_after_the_database_was_deleted) {
    open();
    insert(1);
    fs::remove(file);
    EXPECT_THROW(insert(2), sql::failure);
    expect_broken(file);
}

TEST_F(lost_database, a_log_that_is_deleted_is_noticed) {
    open();
    insert(1);
    const auto journal = fs::path(file).concat("-wal");
    fs::remove(journal);
    expect_broken(journal);
}

TEST_F(lost_database, a_folder_that_is_moved_away_is_noticed) {
    open();
    insert(1);
    fs::rename(folder, place.path() / "elsewhere");
    expect_broken(file);
}

TEST_F(lost_database, unchanged_files_are_not_reported) {
    open();
    for (std::int64_t id = 1; id <= 2'000; ++id)
        insert(id);
    std::this_thread::sleep_for(1'200ms);
    EXPECT_FALSE(store->is_broken());
    EXPECT_EQ(store->why_not_writable(), "");
}

// --- the time of the last run

TEST_F(sqlite_store, stores_the_time_for_the_next_start_also_when_it_goes_back) {
    open();
    const auto stored = [&] {
        std::optional<time_point> found;
        run(*store, intent::read, [&](transaction& tx) {
            found = stored_time(tx);
            return verdict::commit;
        });
        return found;
    };
    const auto save = [&] {
        run(*store, intent::write, [](transaction& tx) {
            store_time(tx);
            return verdict::commit;
        });
    };
    EXPECT_EQ(stored(), std::nullopt);
    save();
    EXPECT_EQ(stored(), wall.now());
    wall.advance(-24h * 365);
    save();
    EXPECT_EQ(stored(), wall.now());
    store->close();
    open();
    EXPECT_EQ(stored(), wall.now());
}

}  // namespace
}  // namespace scimd::store

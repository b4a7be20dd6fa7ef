#include "store/sqlite/data_directory.hpp"

#include "store/sqlite_store_fixture.hpp"
#include "store/store_files.hpp"

#include <gtest/gtest.h>
#include <sqlite3.h>

#include <atomic>
#include <fstream>

namespace scimd::store {
namespace {

namespace fs = std::filesystem;

bool is_whole(const fs::path& database_file) {
    sqlite3* raw = nullptr;
    std::string found;
    const auto take = [](void* to, int, char** values, char**) {
        *static_cast<std::string*>(to) = values[0];
        return 0;
    };
    sqlite3_open(database_file.c_str(), &raw);
    sqlite3_exec(raw, "pragma integrity_check(1)", take, &found, nullptr);
    sqlite3_close(raw);
    return found == "ok";
}

TEST_F(sqlite_store, is_closed_to_other_users) {
    open();
    insert(1);
    EXPECT_EQ(mode_of(folder), 0700U);
    for (const char* name : {"scimd.db", "scimd.db-wal", "scimd.db-shm", "lock", "running"})
        EXPECT_EQ(mode_of(folder / name), 0600U) << name;
}

TEST_F(sqlite_store, restricts_a_readable_folder_and_rejects_a_writable_one) {
    struct row {
        mode_t mode;
        bool is_taken;
    };
    constexpr row rows[] = {
            {0700, true}, {0755, true}, {0750, true}, {0770, false}, {0702, false}, {01777, false}};
    fs::create_directory(folder);
    for (const auto& [mode, is_taken] : rows) {
        ASSERT_EQ(::chmod(folder.c_str(), mode), 0);
        const auto taken = data_directory::take(folder);
        EXPECT_EQ(taken.has_value(), is_taken) << std::oct << mode;
        if (is_taken) {
            EXPECT_EQ(mode_of(folder), 0700U);
        }
    }
}

TEST_F(sqlite_store, is_open_in_one_place_at_a_time) {
    open();
    EXPECT_EQ(refusal().code, errc::conflict);
    store->close();
    EXPECT_TRUE(try_open());
}

TEST_F(sqlite_store, cannot_be_in_a_file) {
    std::ofstream(folder) << "not a folder";
    EXPECT_EQ(refusal().code, errc::unavailable);
}

TEST(network_file_systems, are_recognized_by_their_magic_number) {
    struct row {
        std::uint64_t type;
        bool is_network;
    };
    constexpr row rows[] = {
            {0x6969, true},       // NFS
            {0x517B, true},       // SMB
            {0xFF534D42, true},   // CIFS
            {0xFE534D42, true},   // SMB 2
            {0x01021997, true},   // 9P
            {0xEF53, false},      // ext4
            {0x58465342, false},  // XFS
            {0x01021994, false},  // tmpfs
            {0x794C7630, false},  // overlay
            {0x65735546, false},  // FUSE
    };
    for (const auto& [type, is_network] : rows)
        EXPECT_EQ(is_network_file_system(type), is_network) << std::hex << type;
}

// --- the end, and the next start

TEST_F(sqlite_store, accepts_no_tasks_after_close) {
    open();
    insert(1);
    store->close();
    for (const auto mode : {intent::read, intent::scan, intent::write})
        EXPECT_THROW(run(*store, mode, [](transaction&) { return verdict::commit; }), sql::busy);
    EXPECT_NE(store->why_not_writable(), "");
}

TEST_F(sqlite_store, finishes_what_is_queued_when_it_closes) {
    open();
    std::atomic<int> done = 0;
    const auto count_down = [&](std::exception_ptr problem) {
        EXPECT_FALSE(problem);
        ++done;
    };
    for (std::int64_t id = 1; id <= 20; ++id) {
        store->submit(
                intent::write,
                [=](transaction& tx) {
                    tx.sql().run(insert_organization, {id});
                    return verdict::commit;
                },
                count_down);
        store->submit(intent::scan, [](transaction&) { return verdict::commit; }, count_down);
    }
    store->close();
    EXPECT_EQ(done, 40);
    open();
    EXPECT_EQ(read(count_organizations), 20);
}

TEST_F(sqlite_store, leaves_neither_mark_nor_log_behind) {
    open();
    EXPECT_TRUE(fs::exists(mark));
    insert(1);
    store->close();
    EXPECT_FALSE(fs::exists(mark));
    const fs::path log_file = file.string() + "-wal";
    EXPECT_TRUE(!fs::exists(log_file) || fs::file_size(log_file) == 0);
}

TEST_F(sqlite_store, opens_after_an_unclean_end) {
    open();
    insert(1);
    // The state after a power failure: the files as they are now.
    const fs::path copy = place.path() / "copy";
    fs::copy(folder, copy);
    store->close();
    folder = copy;
    open();
    EXPECT_EQ(read(count_organizations), 1);
    EXPECT_TRUE(store->check().empty());
}

TEST_F(sqlite_store, refuses_a_damaged_file_after_an_unclean_end) {
    open();
    insert(1);
    store->close();
    std::ofstream(mark) << "";
    {
        std::fstream damaged(file, std::ios::in | std::ios::out | std::ios::binary);
        damaged.seekp(3 * 4'096);
        damaged << std::string(4'096, '\x5a');
    }
    const error refused = refusal();
    EXPECT_EQ(refused.code, errc::unavailable);
    EXPECT_FALSE(refused.detail.empty());
    EXPECT_TRUE(fs::exists(mark));  // and again at the next start
    EXPECT_EQ(refusal().code, errc::unavailable);
}

TEST_F(sqlite_store, opens_a_file_with_one_wrong_byte_only_when_it_is_still_intact) {
    open();
    for (std::int64_t id = 1; id <= 50; ++id)
        insert(id);
    store->close();
    const fs::path sound = place.path() / "sound.db";
    fs::copy(file, sound);
    const std::uintmax_t size = fs::file_size(sound);
    for (unsigned i = 0; i < 40; ++i) {
        fs::copy(sound, file, fs::copy_options::overwrite_existing);
        std::ofstream(mark) << "";
        {
            std::fstream damaged(file, std::ios::in | std::ios::out | std::ios::binary);
            damaged.seekp(static_cast<std::streamoff>(i * 2'654'435'761U % size));
            damaged.put('\x5a');
        }
        if (auto opened = try_open()) {
            (*opened)->close();
            EXPECT_TRUE(is_whole(file)) << i;
        } else {
            EXPECT_EQ(opened.error().code, errc::unavailable);
        }
    }
}

TEST_F(sqlite_store, refuses_a_newer_schema) {
    open();
    store->close();
    tamper(file, "insert into migrations values (999, '0999_future.sql', '', 0)");
    const error refused = refusal();
    EXPECT_EQ(refused.code, errc::unavailable);
    EXPECT_NE(refused.detail.find("newer version"), std::string::npos) << refused.detail;
    EXPECT_FALSE(fs::exists(mark));
}

}  // namespace
}  // namespace scimd::store

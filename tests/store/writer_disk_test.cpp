// The writer and the files that it writes: a full disk, an I/O error, the length of the write-ahead log.
#include "support/file_size_limit.hpp"
#include "writer_fixture.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <string>
#include <thread>

namespace scimd::store {
namespace {

using namespace std::chrono_literals;

TEST(store_writer, goes_on_when_a_full_disk_has_room_again) {
    writing store;
    store.submit([](transaction& tx) {
             tx.sql().run({"bound", "pragma max_page_count = 12"});
             return verdict::rollback;
         }).get();
    const std::string large(100'000, 'x');
    const auto insert_large = [&](transaction& tx) {
        tx.sql().run(insert_thing, {1, large});
        return verdict::commit;
    };
    const auto release = store.occupy();
    auto neighbour = store.insert(5);
    auto too_much = store.submit(insert_large);
    release->set_value();
    EXPECT_THROW(neighbour.get(), sql::failure);
    EXPECT_THROW(too_much.get(), sql::failure);
    EXPECT_EQ(store.under_test->why_not_writable(), "the disk is full");

    store.insert(2).get();  // there is room for this one
    EXPECT_EQ(store.under_test->why_not_writable(), "");
    EXPECT_EQ(store.stored(), row_ids{2});
}

TEST(store_writer, detects_by_itself_that_a_full_disk_has_room) {
    writing store;
    store.database.execute("bound", "pragma max_page_count = 12");
    EXPECT_THROW(store.submit([](transaction& tx) {
                          tx.sql().run(insert_thing, {1, std::string(100'000, 'x')});
                          return verdict::commit;
                      }).get(),
            sql::failure);
    const auto patience = std::chrono::steady_clock::now() + 10s;
    while (!store.under_test->why_not_writable().empty() && std::chrono::steady_clock::now() < patience)
        std::this_thread::sleep_for(20ms);
    EXPECT_EQ(store.under_test->why_not_writable(), "");
    EXPECT_NE(store.lines.find("store.writable"), std::string::npos);
}

TEST(store_writer, writes_nothing_after_an_io_error) {
    writing store;
    store.insert(1).get();
    {
        const test::file_size_limit limit(std::filesystem::file_size(store.file.string() + "-wal"));
        EXPECT_THROW(store.insert(2).get(), sql::failure);
    }
    EXPECT_TRUE(store.under_test->is_broken());
    EXPECT_NE(store.under_test->why_not_writable(), "");
    auto refused = store.insert(3);
    EXPECT_EQ(refused.wait_for(0s), std::future_status::ready);
    EXPECT_THROW(refused.get(), sql::failure);
    EXPECT_EQ(store.stored(), row_ids{1});
}

TEST(store_writer, keeps_the_log_short) {
    writing store;
    const std::string large(1'000'000, 'x');
    std::uintmax_t longest = 0;
    for (std::int64_t id = 1; id <= 24; ++id) {
        store.submit([&](transaction& tx) {
                 tx.sql().run(insert_thing, {id, large});
                 return verdict::commit;
             }).get();
        longest = std::max(longest, std::filesystem::file_size(store.file.string() + "-wal"));
    }
    EXPECT_LT(longest, 8U * 1024 * 1024);
}

TEST(store_writer, keeps_the_log_below_160_mib_beside_a_reader_that_stalls) {
    writing store;
    sqlite::connection reader(store.file, sqlite::role::reader);
    reader.execute("snapshot", "begin; select count(*) from things");
    const std::string large(4'000'000, 'x');
    std::uintmax_t longest = 0;
    for (std::int64_t id = 1; id <= 45; ++id) {
        store.submit([&](transaction& tx) {
                 tx.sql().run(insert_thing, {id, large});
                 return verdict::commit;
             }).get();
        longest = std::max(longest, std::filesystem::file_size(store.file.string() + "-wal"));
        if (id == 29)
            reader.execute("end", "commit");
    }
    EXPECT_GT(longest, 100U * 1024 * 1024);  // no frame can be dropped while a reader may need it
    EXPECT_LT(longest, 160U * 1024 * 1024);
}

}  // namespace
}  // namespace scimd::store

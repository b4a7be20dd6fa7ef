#include "base/spooled_text.hpp"

#include "support/temp_directory.hpp"

#include <gtest/gtest.h>

#include <filesystem>
#include <optional>

namespace scimd {
namespace {

namespace fs = std::filesystem;

class spooled_text_test : public testing::Test {
protected:
    // Lines of ten bytes, each with its number.
    static std::string lines(int count) {
        std::string all;
        for (int i = 0; i < count; ++i)
            all += std::to_string(100'000'000 + i) + '\n';
        return all;
    }

    static void write_lines(spooled_text& into, int count) {
        for (int i = 0; i < count; ++i) {
            into.end() += std::to_string(100'000'000 + i) + '\n';
            into.flush();
        }
    }

    static std::string read_all(spooled_text& from) {
        std::string all;
        while (from.read(all)) {}
        return all;
    }

    test::temp_directory folder;
    metrics_registry metrics;
    spool place{folder.path(), metrics, {.memory_bytes_max = 1'000, .file_bytes_max = 3'000'000}};
};

TEST_F(spooled_text_test, a_short_text_stays_in_memory) {
    spooled_text text(place);
    write_lines(text, 99);
    EXPECT_TRUE(text.is_in_memory());
    EXPECT_EQ(text.size(), 990U);
    EXPECT_EQ(place.used_bytes(), 0U);
    EXPECT_EQ(std::move(text).take(), lines(99));
}

TEST_F(spooled_text_test, a_long_text_is_read_as_it_was_written) {
    for (const int count : {100, 101, 26'000, 26'215, 100'000}) {
        spooled_text text(place);
        write_lines(text, count);
        EXPECT_FALSE(text.is_in_memory()) << count;
        EXPECT_EQ(text.size(), 10U * static_cast<unsigned>(count));
        EXPECT_EQ(read_all(text), lines(count)) << count;
        EXPECT_EQ(text.size(), 0U);
    }
}

TEST_F(spooled_text_test, memory_holds_no_more_than_a_block_and_a_piece) {
    spooled_text text(place);
    for (int i = 0; i < 200'000; ++i) {
        text.end() += "0123456789";
        text.flush();
        ASSERT_LE(text.end().size(), 256U * 1'024);
    }
    std::string piece;
    while (text.read(piece)) {
        ASSERT_LE(piece.size(), 256U * 1'024);
        piece.clear();
    }
}

TEST_F(spooled_text_test, size_is_the_number_of_bytes_left) {
    spooled_text text(place);
    write_lines(text, 50'000);
    std::string read;
    while (text.read(read))
        ASSERT_EQ(text.size(), 500'000 - read.size());
    EXPECT_EQ(read.size(), 500'000U);
}

TEST_F(spooled_text_test, files_have_no_name_and_release_their_space) {
    {
        std::optional<spooled_text> text(std::in_place, place);
        write_lines(*text, 100'000);
        EXPECT_GT(place.used_bytes(), 700'000U);
        EXPECT_GT(metrics.gauge_of("scimd_spooled_bytes", "").value(), 700'000);
        EXPECT_TRUE(fs::is_empty(folder.path()));
        spooled_text moved(std::move(*text));
        text.reset();
        EXPECT_GT(place.used_bytes(), 700'000U);
        EXPECT_EQ(read_all(moved), lines(100'000));
    }
    EXPECT_EQ(place.used_bytes(), 0U);
    EXPECT_EQ(metrics.gauge_of("scimd_spooled_bytes", "").value(), 0);
}

TEST_F(spooled_text_test, all_files_together_have_a_limit) {
    spooled_text first(place);
    write_lines(first, 200'000);
    {
        spooled_text second(place);
        EXPECT_THROW(write_lines(second, 200'000), spool_failure);
    }
    EXPECT_LE(place.used_bytes(), 2'000'000U);
    spooled_text third(place);
    write_lines(third, 50'000);
    EXPECT_EQ(read_all(third), lines(50'000));
    EXPECT_EQ(read_all(first), lines(200'000));
}

TEST_F(spooled_text_test, one_owner_cannot_use_up_the_spool) {
    spool shared(folder.path(), metrics, {.memory_bytes_max = 1'000, .share_bytes_max = 1'000'000});
    const std::int64_t greedy = 7;
    spooled_text whole(shared, greedy);
    write_lines(whole, 100'000);
    std::optional<spooled_text> more(std::in_place, shared, greedy);
    EXPECT_THROW(write_lines(*more, 100'000), spool_failure);
    spooled_text of_another(shared, 8);
    write_lines(of_another, 100'000);
    EXPECT_EQ(read_all(of_another), lines(100'000));
    more.reset();

    { const spooled_text gone(std::move(whole)); }
    spooled_text again(shared, greedy);
    write_lines(again, 100'000);
    EXPECT_EQ(read_all(again), lines(100'000));
}

TEST_F(spooled_text_test, the_last_disk_space_is_left_to_the_database) {
    const auto available = std::filesystem::space(folder.path()).available;
    spool full(folder.path(), metrics, {.memory_bytes_max = 1'000, .free_bytes_min = available * 2});
    spooled_text text(full);
    EXPECT_THROW(write_lines(text, 100), spool_failure);
    spool roomy(folder.path(), metrics, {.memory_bytes_max = 1'000, .free_bytes_min = available / 2});
    spooled_text kept(roomy);
    write_lines(kept, 100);
    EXPECT_EQ(read_all(kept), lines(100));
}

TEST_F(spooled_text_test, failure_to_create_a_file_is_reported) {
    spool gone(folder.path() / "none", metrics, {.memory_bytes_max = 1'000});
    spooled_text text(gone);
    EXPECT_THROW(write_lines(text, 100), spool_failure);
}

TEST_F(spooled_text_test, without_a_spool_all_stays_in_memory) {
    spooled_text text;
    write_lines(text, 300'000);
    EXPECT_TRUE(text.is_in_memory());
    EXPECT_EQ(read_all(text), lines(300'000));
}

}  // namespace
}  // namespace scimd

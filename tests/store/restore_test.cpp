#include "store/sqlite/restore.hpp"

#include "sqlite_store_fixture.hpp"
#include "support/file_size_limit.hpp"

#include <gtest/gtest.h>

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace scimd::store {
namespace {

namespace fs = std::filesystem;

std::optional<error> any_key(const std::vector<std::string>& /*key_ids*/) {
    return std::nullopt;
}

class restoring : public sqlite_store {
protected:
    restoring() {
        open();
        insert(1);
        store->backup(backup);
        store.reset();
        folder = place.path() / "restored";
    }

    const fs::path backup = place.path() / "backup.db";
};

TEST_F(restoring, restores_a_backup_into_an_empty_folder) {
    EXPECT_FALSE(restore({.backup = backup, .folder = folder}, any_key).value().set_aside);
    open();
    EXPECT_EQ(read(count_organizations), 1);
}

TEST_F(restoring, deletes_a_copy_that_could_not_be_written) {
    {
        const test::file_size_limit limit(fs::file_size(backup) / 2);
        EXPECT_THROW(
                static_cast<void>(restore({.backup = backup, .folder = folder}, any_key)), std::exception);
    }
    EXPECT_FALSE(fs::exists(folder / "scimd.db.restoring"));
    open();  // a new store: there are no traces of an old one
    EXPECT_EQ(read(count_organizations), 0);
}

}  // namespace
}  // namespace scimd::store

// A store in a folder of its own, opened when a test says so, and one row to write and count: an
// organization.
#pragma once

#include "store/engine/database.hpp"
#include "support/manual_clock.hpp"
#include "support/temp_directory.hpp"

#include <gtest/gtest.h>

namespace scimd::store {

inline constexpr sql::statement insert_organization{"insert",
        "insert into organizations (id, environment_id, display_name, created_at, updated_at)"
        " select $1, id, 'Example', 0, 0 from environments"};
inline constexpr sql::statement count_organizations{"count", "select count(*) from organizations"};

inline std::int64_t integer(transaction& tx, const sql::statement& what) {
    std::int64_t found = -1;
    tx.sql().run(what, {}, [&](const sql::row& row) { found = row.integer(0); });
    return found;
}

class sqlite_store : public testing::Test {
protected:
    result<std::unique_ptr<database>> try_open() {
        options.folder = folder;
        return open_sqlite(options, wall, ids, log, metrics);
    }
    void open() { store = try_open().value(); }
    error refusal() { return try_open().error(); }

    void insert(std::int64_t id) {
        run(*store, intent::write, [=](transaction& tx) {
            tx.sql().run(insert_organization, {id});
            return verdict::commit;
        });
    }
    std::int64_t read(const sql::statement& what) {
        std::int64_t found = -1;
        run(*store, intent::read, [&](transaction& tx) {
            found = integer(tx, what);
            return verdict::commit;
        });
        return found;
    }

    test::temp_directory place;
    std::filesystem::path folder = place.path() / "data";
    std::filesystem::path file = folder / "scimd.db";
    std::filesystem::path mark = folder / "running";
    sqlite_options options;
    test::manual_clock wall;
    id_source ids{wall};
    logger log{[](std::string_view) {}};
    metrics_registry metrics;
    std::unique_ptr<database> store;
};

}  // namespace scimd::store

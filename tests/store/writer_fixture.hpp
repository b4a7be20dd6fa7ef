// A writer for tests, on a database that has only the tables that these need.
#pragma once

#include "base/id.hpp"
#include "base/log.hpp"
#include "base/metrics.hpp"
#include "store/engine/writer.hpp"
#include "store/sqlite/sqlite.hpp"
#include "support/manual_clock.hpp"
#include "support/temp_directory.hpp"

#include <cstdint>
#include <exception>
#include <filesystem>
#include <future>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace scimd::store {

inline constexpr sql::statement insert_thing{"insert", "insert into things (id, name) values ($1, $2)"};

// A writer on a table of its own. Tasks are numbered by the row that they insert.
struct writing {
    explicit writing(const writer_limits& limits = {}) {
        database.execute("make",
                "create table things (id integer primary key, name text);"
                "create table parents (id integer primary key);"
                "create table children (parent integer references parents (id) deferrable initially "
                "deferred)");
        under_test = std::make_unique<writer>(database, wall, ids, log, metrics, limits);
    }

    // Submits, and keeps what the completion gets.
    std::future<void> submit(task what) { return submit({}, std::move(what)); }
    std::future<void> submit(const scheduling_key& key, task what) {
        const auto over = std::make_shared<std::promise<void>>();
        under_test->submit(key, std::move(what), [over](std::exception_ptr problem) {
            if (problem)
                over->set_exception(problem);
            else
                over->set_value();
        });
        return over->get_future();
    }
    std::future<void> insert(std::int64_t id, verdict end = verdict::commit) {
        return submit([=](transaction& tx) {
            tx.sql().run(insert_thing, {id, "thing"});
            return end;
        });
    }
    // Occupies the writer until the returned promise is kept, so that what is submitted meanwhile queues up.
    std::shared_ptr<std::promise<void>> occupy() {
        const auto begun = std::make_shared<std::promise<void>>();
        const auto released = std::make_shared<std::promise<void>>();
        const std::shared_future<void> release = released->get_future().share();
        occupied = submit([=](transaction&) {
            begun->set_value();
            release.wait();
            return verdict::rollback;
        });
        begun->get_future().wait();
        return released;
    }

    std::vector<std::int64_t> stored() {
        std::vector<std::int64_t> ids_found;
        sqlite::connection reader(file, sqlite::role::reader);
        reader.run({"ids", "select id from things order by id"}, {},
                [&](const sql::row& row) { ids_found.push_back(row.integer(0)); });
        return ids_found;
    }
    std::uint64_t groups() { return metrics.counter_of("scimd_store_groups_total", "").value(); }
    std::uint64_t rollbacks() { return metrics.counter_of("scimd_store_rollbacks_total", "").value(); }

    test::temp_directory folder;
    std::filesystem::path file = folder.path() / "test.db";
    test::manual_clock wall;
    id_source ids{wall};
    std::string lines;
    logger log{[this](std::string_view line) { lines += line; }};
    metrics_registry metrics;
    sqlite::connection database{file, sqlite::role::writer};
    std::unique_ptr<writer> under_test;
    std::future<void> occupied;
};

using row_ids = std::vector<std::int64_t>;

}  // namespace scimd::store

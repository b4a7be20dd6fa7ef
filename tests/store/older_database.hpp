// A database as an earlier version has left it: a test puts rows in, applies the migrations that came later,
// and looks at what has become of them. One thread.
#pragma once

#include "store/engine/transaction.hpp"
#include "store/sqlite/migrate.hpp"
#include "store/sqlite/sqlite.hpp"
#include "support/manual_clock.hpp"
#include "support/sqlite_migrations.hpp"
#include "support/temp_directory.hpp"

#include <algorithm>
#include <cstddef>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>

namespace scimd::store {

class older_database {
public:
    // With the migrations before the one of that file, "0022_lifecycle.sql".
    explicit older_database(std::string_view migration) {
        const auto all = embedded_sqlite_migrations();
        const auto first = std::ranges::find(all, migration, &embedded_file::name);
        if (first == all.end())
            throw std::invalid_argument("no migration " + std::string(migration));
        migrate(connection, all.first(static_cast<std::size_t>(first - all.begin())), clock.now()).value();
    }

    void execute(const std::string& rows) { connection.execute("rows", rows); }

    void apply_later_migrations() { migrate(connection, embedded_sqlite_migrations(), clock.now()).value(); }

    // A transaction, the same one each time.
    transaction& tx() {
        if (!transaction_) {
            connection.run({"begin", "begin"});
            transaction_.emplace(connection, clock.now(), ids);
        }
        return *transaction_;
    }

    const test::temp_directory folder;
    const test::manual_clock clock;
    id_source ids{clock};
    sqlite::connection connection{folder.path() / "scimd.db", sqlite::role::writer};

private:
    std::optional<transaction> transaction_;
};

}  // namespace scimd::store

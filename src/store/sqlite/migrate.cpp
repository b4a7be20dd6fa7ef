#include "store/sqlite/migrate.hpp"

#include "base/codec.hpp"
#include "base/crypto/digest.hpp"
#include "store/engine/transaction.hpp"

#include <charconv>
#include <string>
#include <vector>

namespace scimd::store {

namespace {

constexpr sql::statement create_table{
        "migrate.create_table",
        "create table if not exists migrations ("
        " number integer primary key, name text not null, sha256 text not null, applied_at integer not null"
        ") strict",
};
constexpr sql::statement list_applied{
        "migrate.list_applied",
        "select number, name, sha256 from migrations order by number",
};
constexpr sql::statement insert_applied{
        "migrate.insert_applied",
        "insert into migrations (number, name, sha256, applied_at) values ($1, $2, $3, $4)",
};
constexpr sql::statement begin{"migrate.begin", "begin immediate"};
constexpr sql::statement commit{"migrate.commit", "commit"};
constexpr sql::statement rollback{"migrate.rollback", "rollback"};

struct migration {
    std::int64_t number = 0;
    std::string_view name;
    std::string_view script;
    std::string checksum;
};

struct applied_migration {
    std::int64_t number = 0;
    std::string name;
    std::string checksum;
};

std::vector<migration> number_files(std::span<const embedded_file> files) {
    std::vector<migration> numbered;
    for (const embedded_file& file : files) {
        std::int64_t number = 0;
        std::from_chars(file.name.data(), file.name.data() + file.name.size(), number);
        if (number != static_cast<std::int64_t>(numbered.size()) + 1)
            throw sql::failure("migration " + std::string(file.name) + " is out of order");
        numbered.push_back({number, file.name, file.content, to_hex(sha256(file.content))});
    }
    return numbered;
}

std::vector<applied_migration> applied_so_far(sql::connection& database) {
    std::vector<applied_migration> applied;
    database.run(list_applied, {}, [&](const sql::row& row) {
        applied.push_back({row.integer(0), std::string(row.text(1)), std::string(row.text(2))});
    });
    return applied;
}

// Why the remaining migrations cannot be applied; empty when they can.
std::string objection(const std::vector<migration>& known, const std::vector<applied_migration>& applied) {
    if (applied.size() > known.size())
        return "The database was made by a newer version: it holds migration " + applied.back().name +
               ", which this version does not know.";
    for (std::size_t i = 0; i < applied.size(); ++i) {
        if (applied[i].number != known[i].number)
            return "The database lacks migration " + std::string(known[i].name) + ".";
        if (applied[i].checksum != known[i].checksum)
            return "Migration " + applied[i].name + " is not the one that this database was made with.";
    }
    return {};
}

class migration_transaction {
public:
    explicit migration_transaction(sqlite::connection& database) : database_(database) {
        database_.run(begin);
    }
    ~migration_transaction() {
        if (database_.in_transaction())
            undo();
    }
    migration_transaction(const migration_transaction&) = delete;
    migration_transaction& operator=(const migration_transaction&) = delete;

    void finish() { database_.run(commit); }

private:
    void undo() noexcept {
        try {
            database_.run(rollback);
        } catch (const sql::failure&) {
            // The connection will be closed because of the failure that led here.
        }
    }

    sqlite::connection& database_;
};

void apply(sqlite::connection& database, const migration& next, time_point now) {
    migration_transaction transaction(database);
    database.execute(next.name, next.script);
    if (!database.in_transaction())
        throw sql::failure("migration " + std::string(next.name) + " ended its own transaction");
    database.run(insert_applied, {next.number, next.name, next.checksum, to_column(now)});
    transaction.finish();
}

}  // namespace

result<int> migrate(sqlite::connection& database, std::span<const embedded_file> files, time_point now) {
    const std::vector<migration> known = number_files(files);
    database.run(create_table);
    const std::vector<applied_migration> applied = applied_so_far(database);
    if (const std::string reason = objection(known, applied); !reason.empty())
        return error{errc::unavailable, reason};
    for (std::size_t i = applied.size(); i < known.size(); ++i)
        apply(database, known[i], now);
    return static_cast<int>(known.size() - applied.size());
}

}  // namespace scimd::store

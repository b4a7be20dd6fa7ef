// make_migrated_store <file>: creates an empty database with the current schema, for migrated_store.hpp.
#include "store/sqlite/migrate.hpp"
#include "store/sqlite/sqlite.hpp"
#include "support/sqlite_migrations.hpp"

#include <chrono>
#include <filesystem>

int main(int, char** arguments) {
    using namespace scimd::store;
    const std::filesystem::path file = arguments[1];
    std::filesystem::remove(file);
    sqlite::connection database(file, sqlite::role::writer);
    migrate(database, embedded_sqlite_migrations(), scimd::time_point()).value();
    database.checkpoint(sqlite::connection::checkpoint_mode::truncate, std::chrono::seconds(10));
}

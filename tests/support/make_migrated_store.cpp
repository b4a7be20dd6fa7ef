// make_migrated_store <file>: an empty database with the schema of now, for migrated_store.hpp.
#include "base/embedded.hpp"
#include "store/migrate.hpp"
#include "store/sqlite.hpp"

#include <chrono>
#include <filesystem>
#include <span>

namespace scimd::store {

std::span<const embedded_file> embedded_sqlite_migrations();  // of cmake/embed.cmake, in the store

}  // namespace scimd::store

int main(int, char** arguments)
{
    using namespace scimd::store;
    const std::filesystem::path file = arguments[1];
    std::filesystem::remove(file);
    sqlite::connection database(file, sqlite::role::writer);
    migrate(database, embedded_sqlite_migrations(), scimd::time_point()).value();
    database.checkpoint(sqlite::connection::checkpoint_mode::truncate, std::chrono::seconds(10));
}

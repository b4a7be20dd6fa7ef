// A new SQLite database with the current schema in a temporary directory, and an open transaction on it, for
// tests of the store's functions. One thread.
#pragma once

#include "base/clock.hpp"
#include "store/engine/transaction.hpp"
#include "store/sqlite/migrate.hpp"
#include "store/sqlite/sqlite.hpp"
#include "store/tenants.hpp"
#include "support/manual_clock.hpp"
#include "support/migrated_store.hpp"
#include "support/sqlite_migrations.hpp"
#include "support/temp_directory.hpp"

#include <chrono>
#include <filesystem>
#include <optional>

namespace scimd::test {

class temp_store {
public:
    temp_store() {
        store::migrate(connection_, store::embedded_sqlite_migrations(), clock.now()).value();
        connection_.run({"begin", "begin immediate"});
        transaction_.emplace(connection_, clock.now(), ids);
    }

    [[nodiscard]] store::transaction& tx() noexcept { return *transaction_; }

    // Advances the clock; the transaction goes on at the later time.
    void advance(std::chrono::microseconds amount) {
        clock.advance(amount);
        transaction_.emplace(connection_, clock.now(), ids);
    }

    // Inserts a new organization with a directory.
    store::tenants::directory add_directory() {
        const auto owner = store::tenants::insert_organization(tx(), "Acme", std::nullopt);
        return store::tenants::insert_directory(
                tx(), owner->id, "staff", "OKTA", store::tenants::domain_policy::reject);
    }

    [[nodiscard]] store::sqlite::connection& connection() noexcept { return connection_; }

    manual_clock clock;
    id_source ids{clock};

private:
    [[nodiscard]] std::filesystem::path file() const {
        put_migrated_store(folder_.path() / "scimd.db");
        return folder_.path() / "scimd.db";
    }

    temp_directory folder_;
    store::sqlite::connection connection_{file(), store::sqlite::role::writer};
    std::optional<store::transaction> transaction_;
};

}  // namespace scimd::test

#include "store/sqlite/restore.hpp"

#include "embedded_sqlite_migrations.hpp"
#include "store/sqlite/backup.hpp"
#include "store/sqlite/data_directory.hpp"

#include <sqlite3.h>
#include <sys/stat.h>

#include <charconv>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>
#include <system_error>

namespace scimd::store {

namespace fs = std::filesystem;

namespace {

constexpr std::string_view files_of_database[] = {
        "scimd.db", "scimd.db-wal", "scimd.db-shm", "scimd.db-journal", "running"};

struct connection_closer {
    void operator()(sqlite3* database) const noexcept { sqlite3_close_v2(database); }
};

error not_restorable(const fs::path& backup, const std::string& reason) {
    return {errc::invalid_value, backup.string() + " cannot be restored: " + reason + "."};
}

int append(void* to, int, char** values, char**) {
    static_cast<std::vector<std::string>*>(to)->emplace_back(values[0] == nullptr ? "" : values[0]);
    return 0;
}

// Empty when the statement cannot be run: every store has these tables.
std::optional<std::vector<std::string>> rows_of(sqlite3* database, const char* query) {
    std::vector<std::string> found;
    if (sqlite3_exec(database, query, append, &found, nullptr) != SQLITE_OK)
        return std::nullopt;
    return found;
}

std::optional<std::size_t> parse_count(std::string_view text) {
    std::size_t count = 0;
    const auto read = std::from_chars(text.data(), text.data() + text.size(), count);
    const bool is_whole = read.ec == std::errc() && read.ptr == text.data() + text.size();
    return is_whole ? std::optional(count) : std::nullopt;
}

result<std::vector<std::string>> key_ids_of(const fs::path& copy, const fs::path& backup) {
    sqlite3* opened = nullptr;
    const int code = sqlite3_open_v2(copy.c_str(), &opened, SQLITE_OPEN_READONLY, nullptr);
    const std::unique_ptr<sqlite3, connection_closer> database(opened);
    const auto newest = code == SQLITE_OK ? rows_of(opened, "select coalesce(max(number), 0) from migrations")
                                          : std::nullopt;
    auto ids = newest ? rows_of(opened, "select distinct key_id from sealed_values order by key_id") : newest;
    const auto version = ids && newest->size() == 1 ? parse_count(newest->front()) : std::nullopt;
    if (!version)
        return not_restorable(backup, "it is not a backup of scimd");
    if (*version > embedded_sqlite_migrations().size())
        return not_restorable(backup, "it was made by a newer version of scimd");
    return std::move(*ids);
}

// The incomplete copy: deleted unless it gets its final name.
class copy_of_backup {
public:
    // After the delegated constructor the destructor deletes what a failure leaves.
    copy_of_backup(const fs::path& backup, fs::path to) : copy_of_backup(std::move(to)) {
        fs::copy_file(backup, path_, fs::copy_options::overwrite_existing);
        if (::chmod(path_.c_str(), owner_only_file) != 0)
            throw std::system_error(errno, std::generic_category(), "chmod " + path_.string());
    }
    ~copy_of_backup() {
        std::error_code ignored;
        fs::remove(path_, ignored);
    }
    copy_of_backup(const copy_of_backup&) = delete;
    copy_of_backup& operator=(const copy_of_backup&) = delete;

    [[nodiscard]] const fs::path& path() const noexcept { return path_; }

private:
    explicit copy_of_backup(fs::path to) : path_(std::move(to)) {}

    fs::path path_;
};

bool has_database(const fs::path& folder) {
    std::error_code none;
    return fs::exists(folder / "scimd.db", none) && fs::file_size(folder / "scimd.db", none) > 0;
}

// A write-ahead log that stays beside another database would be copied into it.
std::optional<fs::path> set_aside(const fs::path& folder) {
    std::optional<fs::path> to;
    for (const auto name : files_of_database) {
        if (!fs::exists(folder / name))
            continue;
        for (int number = 1; !to; ++number)
            if (auto free = folder / ("replaced-" + std::to_string(number)); fs::create_directory(free))
                to = std::move(free);
        fs::permissions(*to, fs::perms::owner_all);
        fs::rename(folder / name, *to / name);
    }
    if (to)
        sync_folder(*to);
    return to;
}

}  // namespace

result<restored> restore(const restore_request& what, const key_check& check) {
    if (!fs::is_regular_file(what.backup))
        return not_restorable(what.backup, "it is not a file");
    const auto folder = data_directory::take_to_restore(what.folder);
    if (!folder)
        return folder.error();
    if (has_database(what.folder) && !what.is_replacing) {
        return error{errc::conflict,
                what.folder.string() + " has a database already; give --replace to set it aside."};
    }
    const copy_of_backup copy(what.backup, what.folder / "scimd.db.restoring");
    try {
        verify_copy(copy.path(), nullptr);
    } catch (const sql::failure& problem) {
        return not_restorable(what.backup, "it is damaged (" + std::string(problem.what()) + ")");
    }
    auto ids = key_ids_of(copy.path(), what.backup);
    if (!ids)
        return ids.error();
    if (auto refused = check(*ids))
        return *refused;
    sync_file(copy.path());
    restored done{std::move(*ids), set_aside(what.folder)};
    fs::rename(copy.path(), what.folder / "scimd.db");
    sync_folder(what.folder);
    return done;
}

}  // namespace scimd::store

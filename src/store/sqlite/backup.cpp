#include "store/sqlite/backup.hpp"

#include "store/sqlite/data_directory.hpp"
#include "store/sqlite/integrity_check.hpp"

#include <fcntl.h>
#include <sqlite3.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>

namespace scimd::store {

namespace fs = std::filesystem;

namespace {

constexpr int pages_per_step = 256;  // 1 MiB: a few milliseconds on the writer thread

struct closer {
    void operator()(sqlite3* database) const noexcept { sqlite3_close_v2(database); }
};
using plain_database = std::unique_ptr<sqlite3, closer>;

// Needs none of the settings of a store: no other process knows the file yet.
plain_database open_plain(const fs::path& file) {
    sqlite3* opened = nullptr;
    const int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE;
    const int code = sqlite3_open_v2(file.c_str(), &opened, flags, nullptr);
    plain_database database(opened);
    if (code != SQLITE_OK)
        sqlite::fail("backup.open", opened, code);
    return database;
}

void execute(sqlite3* database, const char* text) {
    if (const int code = sqlite3_exec(database, text, nullptr, nullptr, nullptr))
        sqlite::fail("backup.prepare", database, code);
}

int is_set(void* flag) {
    return *static_cast<const std::atomic<bool>*>(flag) ? 1 : 0;
}

// Makes its statements end with sql::busy once the flag is set.
void abandon_when(const std::atomic<bool>* is_cancelled, sqlite3* database) {
    constexpr int steps_between_looks = 4'000;
    if (is_cancelled)
        sqlite3_progress_handler(
                database, steps_between_looks, &is_set, const_cast<std::atomic<bool>*>(is_cancelled));
}

struct copy_finisher {
    void operator()(sqlite3_backup* copy) const noexcept { sqlite3_backup_finish(copy); }
};

class copying final : public maintenance_task {
public:
    explicit copying(const fs::path& to) : target_(open_plain(to)) {
        // A crash leaves an incomplete copy, which is deleted; a complete one is synced at the end.
        execute(target_.get(), "pragma journal_mode = off; pragma synchronous = off");
    }

    bool step(sqlite::connection& database) override {
        if (!copy_)
            copy_.reset(sqlite3_backup_init(target_.get(), "main", database.handle(), "main"));
        if (!copy_)
            sqlite::fail("backup.begin", target_.get(), sqlite3_extended_errcode(target_.get()));
        const int code = sqlite3_backup_step(copy_.get(), pages_per_step);
        if (code == SQLITE_OK)
            return true;
        if (code != SQLITE_DONE)
            sqlite::fail("backup.step", nullptr, code);
        return false;
    }

private:
    plain_database target_;
    std::unique_ptr<sqlite3_backup, copy_finisher> copy_;  // destroyed before the databases that it uses
};

[[noreturn]] void fail_by_errno(const fs::path& file) {
    throw sql::failure("backup " + file.string() + ": " + std::generic_category().message(errno));
}

// The incomplete copy: deleted unless it gets its final name.
class part_file {
public:
    explicit part_file(const fs::path& target) : target_(target), path_(target.string() + ".tmp") {
        std::error_code ignored;
        fs::remove(path_, ignored);  // of an interrupted backup
        handle_ = ::open(path_.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
        if (handle_ < 0)
            fail_by_errno(path_);
    }
    ~part_file() {
        std::error_code ignored;
        fs::remove(path_, ignored);
        ::close(handle_);
    }
    part_file(const part_file&) = delete;
    part_file& operator=(const part_file&) = delete;

    [[nodiscard]] const fs::path& path() const noexcept { return path_; }

    void publish() {
        if (::fsync(handle_) != 0)
            fail_by_errno(path_);
        if (fs::exists(target_))
            throw sql::failure("backup " + target_.string() + ": the file exists");
        if (::rename(path_.c_str(), target_.c_str()) != 0)
            fail_by_errno(target_);
        sync_folder(target_.parent_path());
    }

private:
    fs::path target_;
    fs::path path_;
    int handle_ = -1;
};

}  // namespace

void verify_copy(const fs::path& file, const std::atomic<bool>* is_cancelled) {
    {
        // The copied header requests a write-ahead log, which would add two files beside this one.
        const plain_database plain = open_plain(file);
        execute(plain.get(), "pragma journal_mode = delete");
    }
    const plain_database copy = open_plain(file);
    abandon_when(is_cancelled, copy.get());
    std::string found;
    const auto take = [](void* to, int, char** values, char**) {
        *static_cast<std::string*>(to) = values[0] == nullptr ? "" : values[0];
        return 0;
    };
    const int code = sqlite3_exec(copy.get(), "pragma integrity_check(1)", take, &found, nullptr);
    if (code != SQLITE_OK)
        sqlite::fail("backup.verify", copy.get(), code);
    if (found != "ok")
        throw sql::failure("backup " + file.string() + ": " + found);
}

void back_up(writer& source, const fs::path& target, const std::atomic<bool>* is_cancelled) {
    if (fs::exists(target))
        throw sql::failure("backup " + target.string() + ": the file exists");
    part_file part(target);
    source.run_between_groups(std::make_unique<copying>(part.path()));
    verify_copy(part.path(), is_cancelled);
    part.publish();
}

}  // namespace scimd::store

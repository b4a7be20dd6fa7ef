// The limit that writes are measured against: SQLite alone, WAL with synchronous=FULL, doing the inserts that
// a created user costs (its document, and its event) one and 32 to a commit.
//
//   bare_sqlite <folder> [seconds of each]      prints {"rows_per_second_1":…,"rows_per_second_32":…}
#include <sqlite3.h>

#include <chrono>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <iostream>
#include <stdexcept>
#include <string>

namespace {

constexpr std::size_t document_bytes = 900;
constexpr std::size_t event_bytes = 1800;

class database {
public:
    explicit database(const std::filesystem::path& file) {
        check(sqlite3_open(file.c_str(), &handle_));
        run("pragma journal_mode = wal");
        run("pragma synchronous = full");
        run("create table users (id integer primary key, name text not null unique, document text not null)");
        run("create table events (id integer primary key, body text not null)");
        check(sqlite3_prepare_v2(
                handle_, "insert into users values ($1, $2, $3)", -1, &insert_user_, nullptr));
        check(sqlite3_prepare_v2(handle_, "insert into events values ($1, $2)", -1, &insert_event_, nullptr));
    }
    ~database() {
        sqlite3_finalize(insert_user_);
        sqlite3_finalize(insert_event_);
        sqlite3_close(handle_);
    }
    database(const database&) = delete;
    database& operator=(const database&) = delete;

    void commit(std::int64_t first, int rows) {
        run("begin immediate");
        for (std::int64_t id = first; id < first + rows; ++id) {
            const auto name = "user" + std::to_string(id) + "@example.com";
            sqlite3_bind_int64(insert_user_, 1, id);
            sqlite3_bind_text(insert_user_, 2, name.data(), static_cast<int>(name.size()), SQLITE_TRANSIENT);
            sqlite3_bind_text(
                    insert_user_, 3, document_.data(), static_cast<int>(document_.size()), SQLITE_STATIC);
            step(insert_user_);
            sqlite3_bind_int64(insert_event_, 1, id);
            sqlite3_bind_text(
                    insert_event_, 2, event_.data(), static_cast<int>(event_.size()), SQLITE_STATIC);
            step(insert_event_);
        }
        run("commit");
    }

private:
    void check(int code) {
        if (code != SQLITE_OK)
            throw std::runtime_error(sqlite3_errmsg(handle_));
    }
    void run(const char* sql) { check(sqlite3_exec(handle_, sql, nullptr, nullptr, nullptr)); }
    void step(sqlite3_stmt* statement) {
        if (sqlite3_step(statement) != SQLITE_DONE)
            throw std::runtime_error(sqlite3_errmsg(handle_));
        check(sqlite3_reset(statement));
    }

    sqlite3* handle_ = nullptr;
    sqlite3_stmt* insert_user_ = nullptr;
    sqlite3_stmt* insert_event_ = nullptr;
    std::string document_ = std::string(document_bytes, 'd');
    std::string event_ = std::string(event_bytes, 'e');
};

double rows_per_second(
        const std::filesystem::path& folder, int rows_per_commit, std::chrono::duration<double> length) {
    database store(folder / ("bare" + std::to_string(rows_per_commit) + ".db"));
    const auto start = std::chrono::steady_clock::now();
    std::int64_t done = 0;
    std::chrono::duration<double> elapsed{};
    while (elapsed < length) {
        store.commit(done + 1, rows_per_commit);
        done += rows_per_commit;
        elapsed = std::chrono::steady_clock::now() - start;
    }
    return static_cast<double>(done) / elapsed.count();
}

}  // namespace

int main(int argc, char** argv) {
    if (argc < 2) {
        std::cerr << "usage: bare_sqlite <folder> [seconds of each]\n";
        return EXIT_FAILURE;
    }
    const std::chrono::duration<double> length(argc > 2 ? std::atof(argv[2]) : 3.0);
    try {
        const auto single = rows_per_second(argv[1], 1, length);
        const auto grouped = rows_per_second(argv[1], 32, length);
        std::cout << "{\"rows_per_second_1\":" << static_cast<std::int64_t>(single)
                  << ",\"rows_per_second_32\":" << static_cast<std::int64_t>(grouped) << "}\n";
    } catch (const std::exception& failure) {
        std::cerr << "bare_sqlite: " << failure.what() << '\n';
        return EXIT_FAILURE;
    }
    return EXIT_SUCCESS;
}

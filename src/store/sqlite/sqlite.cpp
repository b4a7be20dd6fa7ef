#include "store/sqlite/sqlite.hpp"

#include "store/sqlite/statement_cache.hpp"

#include <sqlite3.h>

#include <algorithm>
#include <mutex>
#include <optional>
#include <utility>
#include <vector>

namespace scimd::store::sqlite {

namespace {

using steady = std::chrono::steady_clock;

constexpr std::chrono::milliseconds busy_timeout{5'000};
constexpr int machine_steps_between_checks = 4'000;
constexpr int undo_bytes_in_memory_max = 120 * 1024;  // written in one piece; SQLite supports up to 128 KiB

struct limit {
    int what;
    int most;
};
constexpr limit limits[] = {
        {SQLITE_LIMIT_LENGTH, 64 * 1024 * 1024},
        {SQLITE_LIMIT_SQL_LENGTH, 100'000},
        {SQLITE_LIMIT_COLUMN, 100},
        {SQLITE_LIMIT_EXPR_DEPTH, 200},
        {SQLITE_LIMIT_COMPOUND_SELECT, 50},
        {SQLITE_LIMIT_LIKE_PATTERN_LENGTH, 10'000},
        {SQLITE_LIMIT_VARIABLE_NUMBER, 4'096},
        {SQLITE_LIMIT_TRIGGER_DEPTH, 20},
        {SQLITE_LIMIT_ATTACHED, 0},
        {SQLITE_LIMIT_WORKER_THREADS, 0},
};

struct setting {
    std::string_view name;
    std::string_view value;
};

// Order matters: the busy timeout must precede the first statement that may meet a lock.
std::vector<setting> settings_of(role as) {
    const bool is_writer = as == role::writer;
    return {
            {"busy_timeout", "5000"},
            {"cell_size_check", "1"},
            {"trusted_schema", "0"},
            {"mmap_size", "0"},
            // Readers create no temporary files. The writer must not keep the undo log of statements in
            // memory: SQLite then walks through all of it after each statement, which takes seconds for a
            // hundred thousand members.
            {"temp_store", is_writer ? "1" : "2"},
            {"cache_size", is_writer ? "-8192" : "-2048"},  // KiB
            {"foreign_keys", "1"},
            {"journal_mode", "wal"},
            {"synchronous", "2"},  // FULL: in WAL mode, NORMAL loses acknowledged commits on a power failure
            {"wal_autocheckpoint", "0"},
            {"query_only", is_writer ? "0" : "1"},
    };
}

class current_row final : public sql::row {
public:
    explicit current_row(sqlite3_stmt* statement) : statement_(statement) {}

    // Bytes of the texts that have been read.
    [[nodiscard]] std::uint64_t bytes() const noexcept { return bytes_; }

    bool is_null(int column) const override { return sqlite3_column_type(statement_, column) == SQLITE_NULL; }
    std::int64_t integer(int column) const override { return sqlite3_column_int64(statement_, column); }
    std::string_view text(int column) const override {
        const auto* first = reinterpret_cast<const char*>(sqlite3_column_text(statement_, column));
        if (first == nullptr)
            return {};
        const auto size = static_cast<std::size_t>(sqlite3_column_bytes(statement_, column));
        bytes_ += size;
        return {first, size};
    }

private:
    sqlite3_stmt* statement_;
    mutable std::uint64_t bytes_ = 0;
};

// The rest of a budget. SQLite counts the steps of a statement: those of the running one are known at each
// row, and between rows at each progress callback.
class meter {
public:
    explicit meter(const sql::read_budget& most) : left_(most) {}

    [[nodiscard]] bool is_exceeded() const noexcept { return is_exceeded_; }

    void begin_step(sqlite3_stmt* statement) noexcept {
        calls_ = 0;
        steps_before_ = steps_of(statement);
    }
    void end_step(sqlite3_stmt* statement) noexcept {
        take(left_.steps, steps_of(statement) - steps_before_);
    }
    void take_bytes(std::uint64_t count) noexcept { take(left_.bytes, count); }

    // Called when the statement has run so many more steps without reaching a row.
    void record_steps(std::uint64_t count) noexcept {
        if (++calls_ * count > left_.steps)
            is_exceeded_ = true;
    }

private:
    static std::uint64_t steps_of(sqlite3_stmt* statement) noexcept {
        return static_cast<std::uint64_t>(sqlite3_stmt_status(statement, SQLITE_STMTSTATUS_VM_STEP, 0));
    }
    void take(std::uint64_t& from, std::uint64_t count) noexcept {
        is_exceeded_ = is_exceeded_ || count > from;
        from -= std::min(from, count);
    }

    sql::read_budget left_;
    std::uint64_t steps_before_ = 0;
    std::uint64_t calls_ = 0;
    bool is_exceeded_ = false;
};

// A statement taken from the cache, given back when the scope ends.
class borrowed_statement {
public:
    borrowed_statement(statement_cache& cache, sqlite3* database, const sql::statement& what)
            : cache_(cache), prepared_(cache.take(database, what.name, what.text)) {}
    ~borrowed_statement() { give_back(); }
    borrowed_statement(const borrowed_statement&) = delete;
    borrowed_statement& operator=(const borrowed_statement&) = delete;

    [[nodiscard]] const prepared& get() const noexcept { return *prepared_; }
    void give_back() noexcept {
        if (prepared_ != nullptr)
            cache_.give_back(std::exchange(prepared_, nullptr));
    }

private:
    statement_cache& cache_;
    prepared* prepared_;
};

int bind_one(sqlite3_stmt* statement, int place, const sql::parameter& value) {
    if (const auto* number = std::get_if<std::int64_t>(&value))
        return sqlite3_bind_int64(statement, place, *number);
    if (const auto* text = std::get_if<std::string_view>(&value)) {
        // A null pointer would bind NULL; an empty text is not null.
        const char* first = text->data() == nullptr ? "" : text->data();
        return sqlite3_bind_text64(statement, place, first, text->size(), SQLITE_STATIC, SQLITE_UTF8);
    }
    return sqlite3_bind_null(statement, place);
}

// Settings of SQLite for the whole process.
//
// The statement journal (the changed pages as they were before) goes to a file when it exceeds this size,
// which that of a user or a group never does. Where SQLite is already initialized, its own 64 KiB stay:
// slower, equally safe.
//
// Temporary files are beside the database: that disk is monitored, and works where /tmp is small or
// read-only. SQLite works without them when the folder is gone.
void prepare_process(const std::filesystem::path& folder) {
    static std::once_flag is_prepared;
    std::call_once(is_prepared, [&] {
        sqlite3_config(SQLITE_CONFIG_STMTJRNL_SPILL, undo_bytes_in_memory_max);
        if (!sqlite3_temp_directory)
            sqlite3_temp_directory = sqlite3_mprintf("%s", folder.c_str());
    });
}

}  // namespace

struct connection::state {
    sqlite3* database = nullptr;
    statement_cache cache{cached_statements_max};
    steady::time_point deadline = steady::time_point::max();
    const std::atomic<bool>* is_cancelled = nullptr;
    std::atomic<bool> is_given_up = false;
    std::optional<meter> budget;
    int wal_frames = 0;
    std::uint64_t commits = 0;

    state() = default;
    state(const state&) = delete;
    state& operator=(const state&) = delete;
    ~state() {
        cache.clear();
        sqlite3_close_v2(database);
    }

    void open(const std::filesystem::path& file, role as);
    void restrict();
    void apply(const setting& wanted);
    void bind(std::string_view name, const prepared& statement, std::span<const sql::parameter> parameters);

    [[nodiscard]] bool is_late() const {
        return deadline != steady::time_point::max() && steady::now() >= deadline;
    }
    [[nodiscard]] bool is_abandoned() const {
        return (is_cancelled && *is_cancelled) || is_given_up.load(std::memory_order_relaxed) || is_late();
    }
    [[nodiscard]] bool is_over_budget() const noexcept { return budget && budget->is_exceeded(); }
    int step(sqlite3_stmt* statement);
    static int interrupt_when_spent(void* self);
    static int record_commit(void* self, sqlite3*, const char*, int frames);
};

void fail(std::string_view doing, sqlite3* handle, int code) {
    const std::string message = std::string(doing) + ": " + sqlite3_errstr(code) + " (" +
                                (handle == nullptr ? "" : sqlite3_errmsg(handle)) + ", " +
                                std::to_string(code) + ")";
    using kind = storage_failure::kind;
    switch (code & 0xff) {
        case SQLITE_BUSY:
        case SQLITE_LOCKED:
        case SQLITE_PROTOCOL:
            throw sql::busy(message);
        case SQLITE_INTERRUPT:
            throw sql::busy(std::string(doing) +
                            ": its deadline passed, its snapshot held up the write-ahead log, or the service "
                            "is stopping");
        case SQLITE_FULL:
            throw storage_failure(message, kind::full);
        case SQLITE_IOERR:
            throw storage_failure(message, kind::io);
        case SQLITE_CORRUPT:
        case SQLITE_NOTADB:
            throw storage_failure(message, kind::damaged);
        default:
            throw sql::failure(message);
    }
}

void connection::state::open(const std::filesystem::path& file, role as) {
    if (sqlite3_threadsafe() == 0)
        throw sql::failure("this SQLite was built without threads");
    prepare_process(std::filesystem::absolute(file).parent_path());
    const int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE |
                      (as == role::writer ? SQLITE_OPEN_CREATE : 0);
    const int code = sqlite3_open_v2(file.c_str(), &database, flags, nullptr);
    if (code != SQLITE_OK)
        fail("open " + file.string(), database, code);
    restrict();
    for (const setting& wanted : settings_of(as))
        apply(wanted);
    sqlite3_wal_hook(database, &record_commit, this);
    sqlite3_progress_handler(database, machine_steps_between_checks, &interrupt_when_spent, this);
}

void connection::state::restrict() {
    struct switch_position {
        int what;
        int wanted;
    };
    constexpr switch_position switches[] = {
            {SQLITE_DBCONFIG_DEFENSIVE, 1},
            {SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0},
            {SQLITE_DBCONFIG_ENABLE_LOAD_EXTENSION, 0},
            {SQLITE_DBCONFIG_DQS_DML, 0},
            {SQLITE_DBCONFIG_DQS_DDL, 0},
            // Only the writer checkpoints, when it chooses to.
            {SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1},
    };
    for (const auto& [what, wanted] : switches) {
        int position = -1;
        const int code = sqlite3_db_config(database, what, wanted, &position);
        if (code != SQLITE_OK || position != wanted)
            throw sql::failure("SQLite does not take configuration " + std::to_string(what));
    }
    for (const auto& [what, most] : limits)
        sqlite3_limit(database, what, most);
}

// Sets a pragma and reads it back: SQLite silently ignores what it cannot do.
void connection::state::apply(const setting& wanted) {
    const std::string name(wanted.name);
    const auto ask = [&](const std::string& text) {
        const std::unique_ptr<sqlite3_stmt, finalizer> statement([&] {
            sqlite3_stmt* made = nullptr;
            if (const int code = sqlite3_prepare_v2(database, text.c_str(), -1, &made, nullptr))
                fail(text, database, code);
            return made;
        }());
        const int code = sqlite3_step(statement.get());
        if (code != SQLITE_ROW && code != SQLITE_DONE)
            fail(text, database, code);
        return code == SQLITE_ROW ? std::string(current_row(statement.get()).text(0)) : std::string();
    };
    ask("pragma " + name + " = " + std::string(wanted.value));
    const std::string found = ask("pragma " + name);
    if (found != wanted.value)
        throw sql::failure(name + " is \"" + found + "\" and has to be " + std::string(wanted.value));
}

void connection::state::bind(
        std::string_view name, const prepared& statement, std::span<const sql::parameter> parameters) {
    int place = 0;
    for (const std::size_t parameter : statement.places) {
        if (parameter >= parameters.size())
            throw sql::failure(
                    std::string(name) + ": parameter $" + std::to_string(parameter + 1) + " is missing");
        const int code = bind_one(statement.handle.get(), ++place, parameters[parameter]);
        if (code != SQLITE_OK)
            fail(name, database, code);
    }
}

int connection::state::interrupt_when_spent(void* self) {
    auto& mine = *static_cast<state*>(self);
    if (mine.budget)
        mine.budget->record_steps(machine_steps_between_checks);
    return mine.is_abandoned() || mine.is_over_budget() ? 1 : 0;
}

int connection::state::step(sqlite3_stmt* statement) {
    if (!budget)
        return sqlite3_step(statement);
    budget->begin_step(statement);
    const int code = sqlite3_step(statement);
    budget->end_step(statement);
    return code;
}

int connection::state::record_commit(void* self, sqlite3*, const char*, int frames) {
    auto& mine = *static_cast<state*>(self);
    mine.wal_frames = frames;
    ++mine.commits;
    return SQLITE_OK;
}

connection::connection(const std::filesystem::path& file, role as) : state_(std::make_unique<state>()) {
    state_->open(file, as);
}

connection::~connection() = default;

std::int64_t connection::run(const sql::statement& what, std::span<const sql::parameter> parameters,
        const sql::row_handler& each) {
    // The progress handler never sees many short statements.
    if (state_->is_abandoned())
        fail(what.name, state_->database, SQLITE_INTERRUPT);
    sqlite3* database = state_->database;
    borrowed_statement statement(state_->cache, database, what);
    sqlite3_stmt* handle = statement.get().handle.get();
    state_->bind(what.name, statement.get(), parameters);

    const sqlite3_int64 changed_before = sqlite3_total_changes64(database);
    const current_row current(handle);
    int code = SQLITE_ROW;
    while ((code = state_->step(handle)) == SQLITE_ROW && !state_->is_over_budget()) {
        const auto bytes_before = current.bytes();
        const bool goes_on = each(current);
        if (state_->budget)
            state_->budget->take_bytes(current.bytes() - bytes_before);
        if (!goes_on)
            break;
    }
    if (state_->is_over_budget())
        throw sql::over_budget(std::string(what.name) + ": it looked at more than its budget allows");
    if (code != SQLITE_ROW && code != SQLITE_DONE)
        fail(what.name, database, code);

    const bool is_readonly = sqlite3_stmt_readonly(handle) != 0;
    statement.give_back();  // a statement that ended early counts its changes when it is reset
    if (is_readonly || sqlite3_total_changes64(database) == changed_before)
        return 0;
    return sqlite3_changes64(database);
}

void connection::execute(std::string_view name, std::string_view script) {
    sqlite3* database = state_->database;
    const char* at = script.data();
    const char* const end = script.data() + script.size();
    while (at != end) {
        sqlite3_stmt* made = nullptr;
        const char* rest = end;
        int code = sqlite3_prepare_v2(database, at, static_cast<int>(end - at), &made, &rest);
        if (code != SQLITE_OK)
            fail(name, database, code);
        const std::unique_ptr<sqlite3_stmt, finalizer> statement(made);
        at = rest;
        if (made == nullptr)  // whitespace or a comment
            continue;
        do
            code = sqlite3_step(made);
        while (code == SQLITE_ROW);
        if (code != SQLITE_DONE)
            fail(name, database, code);
    }
}

bool connection::in_transaction() const noexcept {
    return sqlite3_get_autocommit(state_->database) == 0;
}

bool connection::owes_foreign_keys() const noexcept {
    int owed = 0;
    int unused = 0;
    sqlite3_db_status(state_->database, SQLITE_DBSTATUS_DEFERRED_FKS, &owed, &unused, 0);
    return owed != 0;
}

void connection::set_budget(std::optional<sql::read_budget> most) noexcept {
    state_->budget = most ? std::optional<meter>(*most) : std::nullopt;
}

void connection::set_deadline(steady::time_point when) noexcept {
    state_->deadline = when;
}

void connection::set_cancellation(const std::atomic<bool>* is_cancelled) noexcept {
    state_->is_cancelled = is_cancelled;
}

bool connection::set_given_up(bool is_given_up) noexcept {
    return state_->is_given_up.exchange(is_given_up, std::memory_order_relaxed);
}

int connection::wal_frames() const noexcept {
    return state_->wal_frames;
}

std::uint64_t connection::commits() const noexcept {
    return state_->commits;
}

connection::checkpoint_report connection::checkpoint(
        checkpoint_mode mode, std::chrono::milliseconds patience) {
    sqlite3* database = state_->database;
    const int how = mode == checkpoint_mode::truncate ? SQLITE_CHECKPOINT_TRUNCATE
                    : mode == checkpoint_mode::full   ? SQLITE_CHECKPOINT_FULL
                                                      : SQLITE_CHECKPOINT_PASSIVE;
    checkpoint_report report;
    sqlite3_busy_timeout(database, static_cast<int>(patience.count()));
    const int code =
            sqlite3_wal_checkpoint_v2(database, "main", how, &report.log_frames, &report.copied_frames);
    sqlite3_busy_timeout(database, static_cast<int>(busy_timeout.count()));
    if (code != SQLITE_OK && code != SQLITE_BUSY)
        fail("checkpoint", database, code);
    report.is_complete = code == SQLITE_OK && report.log_frames == report.copied_frames;
    if (report.is_complete && mode == checkpoint_mode::truncate)
        state_->wal_frames = 0;
    return report;
}

sqlite3* connection::handle() const noexcept {
    return state_->database;
}

}  // namespace scimd::store::sqlite

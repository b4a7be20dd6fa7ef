// The cache of prepared statements of one SQLite connection, by their text. One thread.
#pragma once

#include <cstddef>
#include <list>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

struct sqlite3;
struct sqlite3_stmt;

namespace scimd::store::sqlite {

struct finalizer {
    void operator()(sqlite3_stmt* statement) const noexcept;
};

struct prepared {
    std::string text;
    std::unique_ptr<sqlite3_stmt, finalizer> handle;
    // SQLite numbers $1, $2, … in the order of their appearance: the parameter index of each of its places.
    std::vector<std::size_t> places;
    bool is_running = false;
};

class statement_cache {
public:
    explicit statement_cache(std::size_t kept_max) : kept_max_(kept_max) {}

    // Lends a statement until give_back(). A text that is running already (a row handler runs its own
    // statement again) is prepared again and not cached.
    prepared* take(sqlite3* database, std::string_view name, std::string_view text);
    void give_back(prepared* statement) noexcept;

    void clear() noexcept;
    [[nodiscard]] std::size_t size() const noexcept { return by_text_.size(); }

private:
    using entries = std::list<prepared>;

    void drop_oldest_idle() noexcept;

    std::size_t kept_max_;
    entries kept_;  // most recently used first
    entries extra_;
    std::unordered_map<std::string_view, entries::iterator> by_text_;
};

}  // namespace scimd::store::sqlite

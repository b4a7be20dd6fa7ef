#include "store/sqlite/statement_cache.hpp"

#include "store/sqlite/sqlite.hpp"

#include <sqlite3.h>

#include <algorithm>
#include <charconv>
#include <iterator>

namespace scimd::store::sqlite {

namespace {

std::size_t parameter_of_place(sqlite3_stmt* statement, int place, std::string_view name) {
    const char* label = sqlite3_bind_parameter_name(statement, place);
    const std::string_view text = label == nullptr ? "" : label;
    std::size_t number = 0;
    if (text.starts_with('$'))
        std::from_chars(text.data() + 1, text.data() + text.size(), number);
    if (number == 0)
        throw sql::failure(std::string(name) + ": parameters are $1, $2, …");
    return number - 1;
}

prepared prepare(sqlite3* database, std::string_view name, std::string_view text) {
    sqlite3_stmt* handle = nullptr;
    const char* rest = nullptr;
    const int code = sqlite3_prepare_v3(
            database, text.data(), static_cast<int>(text.size()), SQLITE_PREPARE_PERSISTENT, &handle, &rest);
    prepared made{std::string(text), std::unique_ptr<sqlite3_stmt, finalizer>(handle), {}, true};
    if (code != SQLITE_OK)
        fail(name, database, code);
    if (handle == nullptr)
        throw sql::failure(std::string(name) + ": the statement is empty");
    const std::string_view tail(rest, static_cast<std::size_t>(text.data() + text.size() - rest));
    if (tail.find_first_not_of(" \t\n;") != std::string_view::npos)
        throw sql::failure(std::string(name) + ": more than one statement");
    const int places = sqlite3_bind_parameter_count(handle);
    for (int place = 1; place <= places; ++place)
        made.places.push_back(parameter_of_place(handle, place, name));
    return made;
}

}  // namespace

void finalizer::operator()(sqlite3_stmt* statement) const noexcept {
    sqlite3_finalize(statement);
}

prepared* statement_cache::take(sqlite3* database, std::string_view name, std::string_view text) {
    const auto found = by_text_.find(text);
    if (found == by_text_.end()) {
        kept_.push_front(prepare(database, name, text));
        by_text_.emplace(kept_.front().text, kept_.begin());
        if (by_text_.size() > kept_max_)
            drop_oldest_idle();
        return &kept_.front();
    }
    if (found->second->is_running) {
        extra_.push_front(prepare(database, name, text));
        return &extra_.front();
    }
    kept_.splice(kept_.begin(), kept_, found->second);
    kept_.front().is_running = true;
    return &kept_.front();
}

void statement_cache::give_back(prepared* statement) noexcept {
    sqlite3_reset(statement->handle.get());  // its result repeats the error that was reported already
    sqlite3_clear_bindings(statement->handle.get());
    statement->is_running = false;
    std::erase_if(extra_, [&](const prepared& one) { return &one == statement; });
}

void statement_cache::drop_oldest_idle() noexcept {
    const auto idle =
            std::find_if(kept_.rbegin(), kept_.rend(), [](const prepared& one) { return !one.is_running; });
    if (idle == kept_.rend())
        return;
    by_text_.erase(idle->text);
    kept_.erase(std::next(idle).base());
}

void statement_cache::clear() noexcept {
    by_text_.clear();
    kept_.clear();
    extra_.clear();
}

}  // namespace scimd::store::sqlite

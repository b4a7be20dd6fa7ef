// The interface between SQL statements and the database driver (SQLite).
//
// A connection is used by one thread at a time. A failure of the database is an exception (sql::failure and
// derived types); what a caller can cause never is: statements say `on conflict do nothing` and look at the
// number of changed rows. Helpers for queries are in query.hpp, the codec of columns in columns.hpp.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <limits>
#include <memory>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <type_traits>
#include <variant>

namespace scimd::store::sql {

// An SQL text with the parameters $1, $2, …; `name` labels errors. Both are borrowed for the call only.
struct statement {
    std::string_view name;
    std::string_view text;
};

constexpr std::int64_t integer_max = std::numeric_limits<std::int64_t>::max();  // of a column

// A parameter value, borrowed for the call. std::monostate is null.
using parameter = std::variant<std::monostate, std::int64_t, std::string_view>;

// The current row of a result; valid only inside the row handler.
class row {
public:
    virtual bool is_null(int column) const = 0;
    virtual std::int64_t integer(int column) const = 0;   // 0 for null
    virtual std::string_view text(int column) const = 0;  // empty for null; valid until the handler returns

protected:
    ~row() = default;
};

// A reference to a callable, which outlives the call. Returns void, or bool: false stops.
class row_handler {
public:
    row_handler() = default;
    template <class F>
        requires(!std::is_same_v<std::remove_cvref_t<F>, row_handler> && std::is_invocable_v<F&, const row&>)
    row_handler(F&& handle)  // NOLINT(google-explicit-constructor): a lambda is what callers write
            : object_(const_cast<void*>(static_cast<const void*>(std::addressof(handle)))),
              call_([](void* object, const row& current) {
                  return static_cast<bool>(
                          invoke(*static_cast<std::remove_reference_t<F>*>(object), current));
              }) {}

    // Whether to continue with the next row.
    bool operator()(const row& current) const { return call_ == nullptr || call_(object_, current); }

private:
    template <class F>
    static bool invoke(F& handle, const row& current) {
        if constexpr (std::is_void_v<std::invoke_result_t<F&, const row&>>) {
            handle(current);
            return true;
        } else {
            return handle(current);  // false stops
        }
    }

    void* object_ = nullptr;
    bool (*call_)(void*, const row&) = nullptr;
};

class connection {
public:
    virtual ~connection() = default;

    // Runs one statement until its end or until the handler returns false; returns the number of changed
    // rows. Prepared statements are cached by their text.
    virtual std::int64_t run(
            const statement& what, std::span<const parameter> parameters, const row_handler& each) = 0;

    std::int64_t run(const statement& what, std::initializer_list<parameter> parameters = {},
            const row_handler& each = {}) {
        return run(what, std::span(parameters.begin(), parameters.size()), each);
    }
};

// The budget of a read. Steps of SQLite's virtual machine also count the rows that it skips: about ten for
// each row. Bytes are those of the texts that the read gets.
struct read_budget {
    std::uint64_t steps;
    std::uint64_t bytes;
};

// The database failed: its message and the name of the statement. Never shown to a client.
struct failure : std::runtime_error {
    using std::runtime_error::runtime_error;
};

// The database is locked or a deadline has passed: the caller may retry later (503).
struct busy : failure {
    using failure::failure;
};

// A read has exceeded its budget: it must be repeated where it may take longer.
struct over_budget : failure {
    using failure::failure;
};

}  // namespace scimd::store::sql

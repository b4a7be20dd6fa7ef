// The seam between the statements, written once, and the drivers that run them (SQLite now).
//
// A connection is used by one thread at a time. What the database does wrong is an exception (sql::failure
// and what derives from it); what a caller can cause never comes as one: statements say `on conflict do
// nothing` and look at the number of changed rows.
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

// Parameters are $1, $2, …; `name` labels metrics and errors. Both must outlive the call only.
struct statement {
    std::string_view name;
    std::string_view text;
};

constexpr std::int64_t integer_max = std::numeric_limits<std::int64_t>::max();  // of a column

// Borrowed for the call. null is std::monostate.
using parameter = std::variant<std::monostate, std::int64_t, std::string_view>;

// The current row of a result; valid inside the row handler only.
class row {
public:
    virtual bool is_null(int column) const = 0;
    virtual std::int64_t integer(int column) const = 0;   // 0 for null
    virtual std::string_view text(int column) const = 0;  // empty for null; valid until the handler returns

protected:
    ~row() = default;
};

// A reference to a callable that outlives the call.
class row_handler {
public:
    row_handler() = default;
    template <class F>
        requires(!std::is_same_v<std::remove_cvref_t<F>, row_handler> && std::is_invocable_v<F&, const row&>)
    row_handler(F&& handle)  // NOLINT(google-explicit-constructor): a lambda is what callers write
        : object_(const_cast<void*>(static_cast<const void*>(std::addressof(handle)))),
          call_([](void* object, const row& current) {
              return static_cast<bool>(invoke(*static_cast<std::remove_reference_t<F>*>(object), current));
          })
    {
    }

    // Whether to go on to the next row.
    bool operator()(const row& current) const { return call_ == nullptr || call_(object_, current); }

private:
    template <class F>
    static bool invoke(F& handle, const row& current)
    {
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

    // Runs one statement to its end or until the handler returns false; returns the number of rows it
    // changed. Prepared statements are cached by text.
    virtual std::int64_t run(
        const statement& what, std::span<const parameter> parameters, const row_handler& each
    ) = 0;

    std::int64_t run(
        const statement& what, std::initializer_list<parameter> parameters = {}, const row_handler& each = {}
    )
    {
        return run(what, std::span(parameters.begin(), parameters.size()), each);
    }
};

// What a read may look at. Steps of SQLite's virtual machine count the rows that it passes over, too: some
// ten a row. Bytes are those of the texts that the read is handed.
struct read_budget {
    std::uint64_t steps;
    std::uint64_t bytes;
};

// The database failed: its message, and the statement's name. Never shown to a client.
struct failure : std::runtime_error {
    using std::runtime_error::runtime_error;
};

// Someone else holds it, or a deadline passed: worth another try later (503).
struct busy : failure {
    using failure::failure;
};

// A read has looked at more than its budget: to be done again where it may take longer.
struct over_budget : failure {
    using failure::failure;
};

}  // namespace scimd::store::sql

// Query helpers: run a statement and return its rows as values.
//
//     sql::one(tx, find_client, {id.value}, read_client)    std::optional<client>: the only row
//     sql::one<directory_id>(tx, find_directory, {name})    its first column
//     sql::all(tx, list_clients, {after.value, limit}, read_client)    std::vector<client>
//     sql::value(tx, count_clients)                         the first column, 0 without a row
//     sql::exists(tx, find_member, {group.value})           whether there is a row
//
// A reader turns the current row into a value. A query that must stop early, or that accumulates while it
// reads, calls connection::run with its own row handler. All functions throw the exceptions of
// connection::run.
#pragma once

#include "store/engine/columns.hpp"
#include "store/engine/sql.hpp"
#include "store/engine/transaction.hpp"

#include <cstdint>
#include <initializer_list>
#include <optional>
#include <span>
#include <type_traits>
#include <vector>

namespace scimd::store::sql {

template <class Read>
using read_result = std::remove_cvref_t<std::invoke_result_t<const Read&, const row&>>;

// For statements that yield at most one row; of several, the last.
template <class Read>
std::optional<read_result<Read>> one(const transaction& tx, const statement& what,
        std::initializer_list<parameter> with, const Read& read) {
    std::optional<read_result<Read>> found;
    tx.sql().run(what, with, [&](const row& current) { found = read(current); });
    return found;
}

// The first column, see read_column. It must not be null; otherwise see value().
template <class T>
std::optional<T> one(
        const transaction& tx, const statement& what, std::initializer_list<parameter> with = {}) {
    return one(tx, what, with, [](const row& current) { return read_column<T>(current, 0); });
}

template <class Read>
std::vector<read_result<Read>> all(const transaction& tx, const statement& what,
        std::initializer_list<parameter> with, const Read& read) {
    std::vector<read_result<Read>> found;
    tx.sql().run(what, with, [&](const row& current) { found.push_back(read(current)); });
    return found;
}

// The first column of each row.
template <class T>
std::vector<T> all(const transaction& tx, const statement& what, std::initializer_list<parameter> with = {}) {
    return all(tx, what, with, [](const row& current) { return read_column<T>(current, 0); });
}

// The first column of the only row: T() when it is null or there is no row.
template <class T = std::int64_t>
T value(const transaction& tx, const statement& what, std::span<const parameter> with) {
    T found{};
    tx.sql().run(what, with, [&](const row& current) { found = read_column<T>(current, 0); });
    return found;
}
template <class T = std::int64_t>
T value(const transaction& tx, const statement& what, std::initializer_list<parameter> with = {}) {
    return value<T>(tx, what, std::span(with.begin(), with.size()));
}

// The first column of the only row: empty when it is null, as an aggregate of no rows is, or there is no row.
template <class T>
std::optional<T> optional_value(
        const transaction& tx, const statement& what, std::initializer_list<parameter> with = {}) {
    std::optional<T> found;
    tx.sql().run(what, with, [&](const row& current) { found = read_optional<T>(current, 0); });
    return found;
}

inline bool exists(const transaction& tx, const statement& what, std::initializer_list<parameter> with = {}) {
    bool is_found = false;
    tx.sql().run(what, with, [&](const row&) { is_found = true; });
    return is_found;
}

}  // namespace scimd::store::sql

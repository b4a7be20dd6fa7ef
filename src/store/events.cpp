#include "store/events.hpp"

#include "store/engine/query.hpp"

#include <stdexcept>

namespace scimd::store::events {

namespace {

// The row lock makes the order of numbers that of commits, without gaps; a database sequence would guarantee
// neither. (For `returning` SQLite builds a table, which costs more than a second statement.)
constexpr sql::statement take_sequence{
        "directories.take_sequence",
        "update directories set last_sequence = last_sequence + 1 where id = $1",
};

constexpr sql::statement find_sequence{
        "directories.last_sequence",
        "select last_sequence from directories where id = $1",
};

constexpr sql::statement insert_event{
        "events.append",
        "insert into events (directory_id, id, organization_id, sequence, type, body)"
        " values ($1, $2, $3, $4, $5, $6)",
};

// For webhook delivery and event sinks, which read all directories of the environment.
constexpr sql::statement list_events_of_environment{
        "events.list_after",
        "select id, organization_id, directory_id, sequence, type, body from events"
        " where id > $1 order by id limit $2",
};

constexpr sql::statement count_events_after{
        "events.count_after",
        "select count(*) from (select 1 from events where id > $1 order by id limit $2)",
};

constexpr sql::statement list_events_of_directory{
        "events.list_directory_after",
        "select id, organization_id, directory_id, sequence, type, body from events"
        " where directory_id = $1 and sequence > $2 order by sequence limit $3",
};

constexpr sql::statement select_position{
        "event_sinks.position",
        "select position from event_sinks where name = $1",
};

constexpr sql::statement upsert_position{
        "event_sinks.set_position",
        "insert into event_sinks (name, position) values ($1, $2)"
        " on conflict (name) do update set position = excluded.position",
};

// Ids and sequence numbers start at 1; 0 is stored as null.
sql::parameter unless_zero(std::int64_t number) {
    return number == 0 ? sql::parameter() : sql::parameter(number);
}

}  // namespace

event read_event(const sql::row& current) {
    return {
            .id = {current.integer(0)},
            .organization = {current.integer(1)},
            .directory = {current.integer(2)},
            .sequence = current.integer(3),
            .type = std::string(current.text(4)),
            .body = std::string(current.text(5)),
    };
}

std::int64_t next_sequence(transaction& tx, directory_id directory) {
    if (tx.sql().run(take_sequence, {directory.value}) == 0)
        throw std::logic_error("events.next_sequence: there is no such directory");
    return sql::value(tx, find_sequence, {directory.value});
}

void append(transaction& tx, const event& what) {
    tx.sql().run(insert_event,
            {unless_zero(what.directory.value), what.id.value, unless_zero(what.organization.value),
                    unless_zero(what.sequence), what.type, what.body});
}

void list_after(
        transaction& tx, event_id after, std::int64_t limit, const std::function<bool(const event&)>& each) {
    tx.sql().run(list_events_of_environment, {after.value, limit},
            [&](const sql::row& current) { return each(read_event(current)); });
}

std::int64_t count_after(transaction& tx, event_id after, std::int64_t most) {
    return sql::value(tx, count_events_after, {after.value, most});
}

void list_directory_after(transaction& tx, directory_id directory, std::int64_t after_sequence,
        std::int64_t limit, const std::function<bool(const event&)>& each) {
    tx.sql().run(list_events_of_directory, {directory.value, after_sequence, limit},
            [&](const sql::row& current) { return each(read_event(current)); });
}

std::optional<event_id> sink_position(transaction& tx, std::string_view sink) {
    return sql::one<event_id>(tx, select_position, {sink});
}

void set_sink_position(transaction& tx, std::string_view sink, event_id position) {
    tx.sql().run(upsert_position, {sink, position.value});
}

}  // namespace scimd::store::events

#include "store/events.hpp"

#include <stdexcept>

namespace scimd::store::events {

namespace {

// The row's lock makes the order of numbers the order of commits, without gaps; a sequence of the database
// would give neither.
constexpr sql::statement take_sequence{
    "directories.next_sequence",
    "update directories set last_sequence = last_sequence + 1 where id = $1 returning last_sequence",
};

constexpr sql::statement insert_event{
    "events.append",
    "insert into events (directory_id, id, organization_id, sequence, type, body)"
    " values ($1, $2, $3, $4, $5, $6)",
};

// For the deliverer alone, which serves every directory of the environment.
constexpr sql::statement list_events_of_environment{
    "events.list_after",
    "select id, organization_id, directory_id, sequence, type, body from events"
    " where id > $1 order by id limit $2",
};

constexpr sql::statement list_events_of_directory{
    "events.list_directory_after",
    "select id, organization_id, directory_id, sequence, type, body from events"
    " where directory_id = $1 and sequence > $2 order by sequence limit $3",
};

constexpr sql::statement upsert_refusal{
    "refusals.record",
    "insert into refusals (directory_id, subject, reason, domain, user_name, detail, count, first_at, "
    "last_at)"
    " values ($1, $2, $3, $4, $5, $6, 1, $7, $7)"
    " on conflict (directory_id, subject, reason, domain) do update set user_name = excluded.user_name,"
    " detail = excluded.detail, count = refusals.count + 1, last_at = excluded.last_at"
    " returning count",
};

constexpr sql::statement list_refusal_rows{
    "refusals.list",
    "select subject, reason, user_name, domain, detail, count, first_at, last_at from refusals"
    " where directory_id = $1 order by last_at desc, subject, reason, domain limit $2",
};

constexpr sql::statement delete_refusals{
    "refusals.forget",
    "delete from refusals where directory_id = $1 and subject = $2",
};

event read_event(const sql::row& current)
{
    return {
        .id = {current.integer(0)},
        .organization = {current.integer(1)},
        .directory = {current.integer(2)},
        .sequence = current.integer(3),
        .type = std::string(current.text(4)),
        .body = std::string(current.text(5)),
    };
}

refusal read_refusal(const sql::row& current)
{
    return {
        .subject = std::string(current.text(0)),
        .reason = std::string(current.text(1)),
        .user_name = std::string(current.text(2)),
        .domain = std::string(current.text(3)),
        .detail = std::string(current.text(4)),
        .count = current.integer(5),
        .first_at = from_column(current.integer(6)),
        .last_at = from_column(current.integer(7)),
    };
}

}  // namespace

std::int64_t next_sequence(transaction& tx, directory_id directory)
{
    std::int64_t sequence = 0;
    tx.sql().run(take_sequence, {directory.value}, [&](const sql::row& current) {
        sequence = current.integer(0);
    });
    if (sequence == 0)
        throw std::logic_error("events.next_sequence: there is no such directory");
    return sequence;
}

void append(transaction& tx, const event& what)
{
    const auto directory =
        what.directory.value == 0 ? sql::parameter() : sql::parameter(what.directory.value);
    tx.sql().run(
        insert_event, {directory, what.id.value, what.organization.value, what.sequence, what.type, what.body}
    );
}

void list_after(
    transaction& tx, event_id after, std::int64_t limit, const std::function<bool(const event&)>& each
)
{
    tx.sql().run(list_events_of_environment, {after.value, limit}, [&](const sql::row& current) {
        return each(read_event(current));
    });
}

void list_directory_after(
    transaction& tx,
    directory_id directory,
    std::int64_t after_sequence,
    std::int64_t limit,
    const std::function<bool(const event&)>& each
)
{
    tx.sql().run(
        list_events_of_directory,
        {directory.value, after_sequence, limit},
        [&](const sql::row& current) { return each(read_event(current)); }
    );
}

bool record_refusal(transaction& tx, directory_id directory, const refusal& what)
{
    std::int64_t count = 0;
    tx.sql().run(
        upsert_refusal,
        {directory.value,
         what.subject,
         what.reason,
         what.domain,
         what.user_name,
         what.detail,
         to_column(tx.now())},
        [&](const sql::row& current) { count = current.integer(0); }
    );
    return count == 1;
}

void list_refusals(
    transaction& tx,
    directory_id directory,
    std::int64_t limit,
    const std::function<bool(const refusal&)>& each
)
{
    tx.sql().run(list_refusal_rows, {directory.value, limit}, [&](const sql::row& current) {
        return each(read_refusal(current));
    });
}

void forget_refusals(transaction& tx, directory_id directory, std::string_view subject)
{
    tx.sql().run(delete_refusals, {directory.value, subject});
}

}  // namespace scimd::store::events

#include "store/webhook_deliveries.hpp"

#include "store/engine/query.hpp"

namespace scimd::store::webhooks {

namespace {

constexpr sql::statement put_queue_row{
        "webhook_directory_queues.put",
        "insert into webhook_directory_queues (endpoint_id, directory_id, event_id, sequence, head_id, "
        "attempts,"
        " due_at, last_error) values ($1, $2, $3, $4, $5, $6, $7, $8) on conflict (endpoint_id, "
        "directory_id) do"
        " update set event_id = excluded.event_id, sequence = excluded.sequence, head_id = excluded.head_id,"
        " attempts = excluded.attempts, due_at = excluded.due_at, last_error = excluded.last_error",
};
constexpr sql::statement delete_queue_row{
        "webhook_directory_queues.remove",
        "delete from webhook_directory_queues where endpoint_id = $1 and directory_id = $2",
};
constexpr sql::statement list_queue_rows{
        "webhook_directory_queues.list",
        "select directory_id, event_id, sequence, head_id, attempts, due_at, last_error from"
        " webhook_directory_queues where endpoint_id = $1 order by directory_id limit $2",
};
constexpr sql::statement hurry_queue_rows{
        "webhook_directory_queues.hurry",
        "update webhook_directory_queues set due_at = $4 where endpoint_id = $1 and head_id between $2 and $3"
        " and due_at > $4",
};
constexpr sql::statement list_other_events{
        "events.list_outside_directories_after",
        "select id, organization_id, directory_id, sequence, type, body from events"
        " where directory_id is null and id > $1 order by id limit $2",
};

// One look-up for each endpoint, and their number is limited.
constexpr sql::statement find_old_dead{
        "webhook_deliveries.find_old_dead",
        "select 1 from webhook_endpoints e join webhook_deliveries d on d.endpoint_id = e.id"
        " where d.state = 'dead' and d.due_at = 0 and d.event_id < $1 limit 1",
};
constexpr sql::statement prune_dead_rows{
        "webhook_deliveries.prune_dead",
        "delete from webhook_deliveries where (endpoint_id, event_id) in (select d.endpoint_id, d.event_id"
        " from webhook_endpoints e join webhook_deliveries d on d.endpoint_id = e.id"
        " where d.state = 'dead' and d.due_at = 0 and d.event_id < $1 limit $2)",
};

constexpr sql::statement put_delivery_row{
        "webhook_deliveries.put",
        "insert into webhook_deliveries (endpoint_id, event_id, state, attempts, due_at, failed_at, "
        "last_error,"
        " test_body) values ($1, $2, $3, $4, $5, $6, $7, $8)"
        " on conflict (endpoint_id, event_id) do update set state = excluded.state,"
        " attempts = excluded.attempts, due_at = excluded.due_at, failed_at = excluded.failed_at,"
        " last_error = excluded.last_error, test_body = excluded.test_body",
};
constexpr sql::statement delete_delivery_row{
        "webhook_deliveries.remove",
        "delete from webhook_deliveries where endpoint_id = $1 and event_id = $2",
};
constexpr sql::statement find_delivery_row{
        "webhook_deliveries.find",
        "select event_id, state, attempts, due_at, failed_at, last_error, test_body from webhook_deliveries"
        " where endpoint_id = $1 and event_id = $2",
};
constexpr sql::statement list_waiting_rows{
        "webhook_deliveries.list_waiting",
        "select event_id, state, attempts, due_at, failed_at, last_error, test_body from webhook_deliveries"
        " where endpoint_id = $1 and state = 'waiting' order by due_at, event_id limit $2",
};
// Dead letters have due_at 0, so that the index has them in the order of events.
constexpr sql::statement list_dead_rows{
        "webhook_deliveries.list_dead",
        "select event_id, state, attempts, due_at, failed_at, last_error, test_body from webhook_deliveries"
        " where endpoint_id = $1 and state = 'dead' and due_at = 0 and event_id > $2 order by event_id limit "
        "$3",
};
constexpr sql::statement count_delivery_rows{
        "webhook_deliveries.count",
        "select count(*) from (select 1 from webhook_deliveries where endpoint_id = $1 and state = $2 limit "
        "$3)",
};
constexpr sql::statement revive_rows{
        "webhook_deliveries.revive",
        "update webhook_deliveries set attempts = case state when 'dead' then 0 else attempts end,"
        " state = 'waiting', due_at = $4 where endpoint_id = $1 and event_id in ("
        " select event_id from webhook_deliveries where endpoint_id = $1 and event_id between $2 and $3"
        " and due_at <> $4 and (state = 'dead' or due_at > $4) order by event_id limit $5)",
};

constexpr sql::statement find_event_row{
        "events.find",
        "select id, organization_id, directory_id, sequence, type, body from events where id = $1",
};
constexpr sql::statement next_event_row{"events.next", "select min(id) from events where id > $1"};

constexpr sql::statement oldest_needed_row{
        "webhooks.oldest_needed",
        "select min(needed) from (select e.position + 1 as needed from webhook_endpoints e where"
        " e.disabled_reason is null union all select l.event_id + 1 from webhook_endpoints e join"
        " webhook_directory_queues l on l.endpoint_id = e.id where e.disabled_reason is null union all select"
        " d.event_id from webhook_endpoints e join webhook_deliveries d on d.endpoint_id = e.id where"
        " e.disabled_reason is null and d.state = 'waiting' and d.test_body is null)",
};

constexpr sql::statement insert_attempt{
        "webhook_attempts.insert",
        "insert into webhook_attempts (id, endpoint_id, event_id, number, started_at, status, milliseconds,"
        " error, response) values ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
};
constexpr sql::statement list_attempt_rows{
        "webhook_attempts.list",
        "select id, event_id, number, started_at, status, milliseconds, error, response from webhook_attempts"
        " where endpoint_id = $1 and id < $2 order by id desc limit $3",
};
constexpr sql::statement list_attempt_rows_of_event{
        "webhook_attempts.list_of_event",
        "select id, event_id, number, started_at, status, milliseconds, error, response from webhook_attempts"
        " where endpoint_id = $1 and event_id = $2 and id < $3 order by id desc limit $4",
};
// Ids grow with time, so the oldest attempts come first.
constexpr sql::statement prune_rows{
        "webhook_attempts.prune",
        "delete from webhook_attempts where id in"
        " (select id from webhook_attempts where id < $1 order by id limit $2)",
};

constexpr sql::statement oldest_attempt{
        "webhook_attempts.oldest",
        "select 1 from webhook_attempts where id < $1 limit 1",
};

std::string_view to_text(delivery_state state) {
    return state == delivery_state::waiting ? "waiting" : "dead";
}

delivery read_delivery(const sql::row& current) {
    return {
            .event = {current.integer(0)},
            .state = current.text(1) == "waiting" ? delivery_state::waiting : delivery_state::dead,
            .attempts = static_cast<int>(current.integer(2)),
            .due = from_column(current.integer(3)),
            .failed_at = read_optional<time_point>(current, 4),
            .last_error = std::string(current.text(5)),
            .test_body = read_optional<std::string>(current, 6),
    };
}

attempt read_attempt(const sql::row& current) {
    return {
            .id = {current.integer(0)},
            .event = {current.integer(1)},
            .number = static_cast<int>(current.integer(2)),
            .started = from_column(current.integer(3)),
            .status = read_optional<int>(current, 4),
            .milliseconds = current.integer(5),
            .error = std::string(current.text(6)),
            .response = std::string(current.text(7)),
    };
}

}  // namespace

void put_directory_queue(transaction& tx, webhook_id owner, const directory_queue& what) {
    tx.sql().run(
            put_queue_row, {owner.value, what.directory.value, what.settled.value, what.settled_sequence,
                                   what.head.value, what.attempts, to_column(what.due), what.last_error});
}

void remove_directory_queue(transaction& tx, webhook_id owner, directory_id directory) {
    tx.sql().run(delete_queue_row, {owner.value, directory.value});
}

std::vector<directory_queue> list_directory_queues(transaction& tx, webhook_id owner, std::int64_t limit) {
    return sql::all(tx, list_queue_rows, {owner.value, limit}, [](const sql::row& current) {
        return directory_queue{
                .directory = {current.integer(0)},
                .settled = {current.integer(1)},
                .settled_sequence = current.integer(2),
                .head = {current.integer(3)},
                .attempts = static_cast<int>(current.integer(4)),
                .due = from_column(current.integer(5)),
                .last_error = std::string(current.text(6)),
        };
    });
}

std::int64_t make_directory_queues_due(transaction& tx, webhook_id owner, const event_span& of) {
    return tx.sql().run(hurry_queue_rows, {owner.value, of.first.value, of.last.value, to_column(tx.now())});
}

void list_queued_events(transaction& tx, const directory_queue& of, std::int64_t limit,
        const std::function<bool(const events::event&)>& each) {
    if (of.directory.value != 0) {
        events::list_directory_after(tx, of.directory, of.settled_sequence, limit, each);
        return;
    }
    tx.sql().run(list_other_events, {of.settled.value, limit},
            [&](const sql::row& current) { return each(events::read_event(current)); });
}

void put_delivery(transaction& tx, webhook_id owner, const delivery& what) {
    const bool is_dead = what.state == delivery_state::dead;
    tx.sql().run(put_delivery_row, {owner.value, what.event.value, to_text(what.state), what.attempts,
                                           is_dead ? 0 : to_column(what.due), nullable(what.failed_at),
                                           what.last_error, nullable(what.test_body)});
}

bool remove_delivery(transaction& tx, webhook_id owner, event_id event) {
    return tx.sql().run(delete_delivery_row, {owner.value, event.value}) > 0;
}

std::optional<delivery> find_delivery(transaction& tx, webhook_id owner, event_id event) {
    return sql::one(tx, find_delivery_row, {owner.value, event.value}, read_delivery);
}

std::vector<delivery> list_waiting(transaction& tx, webhook_id owner, std::int64_t limit) {
    return sql::all(tx, list_waiting_rows, {owner.value, limit}, read_delivery);
}

std::vector<delivery> list_dead(transaction& tx, webhook_id owner, event_id after, std::int64_t limit) {
    return sql::all(tx, list_dead_rows, {owner.value, after.value, limit}, read_delivery);
}

std::int64_t count_deliveries(transaction& tx, webhook_id owner, delivery_state state, std::int64_t most) {
    return sql::value(tx, count_delivery_rows, {owner.value, to_text(state), most});
}

std::int64_t retry_deliveries(transaction& tx, webhook_id owner, const event_span& of, std::int64_t most) {
    return tx.sql().run(revive_rows, {owner.value, of.first.value, of.last.value, to_column(tx.now()), most});
}

std::optional<events::event> find_event(transaction& tx, event_id id) {
    return sql::one(tx, find_event_row, {id.value}, events::read_event);
}

std::optional<event_id> next_event(transaction& tx, event_id after) {
    return sql::optional_value<event_id>(tx, next_event_row, {after.value});
}

std::optional<event_id> oldest_needed(transaction& tx) {
    return sql::optional_value<event_id>(tx, oldest_needed_row);
}

void append_attempt(transaction& tx, webhook_id owner, const attempt& what) {
    tx.sql().run(insert_attempt,
            {tx.next_id(), owner.value, what.event.value, what.number, to_column(what.started),
                    nullable(what.status), what.milliseconds, what.error, what.response});
}

std::vector<attempt> list_attempts(
        transaction& tx, webhook_id owner, event_id of, webhook_attempt_id before, std::int64_t limit) {
    const auto below = before.value > 0 ? before.value : sql::integer_max;
    if (of.value == 0)
        return sql::all(tx, list_attempt_rows, {owner.value, below, limit}, read_attempt);
    return sql::all(tx, list_attempt_rows_of_event, {owner.value, of.value, below, limit}, read_attempt);
}

bool has_attempts(transaction& tx, time_point before) {
    return sql::exists(tx, oldest_attempt, {first_id_at(before)});
}

std::int64_t prune_attempts(transaction& tx, time_point before, std::int64_t most) {
    return tx.sql().run(prune_rows, {first_id_at(before), most});
}

bool has_dead_letters(transaction& tx, time_point before) {
    return sql::exists(tx, find_old_dead, {first_id_at(before)});
}

std::int64_t prune_dead_letters(transaction& tx, time_point before, std::int64_t most) {
    return tx.sql().run(prune_dead_rows, {first_id_at(before), most});
}

}  // namespace scimd::store::webhooks

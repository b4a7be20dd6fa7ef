#include "store/event_log.hpp"

#include "store/engine/query.hpp"

#include <algorithm>
#include <string_view>

namespace scimd::store::event_log {
namespace {

constexpr sql::statement select_forward{
        "event_log.forward",
        "select id, organization_id, directory_id, sequence, type, body from events"
        " where id > $1 order by id limit $2",
};

constexpr sql::statement select_backward{
        "event_log.backward",
        "select id, organization_id, directory_id, sequence, type, body from events"
        " where id < $1 order by id desc limit $2",
};

constexpr sql::statement select_forward_of_directory{
        "event_log.forward_of_directory",
        "select id, organization_id, directory_id, sequence, type, body from events"
        " where directory_id = $3 and sequence > $1 order by sequence limit $2",
};

// Two subqueries: SQLite finds one end of an index at once, but scans for both in one query.
constexpr sql::statement select_sequences{
        "event_log.sequences",
        "select (select min(sequence) from events where directory_id = $1),"
        " (select max(sequence) from events where directory_id = $1)",
};

constexpr sql::statement select_id_of_sequence{
        "event_log.id_of_sequence",
        "select id from events where directory_id = $1 and sequence = $2",
};

constexpr sql::statement select_at_sequence{
        "event_log.at_sequence",
        "select id from events where directory_id = $1 and sequence <= $2 order by sequence desc limit 1",
};

// When the directory has no stored event, the number that its next event will have.
constexpr sql::statement select_first_sequence{
        "event_log.first_sequence",
        "select coalesce((select min(sequence) from events where directory_id = $1),"
        " (select last_sequence + 1 from directories where id = $1))",
};

constexpr sql::statement select_newest{"event_log.newest", "select max(id) from events"};
constexpr sql::statement select_newest_body{
        "event_log.newest_body",
        "select body from events order by id desc limit 1",
};
constexpr sql::statement select_oldest{"event_log.oldest", "select min(id) from events"};

constexpr sql::statement select_deleted{
        "event_log.deleted",
        "select max((select max(events_deleted_up_to) from environments),"
        " coalesce((select max(events_deleted_up_to) from directory_usage where events_deleted_up_to > 0), "
        "0))",
};

constexpr sql::statement select_deleted_of_organization{
        "event_log.deleted_of_organization",
        "select max((select max(events_deleted_up_to) from environments),"
        " coalesce((select max(events_deleted_up_to) from directory_usage"
        " where directory_id in (select id from directories where organization_id = $1)), 0))",
};

constexpr sql::statement select_deleted_of_directory{
        "event_log.deleted_of_directory",
        "select max((select max(events_deleted_up_to) from environments),"
        " coalesce((select events_deleted_up_to from directory_usage where directory_id = $1), 0))",
};

// Sequence numbers of a directory are dense and only the oldest are deleted, so that the first and last tell
// the count. Each directory is found by one look-up.
constexpr sql::statement select_total{
        "event_log.total",
        "with recursive each (id) as (select min(directory_id) from events union all"
        " select (select min(directory_id) from events where directory_id > each.id) from each"
        " where each.id is not null)"
        " select coalesce(sum((select max(sequence) from events where directory_id = each.id)"
        " - (select min(sequence) from events where directory_id = each.id) + 1), 0)"
        " + (select count(*) from events where directory_id is null) from each where each.id is not null",
};

constexpr sql::statement select_last_of_oldest{
        "event_log.last_of_oldest",
        "select max(id) from (select id from events where id <= $1 order by id limit $2)",
};

constexpr sql::statement select_oldest_bytes{
        "event_log.oldest_bytes",
        "select id, length(cast(body as blob)) from events order by id limit $1",
};

constexpr sql::statement select_oldest_of{
        "event_log.oldest_of",
        "select id from events where directory_id = $1 order by sequence limit 1",
};

constexpr sql::statement select_oldest_bytes_of{
        "event_log.oldest_bytes_of",
        "select sequence, id, length(cast(body as blob)) from events"
        " where directory_id = $1 order by sequence limit $2",
};

constexpr sql::statement delete_oldest{"event_log.delete_oldest", "delete from events where id <= $1"};

constexpr sql::statement delete_oldest_of_directory{
        "event_log.delete_oldest_of",
        "delete from events where directory_id = $1 and sequence <= $2",
};

constexpr sql::statement set_deleted_of_directory{
        "event_log.set_deleted_of",
        "update directory_usage set events_deleted_up_to = $2 where directory_id = $1",
};

constexpr sql::statement set_deleted{
        "event_log.set_deleted",
        "update environments set events_deleted_up_to = $1",
};

constexpr std::string_view directory_prefix = "organization.directory.";

bool is_of(const selection& wanted, const sql::row& current) {
    if (current.integer(0) < wanted.first.value || current.integer(0) > wanted.last.value)
        return false;
    if (wanted.organization.value != 0 && current.integer(1) != wanted.organization.value)
        return false;
    if (wanted.directory.value != 0 && current.integer(2) != wanted.directory.value)
        return false;
    return is_selected(wanted, current.text(4));
}

}  // namespace

bool is_selected(const selection& wanted, std::string_view type) {
    const auto fits = [type](const std::string& pattern) {
        return pattern.ends_with('*')
                       ? type.starts_with(std::string_view(pattern).substr(0, pattern.size() - 1))
                       : type == pattern;
    };
    if (wanted.origin != source::any &&
            (wanted.origin == source::directory) != type.starts_with(directory_prefix))
        return false;
    return wanted.types.empty() || std::ranges::any_of(wanted.types, fits);
}

reached read(transaction& tx, const selection& wanted, const span& range,
        const std::function<bool(const events::event&)>& each) {
    reached so_far{.position = range.from, .is_end = true};
    std::int64_t rows = 0;
    const auto look_at = [&](const sql::row& current) {
        if (rows == range.rows_max || (is_of(wanted, current) && !each(events::read_event(current)))) {
            so_far.is_end = false;
            return false;
        }
        ++rows;
        so_far.position = {current.integer(0)};
        return true;
    };
    const auto limit = range.rows_max + 1;
    if (range.way == direction::backward)
        tx.sql().run(select_backward, {range.from.value, limit}, look_at);
    else if (wanted.directory.value == 0)
        tx.sql().run(select_forward, {range.from.value, limit}, look_at);
    else
        tx.sql().run(select_forward_of_directory,
                {sequence_at(tx, wanted.directory, range.from), limit, wanted.directory.value}, look_at);
    return so_far;
}

std::int64_t count(transaction& tx, const selection& wanted, std::int64_t rows_max) {
    std::int64_t found = 0;
    tx.sql().run(select_backward, {wanted.last.value, rows_max}, [&](const sql::row& current) {
        found += is_of(wanted, current) ? 1 : 0;
        return current.integer(0) >= wanted.first.value;
    });
    return found;
}

// Binary search: sequence numbers are dense and grow with the ids.
std::int64_t sequence_at(transaction& tx, directory_id directory, event_id position) {
    std::int64_t low = 0;
    std::int64_t high = 0;
    tx.sql().run(select_sequences, {directory.value}, [&](const sql::row& current) {
        low = current.is_null(0) ? 0 : current.integer(0) - 1;
        high = current.integer(1);
    });
    while (low < high) {
        const auto middle = low + (high - low + 1) / 2;
        if (sql::value(tx, select_id_of_sequence, {directory.value, middle}) <= position.value)
            low = middle;
        else
            high = middle - 1;
    }
    return low;
}

std::optional<event_id> position_of(transaction& tx, directory_id directory, std::int64_t sequence) {
    if (sequence == 0)
        return event_id{};
    const auto found = sql::value<event_id>(tx, select_at_sequence, {directory.value, sequence});
    if (found.value == 0 && sql::value(tx, select_first_sequence, {directory.value}) > sequence + 1)
        return std::nullopt;
    return found;
}

event_id newest(transaction& tx) {
    return sql::value<event_id>(tx, select_newest);
}

std::optional<std::string> newest_body(transaction& tx) {
    return sql::one<std::string>(tx, select_newest_body);
}

event_id oldest(transaction& tx) {
    return sql::value<event_id>(tx, select_oldest);
}

event_id deleted_up_to(transaction& tx, const selection& wanted) {
    if (wanted.directory.value != 0)
        return sql::value<event_id>(tx, select_deleted_of_directory, {wanted.directory.value});
    if (wanted.organization.value != 0)
        return sql::value<event_id>(tx, select_deleted_of_organization, {wanted.organization.value});
    return sql::value<event_id>(tx, select_deleted);
}

std::int64_t total(transaction& tx) {
    return sql::value(tx, select_total);
}

event_id last_of_oldest(transaction& tx, std::int64_t count) {
    return sql::value<event_id>(tx, select_last_of_oldest, {sql::integer_max, count});
}

event_id last_of_oldest_bytes(transaction& tx, std::int64_t bytes, std::int64_t rows_max) {
    event_id last;
    tx.sql().run(select_oldest_bytes, {rows_max}, [&](const sql::row& current) {
        last.value = current.integer(0);
        bytes -= current.integer(1);
        return bytes > 0;
    });
    return last;
}

std::int64_t delete_up_to(transaction& tx, event_id position, std::int64_t rows_max) {
    const auto last = sql::value(tx, select_last_of_oldest, {position.value, rows_max});
    if (last == 0)
        return 0;
    tx.sql().run(set_deleted, {last});
    return tx.sql().run(delete_oldest, {last});
}

event_id oldest_of(transaction& tx, directory_id directory) {
    return sql::value<event_id>(tx, select_oldest_of, {directory.value});
}

std::int64_t delete_oldest_of(transaction& tx, directory_id directory, event_id position, std::int64_t bytes,
        std::int64_t rows_max) {
    std::int64_t sequence = 0;
    event_id last;
    tx.sql().run(select_oldest_bytes_of, {directory.value, rows_max}, [&](const sql::row& current) {
        if (bytes <= 0 || current.integer(1) > position.value)
            return false;
        sequence = current.integer(0);
        last.value = current.integer(1);
        bytes -= current.integer(2);
        return true;
    });
    if (last.value == 0)
        return 0;
    tx.sql().run(set_deleted_of_directory, {directory.value, last.value});
    return tx.sql().run(delete_oldest_of_directory, {directory.value, sequence});
}

}  // namespace scimd::store::event_log

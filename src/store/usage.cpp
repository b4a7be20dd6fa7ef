#include "store/usage.hpp"

#include "store/engine/query.hpp"

namespace scimd::store::usage {
namespace {

constexpr sql::statement find_usage{
        "directory_usage.find",
        "select coalesce((select total from resource_counts where directory_id = $1 and type = 'User'), 0),"
        " coalesce((select total from resource_counts where directory_id = $1 and type = 'Group'), 0),"
        " coalesce((select sum(total) from resource_counts where directory_id = $1"
        " and type not in ('User', 'Group')), 0),"
        " u.memberships, u.document_bytes, u.event_bytes, u.users_max, u.groups_max, u.resources_max,"
        " u.memberships_max, u.document_bytes_max, u.event_bytes_max, u.events_per_second_max, "
        "d.last_sequence"
        " from directory_usage u join directories d on d.id = u.directory_id where u.directory_id = $1",
};

constexpr sql::statement find_without_counts_row{
        "directory_usage.find_without_counts",
        "select 0, 0, 0,"
        " u.memberships, u.document_bytes, u.event_bytes, u.users_max, u.groups_max, u.resources_max,"
        " u.memberships_max, u.document_bytes_max, u.event_bytes_max, u.events_per_second_max, "
        "d.last_sequence"
        " from directory_usage u join directories d on d.id = u.directory_id where u.directory_id = $1",
};

constexpr sql::statement count_of_other_types{
        "resource_counts.of_other_types",
        "select coalesce(sum(total), 0) from resource_counts"
        " where directory_id = $1 and type not in ('User', 'Group')",
};

constexpr sql::statement select_contents{
        "directory_usage.contents",
        "select memberships, document_bytes from directory_usage where directory_id = $1",
};

constexpr sql::statement update_limits{
        "directory_usage.set_limits",
        "update directory_usage set users_max = $2, groups_max = $3, resources_max = $4, memberships_max = "
        "$5,"
        " document_bytes_max = $6, event_bytes_max = $7, events_per_second_max = $8 where directory_id = $1",
};

constexpr sql::statement select_event_bytes{
        "environments.event_bytes",
        "select coalesce(sum(event_bytes), 0) from environments",
};

// A limit of 0 means unlimited.
constexpr sql::statement find_event_surplus{
        "directory_usage.next_event_surplus",
        "select directory_id, event_bytes - coalesce(event_bytes_max, $1) from directory_usage"
        " where directory_id > $2 and coalesce(event_bytes_max, $1) > 0"
        " and event_bytes > coalesce(event_bytes_max, $1) order by directory_id limit 1",
};

constexpr sql::statement select_totals{
        "directory_usage.totals",
        "select coalesce((select sum(total) from resource_counts where type = 'User'), 0), coalesce((select"
        " sum(total) from resource_counts where type = 'Group'), 0), coalesce((select sum(total) from"
        " resource_counts where type not in ('User', 'Group')), 0), coalesce(sum(memberships), 0),"
        " coalesce(sum(document_bytes), 0), (select sum(event_bytes) from environments) from directory_usage",
};

directory_usage find_by(transaction& tx, const sql::statement& what, directory_id directory) {
    directory_usage found;
    tx.sql().run(what, {directory.value}, [&](const sql::row& current) {
        constexpr int counters = static_cast<int>(quota_count) - 1;
        for (int i = 0; i < counters; ++i)
            found.used[static_cast<std::size_t>(i)] = current.integer(i);
        for (int i = 0; i < static_cast<int>(quota_count); ++i)
            found.own[static_cast<std::size_t>(i)] = read_optional<std::int64_t>(current, counters + i);
        found.last_sequence = current.integer(counters + static_cast<int>(quota_count));
    });
    return found;
}

}  // namespace

directory_usage find(transaction& tx, directory_id directory) {
    return find_by(tx, find_usage, directory);
}

directory_usage find_without_counts(transaction& tx, directory_id directory) {
    return find_by(tx, find_without_counts_row, directory);
}

std::int64_t count_other_resources(transaction& tx, directory_id directory) {
    return sql::value(tx, count_of_other_types, {directory.value});
}

contents find_contents(transaction& tx, directory_id directory) {
    const auto found = sql::one(tx, select_contents, {directory.value},
            [](const sql::row& current) { return contents{current.integer(0), current.integer(1)}; });
    return found.value_or(contents());
}

void set_limits(transaction& tx, directory_id directory, const own_limits& limits) {
    const auto column = [&](quota of) {
        const auto& limit = limits[index_of(of)];
        return nullable(limit);
    };
    tx.sql().run(update_limits,
            {directory.value, column(quota::users), column(quota::groups), column(quota::resources),
                    column(quota::memberships), column(quota::document_bytes), column(quota::event_bytes),
                    column(quota::events_per_second)});
}

std::int64_t event_bytes(transaction& tx) {
    return sql::value(tx, select_event_bytes);
}

std::optional<event_surplus> next_event_surplus(
        transaction& tx, std::int64_t default_max, directory_id after) {
    return sql::one(tx, find_event_surplus, {default_max, after.value},
            [](const sql::row& current) { return event_surplus{{current.integer(0)}, current.integer(1)}; });
}

std::array<std::int64_t, quota_count> totals(transaction& tx) {
    std::array<std::int64_t, quota_count> sums{};
    tx.sql().run(select_totals, {}, [&](const sql::row& current) {
        for (std::size_t i = 0; i + 1 < quota_count; ++i)
            sums[i] = current.integer(static_cast<int>(i));
    });
    return sums;
}

}  // namespace scimd::store::usage

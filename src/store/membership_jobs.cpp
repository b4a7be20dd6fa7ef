#include "store/membership_jobs.hpp"

#include "store/engine/query.hpp"

#include <algorithm>
#include <utility>

namespace scimd::store::membership_jobs {
namespace {

struct kind_name {
    kind what;
    std::string_view name;
};
constexpr kind_name kinds[] = {{kind::change, "change"}, {kind::removal, "removal"}, {kind::gain, "gain"}};

constexpr sql::statement insert_membership_job{
        "membership_jobs.insert",
        "insert into membership_jobs (id, directory_id, resource_id, resource_type, kind, created_at, origin)"
        " values ($1, $2, $3, $4, $5, $6, $7)",
};

constexpr sql::statement insert_part{
        "membership_parts.insert",
        "insert into membership_parts (job_id, part, body) values ($1, $2, $3)",
};

constexpr sql::statement find_of_resource{
        "membership_jobs.of_resource",
        "select id, kind, directory_id, resource_id, resource_type, origin from membership_jobs"
        " where directory_id = $1 and resource_id = $2",
};

// A job that was created later than this was created before the clock was set back: it is taken, too.
constexpr std::chrono::hours ahead_max{1};

constexpr sql::statement find_next{
        "membership_jobs.next",
        "select j.id, j.kind, j.directory_id, j.resource_id, j.resource_type, j.origin from membership_jobs j"
        " join directories d on d.id = j.directory_id"
        " where (j.created_at < $1 or j.created_at > $2) and d.removed_at is null order by j.id limit 1",
};

constexpr sql::statement find_removal{
        "membership_jobs.has_removal",
        "select 1 from membership_jobs where directory_id = $1 and kind = 'removal' limit 1",
};

constexpr sql::statement find_first_part{
        "membership_parts.first",
        "select part, body from membership_parts where job_id = $1 order by part limit 1",
};

constexpr sql::statement delete_part{
        "membership_parts.remove",
        "delete from membership_parts where job_id = $1 and part = $2",
};

constexpr sql::statement delete_some_parts{
        "membership_parts.remove_some",
        "delete from membership_parts where job_id = $1 and part in"
        " (select part from membership_parts where job_id = $1 order by part limit $2)",
};

constexpr sql::statement count_of_parts{
        "membership_parts.count",
        "select count(*) from membership_parts where job_id = $1",
};

constexpr sql::statement find_abandoned{
        "membership_parts.abandoned",
        "select p.job_id from membership_parts p where p.job_id < $1"
        " and not exists (select 1 from membership_jobs j where j.id = p.job_id) order by p.job_id limit 1",
};

constexpr sql::statement delete_finished{
        "membership_jobs.finish",
        "delete from membership_jobs where id = $1"
        " and not exists (select 1 from membership_parts where job_id = $1)",
};

std::string_view name_of(kind what) {
    return std::ranges::find(kinds, what, &kind_name::what)->name;
}

kind kind_by(std::string_view name) {
    return std::ranges::find(kinds, name, &kind_name::name)->what;
}

job read_job(const sql::row& current) {
    return {
            .id = current.integer(0),
            .what = kind_by(current.text(1)),
            .directory = {current.integer(2)},
            .resource = {current.integer(3)},
            .type = std::string(current.text(4)),
            .origin = std::string(current.text(5)),
    };
}

}  // namespace

job insert(transaction& tx, job what, std::span<const std::string> parts) {
    if (what.id == 0)
        what.id = tx.next_id();
    tx.sql().run(insert_membership_job, {what.id, what.directory.value, what.resource.value, what.type,
                                                name_of(what.what), to_column(tx.now()), what.origin});
    insert_parts(tx, what.id, 0, parts);
    return what;
}

void insert_parts(transaction& tx, std::int64_t job, std::size_t before, std::span<const std::string> parts) {
    auto number = static_cast<std::int64_t>(before);
    for (const auto& body : parts)
        tx.sql().run(insert_part, {job, ++number, body});
}

std::size_t count_parts(transaction& tx, std::int64_t job) {
    return sql::value<std::size_t>(tx, count_of_parts, {job});
}

bool remove_parts(transaction& tx, std::int64_t job, std::size_t most) {
    return tx.sql().run(delete_some_parts, {job, static_cast<std::int64_t>(most)}) > 0;
}

std::optional<std::int64_t> next_abandoned(transaction& tx, time_point written_before) {
    return sql::one<std::int64_t>(tx, find_abandoned, {first_id_at(written_before)});
}

std::optional<job> of_resource(transaction& tx, directory_id directory, resource_id resource) {
    return sql::one(tx, find_of_resource, {directory.value, resource.value}, read_job);
}

std::optional<job> next(transaction& tx, time_point made_before) {
    return sql::one(tx, find_next, {to_column(made_before), to_column(made_before + ahead_max)}, read_job);
}

bool has_removal(transaction& tx, directory_id directory) {
    return sql::exists(tx, find_removal, {directory.value});
}

std::optional<part> first_part(transaction& tx, std::int64_t job) {
    return sql::one(tx, find_first_part, {job},
            [](const sql::row& current) { return part{current.integer(0), std::string(current.text(1))}; });
}

bool finish_part(transaction& tx, std::int64_t job, std::int64_t number) {
    tx.sql().run(delete_part, {job, number});
    return tx.sql().run(delete_finished, {job}) > 0;
}

}  // namespace scimd::store::membership_jobs

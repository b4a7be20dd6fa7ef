#include "store/audit.hpp"

#include "base/codec.hpp"
#include "base/crypto/digest.hpp"
#include "base/json/json.hpp"
#include "store/engine/query.hpp"

#include <algorithm>
#include <utility>

namespace scimd::store::audit {

namespace {

constexpr std::int64_t forgotten_at_a_time = 10;

constexpr sql::statement last_entry{
        "audit.last",
        "select number, digest from audit_log order by number desc limit 1",
};

constexpr sql::statement insert_entry{
        "audit.insert",
        "insert into audit_log (number, at, actor, organization_id, directory_id, entry, digest)"
        " values ($1, $2, $3, $4, $5, $6, $7)",
};

// Deletes only at the old end: a gap in the middle would break the chain.
constexpr sql::statement list_oldest{
        "audit.oldest",
        "select number, at from audit_log order by number limit $1",
};

constexpr sql::statement find_time{"audit.time", "select at from audit_log where number = $1"};

constexpr sql::statement forget_up_to{"audit.forget", "delete from audit_log where number <= $1"};

// One statement for each index. The statement filters by everything else row by row.
constexpr sql::statement list_all{
        "audit.list",
        "select number, at, actor, organization_id, directory_id, entry, digest from audit_log"
        " where number < $1"
        " order by number desc limit $2",
};

constexpr sql::statement list_of_actor{
        "audit.list_of_actor",
        "select number, at, actor, organization_id, directory_id, entry, digest from audit_log"
        " where actor = $3 and number < $1"
        " order by number desc limit $2",
};

constexpr sql::statement list_of_organization{
        "audit.list_of_organization",
        "select number, at, actor, organization_id, directory_id, entry, digest from audit_log"
        " where organization_id = $3 and number < $1 and ($4 is null or actor = $4)"
        " order by number desc limit $2",
};

constexpr sql::statement list_of_directory{
        "audit.list_of_directory",
        "select number, at, actor, organization_id, directory_id, entry, digest from audit_log"
        " where directory_id = $3 and number < $1 and ($4 is null or actor = $4)"
        " and ($5 is null or organization_id = $5)"
        " order by number desc limit $2",
};

constexpr sql::statement list_from_the_first{
        "audit.list_from_the_first",
        "select number, at, actor, organization_id, directory_id, entry, digest from audit_log order by "
        "number",
};

entry read_entry(const sql::row& current) {
    return {
            .number = current.integer(0),
            .at = from_column(current.integer(1)),
            .actor = std::string(current.text(2)),
            .organization = read_optional<organization_id>(current, 3),
            .directory = read_optional<directory_id>(current, 4),
            .body = std::string(current.text(5)),
            .digest = std::string(current.text(6)),
    };
}

std::string digest_of(std::string_view previous, const entry& what) {
    const json::array covered{previous, what.number, to_column(what.at), what.actor,
            what.organization ? what.organization->value : 0, what.directory ? what.directory->value : 0,
            what.body};
    return to_hex(sha256(to_text(json::value(covered))));
}

// Retention. The age is relative to the entry before the newest one, so that a wrong clock at a start does
// not delete everything at once. Each call deletes a few more entries than were added, so that a lowered
// limit is reached in time. The newest entry always stays, because the next one is chained to it.
void forget(transaction& tx, std::int64_t newest, const retention& keep) {
    const auto age_from =
            std::min(tx.now(), sql::one<time_point>(tx, find_time, {newest - 1}).value_or(tx.now()));
    std::int64_t last = 0;
    tx.sql().run(list_oldest, {forgotten_at_a_time}, [&](const sql::row& current) {
        const auto number = current.integer(0);
        const bool is_old = from_column(current.integer(1)) < age_from - keep.kept_for;
        const bool is_over = number <= newest - keep.entries_max;
        if (number == newest || !(is_old || is_over))
            return false;
        last = number;
        return true;
    });
    if (last > 0)
        tx.sql().run(forget_up_to, {last});
}

}  // namespace

void append(transaction& tx, const new_entry& added, const retention& keep) {
    entry made;
    std::string previous;
    tx.sql().run(last_entry, {}, [&](const sql::row& current) {
        made.number = current.integer(0);
        previous = current.text(1);
    });
    ++made.number;
    made.at = tx.now();
    made.actor = added.actor;
    made.organization = added.organization;
    made.directory = added.directory;
    made.body = added.body;
    made.digest = digest_of(previous, made);
    tx.sql().run(insert_entry,
            {made.number, to_column(made.at), std::string_view(made.actor), nullable(made.organization),
                    nullable(made.directory), std::string_view(made.body), std::string_view(made.digest)});
    forget(tx, made.number, keep);
}

std::vector<entry> list(transaction& tx, const query& wanted) {
    std::vector<entry> found;
    const auto add = [&](const sql::row& current) {
        auto read = read_entry(current);
        if (wanted.since && read.at < *wanted.since)
            return false;
        found.push_back(std::move(read));
        return true;
    };
    const auto actor = nullable(wanted.actor);
    if (wanted.directory) {
        const auto owner = nullable(wanted.organization);
        tx.sql().run(
                list_of_directory, {wanted.before, wanted.limit, wanted.directory->value, actor, owner}, add);
    } else if (wanted.organization) {
        tx.sql().run(
                list_of_organization, {wanted.before, wanted.limit, wanted.organization->value, actor}, add);
    } else if (wanted.actor) {
        tx.sql().run(list_of_actor, {wanted.before, wanted.limit, actor}, add);
    } else {
        tx.sql().run(list_all, {wanted.before, wanted.limit}, add);
    }
    return found;
}

// Cannot verify the oldest entry that is left: the entry before it has been deleted.
std::optional<std::int64_t> first_break(sql::connection& database) {
    std::optional<std::int64_t> broken;
    std::optional<entry> previous;
    database.run(list_from_the_first, {}, [&](const sql::row& current) {
        auto now = read_entry(current);
        const bool follows = !previous || (now.number == previous->number + 1 &&
                                                  now.digest == digest_of(previous->digest, now));
        if (!follows)
            broken = now.number;
        previous = std::move(now);
        return follows;
    });
    return broken;
}

}  // namespace scimd::store::audit

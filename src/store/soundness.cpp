#include "store/soundness.hpp"

namespace scimd::store {

namespace {

// Each yields one text a finding.
constexpr sql::statement invariants[] = {
    {
        "soundness.integrity",
        "select integrity_check from pragma_integrity_check(100) where integrity_check <> 'ok'",
    },
    {
        "soundness.foreign_keys",
        "select 'a row of ' || \"table\" || ' refers to a missing row of ' || parent"
        " from pragma_foreign_key_check",
    },
    {
        "soundness.sequences",
        "select 'directory ' || d.id || ': last sequence ' || d.last_sequence || ', but '"
        " || count(e.sequence) || ' events numbered up to ' || coalesce(max(e.sequence), 0)"
        " from directories d left join events e on e.directory_id = d.id"
        " group by d.id"
        " having count(distinct e.sequence) <> d.last_sequence"
        " or coalesce(max(e.sequence), 0) <> d.last_sequence",
    },
    {
        "soundness.resource_counts",
        "select 'directory ' || directory_id || ': ' || sum(counted) || ' resources of type ' || type"
        " || ', but ' || sum(kept) || ' by the kept count'"
        " from (select directory_id, type, total as kept, 0 as counted from resource_counts"
        " union all select directory_id, type, 0, count(*) from resources group by directory_id, type)"
        " group by directory_id, type having sum(kept) <> sum(counted)",
    },
    {
        "soundness.member_counts",
        "select 'group ' || group_id || ': ' || sum(counted) || ' members, but ' || sum(kept)"
        " || ' by the kept count'"
        " from (select directory_id, group_id, total as kept, 0 as counted from member_counts"
        " union all select directory_id, group_id, 0, count(*) from members group by directory_id, group_id)"
        " group by directory_id, group_id having sum(kept) <> sum(counted)",
    },
};

constexpr sql::statement first_damage{"soundness.first_damage", "pragma integrity_check(1)"};

}  // namespace

std::vector<std::string> unsound_things(sql::connection& database)
{
    std::vector<std::string> findings;
    for (const sql::statement& invariant : invariants)
        database.run(invariant, {}, [&](const sql::row& row) {
            findings.emplace_back(row.text(0));
            return findings.size() < findings_max;
        });
    return findings;
}

std::string damage(sql::connection& database)
{
    std::string found;
    database.run(first_damage, {}, [&](const sql::row& row) { found = row.text(0); });
    return found == "ok" ? std::string() : found;
}

}  // namespace scimd::store

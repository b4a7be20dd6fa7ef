#include "store/sqlite/integrity_check.hpp"

#include "store/audit.hpp"

namespace scimd::store {

namespace {

// Each query returns one text for each violation.
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
                " left join directory_usage u on u.directory_id = d.id, environments n"
                " group by d.id"
                " having count(distinct e.sequence) <> coalesce(max(e.sequence) - min(e.sequence) + 1, 0)"
                " or (max(e.sequence) <> d.last_sequence)"
                " or (n.events_deleted_up_to = 0 and u.events_deleted_up_to = 0"
                " and count(e.sequence) <> d.last_sequence)",
        },
        {
                "soundness.resource_counts",
                "select 'directory ' || directory_id || ': ' || sum(counted) || ' resources of type ' || type"
                " || ', but ' || sum(kept) || ' by the kept count'"
                " from (select directory_id, type, total as kept, 0 as counted from resource_counts"
                " union all select directory_id, type, 0, count(*) from resources group by directory_id, "
                "type)"
                " group by directory_id, type having sum(kept) <> sum(counted)",
        },
        {
                "soundness.member_counts",
                "select 'group ' || group_id || ': ' || sum(counted) || ' members, but ' || sum(kept)"
                " || ' by the kept count'"
                " from (select directory_id, group_id, total as kept, 0 as counted from member_counts"
                " union all select directory_id, group_id, 0, count(*) from members group by directory_id, "
                "group_id)"
                " group by directory_id, group_id having sum(kept) <> sum(counted)",
        },
        {
                "soundness.membership_counts",
                "select 'resource ' || member_id || ': in ' || sum(counted) || ' groups, but ' || sum(kept)"
                " || ' by the kept count'"
                " from (select directory_id, member_id, total as kept, 0 as counted from membership_counts"
                " union all select directory_id, member_id, 0, count(*) from members"
                " group by directory_id, member_id)"
                " group by directory_id, member_id having sum(kept) <> sum(counted)",
        },
        {
                "soundness.subgroups",
                "select 'group ' || c.group_id || ': ' || count(m.member_id) || ' groups in it, but ' || "
                "c.subgroups"
                " || ' by the kept count' from member_counts c left join members m"
                " on m.directory_id = c.directory_id and m.group_id = c.group_id and m.member_type = 'Group'"
                " group by c.directory_id, c.group_id having count(m.member_id) <> c.subgroups",
        },
        {
                "soundness.active_users",
                "select 'organization ' || o.id || ': ' || count(r.id) || ' seats taken, but ' || "
                "o.active_users"
                " || ' by the kept count' from organizations o left join directories d on d.organization_id "
                "= o.id"
                " left join resources r on r.directory_id = d.id and r.type = 'User' and coalesce(r.active, "
                "1) = 1"
                " and not exists (select 1 from held_users h where h.directory_id = d.id and h.user_id = "
                "r.id)"
                " group by o.id having count(r.id) <> o.active_users",
        },
        {
                "soundness.held_users",
                "select 'directory ' || d.id || ': ' || count(h.user_id) || ' held users, but ' || "
                "d.held_users"
                " || ' by the kept count' from directories d left join held_users h on h.directory_id = d.id"
                " group by d.id having count(h.user_id) <> d.held_users",
        },
        {
                "soundness.held_members",
                "select 'group ' || c.group_id || ': ' || count(h.user_id) || ' held members, but ' || c.held"
                " || ' by the kept count' from member_counts c left join members m"
                " on m.directory_id = c.directory_id and m.group_id = c.group_id left join held_users h"
                " on h.directory_id = m.directory_id and h.user_id = m.member_id"
                " group by c.directory_id, c.group_id having count(h.user_id) <> c.held",
        },
        {
                "soundness.usage",
                "select 'directory ' || directory_id || ': ' || counted || ' ' || of_what || ', but ' || "
                "kept || '"
                " by the kept count' from (select d.id as directory_id, 'memberships' as of_what,"
                " coalesce(u.memberships, -1) as kept, (select coalesce(sum(total), 0) from member_counts c "
                "where"
                " c.directory_id = d.id) as counted from directories d left join directory_usage u on "
                "u.directory_id"
                " = d.id union all select d.id, 'bytes of documents', coalesce(u.document_bytes, -1), (select"
                " coalesce(sum(length(cast(r.document as blob))), 0) from resources r where r.directory_id = "
                "d.id)"
                " from directories d left join directory_usage u on u.directory_id = d.id union all select "
                "d.id,"
                " 'bytes of events', coalesce(u.event_bytes, -1), (select coalesce(sum(length(cast(e.body as"
                " blob))), 0) from events e where e.directory_id = d.id) from directories d left join"
                " directory_usage u on u.directory_id = d.id) where kept <> counted",
        },
        {
                "soundness.event_bytes",
                "select 'the log of events: ' || counted || ' bytes, but ' || kept || ' by the kept count' "
                "from"
                " (select sum(event_bytes) as kept, (select coalesce(sum(length(cast(body as blob))), 0) "
                "from events)"
                " as counted from environments) where kept <> counted",
        },
};

constexpr sql::statement first_damage{"soundness.first_damage", "pragma integrity_check(1)"};

}  // namespace

std::vector<std::string> find_violations(sql::connection& database) {
    std::vector<std::string> findings;
    for (const sql::statement& invariant : invariants)
        database.run(invariant, {}, [&](const sql::row& row) {
            findings.emplace_back(row.text(0));
            return findings.size() < findings_max;
        });
    if (const auto broken = audit::first_break(database))
        findings.push_back(
                "audit entry " + std::to_string(*broken) + " does not follow from the one before it");
    return findings;
}

std::string damage(sql::connection& database) {
    std::string found;
    database.run(first_damage, {}, [&](const sql::row& row) { found = row.text(0); });
    return found == "ok" ? std::string() : found;
}

}  // namespace scimd::store

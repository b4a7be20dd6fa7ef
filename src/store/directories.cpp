#include "store/directories.hpp"

#include "store/directory_row.hpp"
#include "store/engine/query.hpp"

namespace scimd::store::directories {

namespace {

constexpr sql::statement update_name{
    "directories.rename",
    "update directories set name = $2, updated_at = $3 where id = $1",
};

constexpr sql::statement update_provider{
    "directories.set_provider",
    "update directories set provider = $2, updated_at = $3 where id = $1",
};

constexpr sql::statement find_status{
    "directories.status",
    "select coalesce(status, '') from directories where id = $1",
};

constexpr sql::statement update_status{
    "directories.set_status",
    "update directories set status = $2, updated_at = $3 where id = $1",
};

constexpr sql::statement find_last_modified{
    "resources.last_modified",
    "select modified_at from resources r where directory_id = $1 and type = $2"
    " and not exists (select 1 from held_users h where h.directory_id = $1 and h.user_id = r.id)"
    " order by modified_at desc, id desc limit 1",
};

constexpr sql::statement mark_removed{
    "directories.begin_removal",
    "update directories set removed_at = $2, updated_at = $2 where id = $1",
};

constexpr sql::statement revoke_secrets{
    "secrets.revoke_all",
    "update secrets set revoked_at = $2 where directory_id = $1 and revoked_at is null",
};

constexpr sql::statement insert_removal{
    "directory_removals.insert",
    "insert into directory_removals (directory_id, origin) values ($1, $2)",
};

// The first from that directory on.
constexpr sql::statement find_removal{
    "directory_removals.find",
    "select r.origin, d.id, d.organization_id, d.name, d.provider, d.is_enabled, d.domain_policy,"
    " d.created_at, d.updated_at, d.last_sequence, d.schemas, d.scim_mode, d.unique_group_names,"
    " d.detected_provider, d.detected_by, d.detected_surely, d.detected_at, d.unknown_members, "
    "d.patch_status,"
    " d.domain_gate_scope"
    " from directory_removals r join directories d on d.id = r.directory_id"
    " where r.directory_id >= $1 order by r.directory_id limit 1",
};

constexpr sql::statement list_users_left{
    "resources.users_left",
    "select id, type, version, document from resources"
    " where directory_id = $1 and type = 'User' order by id limit $2",
};

constexpr sql::statement list_others_left{
    "resources.others_left",
    "select id, type, version, document from resources where directory_id = $1 order by type, id limit $2",
};

// What hangs on a directory beside its resources and what goes with these.
constexpr sql::statement leftovers[] = {
    {"secrets.remove_left",
     "delete from secrets where id in (select id from secrets where directory_id = $1 limit $2)"},
    {"refusals.remove_left",
     "delete from refusals where directory_id = $1 and (subject, reason, domain) in"
     " (select subject, reason, domain from refusals where directory_id = $1 limit $2)"},
    {"request_log.remove_left",
     "delete from request_log where id in (select id from request_log where directory_id = $1 limit $2)"},
    {"attribute_mappings.remove_left",
     "delete from attribute_mappings where directory_id = $1 and position in"
     " (select position from attribute_mappings where directory_id = $1 limit $2)"},
    {"role_assignments.remove_left",
     "delete from role_assignments where directory_id = $1 and position in"
     " (select position from role_assignments where directory_id = $1 limit $2)"},
    {"untold_changes.remove_left",
     "delete from untold_changes where id in (select id from untold_changes where directory_id = $1 limit $2)"
    },
    {"resource_counts.remove_left",
     "delete from resource_counts where directory_id = $1 and type in"
     " (select type from resource_counts where directory_id = $1 limit $2)"},
};

constexpr sql::statement delete_removal{
    "directory_removals.remove",
    "delete from directory_removals where directory_id = $1",
};

constexpr sql::statement delete_directory{
    "directories.remove",
    "delete from directories where id = $1",
};

constexpr std::size_t remainder_bytes_max = 2 * 1024 * 1024;  // of documents that are read at once

std::vector<remainder> read_remainders(
    transaction& tx, const sql::statement& which, directory_id of, std::int64_t limit
)
{
    std::vector<remainder> left;
    std::size_t bytes = 0;
    tx.sql().run(which, {of.value, limit}, [&](const sql::row& current) {
        left.push_back(
            {{current.integer(0)},
             std::string(current.text(1)),
             current.integer(2),
             std::string(current.text(3))}
        );
        bytes += left.back().document.size();
        return bytes < remainder_bytes_max;
    });
    return left;
}

}  // namespace

void rename(transaction& tx, directory_id which, std::string_view name)
{
    tx.sql().run(update_name, {which.value, name, to_column(tx.now())});
}

void set_provider(transaction& tx, directory_id which, std::string_view provider)
{
    tx.sql().run(update_provider, {which.value, provider, to_column(tx.now())});
}

std::string status_of(transaction& tx, directory_id which)
{
    return sql::value<std::string>(tx, find_status, {which.value});
}

void set_status(transaction& tx, directory_id which, std::string_view status)
{
    tx.sql().run(update_status, {which.value, status, to_column(tx.now())});
}

std::optional<time_point> last_modified(transaction& tx, directory_id which, std::string_view type)
{
    return sql::one<time_point>(tx, find_last_modified, {which.value, type});
}

void begin_removal(transaction& tx, directory_id which, std::string_view origin)
{
    tx.sql().run(mark_removed, {which.value, to_column(tx.now())});
    tx.sql().run(revoke_secrets, {which.value, to_column(tx.now())});
    tx.sql().run(insert_removal, {which.value, origin});
}

std::optional<removal> next_removal(transaction& tx, directory_id from)
{
    return sql::one(tx, find_removal, {from.value}, [](const sql::row& current) {
        return removal{tenants::read_directory(current, 1), std::string(current.text(0))};
    });
}

std::vector<remainder> remaining(transaction& tx, directory_id which, std::int64_t limit)
{
    auto left = read_remainders(tx, list_users_left, which, limit);
    return left.empty() ? read_remainders(tx, list_others_left, which, limit) : left;
}

bool remove_rows(transaction& tx, directory_id which, std::int64_t limit)
{
    for (const auto& one : leftovers)
        if (tx.sql().run(one, {which.value, limit}) > 0)
            return true;
    return false;
}

void end_removal(transaction& tx, directory_id which)
{
    tx.sql().run(delete_removal, {which.value});
    tx.sql().run(delete_directory, {which.value});
}

}  // namespace scimd::store::directories

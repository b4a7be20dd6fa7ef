#include "store/directories.hpp"

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

constexpr sql::statement update_mode{
        "directories.set_mode",
        "update directories set scim_mode = $2, updated_at = $3 where id = $1",
};

constexpr sql::statement update_unique_group_names{
        "directories.set_unique_group_names",
        "update directories set unique_group_names = $2, updated_at = $3 where id = $1",
};

constexpr sql::statement update_unknown_members{
        "directories.set_unknown_members",
        "update directories set unknown_members = $2, updated_at = $3 where id = $1",
};

constexpr sql::statement update_patch_status{
        "directories.set_patch_status",
        "update directories set patch_status = $2, updated_at = $3 where id = $1",
};

// Leaves updated_at as it is: detection is not a change by an administrator.
constexpr sql::statement update_detected{
        "directories.set_detected",
        "update directories set detected_provider = $2, detected_by = $3, detected_is_certain = $4,"
        " detected_at = $5 where id = $1",
};

constexpr sql::statement find_equal_names{
        "resources.find_equal_group_names",
        "select display_key from resources where directory_id = $1 and type = 'Group'"
        " group by display_key having count(*) > 1 limit 1",
};

// Groups that were created while names did not have to be unique have no unique key.
constexpr sql::statement fill_unique_keys{
        "resources.fill_unique_group_keys",
        "update resources set unique_key = display_key"
        " where directory_id = $1 and type = 'Group' and unique_key is distinct from display_key",
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

// The first deletion at or after that directory.
constexpr sql::statement find_removal{
        "directory_removals.find",
        "select r.origin, d.id, d.organization_id, d.name, d.provider, d.is_enabled, d.domain_policy,"
        " d.created_at, d.updated_at, d.last_sequence, d.schemas, d.scim_mode, d.unique_group_names,"
        " d.detected_provider, d.detected_by, d.detected_is_certain, d.detected_at, d.unknown_members,"
        " d.patch_status, d.domain_gate_scope"
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
        "select id, type, version, document from resources where directory_id = $1 order by type, id limit "
        "$2",
};

// Rows of a directory that are not deleted by cascade with its resources.
constexpr sql::statement leftovers[] = {
        {"secrets.remove_left",
                "delete from secrets where id in (select id from secrets where directory_id = $1 limit $2)"},
        {"refusals.remove_left",
                "delete from refusals where directory_id = $1 and (subject, reason, domain) in"
                " (select subject, reason, domain from refusals where directory_id = $1 limit $2)"},
        {"request_log.remove_left",
                "delete from request_log where id in (select id from request_log where directory_id = $1 "
                "limit $2)"},
        {"attribute_mappings.remove_left",
                "delete from attribute_mappings where directory_id = $1 and position in"
                " (select position from attribute_mappings where directory_id = $1 limit $2)"},
        {"role_assignments.remove_left",
                "delete from role_assignments where directory_id = $1 and position in"
                " (select position from role_assignments where directory_id = $1 limit $2)"},
        {"pending_group_changes.remove_left",
                "delete from pending_group_changes where id in"
                " (select id from pending_group_changes where directory_id = $1 limit $2)"},
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

constexpr std::size_t remainder_bytes_max = 2 * 1024 * 1024;  // of documents in one batch

std::vector<remainder> read_remainders(
        transaction& tx, const sql::statement& statement, directory_id directory, std::int64_t limit) {
    std::vector<remainder> left;
    std::size_t bytes = 0;
    tx.sql().run(statement, {directory.value, limit}, [&](const sql::row& current) {
        left.push_back({{current.integer(0)}, std::string(current.text(1)), current.integer(2),
                std::string(current.text(3))});
        bytes += left.back().document.size();
        return bytes < remainder_bytes_max;
    });
    return left;
}

}  // namespace

void rename(transaction& tx, directory_id directory, std::string_view name) {
    tx.sql().run(update_name, {directory.value, name, to_column(tx.now())});
}

void set_provider(transaction& tx, directory_id directory, std::string_view provider) {
    tx.sql().run(update_provider, {directory.value, provider, to_column(tx.now())});
}

std::string status_of(transaction& tx, directory_id directory) {
    return sql::value<std::string>(tx, find_status, {directory.value});
}

void set_status(transaction& tx, directory_id directory, std::string_view status) {
    tx.sql().run(update_status, {directory.value, status, to_column(tx.now())});
}

std::optional<time_point> last_modified(transaction& tx, directory_id directory, std::string_view type) {
    return sql::one<time_point>(tx, find_last_modified, {directory.value, type});
}

void set_mode(transaction& tx, directory_id directory, tenants::scim_mode mode) {
    const std::string_view word = mode == tenants::scim_mode::strict ? "strict" : "compat";
    tx.sql().run(update_mode, {directory.value, word, to_column(tx.now())});
}

bool set_unique_group_names(transaction& tx, directory_id directory, bool are_unique) {
    if (are_unique) {
        if (sql::exists(tx, find_equal_names, {directory.value}))
            return false;
        tx.sql().run(fill_unique_keys, {directory.value});
    }
    tx.sql().run(update_unique_group_names, {directory.value, std::int64_t{are_unique}, to_column(tx.now())});
    return true;
}

void set_unknown_members(transaction& tx, directory_id directory, tenants::unknown_members what) {
    const std::string_view word = what == tenants::unknown_members::ignore ? "ignore" : "refuse";
    tx.sql().run(update_unknown_members, {directory.value, word, to_column(tx.now())});
}

void set_patch_status(transaction& tx, directory_id directory, int status) {
    tx.sql().run(update_patch_status, {directory.value, std::int64_t{status}, to_column(tx.now())});
}

void set_detected(transaction& tx, directory_id directory, const tenants::detection& what) {
    tx.sql().run(update_detected,
            {directory.value, what.provider, what.by, std::int64_t{what.is_certain}, to_column(what.at)});
}

void begin_removal(transaction& tx, directory_id directory, std::string_view origin) {
    tx.sql().run(mark_removed, {directory.value, to_column(tx.now())});
    tx.sql().run(revoke_secrets, {directory.value, to_column(tx.now())});
    tx.sql().run(insert_removal, {directory.value, origin});
}

std::optional<removal> next_removal(transaction& tx, directory_id from) {
    return sql::one(tx, find_removal, {from.value}, [](const sql::row& current) {
        return removal{tenants::read_directory(current, 1), std::string(current.text(0))};
    });
}

std::vector<remainder> remaining(transaction& tx, directory_id directory, std::int64_t limit) {
    auto left = read_remainders(tx, list_users_left, directory, limit);
    return left.empty() ? read_remainders(tx, list_others_left, directory, limit) : left;
}

bool remove_rows(transaction& tx, directory_id directory, std::int64_t limit) {
    for (const auto& one : leftovers)
        if (tx.sql().run(one, {directory.value, limit}) > 0)
            return true;
    return false;
}

void end_removal(transaction& tx, directory_id directory) {
    tx.sql().run(delete_removal, {directory.value});
    tx.sql().run(delete_directory, {directory.value});
}

}  // namespace scimd::store::directories

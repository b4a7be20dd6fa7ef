#include "store/credentials.hpp"

#include "base/codec.hpp"
#include "store/engine/query.hpp"

namespace scimd::store::credentials {

namespace {

constexpr sql::statement insert_secret_row{
        "secrets.insert",
        "insert into secrets (directory_id, id, digest, suffix, created_at, expires_at, user_id, "
        "warnings_given)"
        " values ($1, $2, $3, $4, $5, $6, $7, $8)",
};

constexpr sql::statement list_secret_rows{
        "secrets.list",
        "select id, directory_id, user_id, suffix, created_at, expires_at, revoked_at, last_used_at,"
        " last_used_address, last_used_agent from secrets where directory_id = $1 order by id",
};

constexpr sql::statement list_directory_rows{
        "secrets.list_of_directory",
        "select id, directory_id, user_id, suffix, created_at, expires_at, revoked_at, last_used_at,"
        " last_used_address, last_used_agent from secrets"
        " where directory_id = $1 and user_id is null order by id",
};

constexpr sql::statement list_user_rows{
        "secrets.list_of_user",
        "select id, directory_id, user_id, suffix, created_at, expires_at, revoked_at, last_used_at,"
        " last_used_address, last_used_agent from secrets"
        " where directory_id = $1 and user_id = $2 order by id",
};

constexpr sql::statement count_user_rows{
        "secrets.count_alive_of_users",
        "select count(*) from secrets where directory_id = $1 and user_id is not null"
        " and revoked_at is null and (expires_at is null or expires_at > $2)",
};

constexpr sql::statement forget_user_rows{
        "secrets.forget_ended_of_users",
        "delete from secrets where directory_id = $1 and id in"
        " (select id from secrets where directory_id = $1 and user_id is not null"
        " and (revoked_at is not null or expires_at <= $2) order by id desc limit -1 offset $3)",
};

constexpr sql::statement forget_directory_rows{
        "secrets.forget_ended_of_directory",
        "delete from secrets where directory_id = $1 and id in"
        " (select id from secrets where directory_id = $1 and user_id is null"
        " and (revoked_at is not null or expires_at <= $2) order by id desc limit -1 offset $3)",
};

constexpr sql::statement list_expiring{
        "secrets.expiring",
        "select id, directory_id, user_id, suffix, created_at, expires_at, revoked_at, last_used_at,"
        " last_used_address, last_used_agent from secrets"
        " where expires_at > $1 and expires_at <= $2 and revoked_at is null and warnings_given < $3"
        " order by expires_at limit $4",
};

constexpr sql::statement update_warnings{
        "secrets.set_warnings_given",
        "update secrets set warnings_given = $2 where id = $1",
};

constexpr sql::statement update_expiry{
        "secrets.end_by",
        "update secrets set expires_at = min(coalesce(expires_at, $2), $2), warnings_given = $3 where id = "
        "$1",
};

constexpr std::int64_t no_more_warnings = 1'000;

constexpr sql::statement revoke_secret_row{
        "secrets.revoke",
        "update secrets set revoked_at = $3 where directory_id = $1 and id = $2 and revoked_at is null",
};

// Moves the time forward only: another thread may have been later with an earlier reading of the clock.
constexpr sql::statement update_last_used{
        "secrets.set_last_used",
        "update secrets set last_used_at = $2, last_used_address = $3, last_used_agent = $4"
        " where id = $1 and (last_used_at is null or last_used_at < $2)",
};

// The only look-up without a directory: it is what identifies the directory of a caller.
constexpr sql::statement find_bearer_row{
        "secrets.find_bearer",
        "select s.id, s.digest, s.suffix, s.expires_at, s.revoked_at, s.user_id,"
        " d.id, d.organization_id, d.name, d.provider, d.is_enabled, d.domain_policy, d.created_at,"
        " d.updated_at, d.last_sequence, d.schemas, d.scim_mode, d.unique_group_names, d.detected_provider,"
        " d.detected_by, d.detected_is_certain, d.detected_at, d.unknown_members, d.patch_status,"
        " d.domain_gate_scope, coalesce(json_extract(o.features, '$.dir_sync'), 1)"
        " from secrets s join directories d on d.id = s.directory_id"
        " join organizations o on o.id = d.organization_id"
        " where s.digest = $1 and o.deleted_at is null",
};

secret_row read_secret(const sql::row& current) {
    return {
            .id = {current.integer(0)},
            .directory = {current.integer(1)},
            .user = read_optional<resource_id>(current, 2),
            .suffix = std::string(current.text(3)),
            .created = from_column(current.integer(4)),
            .expires = read_optional<time_point>(current, 5),
            .revoked = read_optional<time_point>(current, 6),
            .last_used = read_optional<time_point>(current, 7),
            .last_used_address = std::string(current.text(8)),
            .last_used_agent = std::string(current.text(9)),
    };
}

}  // namespace

secret_row insert_secret(transaction& tx, directory_id directory, const new_secret& what) {
    const secret_id id{tx.next_id()};
    tx.sql().run(insert_secret_row,
            {directory.value, id.value, to_hex(what.digest), what.suffix, to_column(tx.now()),
                    nullable(what.expires), nullable(what.user), what.warnings_given});
    return {
            .id = id,
            .directory = directory,
            .user = what.user,
            .suffix = what.suffix,
            .created = tx.now(),
            .expires = what.expires,
            .revoked = std::nullopt,
            .last_used = std::nullopt,
    };
}

std::vector<secret_row> list_secrets(transaction& tx, directory_id directory) {
    return sql::all(tx, list_secret_rows, {directory.value}, read_secret);
}

std::vector<secret_row> list_directory_secrets(transaction& tx, directory_id directory) {
    return sql::all(tx, list_directory_rows, {directory.value}, read_secret);
}

std::vector<secret_row> list_user_secrets(transaction& tx, directory_id directory, resource_id user) {
    return sql::all(tx, list_user_rows, {directory.value, user.value}, read_secret);
}

std::int64_t count_alive_of_users(transaction& tx, directory_id directory) {
    return sql::value(tx, count_user_rows, {directory.value, to_column(tx.now())});
}

void forget_ended_of_users(transaction& tx, directory_id directory, std::int64_t kept) {
    tx.sql().run(forget_user_rows, {directory.value, to_column(tx.now()), kept});
}

void forget_ended_of_directory(transaction& tx, directory_id directory, std::int64_t kept) {
    tx.sql().run(forget_directory_rows, {directory.value, to_column(tx.now()), kept});
}

bool revoke_secret(transaction& tx, directory_id directory, secret_id id) {
    return tx.sql().run(revoke_secret_row, {directory.value, id.value, to_column(tx.now())}) > 0;
}

void set_last_used(transaction& tx, secret_id id, const usage& last) {
    const time_point minute = std::chrono::floor<std::chrono::minutes>(last.when);
    tx.sql().run(update_last_used, {id.value, to_column(minute), last.address, last.agent});
}

void end_by(transaction& tx, secret_id id, time_point when) {
    tx.sql().run(update_expiry, {id.value, to_column(when), no_more_warnings});
}

std::vector<secret_row> expiring(
        transaction& tx, std::chrono::microseconds ahead, std::int64_t warnings, std::int64_t limit) {
    return sql::all(tx, list_expiring, {to_column(tx.now()), to_column(tx.now() + ahead), warnings, limit},
            read_secret);
}

void set_warnings_given(transaction& tx, secret_id id, std::int64_t warnings) {
    tx.sql().run(update_warnings, {id.value, warnings});
}

std::optional<bearer> find_bearer(transaction& tx, const sha256_digest& digest) {
    return sql::one(tx, find_bearer_row, {to_hex(digest)}, [](const sql::row& current) {
        return bearer{
                .id = {current.integer(0)},
                .digest = read_digest(current.text(1)),
                .suffix = std::string(current.text(2)),
                .expires = read_optional<time_point>(current, 3),
                .revoked = read_optional<time_point>(current, 4),
                .user = read_optional<resource_id>(current, 5),
                .directory = tenants::read_directory(current, 6),
                .may_synchronize = current.integer(25) != 0,
        };
    });
}

}  // namespace scimd::store::credentials

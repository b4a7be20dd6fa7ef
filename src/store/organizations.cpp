#include "store/organizations.hpp"

#include "store/engine/query.hpp"
#include "store/tenants.hpp"

#include <utility>

namespace scimd::store::tenants {
namespace {

constexpr sql::statement insert_row{
        "organizations.insert",
        "insert into organizations (id, environment_id, display_name, external_id, created_at, updated_at,"
        " region_code, metadata, slug, logo_url, features, session_policy, max_allowed_users)"
        " values ($1, $2, $3, $4, $5, $5, $6, $7, $8, $9, $10, $11, $12) on conflict do nothing",
};

constexpr sql::statement update_row{
        "organizations.update",
        "update organizations set display_name = $3, external_id = $4, updated_at = $5, region_code = $6,"
        " metadata = $7, slug = $8, logo_url = $9, features = $10, session_policy = $11, max_allowed_users = "
        "$12"
        " where id = $1 and not exists (select 1 from organizations other where other.environment_id = $2"
        " and other.id <> $1 and other.external_id = $4) and not exists (select 1 from organizations other"
        " where other.environment_id = $2 and other.id <> $1 and other.slug = $8)",
};

constexpr sql::statement is_alive{
        "organizations.is_alive",
        "select 1 from organizations where id = $1 and deleted_at is null",
};

constexpr sql::statement find_row{
        "organizations.find",
        "select id, display_name, external_id, created_at, updated_at, region_code, metadata, slug, logo_url,"
        " features, session_policy, max_allowed_users, active_users from organizations"
        " where id = $1 and deleted_at is null",
};

constexpr sql::statement find_row_by_external_id{
        "organizations.find_by_external_id",
        "select id, display_name, external_id, created_at, updated_at, region_code, metadata, slug, logo_url,"
        " features, session_policy, max_allowed_users, active_users from organizations"
        " where environment_id = $1 and external_id = $2 and deleted_at is null",
};

constexpr sql::statement find_row_by_slug{
        "organizations.find_by_slug",
        "select id, display_name, external_id, created_at, updated_at, region_code, metadata, slug, logo_url,"
        " features, session_policy, max_allowed_users, active_users from organizations"
        " where environment_id = $1 and slug = $2 and deleted_at is null",
};

constexpr sql::statement list_rows{
        "organizations.list",
        "select id, display_name, external_id, created_at, updated_at, region_code, metadata, slug, logo_url,"
        " features, session_policy, max_allowed_users, active_users from organizations"
        " where id > $1 and deleted_at is null order by id limit $2",
};

constexpr sql::statement list_rows_before{
        "organizations.list_before",
        "select id, display_name, external_id, created_at, updated_at, region_code, metadata, slug, logo_url,"
        " features, session_policy, max_allowed_users, active_users from organizations"
        " where id < $1 and deleted_at is null order by id desc limit $2",
};

constexpr sql::statement count_rows{
        "organizations.count",
        "select count(*) from organizations where deleted_at is null",
};

constexpr sql::statement find_seats{
        "organizations.limited_seats",
        "select max_allowed_users, active_users from organizations where id = $1 and max_allowed_users > 0",
};

constexpr sql::statement mark_row{
        "organizations.begin_removal",
        "update organizations set deleted_at = $2, external_id = null, slug = null"
        " where id = $1 and deleted_at is null",
};

constexpr sql::statement find_marked{
        "organizations.next_to_remove",
        "select id from organizations where deleted_at is not null order by deleted_at limit 1",
};

constexpr sql::statement find_any_directory{
        "organizations.has_directories",
        "select 1 from directories where organization_id = $1 limit 1",
};

constexpr sql::statement delete_row{
        "organizations.finish_removal",
        "delete from organizations where id = $1 and deleted_at is not null",
};

organization read_organization(const sql::row& current) {
    return {
            .id = {current.integer(0)},
            .display_name = std::string(current.text(1)),
            .external_id = read_optional<std::string>(current, 2),
            .created = from_column(current.integer(3)),
            .updated = from_column(current.integer(4)),
            .region_code = std::string(current.text(5)),
            .metadata = std::string(current.text(6)),
            .slug = read_optional<std::string>(current, 7),
            .logo_url = read_optional<std::string>(current, 8),
            .features = read_optional<std::string>(current, 9),
            .session_policy = std::string(current.text(10)),
            .max_allowed_users = read_optional<std::int64_t>(current, 11),
            .active_users = current.integer(12),
    };
}

// insert_row and update_row have the same parameters.
std::int64_t write(transaction& tx, const sql::statement& how, const organization& what) {
    return tx.sql().run(
            how, {what.id.value, environment(tx).value, what.display_name, nullable(what.external_id),
                         to_column(tx.now()), what.region_code, what.metadata, nullable(what.slug),
                         nullable(what.logo_url), nullable(what.features), what.session_policy,
                         nullable(what.max_allowed_users)});
}

}  // namespace

std::optional<organization> insert_organization(
        transaction& tx, std::string_view display_name, const std::optional<std::string>& external_id) {
    organization what;
    what.display_name = display_name;
    what.external_id = external_id;
    return insert_organization(tx, std::move(what));
}

std::optional<organization> insert_organization(transaction& tx, organization what) {
    what.id = {tx.next_id()};
    what.created = tx.now();
    what.updated = tx.now();
    if (write(tx, insert_row, what) == 0)
        return std::nullopt;
    return what;
}

bool update_organization(transaction& tx, const organization& what) {
    return write(tx, update_row, what) > 0;
}

bool is_organization(transaction& tx, organization_id id) {
    return sql::exists(tx, is_alive, {id.value});
}

std::optional<organization> find_organization(transaction& tx, organization_id id) {
    return sql::one(tx, find_row, {id.value}, read_organization);
}

std::optional<organization> find_organization_by_external_id(transaction& tx, std::string_view external_id) {
    return sql::one(tx, find_row_by_external_id, {environment(tx).value, external_id}, read_organization);
}

std::optional<organization> find_organization_by_slug(transaction& tx, std::string_view slug) {
    return sql::one(tx, find_row_by_slug, {environment(tx).value, slug}, read_organization);
}

std::vector<organization> list_organizations(transaction& tx, organization_id after, std::int64_t limit) {
    return sql::all(tx, list_rows, {after.value, limit}, read_organization);
}

std::vector<organization> list_organizations_before(
        transaction& tx, organization_id before, std::int64_t limit) {
    return sql::all(tx, list_rows_before, {before.value, limit}, read_organization);
}

void each_organization(transaction& tx, const std::function<bool(const organization&)>& each) {
    tx.sql().run(list_rows, {0, sql::integer_max},
            [&](const sql::row& current) { return each(read_organization(current)); });
}

std::int64_t count_organizations(transaction& tx) {
    return sql::value(tx, count_rows);
}

std::optional<seat_count> limited_seats(transaction& tx, organization_id id) {
    return sql::one(tx, find_seats, {id.value},
            [](const sql::row& current) { return seat_count{current.integer(0), current.integer(1)}; });
}

void begin_removal(transaction& tx, organization_id id) {
    tx.sql().run(mark_row, {id.value, to_column(tx.now())});
}

std::optional<organization_id> next_to_remove(transaction& tx) {
    return sql::one<organization_id>(tx, find_marked);
}

bool has_directories(transaction& tx, organization_id id) {
    return sql::exists(tx, find_any_directory, {id.value});
}

void finish_removal(transaction& tx, organization_id id) {
    tx.sql().run(delete_row, {id.value});
}

}  // namespace scimd::store::tenants

#include "store/tenants.hpp"

#include "store/engine/query.hpp"

#include <array>
#include <stdexcept>

namespace scimd::store::tenants {

namespace {

constexpr sql::statement find_environment{
        "environments.find",
        "select min(id) from environments",
};

constexpr sql::statement insert_directory_row{
        "directories.insert",
        "insert into directories (id, organization_id, name, provider, is_enabled, domain_policy,"
        " created_at, updated_at) values ($1, $2, $3, $4, 1, $5, $6, $6)",
};

constexpr sql::statement find_directory_row{
        "directories.find",
        "select id, organization_id, name, provider, is_enabled, domain_policy, created_at, updated_at,"
        " last_sequence, schemas, scim_mode, unique_group_names, detected_provider, detected_by,"
        " detected_is_certain, detected_at, unknown_members, patch_status, domain_gate_scope from directories"
        " where organization_id = $1 and id = $2 and removed_at is null",
};

constexpr sql::statement find_owner{
        "directories.owner",
        "select organization_id from directories where id = $1 and removed_at is null",
};

constexpr sql::statement list_directory_rows{
        "directories.list",
        "select id, organization_id, name, provider, is_enabled, domain_policy, created_at, updated_at,"
        " last_sequence, schemas, scim_mode, unique_group_names, detected_provider, detected_by,"
        " detected_is_certain, detected_at, unknown_members, patch_status, domain_gate_scope from directories"
        " where organization_id = $1 and removed_at is null order by id",
};

constexpr sql::statement count_directory_rows{
        "directories.count",
        "select count(*) from directories where organization_id = $1",
};

constexpr sql::statement update_directory_enabled{
        "directories.set_enabled",
        "update directories set is_enabled = $3, updated_at = $4 where organization_id = $1 and id = $2",
};

constexpr sql::statement update_directory_policy{
        "directories.set_policy",
        "update directories set domain_policy = $3, updated_at = $4 where organization_id = $1 and id = $2",
};

constexpr sql::statement update_directory_gate_scope{
        "directories.set_gate_scope",
        "update directories set domain_gate_scope = $3, updated_at = $4 where organization_id = $1 and id = "
        "$2",
};

constexpr sql::statement update_directory_schemas{
        "directories.set_schemas",
        "update directories set schemas = $3, updated_at = $4 where organization_id = $1 and id = $2",
};

constexpr std::array<std::string_view, 3> policy_words = {"off", "reject", "hold"};
constexpr std::array<std::string_view, 2> gate_scope_words = {"primary", "all"};
constexpr std::array<std::string_view, 2> mode_words = {"compat", "strict"};
constexpr std::array<std::string_view, 2> unknown_member_words = {"refuse", "ignore"};

std::optional<detection> read_detection(const sql::row& current, int first) {
    if (current.is_null(first))
        return std::nullopt;
    return detection{
            .provider = std::string(current.text(first)),
            .by = std::string(current.text(first + 1)),
            .is_certain = current.integer(first + 2) != 0,
            .at = from_column(current.integer(first + 3)),
    };
}

directory read_plain_directory(const sql::row& current) {
    return read_directory(current, 0);
}

}  // namespace

environment_id environment(transaction& tx) {
    return sql::value<environment_id>(tx, find_environment);
}

directory read_directory(const sql::row& current, int first) {
    return {
            .id = {current.integer(first)},
            .organization = {current.integer(first + 1)},
            .name = std::string(current.text(first + 2)),
            .provider = std::string(current.text(first + 3)),
            .is_enabled = current.integer(first + 4) != 0,
            .policy = from_word<domain_policy>(current.text(first + 5), policy_words),
            .created = from_column(current.integer(first + 6)),
            .updated = from_column(current.integer(first + 7)),
            .last_sequence = current.integer(first + 8),
            .schemas = read_optional<std::string>(current, first + 9),
            .mode = from_word<scim_mode>(current.text(first + 10), mode_words),
            .has_unique_group_names = current.integer(first + 11) != 0,
            .detected = read_detection(current, first + 12),
            .unknown = from_word<unknown_members>(current.text(first + 16), unknown_member_words),
            .patch_status = static_cast<int>(current.integer(first + 17)),
            .gate_scope = from_word<domain_gate_scope>(current.text(first + 18), gate_scope_words),
    };
}

directory insert_directory(transaction& tx, organization_id owner, std::string_view name,
        std::string_view provider, domain_policy policy) {
    const directory_id id{tx.next_id()};
    tx.sql().run(insert_directory_row,
            {id.value, owner.value, name, provider, to_word(policy, policy_words), to_column(tx.now())});
    return {
            .id = id,
            .organization = owner,
            .name = std::string(name),
            .provider = std::string(provider),
            .is_enabled = true,
            .policy = policy,
            .created = tx.now(),
            .updated = tx.now(),
    };
}

std::optional<directory> find_directory(transaction& tx, organization_id owner, directory_id id) {
    if (!is_organization(tx, owner))
        return std::nullopt;
    return sql::one(tx, find_directory_row, {owner.value, id.value}, read_plain_directory);
}

std::optional<organization_id> owner_of(transaction& tx, directory_id id) {
    auto owner = sql::one<organization_id>(tx, find_owner, {id.value});
    if (owner && !is_organization(tx, *owner))
        owner.reset();
    return owner;
}

std::vector<directory> list_directories(transaction& tx, organization_id owner) {
    return sql::all(tx, list_directory_rows, {owner.value}, read_plain_directory);
}

std::int64_t count_directories(transaction& tx, organization_id owner) {
    return sql::value(tx, count_directory_rows, {owner.value});
}

bool set_directory_enabled(transaction& tx, organization_id owner, directory_id id, bool is_enabled) {
    const std::int64_t updated = tx.sql().run(
            update_directory_enabled, {owner.value, id.value, std::int64_t{is_enabled}, to_column(tx.now())});
    return updated > 0;
}

bool set_domain_policy(transaction& tx, organization_id owner, directory_id id, domain_policy policy) {
    const std::int64_t updated = tx.sql().run(update_directory_policy,
            {owner.value, id.value, to_word(policy, policy_words), to_column(tx.now())});
    return updated > 0;
}

bool set_domain_gate_scope(transaction& tx, organization_id owner, directory_id id, domain_gate_scope scope) {
    const std::int64_t updated = tx.sql().run(update_directory_gate_scope,
            {owner.value, id.value, to_word(scope, gate_scope_words), to_column(tx.now())});
    return updated > 0;
}

bool set_directory_schemas(
        transaction& tx, organization_id owner, directory_id id, const std::optional<std::string>& schemas) {
    const std::int64_t updated = tx.sql().run(
            update_directory_schemas, {owner.value, id.value, nullable(schemas), to_column(tx.now())});
    return updated > 0;
}

}  // namespace scimd::store::tenants

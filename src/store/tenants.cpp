#include "store/tenants.hpp"

#include "store/directory_row.hpp"

#include <array>
#include <stdexcept>

namespace scimd::store::tenants {

namespace {

constexpr sql::statement find_environment{
    "environments.find",
    "select min(id) from environments",
};

constexpr sql::statement insert_organization_row{
    "organizations.insert",
    "insert into organizations (id, environment_id, display_name, external_id, created_at, updated_at)"
    " values ($1, $2, $3, $4, $5, $5) on conflict (environment_id, external_id) do nothing",
};

constexpr sql::statement find_organization_row{
    "organizations.find",
    "select id, display_name, external_id, created_at, updated_at from organizations where id = $1",
};

constexpr sql::statement find_organization_row_by_external_id{
    "organizations.find_by_external_id",
    "select id, display_name, external_id, created_at, updated_at from organizations"
    " where environment_id = $1 and external_id = $2",
};

constexpr sql::statement list_organization_rows{
    "organizations.list",
    "select id, display_name, external_id, created_at, updated_at from organizations"
    " where id > $1 order by id limit $2",
};

constexpr sql::statement count_organization_rows{
    "organizations.count",
    "select count(*) from organizations",
};

constexpr sql::statement insert_domain_row{
    "domains.insert",
    "insert into domains (id, environment_id, organization_id, name, status, covers_subdomains,"
    " created_at, updated_at)"
    " values ($1, $2, $3, $4, $5, $6, $7, $7) on conflict (environment_id, name) do nothing",
};

constexpr sql::statement find_domain_row{
    "domains.find",
    "select id, organization_id, name, status, covers_subdomains, created_at, updated_at from domains"
    " where organization_id = $1 and id = $2",
};

constexpr sql::statement list_domain_rows{
    "domains.list",
    "select id, organization_id, name, status, covers_subdomains, created_at, updated_at from domains"
    " where organization_id = $1 order by id limit $2 offset $3",
};

constexpr sql::statement delete_domain_row{
    "domains.remove",
    "delete from domains where organization_id = $1 and id = $2",
};

constexpr sql::statement find_verified_domain{
    "domains.find_verified",
    "select covers_subdomains from domains"
    " where organization_id = $1 and name = $2 and status = 'verified'",
};

constexpr sql::statement insert_directory_row{
    "directories.insert",
    "insert into directories (id, organization_id, name, provider, is_enabled, domain_policy,"
    " created_at, updated_at) values ($1, $2, $3, $4, 1, $5, $6, $6)",
};

constexpr sql::statement find_directory_row{
    "directories.find",
    "select id, organization_id, name, provider, is_enabled, domain_policy, created_at, updated_at,"
    " last_sequence from directories where organization_id = $1 and id = $2",
};

constexpr sql::statement find_owner{
    "directories.owner",
    "select organization_id from directories where id = $1",
};

constexpr sql::statement list_directory_rows{
    "directories.list",
    "select id, organization_id, name, provider, is_enabled, domain_policy, created_at, updated_at,"
    " last_sequence from directories where organization_id = $1 order by id",
};

constexpr sql::statement update_directory_enabled{
    "directories.set_enabled",
    "update directories set is_enabled = $3, updated_at = $4 where organization_id = $1 and id = $2",
};

constexpr sql::statement update_directory_policy{
    "directories.set_policy",
    "update directories set domain_policy = $3, updated_at = $4 where organization_id = $1 and id = $2",
};

// The words of the enumerations in the database, in their order.
constexpr std::array<std::string_view, 3> status_words = {"pending", "verified", "failed"};
constexpr std::array<std::string_view, 2> policy_words = {"off", "reject"};

template <class Enum, std::size_t Size>
std::string_view to_word(Enum value, const std::array<std::string_view, Size>& words)
{
    return words.at(static_cast<std::size_t>(value));
}

template <class Enum, std::size_t Size>
Enum from_word(std::string_view word, const std::array<std::string_view, Size>& words)
{
    for (std::size_t i = 0; i < Size; ++i)
        if (words[i] == word)
            return static_cast<Enum>(i);
    throw sql::failure("tenants: the database holds an unknown word");
}

organization read_organization(const sql::row& current)
{
    return {
        .id = {current.integer(0)},
        .display_name = std::string(current.text(1)),
        .external_id = current.is_null(2) ? std::nullopt : std::optional(std::string(current.text(2))),
        .created = from_column(current.integer(3)),
        .updated = from_column(current.integer(4)),
    };
}

domain read_domain(const sql::row& current)
{
    return {
        .id = {current.integer(0)},
        .organization = {current.integer(1)},
        .name = std::string(current.text(2)),
        .status = from_word<domain_status>(current.text(3), status_words),
        .covers_subdomains = current.integer(4) != 0,
        .created = from_column(current.integer(5)),
        .updated = from_column(current.integer(6)),
    };
}

// Whether the organization has verified exactly this name; with `as_parent` one that covers sub-domains.
bool has_verified(transaction& tx, organization_id owner, std::string_view name, bool as_parent)
{
    bool is_found = false;
    tx.sql().run(find_verified_domain, {owner.value, name}, [&](const sql::row& current) {
        is_found = !as_parent || current.integer(0) != 0;
    });
    return is_found;
}

}  // namespace

environment_id environment(transaction& tx)
{
    environment_id found;
    tx.sql().run(find_environment, {}, [&](const sql::row& current) { found.value = current.integer(0); });
    return found;
}

std::optional<organization> insert_organization(
    transaction& tx, std::string_view display_name, const std::optional<std::string>& external_id
)
{
    const organization_id id{tx.next_id()};
    const std::int64_t inserted = tx.sql().run(
        insert_organization_row,
        {id.value, environment(tx).value, display_name, sql::nullable(external_id), to_column(tx.now())}
    );
    if (inserted == 0)
        return std::nullopt;
    return organization{
        .id = id,
        .display_name = std::string(display_name),
        .external_id = external_id,
        .created = tx.now(),
        .updated = tx.now(),
    };
}

std::optional<organization> find_organization(transaction& tx, organization_id id)
{
    std::optional<organization> found;
    tx.sql().run(find_organization_row, {id.value}, [&](const sql::row& current) {
        found = read_organization(current);
    });
    return found;
}

std::optional<organization> find_organization_by_external_id(transaction& tx, std::string_view external_id)
{
    std::optional<organization> found;
    tx.sql().run(
        find_organization_row_by_external_id,
        {environment(tx).value, external_id},
        [&](const sql::row& current) { found = read_organization(current); }
    );
    return found;
}

std::vector<organization> list_organizations(transaction& tx, organization_id after, std::int64_t limit)
{
    std::vector<organization> found;
    tx.sql().run(list_organization_rows, {after.value, limit}, [&](const sql::row& current) {
        found.push_back(read_organization(current));
    });
    return found;
}

std::int64_t count_organizations(transaction& tx)
{
    std::int64_t total = 0;
    tx.sql().run(count_organization_rows, {}, [&](const sql::row& current) { total = current.integer(0); });
    return total;
}

std::optional<domain> insert_domain(
    transaction& tx,
    organization_id owner,
    const domain_name& name,
    domain_status status,
    bool covers_subdomains
)
{
    const domain_id id{tx.next_id()};
    const std::int64_t inserted = tx.sql().run(
        insert_domain_row,
        {id.value,
         environment(tx).value,
         owner.value,
         name.text(),
         to_word(status, status_words),
         std::int64_t{covers_subdomains},
         to_column(tx.now())}
    );
    if (inserted == 0)
        return std::nullopt;
    return domain{
        .id = id,
        .organization = owner,
        .name = name.text(),
        .status = status,
        .covers_subdomains = covers_subdomains,
        .created = tx.now(),
        .updated = tx.now(),
    };
}

std::optional<domain> find_domain(transaction& tx, organization_id owner, domain_id id)
{
    std::optional<domain> found;
    tx.sql().run(find_domain_row, {owner.value, id.value}, [&](const sql::row& current) {
        found = read_domain(current);
    });
    return found;
}

std::vector<domain> list_domains(
    transaction& tx, organization_id owner, std::int64_t offset, std::int64_t limit
)
{
    std::vector<domain> found;
    tx.sql().run(list_domain_rows, {owner.value, limit, offset}, [&](const sql::row& current) {
        found.push_back(read_domain(current));
    });
    return found;
}

bool delete_domain(transaction& tx, organization_id owner, domain_id id)
{
    return tx.sql().run(delete_domain_row, {owner.value, id.value}) > 0;
}

bool is_verified_domain(transaction& tx, organization_id owner, const domain_name& name)
{
    std::string_view candidate = name.text();
    if (has_verified(tx, owner, candidate, false))
        return true;
    // A name has at most 127 labels (RFC 1035 §3.1), hence as many parents.
    for (auto dot = candidate.find('.'); dot != std::string_view::npos; dot = candidate.find('.')) {
        candidate.remove_prefix(dot + 1);
        if (has_verified(tx, owner, candidate, true))
            return true;
    }
    return false;
}

directory read_directory(const sql::row& current, int first)
{
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
    };
}

directory insert_directory(
    transaction& tx,
    organization_id owner,
    std::string_view name,
    std::string_view provider,
    domain_policy policy
)
{
    const directory_id id{tx.next_id()};
    tx.sql().run(
        insert_directory_row,
        {id.value, owner.value, name, provider, to_word(policy, policy_words), to_column(tx.now())}
    );
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

std::optional<directory> find_directory(transaction& tx, organization_id owner, directory_id id)
{
    std::optional<directory> found;
    tx.sql().run(find_directory_row, {owner.value, id.value}, [&](const sql::row& current) {
        found = read_directory(current, 0);
    });
    return found;
}

std::optional<organization_id> owner_of(transaction& tx, directory_id id)
{
    std::optional<organization_id> owner;
    tx.sql().run(find_owner, {id.value}, [&](const sql::row& current) {
        owner = organization_id{current.integer(0)};
    });
    return owner;
}

std::vector<directory> list_directories(transaction& tx, organization_id owner)
{
    std::vector<directory> found;
    tx.sql().run(list_directory_rows, {owner.value}, [&](const sql::row& current) {
        found.push_back(read_directory(current, 0));
    });
    return found;
}

bool set_directory_enabled(transaction& tx, organization_id owner, directory_id id, bool is_enabled)
{
    const std::int64_t updated = tx.sql().run(
        update_directory_enabled, {owner.value, id.value, std::int64_t{is_enabled}, to_column(tx.now())}
    );
    return updated > 0;
}

bool set_domain_policy(transaction& tx, organization_id owner, directory_id id, domain_policy policy)
{
    const std::int64_t updated = tx.sql().run(
        update_directory_policy, {owner.value, id.value, to_word(policy, policy_words), to_column(tx.now())}
    );
    return updated > 0;
}

}  // namespace scimd::store::tenants

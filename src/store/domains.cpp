#include "store/domains.hpp"

#include "store/engine/query.hpp"
#include "store/tenants.hpp"

#include <array>
#include <utility>

namespace scimd::store::tenants {
namespace {

constexpr sql::statement insert_domain_row{
        "domains.insert",
        "insert into domains (id, environment_id, organization_id, name, type, method, status,"
        " covers_subdomains, token, window_ends_at, next_check_at, created_at, updated_at)"
        " values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $12) on conflict do nothing",
};

constexpr sql::statement update_domain_row{
        "domains.update",
        "update domains set status = $2, window_ends_at = $3, next_check_at = $4, checks = $5,"
        " last_check_at = $6, last_outcome = $7, absent_since = $8, absences = $9, asks_until = $10,"
        " updated_at = $11 where id = $1 and ($2 <> 'verified' or type <> 'organization' or not exists"
        " (select 1 from domains other where other.environment_id = domains.environment_id"
        " and other.name = domains.name and other.type = 'organization' and other.status = 'verified'"
        " and other.id <> $1))",
};

constexpr sql::statement find_domain_row{
        "domains.find",
        "select id, organization_id, name, type, method, status, covers_subdomains, created_at, updated_at,"
        " token, window_ends_at, next_check_at, checks, last_check_at, last_outcome, absent_since, absences,"
        " asks_until from domains where id = $1",
};

constexpr sql::statement list_domain_rows{
        "domains.list",
        "select id, organization_id, name, type, method, status, covers_subdomains, created_at, updated_at,"
        " token, window_ends_at, next_check_at, checks, last_check_at, last_outcome, absent_since, absences,"
        " asks_until from domains where organization_id = $1 order by id limit $2 offset $3",
};

constexpr sql::statement list_domain_rows_of_type{
        "domains.list_type",
        "select id, organization_id, name, type, method, status, covers_subdomains, created_at, updated_at,"
        " token, window_ends_at, next_check_at, checks, last_check_at, last_outcome, absent_since, absences,"
        " asks_until from domains where organization_id = $1 and type = $4 order by id limit $2 offset $3",
};

// A check that is scheduled later than this was scheduled before the clock was set back: it is due now.
constexpr std::chrono::days check_ahead_max{8};

constexpr sql::statement list_due_domain_rows{
        "domains.list_due",
        "select id, organization_id, name, type, method, status, covers_subdomains, created_at, updated_at,"
        " token, window_ends_at, next_check_at, checks, last_check_at, last_outcome, absent_since, absences,"
        " asks_until from domains where next_check_at <= $1 or next_check_at > $2 order by next_check_at"
        " limit $3",
};

constexpr sql::statement count_domain_rows{
        "domains.count",
        "select count(*) from domains where organization_id = $1",
};

constexpr sql::statement delete_domain_row{
        "domains.remove",
        "delete from domains where organization_id = $1 and id = $2",
};

constexpr sql::statement find_name_owner{
        "domains.find_owner",
        "select organization_id from domains where environment_id = $1 and name = $2"
        " and type = 'organization' and status = 'verified'",
};

constexpr sql::statement find_parent_owner{
        "domains.find_parent_owner",
        "select organization_id from domains where environment_id = $1"
        " and name in (select value from json_each($2)) and type = 'organization' and status = 'verified'"
        " and covers_subdomains = 1 order by length(name) desc limit 1",
};

constexpr std::array<std::string_view, 2> type_words = {"organization", "allowed_email"};
constexpr std::array<std::string_view, 3> method_words = {"admin", "dns", "not_applicable"};
constexpr std::array<std::string_view, 4> status_words = {"pending", "verified", "failed", "lapsed"};

sql::parameter unless_empty(const std::string& text) {
    return text.empty() ? sql::parameter() : sql::parameter(text);
}

domain read_domain(const sql::row& current) {
    return {
            .id = {current.integer(0)},
            .organization = {current.integer(1)},
            .name = std::string(current.text(2)),
            .type = from_word<domain_type>(current.text(3), type_words),
            .method = from_word<domain_method>(current.text(4), method_words),
            .status = from_word<domain_status>(current.text(5), status_words),
            .covers_subdomains = current.integer(6) != 0,
            .created = from_column(current.integer(7)),
            .updated = from_column(current.integer(8)),
            .token = std::string(current.text(9)),
            .window_end = read_optional<time_point>(current, 10),
            .next_check = read_optional<time_point>(current, 11),
            .checks = current.integer(12),
            .last_check = read_optional<time_point>(current, 13),
            .last_outcome = std::string(current.text(14)),
            .absent_since = read_optional<time_point>(current, 15),
            .absences = current.integer(16),
            .asks_until = from_column(current.integer(17)),
    };
}

// The parents of a name, as a JSON array; empty when no parent can be a domain. A name has at most 127 labels
// (RFC 1035 §3.1), so it has fewer parents, and no character that JSON must escape.
std::string parents_of(const domain_name& name) {
    std::string listed;
    std::string_view rest = name.text();
    for (auto dot = rest.find('.'); dot != std::string_view::npos; dot = rest.find('.')) {
        rest.remove_prefix(dot + 1);
        if (rest.find('.') == std::string_view::npos)
            break;
        listed += listed.empty() ? "[\"" : ",\"";
        listed += rest;
        listed += '"';
    }
    if (!listed.empty())
        listed += ']';
    return listed;
}

}  // namespace

std::optional<domain> insert_domain(transaction& tx, domain what) {
    what.id = {tx.next_id()};
    what.created = tx.now();
    what.updated = tx.now();
    const std::int64_t inserted = tx.sql().run(insert_domain_row,
            {what.id.value, environment(tx).value, what.organization.value, what.name,
                    to_word(what.type, type_words), to_word(what.method, method_words),
                    to_word(what.status, status_words), std::int64_t{what.covers_subdomains},
                    unless_empty(what.token), nullable(what.window_end), nullable(what.next_check),
                    to_column(tx.now())});
    if (inserted == 0)
        return std::nullopt;
    return what;
}

std::optional<domain> insert_domain(transaction& tx, organization_id owner, const domain_name& name,
        domain_status status, bool covers_subdomains) {
    domain what;
    what.organization = owner;
    what.name = name.text();
    what.status = status;
    what.covers_subdomains = covers_subdomains;
    return insert_domain(tx, std::move(what));
}

bool update_domain(transaction& tx, const domain& what) {
    const std::int64_t updated = tx.sql().run(
            update_domain_row, {what.id.value, to_word(what.status, status_words), nullable(what.window_end),
                                       nullable(what.next_check), what.checks, nullable(what.last_check),
                                       unless_empty(what.last_outcome), nullable(what.absent_since),
                                       what.absences, to_column(what.asks_until), to_column(tx.now())});
    return updated > 0;
}

std::optional<domain> find_domain(transaction& tx, organization_id owner, domain_id id) {
    auto found = find_domain_anywhere(tx, id);
    if (found && found->organization != owner)
        found.reset();
    return found;
}

std::optional<domain> find_domain_anywhere(transaction& tx, domain_id id) {
    return sql::one(tx, find_domain_row, {id.value}, read_domain);
}

std::vector<domain> list_domains(
        transaction& tx, organization_id owner, std::int64_t offset, std::int64_t limit) {
    return sql::all(tx, list_domain_rows, {owner.value, limit, offset}, read_domain);
}

std::vector<domain> list_domains(
        transaction& tx, organization_id owner, domain_type type, std::int64_t offset, std::int64_t limit) {
    return sql::all(tx, list_domain_rows_of_type, {owner.value, limit, offset, to_word(type, type_words)},
            read_domain);
}

std::int64_t count_domains(transaction& tx, organization_id owner) {
    return sql::value(tx, count_domain_rows, {owner.value});
}

bool delete_domain(transaction& tx, organization_id owner, domain_id id) {
    return tx.sql().run(delete_domain_row, {owner.value, id.value}) > 0;
}

bool is_owned_by_another(transaction& tx, organization_id owner, std::string_view name) {
    const auto found = sql::one<organization_id>(tx, find_name_owner, {environment(tx).value, name});
    return found && *found != owner;
}

std::optional<organization_id> owner_of(transaction& tx, environment_id where, const domain_name& name) {
    if (const auto owner = sql::one<organization_id>(tx, find_name_owner, {where.value, name.text()}))
        return owner;
    const auto parents = parents_of(name);
    if (parents.empty())
        return std::nullopt;
    return sql::one<organization_id>(tx, find_parent_owner, {where.value, parents});
}

bool is_verified_domain(transaction& tx, organization_id owner, const domain_name& name) {
    return owner_of(tx, environment(tx), name) == owner;
}

std::vector<domain> list_due_domains(transaction& tx, std::int64_t limit) {
    return sql::all(tx, list_due_domain_rows,
            {to_column(tx.now()), to_column(tx.now() + check_ahead_max), limit}, read_domain);
}

}  // namespace scimd::store::tenants

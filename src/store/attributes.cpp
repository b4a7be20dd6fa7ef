#include "store/attributes.hpp"

#include "store/engine/query.hpp"

namespace scimd::store::attributes {

namespace {

constexpr sql::statement insert_definition{
        "attribute_definitions.insert",
        "insert into attribute_definitions (environment_id, key, label, datatype, is_enabled, is_required)"
        " values ((select min(id) from environments), $1, $2, $3, $4, $5) on conflict do nothing",
};

constexpr sql::statement update_definition{
        "attribute_definitions.update",
        "update attribute_definitions set label = $2, datatype = $3, is_enabled = $4, is_required = $5"
        " where environment_id = (select min(id) from environments) and key = $1",
};

constexpr sql::statement delete_definition{
        "attribute_definitions.remove",
        "delete from attribute_definitions"
        " where environment_id = (select min(id) from environments) and key = $1",
};

constexpr sql::statement find_definition{
        "attribute_definitions.find",
        "select key, label, datatype, is_enabled, is_required from attribute_definitions"
        " where environment_id = (select min(id) from environments) and key = $1",
};

constexpr sql::statement list_definitions{
        "attribute_definitions.list",
        "select key, label, datatype, is_enabled, is_required from attribute_definitions"
        " where environment_id = (select min(id) from environments) order by key",
};

constexpr sql::statement count_definitions{
        "attribute_definitions.count",
        "select count(*) from attribute_definitions"
        " where environment_id = (select min(id) from environments)",
};

constexpr sql::statement list_mappings{
        "attribute_mappings.list",
        "select m.key, m.path, d.datatype, d.is_enabled, d.is_required from attribute_mappings m"
        " cross join attribute_definitions d on d.environment_id = m.environment_id and d.key = m.key"
        " where m.directory_id = $1 order by m.position",
};

constexpr sql::statement delete_mappings{
        "attribute_mappings.clear",
        "delete from attribute_mappings where directory_id = $1",
};

constexpr sql::statement insert_mapping{
        "attribute_mappings.insert",
        "insert into attribute_mappings (directory_id, position, environment_id, key, path)"
        " values ($1, $2, (select min(id) from environments), $3, $4)",
};

mapping read_mapping(const sql::row& current) {
    return {std::string(current.text(0)), std::string(current.text(1)), std::string(current.text(2)),
            current.integer(3) != 0, current.integer(4) != 0};
}

definition read_definition(const sql::row& current) {
    return {std::string(current.text(0)), std::string(current.text(1)), std::string(current.text(2)),
            current.integer(3) != 0, current.integer(4) != 0};
}

std::int64_t write(transaction& tx, const sql::statement& how, const definition& what) {
    return tx.sql().run(how, {what.key, what.label, what.datatype, std::int64_t{what.is_enabled},
                                     std::int64_t{what.is_required}});
}

}  // namespace

bool insert(transaction& tx, const definition& what) {
    return write(tx, insert_definition, what) > 0;
}

void update(transaction& tx, const definition& what) {
    write(tx, update_definition, what);
}

void remove(transaction& tx, std::string_view key) {
    tx.sql().run(delete_definition, {key});
}

std::optional<definition> find(transaction& tx, std::string_view key) {
    return sql::one(tx, find_definition, {key}, read_definition);
}

std::vector<definition> list(transaction& tx) {
    return sql::all(tx, list_definitions, {}, read_definition);
}

std::int64_t count(transaction& tx) {
    return sql::value(tx, count_definitions);
}

std::vector<mapping> mappings(transaction& tx, directory_id directory) {
    return sql::all(tx, list_mappings, {directory.value}, read_mapping);
}

void replace_mappings(transaction& tx, directory_id directory, const std::vector<mapping>& with) {
    tx.sql().run(delete_mappings, {directory.value});
    std::int64_t position = 0;
    for (const auto& one : with)
        tx.sql().run(insert_mapping, {directory.value, position++, one.key, one.path});
}

}  // namespace scimd::store::attributes

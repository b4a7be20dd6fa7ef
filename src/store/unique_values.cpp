#include "store/unique_values.hpp"

#include "base/json/json.hpp"
#include "store/engine/query.hpp"
#include "store/resources.hpp"

#include <algorithm>
#include <cstdint>
#include <iterator>
#include <optional>
#include <set>
#include <string>
#include <utility>

namespace scimd::store::unique_values {

namespace {

constexpr sql::statement find_holder{
        "unique_values.find",
        "select resource_id from unique_values"
        " where directory_id = $1 and type = $2 and attribute = $3 and value = $4",
};

constexpr sql::statement find_values{
        "unique_values.of_resource",
        "select attribute, value from unique_values"
        " where directory_id = $1 and type = $2 and resource_id = $3",
};

constexpr sql::statement insert_value{
        "unique_values.insert",
        "insert into unique_values (directory_id, type, attribute, value, resource_id)"
        " values ($1, $2, $3, $4, $5)",
};

constexpr sql::statement delete_value{
        "unique_values.remove",
        "delete from unique_values where directory_id = $1 and type = $2 and attribute = $3 and value = $4",
};

constexpr sql::statement delete_attribute{
        "unique_values.remove_attribute",
        "delete from unique_values where directory_id = $1 and type = $2 and attribute = $3",
};

constexpr sql::statement list_directories{
        "unique_values.directories",
        "select id from directories order by id",
};

constexpr sql::statement list_attributes{
        "unique_attributes.list",
        "select type, attribute, comparison from unique_attributes",
};

constexpr sql::statement insert_attribute{
        "unique_attributes.insert",
        "insert into unique_attributes (type, attribute, comparison) values ($1, $2, $3)",
};

constexpr sql::statement delete_attributes{
        "unique_attributes.remove",
        "delete from unique_attributes where type = $1 and attribute = $2",
};

std::optional<std::int64_t> holder_of(
        transaction& tx, directory_id directory, std::string_view type, const scim::unique_value& value) {
    return sql::one<std::int64_t>(tx, find_holder, {directory.value, type, value.attribute, value.key});
}

void insert(transaction& tx, directory_id directory, std::string_view type, resource_id self,
        const scim::unique_value& value) {
    tx.sql().run(insert_value, {directory.value, type, value.attribute, value.key, self.value});
}

struct rule {
    std::string type;
    std::string attribute;
    std::string comparison;
    friend auto operator<=>(const rule&, const rule&) = default;
};

std::set<rule> rules_of(const scim::catalogue& types) {
    std::set<rule> rules;
    for (const scim::resource_type& type : types.resource_types())
        for (const scim::path& path : scim::unique_attributes(type))
            rules.insert({type.name, to_text(path), scim::unique_comparison(path.leaf())});
    return rules;
}

std::set<rule> known_rules(transaction& tx) {
    const auto rows = sql::all(tx, list_attributes, {}, [](const sql::row& current) {
        return rule{std::string(current.text(0)), std::string(current.text(1)), std::string(current.text(2))};
    });
    return {rows.begin(), rows.end()};
}

std::vector<directory_id> all_directories(transaction& tx) {
    return sql::all<directory_id>(tx, list_directories);
}

std::set<rule> difference(const std::set<rule>& from, const std::set<rule>& less) {
    std::set<rule> rest;
    std::ranges::set_difference(from, less, std::inserter(rest, rest.end()));
    return rest;
}

// Indexes the values of one directory's resources after attributes became unique.
class indexer {
public:
    indexer(transaction& tx, directory_id directory, const scim::resource_type& type,
            const std::set<rule>& added)
            : tx_(tx), directory_(directory), type_(type), added_(added) {}

    result<void> run() {
        result<void> done;
        resources::list(tx_, directory_, type_.name, {}, {}, 0, -1, [&](const resources::row& row) {
            done = take_in(row);
            return done.has_value();
        });
        return done;
    }

private:
    result<void> take_in(const resources::row& row) {
        const auto document = parse_json_object(row.document, {.depth_max = 64, .nodes_max = SIZE_MAX});
        for (const scim::unique_value& value :
                scim::unique_values(document.value(), type_, unlimited_work())) {
            const bool is_added = std::ranges::any_of(added_, [&](const rule& each) {
                return each.type == type_.name && each.attribute == value.attribute;
            });
            if (!is_added)
                continue;
            if (holder_of(tx_, directory_, type_.name, value))
                return error{errc::invalid_value,
                        value.attribute + " cannot be unique: two resources of the type " + type_.name +
                                " in the directory " + directory_.text() + " have the same value."};
            insert(tx_, directory_, type_.name, row.id, value);
        }
        return {};
    }

    transaction& tx_;
    directory_id directory_;
    const scim::resource_type& type_;
    const std::set<rule>& added_;
};

void forget(transaction& tx, const rule& stale) {
    for (const directory_id directory : all_directories(tx))
        tx.sql().run(delete_attribute, {directory.value, stale.type, stale.attribute});
    tx.sql().run(delete_attributes, {stale.type, stale.attribute});
}

result<void> follow(transaction& tx, const scim::catalogue& types) {
    const std::set<rule> wanted = rules_of(types);
    const std::set<rule> known = known_rules(tx);
    for (const rule& stale : difference(known, wanted))
        forget(tx, stale);

    const std::set<rule> added = difference(wanted, known);
    for (const rule& each : added)
        tx.sql().run(insert_attribute, {each.type, each.attribute, each.comparison});
    for (const scim::resource_type& type : types.resource_types()) {
        const bool is_concerned =
                std::ranges::any_of(added, [&](const rule& each) { return each.type == type.name; });
        if (!is_concerned)
            continue;
        for (const directory_id directory : all_directories(tx))
            if (auto done = indexer(tx, directory, type, added).run(); !done)
                return done;
    }
    return {};
}

}  // namespace

const scim::unique_value* find_taken(transaction& tx, directory_id directory, std::string_view type,
        resource_id self, const std::vector<scim::unique_value>& values) {
    for (const scim::unique_value& value : values) {
        const auto holder = holder_of(tx, directory, type, value);
        if (holder && *holder != self.value)
            return &value;
    }
    return nullptr;
}

void replace(transaction& tx, directory_id directory, const scim::resource_type& type, resource_id self,
        const std::vector<scim::unique_value>& values) {
    const auto attributes = scim::unique_attributes(type);
    if (attributes.empty())
        return;
    std::set<scim::unique_value> missing(values.begin(), values.end());
    std::vector<scim::unique_value> stale;
    tx.sql().run(find_values, {directory.value, type.name, self.value}, [&](const sql::row& current) {
        scim::unique_value held{std::string(current.text(0)), std::string(current.text(1))};
        if (missing.erase(held) == 0)
            stale.push_back(std::move(held));
    });
    for (const scim::unique_value& held : stale) {
        const bool is_known = std::ranges::any_of(
                attributes, [&](const scim::path& each) { return to_text(each) == held.attribute; });
        if (is_known)
            tx.sql().run(delete_value, {directory.value, type.name, held.attribute, held.key});
    }
    for (const scim::unique_value& value : missing)
        insert(tx, directory, type.name, self, value);
}

result<void> reconcile(database& store, const scim::catalogue& types) {
    bool is_as_before = true;
    run(store, intent::read, [&](transaction& tx) {
        is_as_before = known_rules(tx) == rules_of(types);
        return verdict::commit;
    });
    if (is_as_before)
        return {};
    result<void> done;
    run(store, intent::write, [&](transaction& tx) {
        done = follow(tx, types);
        return done ? verdict::commit : verdict::rollback;
    });
    return done;
}

}  // namespace scimd::store::unique_values

#include "store/filter_sql.hpp"

#include "base/text.hpp"
#include "base/time.hpp"
#include "base/work_budget.hpp"
#include "scim/filter/match.hpp"
#include "scim/unique.hpp"
#include "store/prefix_range.hpp"

#include <algorithm>
#include <array>
#include <string>
#include <string_view>

namespace scimd::store {

namespace {

// The number of SQL parameters of a filter. Terms beyond it are matched in memory; the parser's limit on
// terms keeps filters of clients below it.
constexpr std::size_t filter_parameters_max = 256;
constexpr std::size_t parameters_of_term_max = 2;

// $1 is the directory, $2 the type.
constexpr std::size_t first_parameter = 3;

constexpr std::string_view nothing = "1 = 0";
constexpr std::string_view everything = "1 = 1";

enum class value_kind { text, boolean, instant, id };

constexpr std::string_view modified_column = "r.modified_at";

// A single-valued attribute that has a column of its own.
struct column {
    std::string_view type;  // empty: every resource type
    std::string_view attribute;
    std::string_view sub_attribute;
    std::string_view name;
    value_kind kind;
    std::optional<resources::sort_column> sorts_as;
    selectivity selects = selectivity::unknown;  // of a comparison with eq
};

constexpr auto columns = std::to_array<column>({
        {"User", "userName", "", "r.unique_key", value_kind::text, resources::sort_column::unique_key,
                selectivity::unique},
        {"User", "displayName", "", "r.display_key", value_kind::text, resources::sort_column::display_key,
                selectivity::indexed},
        {"User", "active", "", "r.active", value_kind::boolean, std::nullopt},
        {"Group", "displayName", "", "r.display_key", value_kind::text, resources::sort_column::display_key,
                selectivity::indexed},
        {"", "externalId", "", "r.external_id", value_kind::text, resources::sort_column::external_id,
                selectivity::indexed},
        {"", "id", "", "r.id", value_kind::id, resources::sort_column::id, selectivity::unique},
        {"", "meta", "created", "r.created_at", value_kind::instant, resources::sort_column::created},
        {"", "meta", "lastModified", modified_column, value_kind::instant, resources::sort_column::modified},
});

// A multi-valued attribute whose values are rows of another table. The subquery is not correlated, so that it
// can start at the index of the value.
struct collection {
    std::string_view type;
    std::string_view attribute;
    std::string_view query;  // selects the ids of resources with values
    std::string_view value;  // the column to compare
    value_kind kind;
};

constexpr auto collections = std::to_array<collection>({
        {"User", "emails",
                "select v.resource_id from resource_values v"
                " where v.directory_id = $1 and v.type = $2 and v.attribute = 'emails.value'",
                "v.value", value_kind::text},
        {"Group", "members", "select m.group_id from members m where m.directory_id = $1", "m.member_id",
                value_kind::id},
        {"User", "groups",
                "select m.member_id from members m where m.directory_id = $1 and m.member_type = 'User'",
                "m.group_id", value_kind::id},
});

// The types of members of a group, by the prefixes of their ids.
struct member_kind {
    std::string_view id_prefix;
    std::string_view type;
};
constexpr auto member_kinds = std::to_array<member_kind>({{user_prefix, "User"}, {group_prefix, "Group"}});

const column* find_column(const scim::path& where, const scim::resource_type& type) {
    if (where.extension)
        return nullptr;
    const std::string_view sub_attribute =
            where.sub_attribute ? std::string_view(where.sub_attribute->name) : "";
    for (const column& each : columns) {
        const bool is_of_type = each.type.empty() || each.type == type.name;
        if (is_of_type && each.attribute == where.attribute->name && each.sub_attribute == sub_attribute)
            return &each;
    }
    return nullptr;
}

// The collection of the attribute itself or of its sub-attribute `value`; nullptr for any other
// sub-attribute.
const collection* find_collection(const scim::path& where, const scim::resource_type& type) {
    if (where.extension || (where.sub_attribute && where.sub_attribute->name != "value"))
        return nullptr;
    for (const collection& each : collections)
        if (each.type == type.name && each.attribute == where.attribute->name)
            return &each;
    return nullptr;
}

// Operators that compare whole values. Columns compare text by bytes (SQLite's BINARY, PostgreSQL's "C"),
// like std::string in memory.
std::optional<std::string_view> operator_of(scim::operation which) {
    switch (which) {
        case scim::operation::eq:
            return " = ";
        case scim::operation::ne:
            return " is distinct from ";  // an unassigned attribute differs from every value
        case scim::operation::gt:
            return " > ";
        case scim::operation::ge:
            return " >= ";
        case scim::operation::lt:
            return " < ";
        case scim::operation::le:
            return " <= ";
        default:
            return std::nullopt;
    }
}

struct fragment {
    std::string text;  // empty: no condition
    bool is_exact = true;
    selectivity selects = selectivity::unknown;
};

// A term that must be matched in memory.
fragment residue() {
    return {.text = "", .is_exact = false};
}

fragment constant(bool holds) {
    return {std::string(holds ? everything : nothing)};
}

bool is_resource_type(const scim::path& where) {
    return !where.extension && where.sub_attribute && where.attribute == scim::find_common("meta") &&
           where.sub_attribute->name == "resourceType";
}

class compiler {
public:
    explicit compiler(const scim::resource_type& type) : type_(type) {}

    compiled_filter whole(const scim::filter& condition) {
        fragment compiled = run(condition);
        if (compiled.text == nothing)
            return {.where = {.text = std::string(nothing), .parameters = {}}, .is_void = true};
        if (compiled.text == everything)
            compiled.text.clear();
        return {
                .where = {.text = std::move(compiled.text), .parameters = std::move(parameters_)},
                .is_exact = compiled.is_exact,
                .selects = compiled.selects,
        };
    }

    fragment operator()(const scim::comparison& node) {
        if (parameters_.size() + parameters_of_term_max > filter_parameters_max)
            return residue();
        if (const auto known = constant_of(node.attribute, {node}))
            return constant(*known);
        if (std::holds_alternative<scim::null_literal>(node.value))
            return compare_with_null(node);
        if (const column* const found = find_column(node.attribute, type_))
            return compare(*found, node);
        if (node.op == scim::operation::eq && scim::is_unique(node.attribute, type_))
            return compare_unique(node);
        const collection* const found = find_collection(node.attribute, type_);
        // ne matches when one of many values differs, which SQL cannot tell from the matching rows alone.
        if (!found || node.op == scim::operation::ne)
            return residue();
        const fragment value = found->kind == value_kind::id ? compare_member(*found, node)
                                                             : compare(found->value, found->kind, node);
        if (value.text.empty())
            return residue();
        const bool is_led = found->kind == value_kind::text && node.op == scim::operation::eq;
        return {
                .text = "r.id in (" + std::string(found->query) + " and " + value.text + ")",
                .selects = is_led ? selectivity::indexed : selectivity::unknown,
        };
    }

    fragment operator()(const scim::present& node) {
        if (const auto known = constant_of(node.attribute, {node}))
            return constant(*known);
        if (const column* const found = find_column(node.attribute, type_))
            return {std::string(found->name) + " is not null"};
        const collection* const found = find_collection(node.attribute, type_);
        if (!found)
            return residue();
        // An e-mail may lack its value, so that its rows do not tell presence; a membership never does.
        if (found->kind != value_kind::id && !node.attribute.sub_attribute)
            return residue();
        return {"r.id in (" + std::string(found->query) + ")"};
    }

    // A conjunction keeps the terms that can be translated.
    fragment operator()(const scim::conjunction& node) {
        // In a value filter (in brackets) all terms must match one value; in SQL each may match another one.
        fragment all{.text = "", .is_exact = !is_in_brackets_ || node.terms.size() == 1};
        const std::size_t parameters_before = parameters_.size();
        for (const scim::filter& each : node.terms) {
            const fragment term = run(each);
            if (term.text == nothing) {
                parameters_.resize(parameters_before);
                return constant(false);
            }
            all.is_exact = all.is_exact && term.is_exact;
            all.selects = std::min(all.selects, term.selects);
            if (term.text != everything)
                join(all, " and ", term);
        }
        return all.text.empty() && all.is_exact ? constant(true) : all;
    }

    fragment operator()(const scim::disjunction& node) {
        const std::size_t parameters_before = parameters_.size();
        fragment any;
        for (const scim::filter& each : node.terms) {
            const fragment term = run(each);
            if (term.text.empty() || (term.text == everything && term.is_exact)) {
                parameters_.resize(parameters_before);
                return term.text.empty() ? residue() : constant(true);
            }
            any.is_exact = any.is_exact && term.is_exact;
            if (term.text != nothing)
                join(any, " or ", term);
        }
        return any.text.empty() ? constant(false) : any;
    }

    fragment operator()(const scim::negation& node) {
        const std::size_t parameters_before = parameters_.size();
        const fragment term = run(*node.term);
        // In a value filter the negation is about one value; the condition is about any value, so that it
        // cannot be negated, even when it is exact.
        if (term.is_exact && !term.text.empty() && !is_in_brackets_)
            return negated(term);
        parameters_.resize(parameters_before);
        return residue();
    }

    // Value filters do not nest: the parser rejects brackets in brackets.
    fragment operator()(const scim::value_filter& node) {
        if (!scim::belongs(node.attribute, type_))
            return constant(false);
        is_in_brackets_ = true;
        fragment inside = run(*node.condition);
        is_in_brackets_ = false;
        return inside;
    }

private:
    fragment run(const scim::filter& condition) { return std::visit(*this, condition.node); }

    static void join(fragment& all, std::string_view keyword, const fragment& term) {
        if (term.text.empty())
            return;
        if (!all.text.empty())
            all.text += keyword;
        all.text.append("(").append(term.text).append(")");
    }

    // The result of a term when it is the same for every resource of the type; empty when it is not.
    std::optional<bool> constant_of(const scim::path& attribute, const scim::filter& term) const {
        if (!scim::belongs(attribute, type_))
            return scim::matches(term, {}, unlimited_work());
        if (!is_resource_type(attribute))
            return std::nullopt;
        return scim::matches(term, {{"meta", {{"resourceType", type_.name}}}}, unlimited_work());
    }

    // The negation: true also where the term is null because of an unassigned attribute.
    static fragment negated(const fragment& term) {
        if (term.text == nothing || term.text == everything)
            return constant(term.text == nothing);
        return {"(" + term.text + ") is not true"};
    }

    std::string place(std::variant<std::int64_t, std::string> value) {
        parameters_.push_back(std::move(value));
        return "$" + std::to_string(first_parameter + parameters_.size() - 1);
    }

    fragment compare_with_null(const scim::comparison& node) {
        if (is_in_brackets_)
            return residue();
        const fragment is_present = (*this)(scim::present{node.attribute});
        if (is_present.text.empty() || node.op == scim::operation::ne)
            return is_present;
        return node.op == scim::operation::eq ? negated(is_present) : residue();
    }

    fragment compare(const column& found, const scim::comparison& node) {
        fragment made = compare(found.name, found.kind, node);
        if (node.op == scim::operation::eq && !made.text.empty())
            made.selects = found.selects;
        return made;
    }

    fragment compare(std::string_view name, value_kind kind, const scim::comparison& node) {
        switch (kind) {
            case value_kind::text:
                return compare_text(name, node);
            case value_kind::boolean:
                return compare_boolean(name, node);
            case value_kind::instant:
                return compare_instant(name, node);
            case value_kind::id:
                return compare_id(name, node);
        }
        return residue();
    }

    fragment compare_text(std::string_view name, const scim::comparison& node) {
        const auto* const literal = std::get_if<std::string>(&node.value);
        if (!literal)
            return residue();
        std::string wanted = node.attribute.leaf().is_case_exact ? *literal : node.folded;
        if (node.op == scim::operation::sw)
            return compare_prefix(name, std::move(wanted));
        const auto sign = operator_of(node.op);
        return sign ? compare_value(name, *sign, std::move(wanted)) : residue();
    }

    // sw as a range of texts, for which the index can be used whatever characters the prefix has.
    fragment compare_prefix(std::string_view name, std::string prefix) {
        if (!is_valid_utf8(prefix))
            return residue();
        std::string end = end_of_prefix(prefix);
        fragment range = compare_value(name, " >= ", std::move(prefix));
        if (!end.empty())
            range.text.append(" and ").append(compare_value(name, " < ", std::move(end)).text);
        return range;
    }

    fragment compare_boolean(std::string_view name, const scim::comparison& node) {
        const bool* const wanted = std::get_if<bool>(&node.value);
        const bool is_equality = node.op == scim::operation::eq || node.op == scim::operation::ne;
        if (!wanted || !is_equality)
            return residue();
        return compare_value(name, *operator_of(node.op), std::int64_t{*wanted});
    }

    fragment compare_instant(std::string_view name, const scim::comparison& node) {
        const auto* const literal = std::get_if<std::string>(&node.value);
        const auto sign = operator_of(node.op);
        const auto wanted = literal ? parse_rfc3339(*literal) : std::nullopt;
        if (!sign || !wanted)
            return residue();
        const bool is_since = node.op == scim::operation::gt || node.op == scim::operation::ge;
        if (name != modified_column || !is_since)
            return compare_value(name, *sign, to_column(*wanted));
        // Few resources have changed since a recent time. The subquery starts at the index of modified_at;
        // otherwise the planner would scan the directory in the order of ids.
        const fragment since = compare_value("s.modified_at", *sign, to_column(*wanted));
        return {"r.id in (select s.id from resources s where s.directory_id = $1 and s.type = $2 and " +
                since.text + ")"};
    }

    // Ids are numbers in columns and text for clients, so that only eq and ne mean the same.
    fragment compare_id(std::string_view name, const scim::comparison& node) {
        const auto* const literal = std::get_if<std::string>(&node.value);
        const bool is_equality = node.op == scim::operation::eq || node.op == scim::operation::ne;
        if (!literal || !is_equality)
            return residue();
        if (const auto wanted = parse_prefixed(*literal, type_.id_prefix))
            return compare_value(name, *operator_of(node.op), *wanted);
        const fragment none{std::string(nothing)};
        return node.op == scim::operation::eq ? none : negated(none);
    }

    fragment compare_unique(const scim::comparison& node) {
        auto key = scim::unique_key(node.value, node.attribute.leaf());
        if (!key)
            return {std::string(nothing)};
        const std::string attribute = place(to_text(node.attribute));
        return {
                .text = "r.id in (select u.resource_id from unique_values u where u.directory_id = $1"
                        " and u.type = $2 and u.attribute = " +
                        attribute + " and u.value = " + place(std::move(*key)) + ")",
                .selects = selectivity::unique,
        };
    }

    // Compares one side of a membership: the id of a user or a group.
    fragment compare_member(const collection& side, const scim::comparison& node) {
        const auto* const literal = std::get_if<std::string>(&node.value);
        if (!literal || node.op != scim::operation::eq)
            return residue();
        const std::string& wanted = node.attribute.leaf().is_case_exact ? *literal : node.folded;
        for (const auto& [id_prefix, type] : member_kinds) {
            const auto id = parse_prefixed(wanted, id_prefix);
            if (!id)
                continue;
            if (side.attribute == "groups")
                return type == "Group" ? compare_value(side.value, " = ", *id)
                                       : fragment{std::string(nothing)};
            fragment found = compare_value(side.value, " = ", *id);
            found.text.append(" and m.member_type = '").append(type).append("'");
            return found;
        }
        return {std::string(nothing)};
    }

    fragment compare_value(
            std::string_view name, std::string_view sign, std::variant<std::int64_t, std::string> value) {
        return {std::string(name).append(sign).append(place(std::move(value)))};
    }

    const scim::resource_type& type_;
    std::vector<std::variant<std::int64_t, std::string>> parameters_;
    bool is_in_brackets_ = false;
};

}  // namespace

compiled_filter compile(const scim::filter& condition, const scim::resource_type& type) {
    return compiler(type).whole(condition);
}

std::optional<resources::sort_column> sort_column_of(
        const scim::path& attribute, const scim::resource_type& type) {
    const column* const found = find_column(attribute, type);
    return found ? found->sorts_as : std::nullopt;
}

}  // namespace scimd::store

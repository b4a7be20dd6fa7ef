// Lists of resources: conditions, sort orders, offset and keyset pagination.
#include "store/engine/query.hpp"
#include "store/resources.hpp"

#include <stdexcept>
#include <utility>

namespace scimd::store::resources {

namespace {

std::string_view name_of(sort_column column) {
    switch (column) {
        case sort_column::id:
            return "r.id";
        case sort_column::unique_key:
            return "r.unique_key";
        case sort_column::display_key:
            return "r.display_key";
        case sort_column::external_id:
            return "r.external_id";
        case sort_column::created:
            return "r.created_at";
        case sort_column::modified:
            return "r.modified_at";
    }
    throw std::logic_error("resources: no such column to sort by");
}

// RFC 7644 §3.4.2.3: rows without a value come last in ascending order and first in descending order. Ties
// follow the direction, too, so that an index can be read backwards.
std::string order_by(const ordering& order) {
    const std::string_view direction = order.is_descending ? " desc" : " asc";
    std::string text = " order by ";
    if (order.by != sort_column::id) {
        text += name_of(order.by);
        text += direction;
        text += order.is_descending ? " nulls first, " : " nulls last, ";
    }
    return text.append("r.id").append(direction);
}

std::string where_text(const condition& filter) {
    std::string text = " from resources r where r.directory_id = $1 and r.type = $2";
    if (!filter.text.empty())
        text.append(" and (").append(filter.text).append(")");
    return text;
}

std::vector<sql::parameter> parameters_of(
        directory_id directory, std::string_view type, const condition& filter) {
    std::vector<sql::parameter> all{directory.value, type};
    all.reserve(filter.parameters.size() + 4);
    for (const auto& given : filter.parameters)
        all.push_back(std::visit([](const auto& value) { return sql::parameter(value); }, given));
    return all;
}

bool is_nullable(sort_column column) {
    return column == sort_column::unique_key || column == sort_column::display_key ||
           column == sort_column::external_id;
}

// A part of the sort order that is one range of one index.
struct index_range {
    bool has_values = true;  // false: the rows without a value
    std::optional<place> after{};
};

// The ranges that follow `after`, in the order of the list (RFC 7644 §3.4.2.3).
std::vector<index_range> index_ranges_of(const ordering& order, const std::optional<place>& after) {
    if (!is_nullable(order.by))
        return {{true, after}};
    const bool is_among_values = after && !std::holds_alternative<std::monostate>(after->value);
    const bool is_among_others = after && !is_among_values;
    const index_range values{true, is_among_values ? after : std::nullopt};
    const index_range others{false, is_among_others ? after : std::nullopt};
    if (order.is_descending)
        return is_among_values ? std::vector{values} : std::vector{others, values};
    return is_among_others ? std::vector{others} : std::vector{values, others};
}

sql::parameter parameter_of(const sort_value& value) {
    if (const auto* const text = std::get_if<std::string>(&value))
        return std::string_view(*text);
    if (const auto* const number = std::get_if<std::int64_t>(&value))
        return *number;
    return {};
}

// The arguments of a list.
struct listed {
    directory_id directory;
    std::string_view type;
    const condition& filter;
    const ordering& order;
};

class reader {
public:
    reader(transaction& tx, const listed& from) : tx_(tx), from_(from), name_(name_of(from.order.by)) {}

    void read(const index_range& part, std::int64_t limit,
            const std::function<bool(const row&, const sort_value&)>& each) {
        std::vector<sql::parameter> parameters = parameters_of(from_.directory, from_.type, from_.filter);
        std::string text = "select r.id, r.version, r.created_at, r.modified_at, r.document, ";
        text.append(name_).append(where_text(from_.filter)).append(condition_of(part, parameters));
        text += order_of(part);
        parameters.emplace_back(limit);
        text += " limit $" + std::to_string(parameters.size());
        tx_.sql().run(sql::statement{"resources.list_behind", text}, parameters,
                [&](const sql::row& current) { return each(read_row(current), value_of(current)); });
    }

private:
    std::string condition_of(const index_range& part, std::vector<sql::parameter>& parameters) const {
        std::string text;
        const bool is_of_ids = from_.order.by == sort_column::id || !part.has_values;
        if (!part.has_values)
            text.append(" and ").append(name_).append(" is null");
        else if (!part.after && is_nullable(from_.order.by))
            text.append(" and ").append(name_).append(" is not null");
        if (!part.after)
            return text;
        const std::string sign = from_.order.is_descending ? " < " : " > ";
        const auto next = [&](sql::parameter given) {
            parameters.push_back(given);
            return "$" + std::to_string(parameters.size());
        };
        if (is_of_ids)
            return text + " and r.id" + sign + next(part.after->id.value);
        const auto value = next(parameter_of(part.after->value));
        return text.append(" and (").append(name_).append(", r.id)") + sign + "(" + value + ", " +
               next(part.after->id.value) + ")";
    }

    [[nodiscard]] std::string order_of(const index_range& part) const {
        const std::string direction = from_.order.is_descending ? " desc" : " asc";
        std::string text = " order by ";
        if (from_.order.by != sort_column::id && part.has_values)
            text.append(name_).append(direction).append(", ");
        return text + "r.id" + direction;
    }

    [[nodiscard]] sort_value value_of(const sql::row& current) const {
        constexpr int column = 5;
        if (from_.order.by == sort_column::id || current.is_null(column))
            return {};
        if (is_nullable(from_.order.by))
            return std::string(current.text(column));
        return current.integer(column);
    }

    transaction& tx_;
    const listed& from_;
    const std::string_view name_;
};

}  // namespace

std::int64_t count_where(
        transaction& tx, directory_id directory, std::string_view type, const condition& filter) {
    if (filter.text.empty())
        return count(tx, directory, type);
    const std::string text = "select count(*)" + where_text(filter);
    return sql::value(
            tx, sql::statement{"resources.count_where", text}, parameters_of(directory, type, filter));
}

void list(transaction& tx, directory_id directory, std::string_view type, const condition& filter,
        const ordering& order, std::int64_t offset, std::int64_t limit,
        const std::function<bool(const row&)>& each) {
    std::vector<sql::parameter> parameters = parameters_of(directory, type, filter);
    parameters.emplace_back(limit < 0 ? sql::integer_max : limit);
    parameters.emplace_back(offset);

    std::string text = "select r.id, r.version, r.created_at, r.modified_at, r.document";
    text += where_text(filter);
    text += order_by(order);
    text += " limit $" + std::to_string(parameters.size() - 1);
    text += " offset $" + std::to_string(parameters.size());
    tx.sql().run(sql::statement{"resources.list", text}, parameters,
            [&](const sql::row& current) { return each(read_row(current)); });
}

void list_behind(transaction& tx, directory_id directory, std::string_view type, const condition& filter,
        const ordering& order, const std::optional<place>& after, std::int64_t limit,
        const std::function<bool(const row&, const sort_value&)>& each) {
    const listed from{directory, type, filter, order};
    reader rows(tx, from);
    const auto counted = [&](const row& current, const sort_value& value) {
        limit = each(current, value) ? limit - 1 : 0;
        return limit > 0;
    };
    for (const auto& part : index_ranges_of(order, after))
        if (limit > 0)
            rows.read(part, limit, counted);
}

}  // namespace scimd::store::resources

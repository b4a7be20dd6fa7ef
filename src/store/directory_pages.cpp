#include "store/directory_pages.hpp"

#include "store/engine/query.hpp"
#include "store/held_users.hpp"

#include <string_view>
#include <utility>
#include <vector>

namespace scimd::store::directory_pages {

namespace {

constexpr std::string_view columns = "select r.id, r.version, r.created_at, r.modified_at, r.document";

// The only definition of which users this API shows.
constexpr std::string_view is_shown =
        " and not exists"
        " (select 1 from held_users h where h.directory_id = r.directory_id and h.user_id = r.id)";

// Only users are held, so `held` counts no groups.
constexpr sql::statement find_member_count{
        "member_counts.shown_users",
        "select total - subgroups - held from member_counts where directory_id = $1 and group_id = $2",
};

constexpr sql::statement count_held_after{
        "held_users.count_updated",
        "select count(*) from held_users h cross join resources r"
        " on r.directory_id = h.directory_id and r.type = 'User' and r.id = h.user_id"
        " where h.directory_id = $1 and r.modified_at > $2",
};

constexpr sql::statement list_group_names{
        "member_counts.group_names",
        "select group_id, display_name from member_counts where directory_id = $1 order by group_id limit $2",
};

// Builds a statement: text and parameters together.
class query {
public:
    query(std::string_view what, directory_id directory) : text_(what), parameters_{directory.value} {}

    query& add(std::string_view text) {
        text_ += text;
        return *this;
    }
    query& add(std::string_view text, std::int64_t parameter) {
        parameters_.emplace_back(parameter);
        text_.append(text).append("$").append(std::to_string(parameters_.size()));
        return *this;
    }

    void run(transaction& tx, std::string_view name, const sql::row_handler& each) {
        tx.sql().run(sql::statement{name, text_}, parameters_, each);
    }

private:
    std::string text_;
    std::vector<sql::parameter> parameters_;
};

struct direction {
    std::string_view beyond;
    std::string_view order;
    std::int64_t start;  // before all ids

    explicit direction(bool is_backwards)
            : beyond(is_backwards ? " < " : " > "),
              order(is_backwards ? " desc" : " asc"),
              start(is_backwards ? sql::integer_max : 0) {}
};

query all_of(std::string_view what, directory_id directory, std::string_view type) {
    query made(what, directory);
    made.add(" from resources r where r.directory_id = $1 and r.type = '").add(type).add("'");
    return made;
}

void in_order_of_ids(query& to, const selection& wanted, std::string_view id) {
    const direction way(wanted.is_backwards);
    to.add(" and ").add(id).add(way.beyond, wanted.from ? wanted.from->id.value : way.start);
    to.add(" order by ").add(id).add(way.order).add(" limit ", wanted.limit);
}

void in_order_of_time(query& to, const selection& wanted) {
    const direction way(wanted.is_backwards);
    const auto from = wanted.from.value_or(position{way.start, {way.start}});
    to.add(" and r.modified_at > ", to_column(*wanted.updated_after));
    to.add(" and (r.modified_at, r.id)").add(way.beyond).add("(", from.modified).add(", ", from.id.value);
    to.add(") order by r.modified_at").add(way.order).add(", r.id").add(way.order);
    to.add(" limit ", wanted.limit);
}

void of_group(query& to, const selection& wanted) {
    // Starts at the group's members: without `cross` the planner may scan the directory.
    to.add(" from members m cross join resources r"
           " on r.directory_id = m.directory_id and r.type = 'User' and r.id = m.member_id"
           " where m.directory_id = $1 and m.member_type = 'User' and m.group_id = ",
            wanted.group->value);
    to.add(is_shown);
    if (wanted.updated_after)
        to.add(" and r.modified_at > ", to_column(*wanted.updated_after));
}

void run_list(query& what, transaction& tx, std::string_view name, const visitor& each) {
    what.run(tx, name, [&](const sql::row& current) { return each(resources::read_row(current)); });
}

std::int64_t run_count(query what, transaction& tx, std::string_view name) {
    std::int64_t total = 0;
    what.run(tx, name, [&](const sql::row& current) { total = current.integer(0); });
    return total;
}

std::int64_t count_after(
        transaction& tx, directory_id directory, std::string_view type, time_point updated_after) {
    auto counted = all_of("select count(*)", directory, type);
    counted.add(" and r.modified_at > ", to_column(updated_after));
    return run_count(std::move(counted), tx, "resources.count_updated");
}

}  // namespace

void list_users(transaction& tx, directory_id directory, const selection& wanted, const visitor& each) {
    if (wanted.group) {
        query members(columns, directory);
        of_group(members, wanted);
        in_order_of_ids(members, wanted, "m.member_id");
        return run_list(members, tx, "members.page", each);
    }
    auto users = all_of(columns, directory, "User");
    users.add(is_shown);
    if (wanted.updated_after)
        in_order_of_time(users, wanted);
    else
        in_order_of_ids(users, wanted, "r.id");
    run_list(users, tx, "resources.users_page", each);
}

void list_groups(transaction& tx, directory_id directory, const selection& wanted, const visitor& each) {
    auto groups = all_of(columns, directory, "Group");
    if (wanted.updated_after)
        in_order_of_time(groups, wanted);
    else
        in_order_of_ids(groups, wanted, "r.id");
    run_list(groups, tx, "resources.groups_page", each);
}

std::int64_t count_users(transaction& tx, directory_id directory, const selection& wanted) {
    if (wanted.group && wanted.updated_after) {
        query members("select count(*)", directory);
        of_group(members, wanted);
        return run_count(std::move(members), tx, "members.count_updated");
    }
    if (wanted.group)
        return count_members(tx, directory, *wanted.group);
    if (wanted.updated_after) {
        const auto after = *wanted.updated_after;
        return count_after(tx, directory, "User", after) -
               sql::value(tx, count_held_after, {directory.value, to_column(after)});
    }
    return resources::count(tx, directory, "User") - held_users::count(tx, directory);
}

std::int64_t count_groups(transaction& tx, directory_id directory, const selection& wanted) {
    if (wanted.updated_after)
        return count_after(tx, directory, "Group", *wanted.updated_after);
    return resources::count(tx, directory, "Group");
}

std::int64_t count_members(transaction& tx, directory_id directory, resource_id group) {
    return sql::value(tx, find_member_count, {directory.value, group.value});
}

void each_group_name(transaction& tx, directory_id directory, std::int64_t limit,
        const std::function<bool(resource_id, const std::string&)>& each) {
    tx.sql().run(list_group_names, {directory.value, limit}, [&](const sql::row& current) {
        return each({current.integer(0)}, std::string(current.text(1)));
    });
}

}  // namespace scimd::store::directory_pages

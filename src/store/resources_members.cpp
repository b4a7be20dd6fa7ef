#include "store/engine/query.hpp"
#include "store/resources.hpp"

#include <algorithm>
#include <array>
#include <functional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace scimd::store::resources {

namespace {

constexpr sql::statement list_members{
        "members.of_group",
        "select member_id, member_type, display from members"
        " where directory_id = $1 and group_id = $2 order by member_id",
};

constexpr sql::statement find_member{
        "members.find",
        "select 1 from members where directory_id = $1 and group_id = $2 and member_id = $3",
};

constexpr sql::statement find_display{
        "members.display",
        "select display from members where directory_id = $1 and group_id = $2 and member_id = $3",
};

constexpr sql::statement list_groups{
        "members.groups_of",
        "select m.group_id, g.display_name from members m"
        " join member_counts g on g.directory_id = $1 and g.group_id = m.group_id"
        " where m.directory_id = $1 and m.member_id = $2 order by m.group_id limit $3",
};

constexpr sql::statement list_last_groups{
        "members.last_groups_of",
        "select m.group_id, g.display_name from members m"
        " join member_counts g on g.directory_id = $1 and g.group_id = m.group_id"
        " where m.directory_id = $1 and m.member_id = $2 order by m.group_id desc limit $3",
};

constexpr sql::statement list_group_ids{
        "members.group_ids_of",
        "select group_id from members where directory_id = $1 and member_id = $2 order by group_id limit $3",
};

constexpr sql::statement find_membership_count{
        "membership_counts.find",
        "select total from membership_counts where directory_id = $1 and member_id = $2",
};

constexpr sql::statement insert_member{
        "members.insert",
        "insert into members (directory_id, group_id, member_id, member_type, display)"
        " values ($1, $2, $3, $4, $5) on conflict (directory_id, group_id, member_id) do nothing",
};

constexpr sql::statement delete_member{
        "members.remove",
        "delete from members where directory_id = $1 and group_id = $2 and member_id = $3 returning display",
};

constexpr sql::statement update_display{
        "members.set_display",
        "update members set display = $4"
        " where directory_id = $1 and group_id = $2 and member_id = $3 and display <> $4",
};

constexpr sql::statement find_group_name{
        "member_counts.name",
        "select display_name from member_counts where directory_id = $1 and group_id = $2",
};

constexpr sql::statement find_member_count{
        "member_counts.find",
        "select total from member_counts where directory_id = $1 and group_id = $2",
};

constexpr sql::statement add_to_count{
        "member_counts.add",
        "update member_counts set total = total + $3 where directory_id = $1 and group_id = $2",
};

// Pads lists of ids to one of these lengths, so that few statement texts are prepared.
constexpr std::array<std::size_t, 4> list_lengths = {1, 16, 128, 1'024};

// Makes "($2,$3,…)".
std::string placeholders(std::size_t count) {
    std::string text = "(";
    for (std::size_t i = 0; i < count; ++i)
        text += (i > 0 ? ",$" : "$") + std::to_string(i + 2);
    return text + ")";
}

// A query for a list of ids, run in as many statements as the list needs.
struct id_list_query {
    std::string_view name;
    std::string_view text;   // up to the list; $1 is the directory
    std::string_view order;  // after the list

    void run(transaction& tx, directory_id directory, const std::vector<resource_id>& ids,
            const std::function<bool(const sql::row&)>& each) const {
        bool goes_on = true;
        for (std::size_t begin = 0; goes_on && begin < ids.size(); begin += list_lengths.back()) {
            const auto count = std::min(ids.size() - begin, list_lengths.back());
            const auto length = *std::ranges::lower_bound(list_lengths, count);
            std::vector<sql::parameter> parameters{directory.value};
            for (std::size_t i = 0; i < length; ++i)
                parameters.emplace_back(ids[begin + std::min(i, count - 1)].value);
            const std::string whole = std::string(text).append(placeholders(length)).append(order);
            tx.sql().run(sql::statement{name, whole}, parameters, [&](const sql::row& current) {
                goes_on = each(current);
                return goes_on;
            });
        }
    }
};

}  // namespace

void members_of(transaction& tx, directory_id directory, resource_id group,
        const std::function<bool(const member_row&)>& each) {
    tx.sql().run(list_members, {directory.value, group.value}, [&](const sql::row& current) {
        return each({
                .id = {current.integer(0)},
                .type = std::string(current.text(1)),
                .display = std::string(current.text(2)),
        });
    });
}

std::string name_of_group(transaction& tx, directory_id directory, resource_id group) {
    return sql::value<std::string>(tx, find_group_name, {directory.value, group.value});
}

std::int64_t count_members(transaction& tx, directory_id directory, resource_id group) {
    return sql::value(tx, find_member_count, {directory.value, group.value});
}

bool is_member(transaction& tx, directory_id directory, resource_id group, resource_id candidate) {
    return sql::exists(tx, find_member, {directory.value, group.value, candidate.value});
}

std::optional<std::string> display_of_member(
        transaction& tx, directory_id directory, resource_id group, resource_id member) {
    return sql::one<std::string>(tx, find_display, {directory.value, group.value, member.value});
}

std::vector<membership> groups_of(
        transaction& tx, directory_id directory, resource_id member, std::int64_t limit) {
    return sql::all(tx, list_groups, {directory.value, member.value, limit}, [](const sql::row& current) {
        return membership{{current.integer(0)}, std::string(current.text(1))};
    });
}

std::vector<membership> last_groups_of(
        transaction& tx, directory_id directory, resource_id member, std::int64_t limit) {
    return sql::all(
            tx, list_last_groups, {directory.value, member.value, limit}, [](const sql::row& current) {
                return membership{{current.integer(0)}, std::string(current.text(1))};
            });
}

std::vector<resource_id> group_ids_of(
        transaction& tx, directory_id directory, resource_id member, std::int64_t limit) {
    return sql::all<resource_id>(tx, list_group_ids, {directory.value, member.value, limit});
}

std::int64_t count_groups_of(transaction& tx, directory_id directory, resource_id member) {
    return sql::value(tx, find_membership_count, {directory.value, member.value});
}

void groups_of_each(transaction& tx, directory_id directory, const std::vector<resource_id>& members,
        const std::function<bool(resource_id member, const membership& of)>& each) {
    const id_list_query groups{"members.groups_of_each",
            "select m.member_id, m.group_id, g.display_name from members m"
            " join member_counts g on g.directory_id = $1 and g.group_id = m.group_id"
            " where m.directory_id = $1 and m.member_id in ",
            " order by m.member_id, m.group_id"};
    groups.run(tx, directory, members, [&](const sql::row& current) {
        return each({current.integer(0)}, {{current.integer(1)}, std::string(current.text(2))});
    });
}

std::vector<std::int64_t> count_groups_of_each(
        transaction& tx, directory_id directory, const std::vector<resource_id>& members) {
    const id_list_query counts{"membership_counts.of_each",
            "select member_id, total from membership_counts where directory_id = $1 and member_id in ", ""};
    std::unordered_map<std::int64_t, std::int64_t> found;
    counts.run(tx, directory, members, [&](const sql::row& current) {
        found[current.integer(0)] = current.integer(1);
        return true;
    });
    std::vector<std::int64_t> totals;
    totals.reserve(members.size());
    for (const auto member : members) {
        const auto total = found.find(member.value);
        totals.push_back(total == found.end() ? 0 : total->second);
    }
    return totals;
}

bool add_member(transaction& tx, directory_id directory, resource_id group, const member_row& member) {
    const std::int64_t inserted = tx.sql().run(
            insert_member, {directory.value, group.value, member.id.value, member.type, member.display});
    if (inserted == 0)
        return false;
    tx.sql().run(add_to_count, {directory.value, group.value, 1});
    return true;
}

std::optional<std::string> remove_member(
        transaction& tx, directory_id directory, resource_id group, resource_id member) {
    auto display = sql::one<std::string>(tx, delete_member, {directory.value, group.value, member.value});
    if (display)
        tx.sql().run(add_to_count, {directory.value, group.value, -1});
    return display;
}

bool set_member_display(transaction& tx, directory_id directory, resource_id group, resource_id member,
        std::string_view display) {
    return tx.sql().run(update_display, {directory.value, group.value, member.value, display}) > 0;
}

}  // namespace scimd::store::resources

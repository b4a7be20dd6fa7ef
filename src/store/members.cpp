#include "base/json.hpp"
#include "store/resources.hpp"

#include <algorithm>
#include <array>
#include <map>

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

constexpr sql::statement list_groups{
    "members.groups_of",
    "select m.group_id, g.document from members m"
    " join resources g on g.directory_id = $1 and g.id = m.group_id"
    " where m.directory_id = $1 and m.member_id = $2 order by m.group_id",
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

constexpr sql::statement find_member_count{
    "member_counts.find",
    "select total from member_counts where directory_id = $1 and group_id = $2",
};

constexpr sql::statement add_to_count{
    "member_counts.add",
    "update member_counts set total = total + $3 where directory_id = $1 and group_id = $2",
};

std::string display_name_of(std::string_view document)
{
    const json::object parsed = parse_json_object(document).value();
    const json::string* const name = find_string(parsed, "displayName");
    return name ? std::string(*name) : std::string();
}

// Lists of ids are filled up to one of these lengths, so that few texts are prepared.
constexpr std::array<std::size_t, 4> list_lengths = {1, 16, 128, 1'024};

// "($2,$3,…)".
std::string placeholders(std::size_t count)
{
    std::string text = "(";
    for (std::size_t i = 0; i < count; ++i)
        text += (i > 0 ? ",$" : "$") + std::to_string(i + 2);
    return text + ")";
}

}  // namespace

void members_of(
    transaction& tx, directory_id where, resource_id group, const std::function<bool(const member_row&)>& each
)
{
    tx.sql().run(list_members, {where.value, group.value}, [&](const sql::row& current) {
        return each({
            .id = {current.integer(0)},
            .type = std::string(current.text(1)),
            .display = std::string(current.text(2)),
        });
    });
}

std::int64_t count_members(transaction& tx, directory_id where, resource_id group)
{
    std::int64_t total = 0;
    tx.sql().run(find_member_count, {where.value, group.value}, [&](const sql::row& current) {
        total = current.integer(0);
    });
    return total;
}

bool is_member(transaction& tx, directory_id where, resource_id group, resource_id candidate)
{
    bool is_found = false;
    tx.sql().run(find_member, {where.value, group.value, candidate.value}, [&](const sql::row&) {
        is_found = true;
    });
    return is_found;
}

std::vector<membership> groups_of(transaction& tx, directory_id where, resource_id who)
{
    std::vector<membership> groups;
    tx.sql().run(list_groups, {where.value, who.value}, [&](const sql::row& current) {
        groups.push_back({{current.integer(0)}, display_name_of(current.text(1))});
    });
    return groups;
}

void groups_of_each(
    transaction& tx,
    directory_id where,
    const std::vector<resource_id>& members,
    const std::function<void(resource_id member, const membership& of)>& each
)
{
    std::map<std::int64_t, std::string> names;  // a group is read once, however many are in it
    for (std::size_t begin = 0; begin < members.size(); begin += list_lengths.back()) {
        const auto count = std::min(members.size() - begin, list_lengths.back());
        const auto length = *std::ranges::lower_bound(list_lengths, count);
        std::vector<sql::parameter> parameters{where.value};
        for (std::size_t i = 0; i < length; ++i)
            parameters.emplace_back(members[begin + std::min(i, count - 1)].value);
        const std::string text =
            "select m.member_id, m.group_id, g.document from members m"
            " join resources g on g.directory_id = $1 and g.id = m.group_id"
            " where m.directory_id = $1 and m.member_id in " +
            placeholders(length) + " order by m.member_id, m.group_id";
        tx.sql()
            .run(sql::statement{"members.groups_of_each", text}, parameters, [&](const sql::row& current) {
                const auto group = current.integer(1);
                auto name = names.find(group);
                if (name == names.end())
                    name = names.emplace(group, display_name_of(current.text(2))).first;
                each({current.integer(0)}, {{group}, name->second});
            });
    }
}

bool add_member(transaction& tx, directory_id where, resource_id group, const member_row& who)
{
    const std::int64_t inserted =
        tx.sql().run(insert_member, {where.value, group.value, who.id.value, who.type, who.display});
    if (inserted == 0)
        return false;
    tx.sql().run(add_to_count, {where.value, group.value, 1});
    return true;
}

std::optional<std::string> remove_member(
    transaction& tx, directory_id where, resource_id group, resource_id who
)
{
    std::optional<std::string> display;
    tx.sql().run(delete_member, {where.value, group.value, who.value}, [&](const sql::row& current) {
        display = std::string(current.text(0));
    });
    if (display)
        tx.sql().run(add_to_count, {where.value, group.value, -1});
    return display;
}

bool set_member_display(
    transaction& tx, directory_id where, resource_id group, resource_id who, std::string_view display
)
{
    return tx.sql().run(update_display, {where.value, group.value, who.value, display}) > 0;
}

}  // namespace scimd::store::resources

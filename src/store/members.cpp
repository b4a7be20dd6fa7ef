#include "base/json.hpp"
#include "store/resources.hpp"

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
    "delete from members where directory_id = $1 and group_id = $2 and member_id = $3",
};

constexpr sql::statement update_display{
    "members.set_display",
    "update members set display = $4"
    " where directory_id = $1 and group_id = $2 and member_id = $3 and display <> $4",
};

constexpr sql::statement find_count{
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
    tx.sql().run(find_count, {where.value, group.value}, [&](const sql::row& current) {
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

bool add_member(transaction& tx, directory_id where, resource_id group, const member_row& who)
{
    const std::int64_t inserted =
        tx.sql().run(insert_member, {where.value, group.value, who.id.value, who.type, who.display});
    if (inserted == 0)
        return false;
    tx.sql().run(add_to_count, {where.value, group.value, 1});
    return true;
}

bool remove_member(transaction& tx, directory_id where, resource_id group, resource_id who)
{
    if (tx.sql().run(delete_member, {where.value, group.value, who.value}) == 0)
        return false;
    tx.sql().run(add_to_count, {where.value, group.value, -1});
    return true;
}

bool set_member_display(
    transaction& tx, directory_id where, resource_id group, resource_id who, std::string_view display
)
{
    return tx.sql().run(update_display, {where.value, group.value, who.value, display}) > 0;
}

}  // namespace scimd::store::resources

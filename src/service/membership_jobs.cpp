#include "service/membership_jobs.hpp"

#include "base/json.hpp"
#include "service/membership_events.hpp"
#include "service/origin_text.hpp"
#include "service/representation.hpp"
#include "store/holds.hpp"
#include "store/membership_jobs.hpp"
#include "store/tenants.hpp"
#include "store/untold_groups.hpp"

#include <algorithm>
#include <optional>
#include <span>
#include <string_view>
#include <utility>
#include <variant>

namespace scimd::service::membership_jobs {
namespace {

namespace resources = store::resources;
namespace rows = store::membership_jobs;

constexpr std::string_view group_type = "Group";

struct reach_finder {
    reach found{};

    void operator()(const scim::add_members& one) { found.named += one.members.size(); }
    void operator()(const scim::remove_members& one) { found.named += one.values.size(); }
    void operator()(const scim::remove_members_where&) { found.is_of_all = true; }
    void operator()(const scim::replace_members& one)
    {
        found.named += one.members.size();
        found.is_of_all = true;
    }
    void operator()(const scim::update_members_where&) { found.is_of_all = true; }
    void operator()(const scim::expect_member& one)
    {
        found.named += one.values.size();
        found.is_of_all = found.is_of_all || one.values.empty();
    }
};

// --- parts as text

json::array listed(const std::vector<resources::member_row>& members)
{
    json::array list;
    for (const auto& one : members)
        list.push_back(json::array{one.id.value, one.type, one.display});
    return list;
}

std::vector<resources::member_row> read_list(const json::object& part, std::string_view name)
{
    std::vector<resources::member_row> members;
    for (const auto& one : part.at(name).as_array()) {
        const auto& fields = one.as_array();
        members.push_back(
            {.id = {fields.at(0).as_int64()},
             .type = std::string(fields.at(1).as_string()),
             .display = std::string(fields.at(2).as_string())}
        );
    }
    return members;
}

std::string part_text(const membership_plan& part)
{
    return to_text(json::object{
        {"removed", listed(part.removed)}, {"added", listed(part.added)}, {"renamed", listed(part.renamed)}
    });
}

membership_plan read_part(std::string_view text)
{
    const auto part = parse_json_object(text).value();
    return {read_list(part, "removed"), read_list(part, "added"), read_list(part, "renamed")};
}

std::string gain_text(std::span<const resources::membership> groups, const std::string& caused_by)
{
    json::array ids;
    for (const auto& one : groups)
        ids.push_back(one.group.value);
    return to_text(json::object{{"groups", std::move(ids)}, {"caused_by", caused_by}});
}

// --- who does it

std::optional<caller> caller_of(
    store::transaction& tx, const scim::catalogue_set& schemas, const rows::job& job
)
{
    const auto owner = store::tenants::owner_of(tx, job.directory);
    const auto directory = owner ? store::tenants::find_directory(tx, *owner, job.directory) : std::nullopt;
    if (!directory)
        return std::nullopt;
    return caller_for(parse_origin(job.origin), *directory, schemas);
}

resources::membership group_of(store::transaction& tx, const rows::job& job)
{
    return {job.resource, resources::name_of_group(tx, job.directory, job.resource)};
}

rows::job made_by(const caller& who, resource_id which, std::string_view type, rows::kind what)
{
    return {
        .what = what,
        .directory = who.directory,
        .resource = which,
        .type = std::string(type),
        .origin = origin_text(origin_of(who)),
    };
}

// --- pieces

void apply_part(store::transaction& tx, const caller& who, const rows::job& job, const rows::part& part)
{
    const auto change = apply_what_is_left(tx, who, job.resource, read_part(part.body));
    if (!change.is_empty())
        resources::raise_version(tx, who.directory, group_type, job.resource);
    publish_membership(tx, who, group_of(tx, job), change, "batch_" + std::to_string(job.id));
    rows::finish_part(tx, job.id, part.number);
}

std::vector<resources::member_row> some_members(store::transaction& tx, directory_id where, resource_id group)
{
    std::vector<resources::member_row> some;
    resources::members_of(tx, where, group, [&](const resources::member_row& row) {
        some.push_back(row);
        return some.size() < members_at_once_max;
    });
    return some;
}

std::vector<resource_id> users_among(const std::vector<resources::member_row>& members)
{
    std::vector<resource_id> users;
    for (const auto& one : members)
        if (one.type == "User")
            users.push_back(one.id);
    return users;
}

void remove_members(store::transaction& tx, const caller& who, const rows::job& job)
{
    const auto some = some_members(tx, who.directory, job.resource);
    for (const auto& one : some)
        resources::remove_member(tx, who.directory, job.resource, one.id);
    resources::raise_version(tx, who.directory, group_type, job.resource);
    note_lost_group(tx, who, group_of(tx, job), users_among(without_held(tx, who, some)), job.id);
}

// The last ones of those that are too many: the first of its groups are still there for the event of its end.
std::vector<resources::membership> leave_groups(store::transaction& tx, directory_id where, resource_id which)
{
    constexpr auto most = static_cast<std::int64_t>(groups_at_once_max);
    const auto too_many = resources::count_groups_of(tx, where, which) - most;
    auto left = resources::last_groups_of(tx, where, which, std::min(most, too_many));
    for (const auto& one : left) {
        resources::remove_member(tx, where, one.group, which);
        resources::raise_version(tx, where, group_type, one.group);
    }
    std::ranges::reverse(left);
    return left;
}

void remove_memberships(store::transaction& tx, const caller& who, const rows::job& job)
{
    const bool is_held = store::holds::is_held(tx, who.directory, job.resource);
    const auto left = leave_groups(tx, who.directory, job.resource);
    if (!is_held)
        publish_lost_member(tx, who, left, {job.resource, job.type, {}});
}

bool has_many_members(store::transaction& tx, directory_id where, resource_id which)
{
    return std::cmp_greater(resources::count_members(tx, where, which), members_at_once_max);
}

bool has_many_groups(store::transaction& tx, directory_id where, resource_id which)
{
    return std::cmp_greater(resources::count_groups_of(tx, where, which), groups_at_once_max);
}

// The job goes with the resource.
void finish_removal(store::transaction& tx, const caller& who, const rows::job& job)
{
    const auto* type = who.schemas->find_type(job.type);
    if (!type)  // the configuration does not know it any more, and there are no words for an event
        return resources::remove(tx, who.directory, job.type, job.resource);
    const auto event = remove(tx, who, {type, id_text(*type, job.resource), {}, {}}).value();
    store::untold_groups::set_cause(tx, job.id, event);
}

// A group that the user has left since has its event of that.
void publish_part(store::transaction& tx, const caller& who, const rows::job& job, const rows::part& part)
{
    const auto text = parse_json_object(part.body).value();
    std::vector<resources::membership> groups;
    for (const auto& id : text.at("groups").as_array()) {
        const resource_id group{id.as_int64()};
        if (resources::is_member(tx, who.directory, group, job.resource))
            groups.push_back({group, resources::name_of_group(tx, who.directory, group)});
    }
    const std::string caused_by(text.at("caused_by").as_string());
    publish_gained_member(tx, who, groups, {job.resource, job.type, {}}, caused_by);
    rows::finish_part(tx, job.id, part.number);
}

void go_on_with(store::transaction& tx, const caller& who, const rows::job& job)
{
    if (job.what != rows::kind::removal) {
        const auto part = rows::first_part(tx, job.id);
        if (part && job.what == rows::kind::change)
            apply_part(tx, who, job, *part);
        else if (part)
            publish_part(tx, who, job, *part);
        return;
    }
    if (has_many_members(tx, who.directory, job.resource))
        return remove_members(tx, who, job);
    if (has_many_groups(tx, who.directory, job.resource))
        return remove_memberships(tx, who, job);
    finish_removal(tx, who, job);
}

bool go_on_with_any(
    store::transaction& tx, const scim::catalogue_set& schemas, const std::optional<rows::job>& job
)
{
    if (!job)
        return false;
    const auto who = caller_of(tx, schemas, *job);
    if (!who)  // the directory is being deleted, and the job goes with its resources
        return false;
    go_on_with(tx, *who, *job);
    return true;
}

}  // namespace

reach reach_of(const std::vector<scim::membership_operation>& operations)
{
    reach_finder finder;
    for (const auto& one : operations)
        std::visit(finder, one);
    return finder.found;
}

std::vector<std::string> parts_of(const membership_plan& plan)
{
    std::vector<std::string> parts;
    membership_plan part;
    const auto take = [&](const std::vector<resources::member_row>& from, auto list) {
        for (const auto& one : from) {
            (part.*list).push_back(one);
            if (part.size() == members_at_once_max)
                parts.push_back(part_text(std::exchange(part, {})));
        }
    };
    take(plan.removed, &membership_plan::removed);
    take(plan.renamed, &membership_plan::renamed);
    take(plan.added, &membership_plan::added);
    if (part.size() > 0)
        parts.push_back(part_text(part));
    return parts;
}

void begin_change(
    store::transaction& tx, const caller& who, resource_id group, const std::vector<std::string>& parts
)
{
    rows::insert(tx, made_by(who, group, group_type, rows::kind::change), parts);
}

void publish_gained_groups(
    store::transaction& tx,
    const caller& who,
    resource_id user,
    const std::vector<resources::membership>& groups,
    const std::string& caused_by
)
{
    const auto count = std::min(groups.size(), groups_at_once_max);
    const auto at_once = std::span(groups).first(count);
    publish_gained_member(tx, who, {at_once.begin(), at_once.end()}, {user, "User", {}}, caused_by);
    auto left = std::span(groups).subspan(count);
    if (left.empty() || rows::of_resource(tx, who.directory, user))  // whose end is near
        return;
    std::vector<std::string> parts;
    while (!left.empty()) {
        const auto part = left.first(std::min(left.size(), groups_at_once_max));
        parts.push_back(gain_text(part, caused_by));
        left = left.subspan(part.size());
    }
    rows::insert(tx, made_by(who, user, "User", rows::kind::gain), parts);
}

result<bool> begin_removal(store::transaction& tx, const caller& who, const target& what)
{
    const auto number = parse_prefixed(what.id, what.type->id_prefix);
    const auto row = number ? resources::find(tx, who.directory, what.type->name, {*number}) : std::nullopt;
    if (!row)
        return false;
    const bool has_many =
        has_many_members(tx, who.directory, row->id) || has_many_groups(tx, who.directory, row->id);
    if (!has_many)
        return false;
    if (auto met = what.conditions.check(row->version); !met)
        return met.error();
    rows::insert(tx, made_by(who, row->id, what.type->name, rows::kind::removal), {});
    return true;
}

bool go_on(store::transaction& tx, const scim::catalogue_set& schemas, directory_id where, resource_id which)
{
    return go_on_with_any(tx, schemas, rows::of_resource(tx, where, which));
}

bool go_on_with_oldest(store::transaction& tx, const scim::catalogue_set& schemas, time_point made_before)
{
    return go_on_with_any(tx, schemas, rows::next(tx, made_before));
}

bool trim(store::transaction& tx, directory_id where, resource_id which)
{
    if (has_many_members(tx, where, which)) {
        for (const auto& one : some_members(tx, where, which))
            resources::remove_member(tx, where, which, one.id);
        return true;
    }
    if (!has_many_groups(tx, where, which))
        return false;
    leave_groups(tx, where, which);
    return true;
}

}  // namespace scimd::service::membership_jobs

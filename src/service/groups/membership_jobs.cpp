#include "service/groups/membership_jobs.hpp"

#include "base/json/json.hpp"
#include "service/events/event_source.hpp"
#include "service/groups/membership_events.hpp"
#include "service/scim/representation.hpp"
#include "store/held_users.hpp"
#include "store/membership_jobs.hpp"
#include "store/pending_group_events.hpp"
#include "store/tenants.hpp"

#include <algorithm>
#include <map>
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
    void operator()(const scim::replace_members& one) {
        found.named += one.members.size();
        found.is_of_all = true;
    }
    void operator()(const scim::update_members_where&) { found.is_of_all = true; }
    void operator()(const scim::expect_member& one) {
        found.named += one.values.size();
        found.is_of_all = found.is_of_all || one.values.empty();
    }
};

// --- serialized parts

// A part of a plan, with the displays that it refers to.
class part_of_plan {
public:
    explicit part_of_plan(const membership_plan& plan) : plan_(plan) {}

    using list = std::vector<planned_member> membership_plan::*;

    void add(planned_member one, list to) {
        const auto [place, is_new] = displays_.try_emplace(one.display, part_.displays.size());
        if (is_new)
            part_.displays.push_back(plan_.displays.at(one.display));
        one.display = place->second;
        (part_.*to).push_back(std::move(one));
    }

    [[nodiscard]] const membership_plan& content() const noexcept { return part_; }

private:
    const membership_plan& plan_;
    membership_plan part_;
    std::map<std::size_t, std::size_t> displays_{{0, 0}};  // index in the plan -> index in the part
};

// Lists are in the order of ids and store the differences, which are short. One object for each run of
// members of one type.
json::array to_json(const std::vector<planned_member>& members) {
    json::array runs;
    for (auto next = members.begin(); next != members.end();) {
        json::array ids;
        json::array displays;
        std::int64_t before = 0;
        const auto& type = next->type;
        for (; next != members.end() && next->type == type; before = next++->id.value) {
            ids.push_back(next->id.value - before);
            displays.push_back(next->display);
        }
        runs.push_back(
                json::object{{"type", type}, {"ids", std::move(ids)}, {"displays", std::move(displays)}});
    }
    return runs;
}

void read_run(const json::object& run, std::vector<planned_member>& into) {
    const std::string type(run.at("type").as_string());
    const auto& displays = run.at("displays").as_array();
    const auto& ids = run.at("ids").as_array();
    std::int64_t id = 0;
    for (std::size_t i = 0; i < ids.size(); ++i) {
        id += ids[i].as_int64();
        into.push_back({{id}, type, displays.at(i).to_number<std::size_t>()});
    }
}

// Reads a member of a part that an earlier version of the program has written.
planned_member read_single(const json::array& fields, membership_plan& part) {
    part.displays.emplace_back(fields.at(2).as_string());
    return {{fields.at(0).as_int64()}, std::string(fields.at(1).as_string()), part.displays.size() - 1};
}

std::vector<planned_member> read_list(
        const json::object& text, std::string_view name, membership_plan& part) {
    std::vector<planned_member> members;
    for (const auto& one : text.at(name).as_array())
        if (const auto* const fields = one.if_array())
            members.push_back(read_single(*fields, part));
        else
            read_run(one.as_object(), members);
    return members;
}

std::string part_text(const membership_plan& part) {
    json::array displays;
    for (const auto& text : part.displays)
        displays.emplace_back(text);
    return to_text(json::object{{"displays", std::move(displays)}, {"removed", to_json(part.removed)},
            {"added", to_json(part.added)}, {"renamed", to_json(part.renamed)}});
}

membership_plan read_part(std::string_view text) {
    const auto stored = parse_json_object(text).value();
    membership_plan part;
    if (const auto* const displays = find_array(stored, "displays")) {
        part.displays.clear();
        for (const auto& display : *displays)
            part.displays.emplace_back(display.as_string());
    }
    part.removed = read_list(stored, "removed", part);
    part.added = read_list(stored, "added", part);
    part.renamed = read_list(stored, "renamed", part);
    return part;
}

std::string gained_groups_text(std::span<const resources::membership> groups, const std::string& caused_by) {
    json::array ids;
    for (const auto& one : groups)
        ids.push_back(one.group.value);
    return to_text(json::object{{"groups", std::move(ids)}, {"caused_by", caused_by}});
}

// --- callers

// The caller on whose behalf a job runs; empty when its directory is being deleted.
std::optional<caller> caller_of(
        store::transaction& tx, const scim::catalogue_set& schemas, const rows::job& job) {
    const auto owner = store::tenants::owner_of(tx, job.directory);
    const auto directory = owner ? store::tenants::find_directory(tx, *owner, job.directory) : std::nullopt;
    if (!directory)
        return std::nullopt;
    return caller_for(parse_event_source(job.origin), *directory, schemas);
}

resources::membership group_of(store::transaction& tx, const rows::job& job) {
    return {job.resource, resources::name_of_group(tx, job.directory, job.resource)};
}

rows::job new_job(const caller& caller, resource_id resource, std::string_view type, rows::kind kind) {
    return {
            .what = kind,
            .directory = caller.directory,
            .resource = resource,
            .type = std::string(type),
            .origin = event_source_text(event_source_of(caller)),
    };
}

// --- steps

void apply_part(store::transaction& tx, const caller& caller, const rows::job& job, const rows::part& part) {
    const auto change = apply_accepted_plan(tx, caller, job.resource, read_part(part.body));
    if (!change.is_empty())
        resources::raise_version(tx, caller.directory, group_type, job.resource);
    publish_membership(tx, caller, group_of(tx, job), change, "batch_" + std::to_string(job.id));
    rows::finish_part(tx, job.id, part.number);
}

std::vector<resources::member_row> first_members(
        store::transaction& tx, directory_id directory, resource_id group) {
    std::vector<resources::member_row> some;
    resources::members_of(tx, directory, group, [&](const resources::member_row& row) {
        some.push_back(row);
        return some.size() < members_at_once_max;
    });
    return some;
}

std::vector<resource_id> users_among(const std::vector<resources::member_row>& members) {
    std::vector<resource_id> users;
    for (const auto& one : members)
        if (one.type == "User")
            users.push_back(one.id);
    return users;
}

void remove_members(store::transaction& tx, const caller& caller, const rows::job& job) {
    const auto some = first_members(tx, caller.directory, job.resource);
    for (const auto& one : some)
        resources::remove_member(tx, caller.directory, job.resource, one.id);
    resources::raise_version(tx, caller.directory, group_type, job.resource);
    note_lost_group(tx, caller, group_of(tx, job), users_among(without_held(tx, caller, some)), job.id);
}

// Removes a resource from some of its groups, the last ones first: the event of its deletion still lists the
// first ones.
std::vector<resources::membership> leave_groups(
        store::transaction& tx, directory_id directory, resource_id resource) {
    constexpr auto most = static_cast<std::int64_t>(groups_at_once_max);
    const auto too_many = resources::count_groups_of(tx, directory, resource) - most;
    auto left = resources::last_groups_of(tx, directory, resource, std::min(most, too_many));
    for (const auto& one : left) {
        resources::remove_member(tx, directory, one.group, resource);
        resources::raise_version(tx, directory, group_type, one.group);
    }
    std::ranges::reverse(left);
    return left;
}

void remove_memberships(store::transaction& tx, const caller& caller, const rows::job& job) {
    const bool is_held = store::held_users::is_held(tx, caller.directory, job.resource);
    const auto left = leave_groups(tx, caller.directory, job.resource);
    if (!is_held)
        publish_lost_member(tx, caller, left, {job.resource, job.type, {}});
}

bool has_many_members(store::transaction& tx, directory_id directory, resource_id resource) {
    return std::cmp_greater(resources::count_members(tx, directory, resource), members_at_once_max);
}

bool has_many_groups(store::transaction& tx, directory_id directory, resource_id resource) {
    return std::cmp_greater(resources::count_groups_of(tx, directory, resource), groups_at_once_max);
}

// Deletes the resource, and with it the job.
void finish_removal(store::transaction& tx, const caller& caller, const rows::job& job) {
    const auto* type = caller.schemas->find_type(job.type);
    if (!type)  // the configuration no longer has the type, so there is no event
        return resources::remove(tx, caller.directory, job.type, job.resource);
    const auto event = remove(tx, caller, {type, id_text(*type, job.resource), {}, {}}).value();
    store::pending_group_events::set_cause(tx, job.id, event);
}

// Publishes that groups have gained a released user. A group that the user has left meanwhile is skipped:
// that change has had its own event.
void publish_gained_part(
        store::transaction& tx, const caller& caller, const rows::job& job, const rows::part& part) {
    const auto text = parse_json_object(part.body).value();
    std::vector<resources::membership> groups;
    for (const auto& id : text.at("groups").as_array()) {
        const resource_id group{id.as_int64()};
        if (resources::is_member(tx, caller.directory, group, job.resource))
            groups.push_back({group, resources::name_of_group(tx, caller.directory, group)});
    }
    const std::string caused_by(text.at("caused_by").as_string());
    publish_gained_member(tx, caller, groups, {job.resource, job.type, {}}, caused_by);
    rows::finish_part(tx, job.id, part.number);
}

void run_step(store::transaction& tx, const caller& caller, const rows::job& job) {
    if (job.what != rows::kind::removal) {
        const auto part = rows::first_part(tx, job.id);
        if (part && job.what == rows::kind::change)
            apply_part(tx, caller, job, *part);
        else if (part)
            publish_gained_part(tx, caller, job, *part);
        return;
    }
    if (has_many_members(tx, caller.directory, job.resource))
        return remove_members(tx, caller, job);
    if (has_many_groups(tx, caller.directory, job.resource))
        return remove_memberships(tx, caller, job);
    finish_removal(tx, caller, job);
}

bool run_step_of(
        store::transaction& tx, const scim::catalogue_set& schemas, const std::optional<rows::job>& job) {
    if (!job)
        return false;
    const auto caller = caller_of(tx, schemas, *job);
    if (!caller)  // the directory is being deleted, and its jobs with it
        return false;
    run_step(tx, *caller, *job);
    return true;
}

}  // namespace

reach reach_of(const std::vector<scim::membership_operation>& operations) {
    reach_finder finder;
    for (const auto& one : operations)
        std::visit(finder, one);
    return finder.found;
}

std::vector<std::string> parts_of(const membership_plan& plan) {
    std::vector<std::string> parts;
    std::optional<part_of_plan> part;
    const auto split_list = [&](part_of_plan::list list) {
        for (const auto& one : plan.*list) {
            if (!part)
                part.emplace(plan);
            part->add(one, list);
            if (part->content().size() < members_at_once_max)
                continue;
            parts.push_back(part_text(part->content()));
            part.reset();
        }
    };
    split_list(&membership_plan::removed);
    split_list(&membership_plan::renamed);
    split_list(&membership_plan::added);
    if (part)
        parts.push_back(part_text(part->content()));
    return parts;
}

std::int64_t write_parts(
        store::transaction& tx, std::int64_t job, std::size_t before, std::span<const std::string> parts) {
    if (job == 0)
        job = tx.next_id();
    rows::insert_parts(tx, job, before, parts);
    return job;
}

std::size_t count_parts(store::transaction& tx, std::int64_t job) {
    return rows::count_parts(tx, job);
}

void begin_change(store::transaction& tx, const caller& caller, resource_id group, std::int64_t job,
        std::span<const std::string> parts) {
    auto made = new_job(caller, group, group_type, rows::kind::change);
    made.id = job;
    rows::insert(tx, std::move(made), job == 0 ? parts : std::span<const std::string>());
}

bool has_job(store::transaction& tx, directory_id directory, resource_id resource) {
    return rows::of_resource(tx, directory, resource).has_value();
}

bool discard_parts(store::transaction& tx, std::int64_t job) {
    return rows::remove_parts(tx, job, parts_at_once_max);
}

bool discard_abandoned_parts(store::transaction& tx) {
    const auto job = rows::next_abandoned(tx, tx.now() - abandoned_after);
    return job && discard_parts(tx, *job);
}

void publish_gained_groups(store::transaction& tx, const caller& caller, resource_id user,
        const std::vector<resources::membership>& groups, const std::string& caused_by) {
    const auto count = std::min(groups.size(), groups_at_once_max);
    const auto at_once = std::span(groups).first(count);
    publish_gained_member(tx, caller, {at_once.begin(), at_once.end()}, {user, "User", {}}, caused_by);
    auto left = std::span(groups).subspan(count);
    if (left.empty() || rows::of_resource(tx, caller.directory, user))  // the user is being deleted
        return;
    std::vector<std::string> parts;
    while (!left.empty()) {
        const auto part = left.first(std::min(left.size(), groups_at_once_max));
        parts.push_back(gained_groups_text(part, caused_by));
        left = left.subspan(part.size());
    }
    rows::insert(tx, new_job(caller, user, "User", rows::kind::gain), parts);
}

result<bool> begin_removal(store::transaction& tx, const caller& caller, const target& target) {
    const auto number = parse_prefixed(target.id, target.type->id_prefix);
    const auto row =
            number ? resources::find(tx, caller.directory, target.type->name, {*number}) : std::nullopt;
    if (!row)
        return false;
    const bool has_many =
            has_many_members(tx, caller.directory, row->id) || has_many_groups(tx, caller.directory, row->id);
    if (!has_many)
        return false;
    if (auto met = target.conditions.check(row->version); !met)
        return met.error();
    rows::insert(tx, new_job(caller, row->id, target.type->name, rows::kind::removal), {});
    if (caller.trace)
        caller.trace->add({.action = "deleted", .id = id_text(*target.type, row->id), .attributes = {}});
    return true;
}

bool run_next_step(store::transaction& tx, const scim::catalogue_set& schemas, directory_id directory,
        resource_id resource) {
    return run_step_of(tx, schemas, rows::of_resource(tx, directory, resource));
}

bool run_oldest_step(store::transaction& tx, const scim::catalogue_set& schemas, time_point made_before) {
    return run_step_of(tx, schemas, rows::next(tx, made_before));
}

bool trim(store::transaction& tx, directory_id directory, resource_id resource) {
    if (has_many_members(tx, directory, resource)) {
        for (const auto& one : first_members(tx, directory, resource))
            resources::remove_member(tx, directory, resource, one.id);
        return true;
    }
    if (!has_many_groups(tx, directory, resource))
        return false;
    leave_groups(tx, directory, resource);
    return true;
}

}  // namespace scimd::service::membership_jobs

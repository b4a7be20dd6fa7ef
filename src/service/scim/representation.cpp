#include "service/scim/representation.hpp"

#include "base/time.hpp"
#include "scim/references.hpp"
#include "scim/resource.hpp"
#include "scim/schema/hidden_attributes.hpp"
#include "service/groups/nested_groups.hpp"
#include "service/scim/derived_values.hpp"
#include "service/scim/etag.hpp"

#include <span>
#include <string_view>

namespace scimd::service {
namespace {

namespace resources = store::resources;

constexpr std::int64_t page_groups_max = 50'000;  // direct groups of a page's users in memory at once

// The derived values of a type: a group's members or a user's groups.
enum class derived { none, members, groups };

derived derived_of(const scim::resource_type& type) {
    return type.name == "Group" ? derived::members : type.name == "User" ? derived::groups : derived::none;
}

std::string_view derived_name(derived kind) {
    return kind == derived::members ? "members" : "groups";
}

bool wants(derived kind, const scim::resource_type& type, const scim::projection& wanted) {
    if (derived_of(type) != kind)
        return false;
    const auto* attribute = type.base->find(derived_name(kind));
    return attribute && wanted.wants(*attribute);
}

// Ids, times, URLs and names of types contain no character that JSON escapes.
void append_meta(std::string& out, const scim::resource_type& type, const resources::row& row,
        std::string_view location) {
    out.append(R"(,"meta":{"resourceType":")").append(type.name);
    out.append(R"(","created":")").append(format_rfc3339(row.created));
    out.append(R"(","lastModified":")").append(format_rfc3339(row.modified));
    out.append(R"(","location":")").append(location);
    out.append(R"(","version":"W/\")").append(std::to_string(row.version)) += R"(\""})";
}

void append_groups(std::string& out, const caller& caller, const std::vector<group_link>& groups) {
    if (groups.empty())
        return;
    const auto& type = *caller.schemas->find_type("Group");
    out += ",\"groups\":[";
    for (const auto& [group, is_direct] : groups) {
        if (out.back() != '[')
            out += ',';
        const auto id = id_text(type, group.group);
        out += '{';
        append_text_member(out, "value", id);
        append_text_member(out, "$ref", location_of(caller, type, id));
        append_text_member(out, "display", group.display_name);
        append_text_member(out, "type", is_direct ? "direct" : "indirect");
        out += '}';
    }
    out += ']';
}

// Appends the resource without members, as the stored text extended at its end.
void append_without_members(std::string& out, const caller& caller, const scim::resource_type& type,
        const resources::row& row, const std::vector<group_link>& groups) {
    out.append(row.document, 0, row.document.size() - 1);
    scim::make_references_absolute(out, type, caller.base_url);
    const auto id = id_text(type, row.id);
    out.append(R"(,"id":")").append(id) += '"';
    append_meta(out, type, row, location_of(caller, type, id));
    append_groups(out, caller, groups);
    out += '}';
}

// Appends the projected resource without members. Stored text is canonical: when all of it is shown, it is
// extended instead of being parsed and serialized again.
void append_projected(std::string& out, const caller& caller, const requested_row& requested,
        const std::vector<group_link>& groups) {
    const auto& type = *requested.type;
    if (requested.wanted->is_nothing)
        return;
    if (requested.wanted->is_default() && scim::is_visible_as_stored(requested.row->document, type))
        return append_without_members(out, caller, type, *requested.row, groups);
    std::string full;
    append_without_members(full, caller, type, *requested.row, groups);
    auto resource = scim::visible_document(full, type);
    scim::project(resource, *requested.wanted, type, *caller.work);
    out += to_text(resource);
}

// --- members of groups

// The sub-attributes of members that a projection shows.
struct member_fields {
    bool value = true;
    bool ref = true;
    bool type = true;
    bool display = true;
};

bool shows_any(const member_fields& fields, const resources::member_row& member) {
    return fields.value || fields.ref || fields.type || (fields.display && !member.display.empty());
}

void append_member(std::string& out, const caller& caller, const resources::member_row& member,
        const member_fields& fields) {
    const auto& type = *caller.schemas->find_type(member.type);
    const auto id = id_text(type, member.id);
    out += '{';
    if (fields.value)
        append_text_member(out, "value", id);
    if (fields.ref)
        append_text_member(out, "$ref", location_of(caller, type, id));
    if (fields.type)
        append_text_member(out, "type", type.name);
    if (fields.display && !member.display.empty())
        append_text_member(out, "display", member.display);
    out += '}';
}

// `group_type` has members.
member_fields fields_of(const scim::resource_type& group_type, const scim::projection& wanted) {
    const auto& members = *group_type.base->find("members");
    const auto shows = [&](std::string_view name) {
        const auto* const field = members.find(name);
        return field && wanted.wants(members, *field);
    };
    return {.value = shows("value"),
            .ref = shows("$ref"),
            .type = shows("type"),
            .display = shows("display")};
}

// Appends "members":[…] to an object that is open at its end. An empty list is written, though RFC 7643 §2.5
// lets it be absent: identity providers read `members` of an empty group. Nothing is appended when there are
// members and the projection shows nothing of them. Members are never all in memory.
void append_members(spooled_text& out, store::transaction& tx, const caller& caller, resource_id group,
        const member_fields& fields) {
    constexpr std::string_view begin = "\"members\":[";
    const std::string_view comma = out.end().ends_with('{') ? "" : ",";
    bool has_members = false;
    bool has_shown = false;
    resources::members_of(tx, caller.directory, group, [&](const resources::member_row& member) {
        has_members = true;
        if (!shows_any(fields, member))
            return true;
        if (has_shown)
            out.end() += ',';
        else
            out.end().append(comma).append(begin);
        has_shown = true;
        append_member(out.end(), caller, member, fields);
        out.flush();
        return true;
    });
    if (has_shown)
        out.end() += ']';
    else if (!has_members)
        out.end().append(comma).append(begin) += ']';
}

// --- rows and pages

// Appends a row whose groups, if it is a user, have been read. Members come last.
void append_resource(spooled_text& out, store::transaction& tx, const caller& caller,
        const requested_row& requested, const group_links& groups) {
    static const std::vector<group_link> none;
    const auto& type = *requested.type;
    const auto own = groups.of.find(requested.row->id);
    append_projected(out.end(), caller, requested, own == groups.of.end() ? none : own->second);
    if (wants(derived::members, type, *requested.wanted)) {
        out.end().pop_back();
        append_members(out, tx, caller, requested.row->id, fields_of(type, *requested.wanted));
        out.end() += '}';
    }
    out.flush();
}

// For each row: whether it is a user whose groups are shown.
std::vector<bool> wants_groups(std::span<const requested_row> rows) {
    std::vector<bool> wanted;
    wanted.reserve(rows.size());
    const requested_row* before = nullptr;
    for (const auto& each : rows) {
        // Nearly all pages have one type.
        const bool is_same = before && before->type == each.type && before->wanted == each.wanted;
        wanted.push_back(is_same ? wanted.back() : wants(derived::groups, *each.type, *each.wanted));
        before = &each;
    }
    return wanted;
}

// Reads the groups of the users among the rows. `counts`, if known, is the number of groups of each row:
// users in no group are not looked up.
group_links groups_wanted(store::transaction& tx, const caller& caller, std::span<const requested_row> rows,
        std::size_t links_max, std::span<const std::int64_t> counts = {}) {
    const auto wanted = wants_groups(rows);
    std::vector<resource_id> users;
    for (std::size_t i = 0; i < rows.size(); ++i)
        if (wanted[i] && (counts.empty() || counts[i] > 0))
            users.push_back(rows[i].row->id);
    return groups_of_users(tx, caller.directory, users, links_max);
}

// The number of rows from `begin` on, at least one, whose direct groups fit into memory together.
std::size_t count_of_block(const std::vector<std::int64_t>& groups, std::size_t begin) {
    std::int64_t total = 0;
    std::size_t end = begin;
    while (end < groups.size() && (end == begin || total + groups[end] <= page_groups_max))
        total += groups[end++];
    return end - begin;
}

// For each row: the number of the user's direct groups, where they are shown; else 0.
std::vector<std::int64_t> count_groups(
        store::transaction& tx, const caller& caller, std::span<const requested_row> rows) {
    const auto wanted = wants_groups(rows);
    std::vector<resource_id> users;
    for (std::size_t i = 0; i < rows.size(); ++i)
        if (wanted[i])
            users.push_back(rows[i].row->id);
    const auto counted = resources::count_groups_of_each(tx, caller.directory, users);
    std::vector<std::int64_t> totals(rows.size());
    for (std::size_t i = 0, next = 0; i < rows.size(); ++i)
        if (wanted[i])
            totals[i] = counted[next++];
    return totals;
}

}  // namespace

std::string id_text(const scim::resource_type& type, resource_id id) {
    return type.id_prefix + std::to_string(id.value);
}

std::vector<std::int64_t> count_shown_links(
        store::transaction& tx, const caller& caller, const std::vector<requested_row>& rows) {
    auto totals = count_groups(tx, caller, rows);
    for (std::size_t i = 0; i < rows.size(); ++i)
        if (wants(derived::members, *rows[i].type, *rows[i].wanted))
            totals[i] = resources::count_members(tx, caller.directory, rows[i].row->id);
    return totals;
}

representation represent(store::transaction& tx, const caller& caller, const scim::resource_type& type,
        const resources::row& row, const scim::projection& wanted) {
    const requested_row requested{&type, &wanted, &row};
    auto id = id_text(type, row.id);
    representation made{.id = row.id, .location = location_of(caller, type, id), .version = row.version};
    const bool has_many = wants(derived::members, type, wanted) &&
                          resources::count_members(tx, caller.directory, row.id) > members_inline_max;
    group_links groups;
    if (!has_many)
        groups = groups_wanted(tx, caller, {&requested, 1}, groups_inline_max);
    if (has_many || !groups.is_complete) {
        append_projected(made.body, caller, requested, {});
        made.later = not_loaded{std::move(id), wanted};
        return made;
    }
    spooled_text text;
    append_resource(text, tx, caller, requested, groups);
    made.body = std::move(text).take();
    return made;
}

bool shows_links(const scim::resource_type& type, const scim::projection& wanted) {
    return derived_of(type) != derived::none && wants(derived_of(type), type, wanted);
}

representation represent_alone(const caller& caller, const scim::resource_type& type,
        const resources::row& row, const scim::projection& wanted) {
    representation made{.id = row.id,
            .location = location_of(caller, type, id_text(type, row.id)),
            .version = row.version};
    append_projected(made.body, caller, {&type, &wanted, &row}, {});
    return made;
}

void append_page(spooled_text& out, store::transaction& tx, const caller& caller,
        const std::vector<requested_row>& rows) {
    append_page(out, tx, caller, rows, count_groups(tx, caller, rows));
}

void append_page(spooled_text& out, store::transaction& tx, const caller& caller,
        const std::vector<requested_row>& rows, const std::vector<std::int64_t>& links) {
    for (std::size_t begin = 0; begin < rows.size();) {
        const auto size = count_of_block(links, begin);
        const auto block = std::span(rows).subspan(begin, size);
        const auto groups =
                groups_wanted(tx, caller, block, group_links_max, std::span(links).subspan(begin, size));
        for (const auto& each : block) {
            if (&each != &rows.front())
                out.end() += ',';
            append_resource(out, tx, caller, each, groups);
        }
        begin += block.size();
    }
}

json::object document_with_meta(
        const caller& caller, const scim::resource_type& type, const resources::row& row) {
    std::string full;
    append_without_members(full, caller, type, row, {});
    return parse_json_object(full, {.depth_max = 64, .nodes_max = SIZE_MAX}).value();
}

}  // namespace scimd::service

#include "service/representation.hpp"

#include "base/time.hpp"
#include "scim/references.hpp"
#include "scim/resource.hpp"
#include "scim/visible.hpp"
#include "service/etag.hpp"
#include "service/member_text.hpp"
#include "service/nested_groups.hpp"

#include <span>
#include <string_view>

namespace scimd::service {
namespace {

namespace resources = store::resources;

// What is read from other rows: a group's members or a user's groups.
enum class derived { none, members, groups };

derived derived_of(const scim::resource_type& type)
{
    return type.name == "Group" ? derived::members : type.name == "User" ? derived::groups : derived::none;
}

std::string_view derived_name(derived kind)
{
    return kind == derived::members ? "members" : "groups";
}

bool wants(derived kind, const scim::resource_type& type, const scim::projection& wanted)
{
    if (derived_of(type) != kind)
        return false;
    const auto* attribute = type.base->find(derived_name(kind));
    return attribute && wanted.wants(*attribute);
}

std::string location_of(const caller& who, const scim::resource_type& type, std::string_view id)
{
    std::string location;
    location.reserve(who.base_url.size() + type.endpoint.size() + 1 + id.size());
    location.append(who.base_url).append(type.endpoint).append("/").append(id);
    return location;
}

// Ids, times, URLs and the names of types hold nothing that JSON escapes.
void append_meta(
    std::string& out, const scim::resource_type& type, const resources::row& row, std::string_view location
)
{
    out.append(R"(,"meta":{"resourceType":")").append(type.name);
    out.append(R"(","created":")").append(format_rfc3339(row.created));
    out.append(R"(","lastModified":")").append(format_rfc3339(row.modified));
    out.append(R"(","location":")").append(location);
    out.append(R"(","version":"W/\")").append(std::to_string(row.version)) += R"(\""})";
}

void append_groups(std::string& out, const caller& who, const std::vector<group_link>& groups)
{
    if (groups.empty())
        return;
    const auto& type = *who.schemas->find_type("Group");
    out += ",\"groups\":[";
    for (const auto& [group, is_direct] : groups) {
        if (out.back() != '[')
            out += ',';
        const auto id = id_text(type, group.group);
        out += '{';
        append_text_member(out, "value", id);
        append_text_member(out, "$ref", location_of(who, type, id));
        append_text_member(out, "display", group.display_name);
        append_text_member(out, "type", is_direct ? "direct" : "indirect");
        out += '}';
    }
    out += ']';
}

// The resource but for members: the stored text, reopened at its end.
void append_without_members(
    std::string& out,
    const caller& who,
    const scim::resource_type& type,
    const resources::row& row,
    const std::vector<group_link>& groups
)
{
    out.append(row.document, 0, row.document.size() - 1);
    scim::make_references_absolute(out, type, who.base_url);
    const auto id = id_text(type, row.id);
    out.append(R"(,"id":")").append(id) += '"';
    append_meta(out, type, row, location_of(who, type, id));
    append_groups(out, who, groups);
    out += '}';
}

// The resource as it was asked for, but for members. Stored text is canonical: where all of it is shown it is
// extended instead of being parsed, rebuilt and written again.
void append_projected(
    std::string& out, const caller& who, const wanted_row& what, const std::vector<group_link>& groups
)
{
    const auto& type = *what.type;
    if (what.wanted->is_default() && scim::is_visible_as_stored(what.row->document, type))
        return append_without_members(out, who, type, *what.row, groups);
    std::string full;
    append_without_members(full, who, type, *what.row, groups);
    auto resource = scim::visible_document(full, type);
    scim::project(resource, *what.wanted, type);
    out += to_text(resource);
}

// Of a row and what was read of its groups before. Members come last, and are never all in memory.
void append_resource(
    long_text& out,
    store::transaction& tx,
    const caller& who,
    const wanted_row& what,
    const group_links& groups
)
{
    static const std::vector<group_link> none;
    const auto& type = *what.type;
    const auto own = groups.find(what.row->id);
    append_projected(out.end(), who, what, own == groups.end() ? none : own->second);
    if (wants(derived::members, type, *what.wanted)) {
        out.end().pop_back();
        append_members(out, tx, who, what.row->id, fields_of(type, *what.wanted));
        out.end() += '}';
    }
    out.settle();
}

group_links groups_wanted(store::transaction& tx, const caller& who, std::span<const wanted_row> rows)
{
    std::vector<resource_id> users;
    const wanted_row* before = nullptr;
    bool is_wanted = false;
    for (const auto& each : rows) {
        // Nearly all pages are of one type.
        if (!before || before->type != each.type || before->wanted != each.wanted)
            is_wanted = wants(derived::groups, *each.type, *each.wanted);
        before = &each;
        if (is_wanted)
            users.push_back(each.row->id);
    }
    return groups_of_users(tx, who.directory, users);
}

}  // namespace

std::string id_text(const scim::resource_type& type, resource_id id)
{
    return type.id_prefix + std::to_string(id.value);
}

std::int64_t count_shown_members(store::transaction& tx, const caller& who, const wanted_row& what)
{
    if (!wants(derived::members, *what.type, *what.wanted))
        return 0;
    return resources::count_members(tx, who.directory, what.row->id);
}

representation represent(
    store::transaction& tx,
    const caller& who,
    const scim::resource_type& type,
    const resources::row& row,
    const scim::projection& wanted
)
{
    const wanted_row what{&type, &wanted, &row};
    auto id = id_text(type, row.id);
    representation made{.location = location_of(who, type, id), .version = row.version};
    if (count_shown_members(tx, who, what) > members_inline_max) {
        append_projected(made.body, who, what, {});
        made.later = unread{std::move(id), wanted};
        return made;
    }
    long_text text;
    append_resource(text, tx, who, what, groups_wanted(tx, who, {&what, 1}));
    made.body = std::move(text).take();
    return made;
}

bool shows_links(const scim::resource_type& type, const scim::projection& wanted)
{
    return derived_of(type) != derived::none && wants(derived_of(type), type, wanted);
}

representation represent_alone(
    const caller& who,
    const scim::resource_type& type,
    const resources::row& row,
    const scim::projection& wanted
)
{
    representation made{.location = location_of(who, type, id_text(type, row.id)), .version = row.version};
    append_projected(made.body, who, {&type, &wanted, &row}, {});
    return made;
}

void append_page(
    long_text& out, store::transaction& tx, const caller& who, const std::vector<wanted_row>& rows
)
{
    const auto groups = groups_wanted(tx, who, rows);
    for (const auto& each : rows) {
        if (&each != &rows.front())
            out.end() += ',';
        append_resource(out, tx, who, each, groups);
    }
}

json::object whole_document(
    store::transaction& tx,
    const caller& who,
    const scim::resource_type& type,
    const resources::row& row,
    bool with_derived
)
{
    const auto kind = with_derived ? derived_of(type) : derived::none;
    std::vector<group_link> groups;
    if (kind == derived::groups)
        for (auto& group : resources::groups_of(tx, who.directory, row.id))
            groups.push_back({std::move(group), true});
    long_text full;
    append_without_members(full.end(), who, type, row, groups);
    if (kind == derived::members) {
        full.end().pop_back();
        append_members(full, tx, who, row.id, {});
        full.end() += '}';
    }
    return parse_json_object(std::move(full).take(), {.depth_max = 64, .nodes_max = SIZE_MAX}).value();
}

}  // namespace scimd::service

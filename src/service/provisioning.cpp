#include "service/provisioning.hpp"

#include "base/text.hpp"
#include "scim/unique.hpp"
#include "scim/visible.hpp"
#include "scim/written.hpp"
#include "service/admission.hpp"
#include "service/columns.hpp"
#include "service/events.hpp"
#include "service/membership.hpp"
#include "service/membership_events.hpp"
#include "service/normalize.hpp"
#include "service/quotas.hpp"
#include "service/release.hpp"
#include "service/request_log.hpp"
#include "service/secrets.hpp"
#include "service/self_service.hpp"
#include "service/user_state.hpp"
#include "store/holds.hpp"
#include "store/refusals.hpp"
#include "store/unique_values.hpp"

#include <algorithm>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace scimd::service {
namespace {

namespace resources = store::resources;
namespace unique_values = store::unique_values;

bool is_user(const scim::resource_type& type)
{
    return type.name == "User";
}

bool is_group(const scim::resource_type& type)
{
    return type.name == "Group";
}

error not_found(const scim::resource_type& type, std::string_view id)
{
    return {errc::not_found, type.name + " " + std::string(id.substr(0, 64)) + " does not exist."};
}

error name_taken(const scim::resource_type& type)
{
    const std::string name = is_user(type) ? "userName" : "displayName";
    return {errc::uniqueness, name + " is taken by another " + type.name + " of this directory."};
}

error value_taken(const scim::resource_type& type, const scim::unique_value& value)
{
    return {errc::uniqueness, value.attribute + " is taken by another " + type.name + " of this directory."};
}

// Of what is to be kept in place of `before`, which may be larger than is allowed by now.
result<void> check_size(std::string_view text, std::string_view before = {})
{
    if (text.size() <= std::max(scim::resource_bytes_max, before.size()))
        return {};
    return error{
        errc::too_large, "A resource has at most " + std::to_string(scim::resource_bytes_max) + " bytes."
    };
}

json::object document_of(const resources::row& row)
{
    return parse_json_object(row.document, {.depth_max = 64, .nodes_max = SIZE_MAX}).value();
}

// What events tell of a resource that is not a user.
json::object normalized(
    const caller& who, const scim::resource_type& type, resource_id id, const json::object& document
)
{
    if (is_group(type))
        return normalize_group(who, id_text(type, id), document);
    return normalize_resource(who, type, id_text(type, id), document);
}

// What the event of its creation tells.
json::object begun(
    store::transaction& tx,
    const caller& who,
    const scim::resource_type& type,
    resource_id id,
    const json::object& document
)
{
    return is_user(type) ? user_state(tx, who).begun(id, document) : normalized(who, type, id, document);
}

// What events have told of it.
json::object told(
    store::transaction& tx,
    const caller& who,
    const scim::resource_type& type,
    resource_id id,
    const json::object& document
)
{
    if (!is_user(type))
        return normalized(who, type, id, document);
    const auto groups = resources::groups_of(tx, who.directory, id);
    return user_state(tx, who).told({id, document, groups});
}

result<resources::row> load(store::transaction& tx, const caller& who, const target& what)
{
    const auto number = parse_prefixed(what.id, what.type->id_prefix);
    if (!number)
        return not_found(*what.type, what.id);
    auto row = resources::find(tx, who.directory, what.type->name, {*number});
    if (!row)
        return not_found(*what.type, what.id);
    return std::move(*row);
}

// A resource that is about to change: its preconditions hold.
struct loaded {
    resources::row row;
    json::object document;
    json::object hidden;  // of schemas that the directory does not have
};

result<loaded> load_for_change(store::transaction& tx, const caller& who, const target& what)
{
    auto row = load(tx, who, what);
    if (!row)
        return row.error();
    if (auto met = what.conditions.check(row->version); !met)
        return met.error();
    auto document = document_of(*row);
    auto hidden = scim::take_hidden(document, *what.type);
    return loaded{std::move(*row), std::move(document), std::move(hidden)};
}

refused record_refusal(
    store::transaction& tx, const caller& who, const json::object& user, gate_refusal refusal
)
{
    const auto subject = person_in(user);
    const bool is_first = store::refusals::record(
        tx,
        who.directory,
        {.subject = subject_of(subject),
         .reason = refusal.reason,
         .user_name = subject.user_name,
         .external_id = subject.external_id,
         .domain = refusal.domain,
         .detail = refusal.detail},
        tx.now()
    );
    if (who.trace)
        who.trace->is_recorded = true;
    if (is_first)
        publish_refusal(tx, who, user, refusal.reason, refusal.domain, refusal.detail);
    return {{refusal.code, std::move(refusal.detail)}};
}

void hold(store::transaction& tx, const caller& who, resource_id user, const gate_refusal& why)
{
    store::holds::hold(tx, who.directory, {user, why.reason, why.domain, why.detail});
}

scim::projection with_written(scim::projection wanted, std::vector<scim::path> written)
{
    wanted.written = std::move(written);
    return wanted;
}

// The states of a resource around a change; nullptr: it was not there before, or is not there any more.
struct states {
    const json::object* before = nullptr;
    const json::object* after = nullptr;
    bool has_other_members = false;
};

// What the request has done, for the directory's log.
void note_change(
    const caller& who,
    std::string_view action,
    const scim::resource_type& type,
    resource_id which,
    const states& of
)
{
    if (!who.trace)
        return;
    change_note note{.action = std::string(action), .id = id_text(type, which), .attributes = {}};
    if (of.before && of.after)
        note.attributes = changed_attributes(*of.before, *of.after);
    if (of.has_other_members)
        note.attributes.emplace_back("members");
    // What users change of themselves does not end what their identity provider was refused.
    if (of.after && is_user(type) && !who.user)
        note.who = person_in(*of.after);
    who.trace->add(std::move(note));
}

resources::membership as_membership(resource_id group, const json::object& document)
{
    const auto* const name = find_string(document, "displayName");
    return {group, name ? std::string(*name) : std::string()};
}

// The common end of PUT and PATCH: `after` and the membership operations in place of what was found.
struct update {
    loaded found;
    json::object after;
    std::vector<scim::membership_operation> members;
    std::vector<scim::path> written;
};

// What is told of a change that has been written.
void publish_update(store::transaction& tx, const caller& who, const target& what, const update& change)
{
    const auto& type = *what.type;
    const auto& row = change.found.row;
    const auto& before = change.found.document;
    resource_change news{
        .type = &type, .version = row.version, .before = std::nullopt, .after = std::nullopt
    };
    if (is_user(type)) {
        user_state users(tx, who);
        const auto groups = resources::groups_of(tx, who.directory, row.id);
        news.before = users.told({row.id, before, groups});
        news.after = users.renewed({row.id, change.after, groups});
    } else {
        news.before = normalized(who, type, row.id, before);
        news.after = normalized(who, type, row.id, change.after);
    }
    publish_change(tx, who, std::move(news));
}

// The document and what is kept beside it.
result<resources::row> store_document(
    store::transaction& tx, const caller& who, const scim::resource_type& type, const update& change
)
{
    const auto id = change.found.row.id;
    const auto values = scim::unique_values(change.after, type);
    if (const auto* taken = unique_values::find_taken(tx, who.directory, type.name, id, values))
        return value_taken(type, *taken);
    auto document = change.after;
    scim::put_back(document, change.found.hidden);
    const auto text = to_text(document);
    if (auto fits = check_size(text, change.found.row.document); !fits)
        return fits.error();
    auto updated =
        resources::update(tx, who.directory, type.name, id, text, columns_of(who, type, change.after));
    if (!updated)
        return name_taken(type);
    unique_values::replace(tx, who.directory, type, id, values);
    return std::move(*updated);
}

result<provisioned> store_update(store::transaction& tx, const caller& who, const target& what, update change)
{
    const auto& type = *what.type;
    auto& row = change.found.row;
    const auto& before = change.found.document;
    const bool has_changed = before != change.after;
    quota_guard quota(tx, who);
    if (auto admitted = quota.admit_change(before, change.after, change.members); !admitted)
        return admitted.error();
    if (who.user)
        if (auto allowed = check_own_change(before, change.after); !allowed)
            return allowed.error();
    const bool was_held = is_user(type) && store::holds::is_held(tx, who.directory, row.id);
    admission verdict;
    // Of what the gate looks at users change nothing of themselves.
    if (is_user(type) && has_changed && !who.user) {
        verdict = admit_change(tx, who, before, change.after, was_held);
        if (verdict.refusal)
            return record_refusal(tx, who, change.after, std::move(*verdict.refusal));
        resolve_refusals(tx, who.directory, person_in(change.after), tx.now());
    }
    auto members = apply_members(tx, who, row.id, change.members);
    if (!members)
        return members.error();
    if (has_changed) {
        auto updated = store_document(tx, who, type, change);
        if (!updated)
            return updated.error();
        row = std::move(*updated);
        if (verdict.hold) {  // nobody's but SCIM's
            hold(tx, who, row.id, *verdict.hold);
        } else if (was_held) {
            store::holds::release(tx, who.directory, row.id);
            publish_release(tx, who, type, row, change.after);
        } else {
            publish_update(tx, who, what, change);
        }
    } else if (!members->is_empty()) {
        row = resources::touch(tx, who.directory, type.name, row.id);
    }
    publish_membership(tx, who, as_membership(row.id, change.after), *members);
    if (auto fits = quota.check_growth(); !fits)
        return fits.error();
    if (has_changed || !members->is_empty())
        note_change(who, "updated", type, row.id, {&before, &change.after, !members->is_empty()});
    return represent(tx, who, type, row, with_written(what.wanted, std::move(change.written)));
}

}  // namespace

result<provisioned> create(
    store::transaction& tx,
    const caller& who,
    const scim::resource_type& type,
    const scim::incoming& body,
    const scim::projection& wanted
)
{
    const quota_guard quota(tx, who);
    if (auto admitted = quota.admit_new(type); !admitted)
        return admitted.error();
    admission verdict;
    if (is_user(type))
        verdict = admit_new(tx, who, body.document);
    if (verdict.refusal)
        return record_refusal(tx, who, body.document, std::move(*verdict.refusal));
    const auto text = to_text(body.document);
    if (auto fits = check_size(text); !fits)
        return fits.error();
    const auto values = scim::unique_values(body.document, type);
    if (const auto* taken = unique_values::find_taken(tx, who.directory, type.name, {}, values))
        return value_taken(type, *taken);
    const auto columns = columns_of(who, type, body.document);
    const auto row = resources::insert(tx, who.directory, type.name, text, columns);
    if (!row)
        return name_taken(type);
    unique_values::replace(tx, who.directory, type, row->id, values);
    if (is_user(type))
        resolve_refusals(tx, who.directory, person_in(body.document), tx.now());
    const auto members = apply_members(tx, who, row->id, {scim::add_members{body.members}});
    if (!members)
        return members.error();
    if (auto fits = quota.check_growth(); !fits)
        return fits.error();
    note_change(who, "created", type, row->id, {nullptr, &body.document});
    if (verdict.hold) {
        hold(tx, who, row->id, *verdict.hold);
        return represent(tx, who, type, *row, wanted);
    }
    publish_change(
        tx,
        who,
        {.type = &type,
         .version = row->version,
         .before = std::nullopt,
         .after = begun(tx, who, type, row->id, body.document)}
    );
    publish_membership(tx, who, as_membership(row->id, body.document), *members);
    return represent(
        tx, who, type, *row, with_written(wanted, scim::written_on_request(body.document, type))
    );
}

result<representation> get(store::transaction& tx, const caller& who, const target& what)
{
    const auto row = load(tx, who, what);
    if (!row)
        return row.error();
    return represent(tx, who, *what.type, *row, what.wanted);
}

result<representation> get_whole(
    store::transaction& tx, const caller& who, const target& what, long_text& into
)
{
    const auto row = load(tx, who, what);
    if (!row)
        return row.error();
    append_page(into, tx, who, {{what.type, &what.wanted, &*row}});
    return representation{
        .location = who.base_url + what.type->endpoint + '/' + what.id, .version = row->version
    };
}

result<provisioned> replace(
    store::transaction& tx, const caller& who, const target& what, const scim::incoming& body
)
{
    auto found = load_for_change(tx, who, what);
    if (!found)
        return found.error();
    if (auto allowed = scim::check_replacement(found->document, body.document, *what.type); !allowed)
        return allowed.error();
    std::vector<scim::membership_operation> members;
    if (body.names_members)
        members.emplace_back(scim::replace_members{body.members});
    return store_update(
        tx,
        who,
        what,
        {std::move(*found),
         body.document,
         std::move(members),
         scim::written_on_request(body.document, *what.type)}
    );
}

result<provisioned> patch(
    store::transaction& tx, const caller& who, const target& what, const scim::patch& change
)
{
    auto found = load_for_change(tx, who, what);
    if (!found)
        return found.error();
    auto after = scim::apply(change, found->document, *what.type);
    if (!after)
        return after.error();
    return store_update(
        tx,
        who,
        what,
        {std::move(*found), std::move(*after), change.members, scim::written_on_request(change)}
    );
}

result<void> remove(store::transaction& tx, const caller& who, const target& what)
{
    const auto found = load_for_change(tx, who, what);
    if (!found)
        return found.error();
    const auto& type = *what.type;
    const auto& row = found->row;
    const bool was_held = is_user(type) && store::holds::is_held(tx, who.directory, row.id);
    auto last_state = told(tx, who, type, row.id, found->document);
    const auto users = is_group(type) ? users_in(tx, who, row.id) : std::vector<resource_id>();
    const auto groups = resources::groups_of(tx, who.directory, row.id);
    resources::touch_groups_of(tx, who.directory, row.id);
    resources::remove(tx, who.directory, type.name, row.id);
    note_change(who, "deleted", type, row.id, {&found->document, nullptr});
    if (was_held)
        return {};
    const auto event = publish_change(
        tx,
        who,
        {.type = &type, .version = row.version, .before = std::move(last_state), .after = std::nullopt}
    );
    if (is_user(type))
        secrets::end_with_user(tx, who, row.id, event);
    publish_lost_group(tx, who, as_membership(row.id, found->document), users, event);
    publish_lost_member(tx, who, groups, {row.id, type.name, {}}, event);
    return {};
}

}  // namespace scimd::service

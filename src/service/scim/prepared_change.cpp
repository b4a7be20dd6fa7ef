#include "service/scim/prepared_change.hpp"

#include "scim/quoted_input.hpp"
#include "scim/requested_attributes.hpp"
#include "scim/schema/hidden_attributes.hpp"
#include "service/events/event_payload.hpp"
#include "service/request_log/error_hints.hpp"
#include "service/scim/indexed_columns.hpp"
#include "service/scim/self_update.hpp"
#include "store/held_users.hpp"

#include <string_view>
#include <utility>

namespace scimd::service {
namespace {

namespace resources = store::resources;

// A resource that is about to change: its preconditions hold.
struct loaded {
    resources::row row;
    json::object document;
    json::object hidden;  // of schemas that the directory does not have
};

result<loaded> open_for_change(const target& what, resources::row found)
{
    if (auto met = what.conditions.check(found.version); !met)
        return met.error();
    auto document = parse_json_object(found.document, {.depth_max = 64, .nodes_max = SIZE_MAX}).value();
    auto hidden = scim::take_hidden(document, *what.type);
    return loaded{std::move(found), std::move(document), std::move(hidden)};
}

scim::projection with_written(scim::projection wanted, std::vector<scim::path> written)
{
    wanted.requested = std::move(written);
    return wanted;
}

// The common end of PUT and PATCH.
struct wanted_update {
    loaded found;
    json::object after;
    std::vector<scim::membership_operation> members;
    std::vector<scim::path> written;
};

void prepare_document(const caller& who, const json::object& hidden, prepared_change& change)
{
    const auto& type = *change.type;
    change.unique_values = scim::unique_values(change.after, type, *who.work);
    change.columns = columns_of(who, type, change.after);
    if (hidden.empty()) {
        change.text = to_text(change.after);
        return;
    }
    auto document = change.after;
    scim::put_back(document, hidden);
    change.text = to_text(document);
}

void prepare_update_event(store::transaction& tx, const caller& who, prepared_change& change)
{
    const auto& type = *change.type;
    const auto& before = *change.before;
    resource_change news{
        .type = &type, .version = before.version + 1, .before = std::nullopt, .after = std::nullopt
    };
    if (is_user(type)) {
        domain_lookup domains(tx, who);
        change.context =
            read_user_context(tx, who, before.id, verified_of(domains, before.addresses, change.addresses));
        news.before = published_state(who, *change.context, before.id, before.document);
        news.after = current_state(who, *change.context, before.id, change.after);
    } else {
        news.before = normalize_other(who, type, change.note.id, before.document);
        news.after = normalize_other(who, type, change.note.id, change.after);
    }
    change.event = prepare_change(who, std::move(news));
}

// What has no effect is said in the log of requests.
void record_ignored(const caller& who, const scim::ignored_names& ignored)
{
    if (who.trace)
        who.trace->ignored.add(ignored);
}

// An operation that was passed over is a warning in the ledger: a mapping of the identity provider has no
// effect for as long as nobody corrects it.
void record_skipped(
    const caller& who,
    const scim::resource_type& type,
    const loaded& found,
    const scim::ignored_names& ignored
)
{
    if (!who.trace || who.user || !is_user(type))
        return;
    for (const auto& each : ignored.rows())
        if (each.why == scim::ignored_reason::unknown_path)
            who.trace->add_once({
                .who = person_in(found.document),
                .resource_id = id_text(type, found.row.id),
                .reason = std::string(reason_unknown_attribute),
                .detail = "There is no attribute " + scim::quoted_input(each.name) +
                          ": the operation was passed over.",
            });
}

// What users change of themselves does not end what their identity provider was refused.
person person_of(const caller& who, const scim::resource_type& type, const json::object& document)
{
    return is_user(type) && !who.user ? person_in(document) : person();
}

result<prepared_change> prepare_update(
    store::transaction& tx, const caller& who, const target& what, wanted_update wanted
)
{
    const auto& type = *what.type;
    auto& row = wanted.found.row;
    prepared_change change;
    change.type = &type;
    change.after = std::move(wanted.after);
    change.before = original{
        .id = row.id,
        .version = row.version,
        .created = row.created,
        .modified = row.modified,
        .bytes = row.document.size(),
        .document = std::move(wanted.found.document)
    };
    const auto& before = change.before->document;
    change.has_changed = before != change.after;
    change.members = std::move(wanted.members);
    change.shown = with_written(what.wanted, std::move(wanted.written));
    if (who.user)
        if (auto allowed = check_own_change(before, change.after); !allowed)
            return allowed.error();
    change.note = {.action = "updated", .id = id_text(type, row.id), .attributes = {}};
    change.note.who = person_of(who, type, change.after);
    if (!change.has_changed) {
        change.text = std::move(row.document);
        return change;
    }
    change.note.attributes = changed_attributes(before, change.after);
    prepare_document(who, wanted.found.hidden, change);
    if (is_user(type)) {
        change.before->addresses = addresses_of(before);
        change.addresses = addresses_of(change.after);
    }
    change.before->is_held = is_user(type) && store::held_users::is_held(tx, who.directory, row.id);
    if (!change.before->is_held)
        prepare_update_event(tx, who, change);
    return change;
}

}  // namespace

bool is_user(const scim::resource_type& type)
{
    return type.name == "User";
}

error not_found(const scim::resource_type& type, std::string_view id)
{
    return {errc::not_found, type.name + " " + std::string(id.substr(0, 64)) + " does not exist."};
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

prepared_change prepare_creation(
    store::transaction& tx,
    const caller& who,
    const scim::resource_type& type,
    const scim::parsed_body& body,
    const scim::projection& wanted
)
{
    prepared_change change;
    change.type = &type;
    change.after = body.document;
    scim::complete_new(change.after, type);
    record_ignored(who, body.ignored);
    if (!body.members.empty())
        change.members.emplace_back(scim::add_members{body.members});
    change.note = {.action = "created", .id = {}, .attributes = {}};
    change.note.who = person_of(who, type, change.after);
    change.shown = with_written(wanted, scim::requested_on_demand(body.document, type));
    prepare_document(who, {}, change);
    resource_change news{.type = &type, .version = 1, .before = std::nullopt, .after = std::nullopt};
    if (is_user(type)) {
        change.addresses = addresses_of(change.after);
        domain_lookup domains(tx, who);
        change.context = read_new_user_context(tx, who, verified_of(domains, change.addresses));
        news.after = current_state(who, *change.context, {}, change.after);
    } else {
        news.after = normalize_other(who, type, {}, change.after);
    }
    change.event = prepare_change(who, std::move(news));
    return change;
}

result<prepared_change> prepare_replacement(
    store::transaction& tx,
    const caller& who,
    const target& what,
    resources::row found,
    const scim::parsed_body& body
)
{
    auto opened = open_for_change(what, std::move(found));
    if (!opened)
        return opened.error();
    if (auto allowed = scim::check_replacement(opened->document, body.document, *what.type, *who.work);
        !allowed)
        return allowed.error();
    auto next = body.document;
    scim::keep_unnamed(next, opened->document, *what.type);
    record_ignored(who, body.ignored);
    std::vector<scim::membership_operation> members;
    if (body.names_members)
        members.emplace_back(scim::replace_members{body.members});
    return prepare_update(
        tx,
        who,
        what,
        {std::move(*opened),
         std::move(next),
         std::move(members),
         scim::requested_on_demand(body.document, *what.type)}
    );
}

result<prepared_change> prepare_patch(
    store::transaction& tx,
    const caller& who,
    const target& what,
    resources::row found,
    const scim::patch& wanted
)
{
    auto opened = open_for_change(what, std::move(found));
    if (!opened)
        return opened.error();
    auto ignored = wanted.ignored;
    auto after = scim::apply(wanted, opened->document, *what.type, *who.work, &ignored);
    if (!after)
        return after.error();
    record_ignored(who, ignored);
    record_skipped(who, *what.type, *opened, ignored);
    return prepare_update(
        tx,
        who,
        what,
        {std::move(*opened), std::move(*after), wanted.members, scim::requested_on_demand(wanted)}
    );
}

resources::membership as_membership(resource_id group, const json::object& document)
{
    const auto* const name = find_string(document, "displayName");
    return {group, name ? std::string(*name) : std::string()};
}

written as_it_is(const prepared_change& change)
{
    const auto& row = change.before.value();
    return {row.id, row.version, row.created, row.modified};
}

representation represent(
    store::transaction& tx, const caller& who, const prepared_change& change, const written& done
)
{
    const auto& type = *change.type;
    if (is_shown_alone(change))
        return represent_alone(who, change, done);
    if (is_user(type))
        return represent(
            tx, who, type, {done.id, done.version, done.created, done.modified, change.text}, change.shown
        );
    // A group's version says what its members are: both are read together.
    const auto row = resources::find(tx, who.directory, type.name, done.id);
    return row ? represent(tx, who, type, *row, change.shown) : represent_alone(who, change, done);
}

bool is_shown_alone(const prepared_change& change)
{
    const bool has_no_groups = change.context && change.context->groups.empty();
    return has_no_groups || !shows_links(*change.type, change.shown);
}

representation represent_alone(const caller& who, const prepared_change& change, const written& done)
{
    return represent_alone(
        who, *change.type, {done.id, done.version, done.created, done.modified, change.text}, change.shown
    );
}

}  // namespace scimd::service

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

// A resource that is about to change. Its preconditions hold.
struct loaded {
    resources::row row;
    json::object document;
    json::object hidden;  // attributes of schemas that the directory lacks
};

result<loaded> open_for_change(const target& target, resources::row found) {
    if (auto met = target.conditions.check(found.version); !met)
        return met.error();
    auto document = parse_json_object(found.document, {.depth_max = 64, .nodes_max = SIZE_MAX}).value();
    auto hidden = scim::take_hidden(document, *target.type);
    return loaded{std::move(found), std::move(document), std::move(hidden)};
}

// Adds the attributes that the request named: the response shows those with `returned: request` (RFC 7643
// §7).
scim::projection with_requested(scim::projection shown, std::vector<scim::path> requested) {
    shown.requested = std::move(requested);
    return shown;
}

// What PUT and PATCH have in common once the new document is known.
struct requested_update {
    loaded found;
    json::object after;
    std::vector<scim::membership_operation> members;
    std::vector<scim::path> requested;
};

void prepare_document(const caller& caller, const json::object& hidden, prepared_change& change) {
    const auto& type = *change.type;
    change.unique_values = scim::unique_values(change.after, type, *caller.work);
    change.columns = columns_of(caller, type, change.after);
    if (hidden.empty()) {
        change.text = to_text(change.after);
        return;
    }
    auto document = change.after;
    scim::put_back(document, hidden);
    change.text = to_text(document);
}

void prepare_update_event(store::transaction& tx, const caller& caller, prepared_change& change) {
    const auto& type = *change.type;
    const auto& before = *change.before;
    resource_change transition{
            .type = &type, .version = before.version + 1, .before = std::nullopt, .after = std::nullopt};
    if (is_user(type)) {
        domain_lookup domains(tx, caller);
        change.context = read_user_context(
                tx, caller, before.id, verified_of(domains, before.addresses, change.addresses));
        transition.before = published_state(caller, *change.context, before.id, before.document);
        transition.after = current_state(caller, *change.context, before.id, change.after);
    } else {
        transition.before = normalize_other(caller, type, change.log_record.id, before.document);
        transition.after = normalize_other(caller, type, change.log_record.id, change.after);
    }
    change.event = prepare_change(caller, std::move(transition));
}

// Values without effect are listed in the request log.
void record_ignored(const caller& caller, const scim::ignored_names& ignored) {
    if (caller.trace)
        caller.trace->ignored.add(ignored);
}

// An operation that was skipped is a warning in the list of refused users: an attribute mapping of the
// identity provider has no effect until an administrator corrects it.
void record_skipped(const caller& caller, const scim::resource_type& type, const loaded& found,
        const scim::ignored_names& ignored) {
    if (!caller.trace || caller.user || !is_user(type))
        return;
    for (const auto& each : ignored.rows())
        if (each.why == scim::ignored_reason::unknown_path)
            caller.trace->add_once({
                    .user = person_in(found.document),
                    .resource_id = id_text(type, found.row.id),
                    .reason = std::string(reason_unknown_attribute),
                    .detail = "There is no attribute " + scim::quoted_input(each.name) +
                              ": the operation was passed over.",
            });
}

// Empty for a change that users make to themselves: it does not resolve refusals of their identity provider.
person person_of(const caller& caller, const scim::resource_type& type, const json::object& document) {
    return is_user(type) && !caller.user ? person_in(document) : person();
}

result<prepared_change> prepare_update(
        store::transaction& tx, const caller& caller, const target& target, requested_update update) {
    const auto& type = *target.type;
    auto& row = update.found.row;
    prepared_change change;
    change.type = &type;
    change.after = std::move(update.after);
    change.before = original{.id = row.id,
            .version = row.version,
            .created = row.created,
            .modified = row.modified,
            .bytes = row.document.size(),
            .document = std::move(update.found.document)};
    const auto& before = change.before->document;
    change.has_changed = before != change.after;
    change.members = std::move(update.members);
    change.shown = with_requested(target.wanted, std::move(update.requested));
    if (caller.user)
        if (auto allowed = check_own_change(before, change.after); !allowed)
            return allowed.error();
    change.log_record = {.action = "updated", .id = id_text(type, row.id), .attributes = {}};
    change.log_record.user = person_of(caller, type, change.after);
    if (!change.has_changed) {
        change.text = std::move(row.document);
        return change;
    }
    change.log_record.attributes = changed_attributes(before, change.after);
    prepare_document(caller, update.found.hidden, change);
    if (is_user(type)) {
        change.before->addresses = addresses_of(before);
        change.addresses = addresses_of(change.after);
    }
    change.before->is_held = is_user(type) && store::held_users::is_held(tx, caller.directory, row.id);
    if (!change.before->is_held)
        prepare_update_event(tx, caller, change);
    return change;
}

}  // namespace

bool is_user(const scim::resource_type& type) {
    return type.name == "User";
}

error not_found(const scim::resource_type& type, std::string_view id) {
    return {errc::not_found, type.name + " " + std::string(id.substr(0, 64)) + " does not exist."};
}

result<resources::row> load(store::transaction& tx, const caller& caller, const target& target) {
    const auto number = parse_prefixed(target.id, target.type->id_prefix);
    if (!number)
        return not_found(*target.type, target.id);
    auto row = resources::find(tx, caller.directory, target.type->name, {*number});
    if (!row)
        return not_found(*target.type, target.id);
    return std::move(*row);
}

prepared_change prepare_creation(store::transaction& tx, const caller& caller,
        const scim::resource_type& type, const scim::parsed_body& body, const scim::projection& shown) {
    prepared_change change;
    change.type = &type;
    change.after = body.document;
    scim::complete_new(change.after, type);
    record_ignored(caller, body.ignored);
    if (!body.members.empty())
        change.members.emplace_back(scim::add_members{body.members});
    change.log_record = {.action = "created", .id = {}, .attributes = {}};
    change.log_record.user = person_of(caller, type, change.after);
    change.shown = with_requested(shown, scim::requested_on_demand(body.document, type));
    prepare_document(caller, {}, change);
    resource_change transition{.type = &type, .version = 1, .before = std::nullopt, .after = std::nullopt};
    if (is_user(type)) {
        change.addresses = addresses_of(change.after);
        domain_lookup domains(tx, caller);
        change.context = read_new_user_context(tx, caller, verified_of(domains, change.addresses));
        transition.after = current_state(caller, *change.context, {}, change.after);
    } else {
        transition.after = normalize_other(caller, type, {}, change.after);
    }
    change.event = prepare_change(caller, std::move(transition));
    return change;
}

result<prepared_change> prepare_replacement(store::transaction& tx, const caller& caller,
        const target& target, resources::row found, const scim::parsed_body& body) {
    auto opened = open_for_change(target, std::move(found));
    if (!opened)
        return opened.error();
    if (auto allowed = scim::check_replacement(opened->document, body.document, *target.type, *caller.work);
            !allowed)
        return allowed.error();
    auto next = body.document;
    scim::keep_unnamed(next, opened->document, *target.type);
    record_ignored(caller, body.ignored);
    std::vector<scim::membership_operation> members;
    if (body.names_members)
        members.emplace_back(scim::replace_members{body.members});
    return prepare_update(tx, caller, target,
            {std::move(*opened), std::move(next), std::move(members),
                    scim::requested_on_demand(body.document, *target.type)});
}

result<prepared_change> prepare_patch(store::transaction& tx, const caller& caller, const target& target,
        resources::row found, const scim::patch& operations) {
    auto opened = open_for_change(target, std::move(found));
    if (!opened)
        return opened.error();
    auto ignored = operations.ignored;
    auto after = scim::apply(operations, opened->document, *target.type, *caller.work, &ignored);
    if (!after)
        return after.error();
    record_ignored(caller, ignored);
    record_skipped(caller, *target.type, *opened, ignored);
    return prepare_update(tx, caller, target,
            {std::move(*opened), std::move(*after), operations.members,
                    scim::requested_on_demand(operations)});
}

resources::membership as_membership(resource_id group, const json::object& document) {
    const auto* const name = find_string(document, "displayName");
    return {group, name ? std::string(*name) : std::string()};
}

written unchanged_result(const prepared_change& change) {
    const auto& row = change.before.value();
    return {row.id, row.version, row.created, row.modified};
}

representation represent(
        store::transaction& tx, const caller& caller, const prepared_change& change, const written& done) {
    const auto& type = *change.type;
    if (is_shown_alone(change))
        return represent_alone(caller, change, done);
    if (is_user(type))
        return represent(tx, caller, type, {done.id, done.version, done.created, done.modified, change.text},
                change.shown);
    // A group's members belong to its version: read both together.
    const auto row = resources::find(tx, caller.directory, type.name, done.id);
    return row ? represent(tx, caller, type, *row, change.shown) : represent_alone(caller, change, done);
}

bool is_shown_alone(const prepared_change& change) {
    const bool has_no_groups = change.context && change.context->groups.empty();
    return has_no_groups || !shows_links(*change.type, change.shown);
}

representation represent_alone(const caller& caller, const prepared_change& change, const written& done) {
    return represent_alone(caller, *change.type,
            {done.id, done.version, done.created, done.modified, change.text}, change.shown);
}

}  // namespace scimd::service

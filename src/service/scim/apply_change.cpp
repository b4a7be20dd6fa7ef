// The part of a change that is done where writes are serial.
#include "service/domains/admission.hpp"
#include "service/domains/domain_review.hpp"
#include "service/domains/held_user_release.hpp"
#include "service/groups/membership.hpp"
#include "service/groups/membership_events.hpp"
#include "service/limits/quotas.hpp"
#include "service/request_log/request_log.hpp"
#include "service/scim/prepared_change.hpp"
#include "store/held_users.hpp"
#include "store/refusals.hpp"
#include "store/unique_values.hpp"

#include <algorithm>
#include <string_view>
#include <utility>

namespace scimd::service {
namespace {

namespace resources = store::resources;
namespace unique_values = store::unique_values;

bool is_user(const prepared_change& change) {
    return change.type->name == "User";
}

error name_taken(const scim::resource_type& type) {
    const std::string name = type.name == "User" ? "userName" : "displayName";
    return {errc::uniqueness, name + " is taken by another " + type.name + " of this directory."};
}

error value_taken(const scim::resource_type& type, const scim::unique_value& value) {
    return {errc::uniqueness, value.attribute + " is taken by another " + type.name + " of this directory."};
}

// A document may stay as large as it was, even if the limit has been lowered since.
result<void> check_size(const prepared_change& change) {
    const auto before = change.before ? change.before->bytes : 0;
    if (change.text.size() <= std::max(scim::resource_bytes_max, before))
        return {};
    return error{errc::too_large,
            "A resource has at most " + std::to_string(scim::resource_bytes_max) + " bytes."};
}

refused record_refusal(
        store::transaction& tx, const caller& caller, const json::object& user, gate_refusal refusal) {
    const auto subject = person_in(user);
    const bool is_first = store::refusals::record(tx, caller.directory,
            {.subject = subject_of(subject),
                    .reason = refusal.reason,
                    .user_name = subject.user_name,
                    .external_id = subject.external_id,
                    .domain = refusal.domain,
                    .detail = refusal.detail,
                    .address = refusal.address},
            tx.now());
    if (caller.trace)
        caller.trace->is_recorded = true;
    if (is_first)
        publish_refusal(tx, caller, user, refusal);
    return {{refusal.code, std::move(refusal.detail)}};
}

void hold(store::transaction& tx, const caller& caller, resource_id user, const gate_refusal& why) {
    store::held_users::hold(tx, caller.directory, as_held(user, why));
}

// Notes the change for the directory's request log.
void record_change(
        const caller& caller, const prepared_change& change, resource_id id, bool has_other_members) {
    if (!caller.trace)
        return;
    auto record = change.log_record;
    if (record.id.empty())
        record.id = id_text(*change.type, id);
    if (has_other_members)
        record.attributes.emplace_back("members");
    caller.trace->add(std::move(record));
}

result<applied> apply_creation(store::transaction& tx, const caller& caller, const prepared_change& change) {
    const auto& type = *change.type;
    const quota_guard quota(tx, caller);
    if (auto admitted = quota.admit_new(type); !admitted)
        return admitted.error();
    domain_lookup domains(tx, caller);
    admission verdict;
    if (is_user(change))
        verdict = admit_new(tx, caller, domains, {change.after, change.addresses});
    if (verdict.refusal)
        return record_refusal(tx, caller, change.after, std::move(*verdict.refusal));
    if (change.context &&
            *change.context != read_new_user_context(tx, caller, verified_of(domains, change.addresses)))
        return stale{};
    if (auto fits = check_size(change); !fits)
        return fits.error();
    if (const auto* taken =
                    unique_values::find_taken(tx, caller.directory, type.name, {}, change.unique_values))
        return value_taken(type, *taken);
    const auto row = resources::insert(tx, caller.directory, type.name, change.text, change.columns);
    if (!row)
        return name_taken(type);
    unique_values::replace(tx, caller.directory, type, row->id, change.unique_values);
    if (is_user(change))
        resolve_refusals(tx, caller.directory, person_in(change.after), tx.now());
    const auto members = apply_members(tx, caller, row->id, change.members);
    if (!members)
        return members.error();
    const auto bytes = static_cast<std::int64_t>(change.text.size());
    if (auto fits = quota.check_growth(bytes, !change.members.empty()); !fits)
        return fits.error();
    record_change(caller, change, row->id, false);
    const written done{row->id, row->version, row->created, row->modified};
    if (verdict.hold) {
        hold(tx, caller, row->id, *verdict.hold);
        return done;
    }
    if (change.context)
        record_published(tx, caller, *change.context, row->id);
    publish_created(tx, caller, change.event.value(), row->id);
    publish_membership(tx, caller, as_membership(row->id, change.after), *members);
    return done;
}

// Writes the document, its indexed columns and its unique values.
result<void> store_document(store::transaction& tx, const caller& caller, const prepared_change& change) {
    const auto& type = *change.type;
    const auto id = change.before->id;
    if (const auto* taken =
                    unique_values::find_taken(tx, caller.directory, type.name, id, change.unique_values))
        return value_taken(type, *taken);
    if (auto fits = check_size(change); !fits)
        return fits.error();
    if (!resources::rewrite(tx, caller.directory, type.name, id, change.text, change.columns))
        return name_taken(type);
    unique_values::replace(tx, caller.directory, type, id, change.unique_values);
    return {};
}

// Whether no concurrent change has outdated the preparation.
bool is_current(
        store::transaction& tx, const caller& caller, domain_lookup& domains, const prepared_change& change) {
    const auto& before = *change.before;
    if (resources::version_of(tx, caller.directory, change.type->name, before.id) != before.version)
        return false;
    if (!change.has_changed || !is_user(change))
        return true;
    if (store::held_users::is_held(tx, caller.directory, before.id) != before.is_held)
        return false;
    if (!change.context)
        return true;
    auto verified = verified_of(domains, before.addresses, change.addresses);
    return *change.context == read_user_context(tx, caller, before.id, std::move(verified));
}

// Resolves the refusals that applied to former addresses of the user only.
void review_changed_user(store::transaction& tx, const caller& caller, domain_lookup& domains,
        resource_id user, const prepared_change& change) {
    const auto objections = standing_objections_to(domains, caller, change.addresses);
    resolve_standing_refusals(tx, caller, user, objections);
}

// Publishes the change of a document that has been written.
void publish_update(store::transaction& tx, const caller& caller, const prepared_change& change,
        const admission& verdict) {
    const auto& before = *change.before;
    if (verdict.hold) {  // visible to SCIM clients only: no event
        hold(tx, caller, before.id, *verdict.hold);
        return;
    }
    if (before.is_held) {
        store::held_users::release(tx, caller.directory, before.id);
        const resources::row row{before.id, before.version + 1, before.created, tx.now(), {}};
        publish_release(tx, caller, *change.type, row, change.after);
        return;
    }
    if (change.context)
        record_published(tx, caller, *change.context, before.id);
    publish(tx, caller, change.event.value());
}

result<applied> apply_update(store::transaction& tx, const caller& caller, const prepared_change& change) {
    domain_lookup domains(tx, caller);
    if (!is_current(tx, caller, domains, change))
        return stale{};
    const auto& type = *change.type;
    const auto& before = *change.before;
    quota_guard quota(tx, caller);
    if (auto admitted = quota.admit_change(before.document, change.after, change.members); !admitted)
        return admitted.error();
    admission verdict;
    // Users cannot change the attributes that the gate looks at, so their own changes skip it.
    if (is_user(change) && change.has_changed && !caller.user) {
        verdict = admit_change(tx, caller, domains, {before.document, before.addresses},
                {change.after, change.addresses}, before.is_held);
        if (verdict.refusal)
            return record_refusal(tx, caller, change.after, std::move(*verdict.refusal));
        resolve_refusals(tx, caller.directory, person_in(change.after), tx.now());
        if (before.addresses != change.addresses)
            review_changed_user(tx, caller, domains, before.id, change);
    }
    const auto members = apply_members(tx, caller, before.id, change.members);
    if (!members)
        return members.error();
    auto done = unchanged_result(change);
    if (change.has_changed) {
        if (auto stored = store_document(tx, caller, change); !stored)
            return stored.error();
        done.version = before.version + 1;
        done.modified = tx.now();
        publish_update(tx, caller, change, verdict);
    } else if (!members->is_empty()) {
        const auto row = resources::touch(tx, caller.directory, type.name, before.id);
        done.version = row.version;
        done.modified = row.modified;
    }
    publish_membership(tx, caller, as_membership(before.id, change.after), *members);
    const auto bytes =
            static_cast<std::int64_t>(change.text.size()) - static_cast<std::int64_t>(before.bytes);
    if (auto fits = quota.check_growth(bytes, !members->is_empty()); !fits)
        return fits.error();
    if (change.has_changed || !members->is_empty())
        record_change(caller, change, before.id, !members->is_empty());
    return done;
}

}  // namespace

result<applied> apply(store::transaction& tx, const caller& caller, const prepared_change& change) {
    return change.before ? apply_update(tx, caller, change) : apply_creation(tx, caller, change);
}

}  // namespace scimd::service

#include "service/domains/domain_review.hpp"

#include "scim/schema/hidden_attributes.hpp"
#include "service/request_log/request_trace.hpp"
#include "store/held_users.hpp"
#include "store/refusals.hpp"
#include "store/resources.hpp"
#include "store/tenants.hpp"

#include <algorithm>
#include <string>
#include <utility>

namespace scimd::service {
namespace {

namespace reviews = store::domain_reviews;
namespace refusals = store::refusals;
namespace tenants = store::tenants;

// Empty: the directory or its organization is deleted.
std::optional<caller> caller_in(store::transaction& tx, environment_id environment,
        const scim::catalogue_set& schemas, const reviews::place& location) {
    const auto directory = tenants::find_directory(tx, location.organization, location.directory);
    if (!directory)
        return std::nullopt;
    return caller_for(system_source(environment), *directory, schemas);
}

std::vector<user_address> stored_addresses(const std::string& document, const scim::resource_type& type) {
    return addresses_of(scim::visible_document(document, type));
}

bool is_listed(const std::vector<refusals::refusal>& listed, const gate_refusal& one) {
    return std::ranges::any_of(listed, [&](const refusals::refusal& other) {
        return other.reason == one.reason && other.domain == one.domain && other.address == one.address;
    });
}

bool is_among(const std::vector<gate_refusal>& objections, const refusals::refusal& one) {
    return std::ranges::any_of(objections, [&](const gate_refusal& other) {
        return other.reason == one.reason && other.domain == one.domain;
    });
}

// Whether the log of refusals has to change about this user.
bool is_outdated(store::transaction& tx, const caller& caller, domain_lookup& domains,
        const reviews::user& user, const scim::resource_type& type) {
    const auto objections = standing_objections_to(domains, caller, stored_addresses(user.document, type));
    const auto listed = refusals::standing_of(tx, caller.directory, user.id);
    const auto is_known = [&](const gate_refusal& one) { return is_listed(listed, one); };
    const auto still_holds = [&](const refusals::refusal& one) { return is_among(objections, one); };
    return !std::ranges::all_of(objections, is_known) || !std::ranges::all_of(listed, still_holds);
}

void list_user(store::transaction& tx, const caller& caller, resource_id user, const json::object& document,
        const std::vector<gate_refusal>& objections) {
    const auto subject = person_in(document);
    for (const auto& one : objections) {
        if (refusals::count_standing(tx, caller.directory) >= standing_refusals_max)
            return;
        refusals::record(tx, caller.directory,
                {.subject = subject_of(subject),
                        .reason = one.reason,
                        .user_name = subject.user_name,
                        .external_id = subject.external_id,
                        .domain = one.domain,
                        .detail = one.detail,
                        .address = one.address,
                        .user = user},
                tx.now());
    }
}

void check_again(store::transaction& tx, const caller& caller, domain_lookup& domains, resource_id user,
        const scim::resource_type& type) {
    const auto row = store::resources::find(tx, caller.directory, type.name, user);
    if (!row || store::held_users::is_held(tx, caller.directory, user))  // held users are listed elsewhere
        return;
    const auto document = scim::visible_document(row->document, type);
    const auto addresses = addresses_of(document);
    const auto objections = standing_objections_to(domains, caller, addresses);
    resolve_standing_refusals(tx, caller, user, objections);
    list_user(tx, caller, user, document, objections);
}

bool has_begun(const reviews::review& review) {
    return review.at != directory_id();
}

// Stores that the review has begun before anything is read: a later change requests another review.
void begin(store::transaction& tx, reviews::review review) {
    review.at = review.directory.value_or(directory_id{1});
    if (review.directory)
        store::held_users::request_release(tx, *review.directory);
    reviews::advance(tx, review);
}

// Reads users after the last one until review_findings_max are found.
void find_users(store::transaction& tx, const caller& caller, review_step& step) {
    const auto* type = caller.schemas->find_type("User");
    if (!type) {  // the configured schemas have no users any more
        step.is_directory_complete = true;
        return;
    }
    auto from = step.from;
    if (from.at != caller.directory)
        from.after = {};
    const auto read = reviews::read_users(tx, from, caller.directory, review_rows_max, review_bytes_max);
    domain_lookup domains(tx, caller);
    step.last = read.last;
    step.is_directory_complete = read.is_complete;
    for (const auto& user : read.users) {
        if (!is_outdated(tx, caller, domains, user, *type))
            continue;
        step.users.push_back(user.id);
        if (step.users.size() == review_findings_max) {
            step.is_directory_complete = read.is_complete && user.id == read.last;
            step.last = user.id;
            return;
        }
    }
}

}  // namespace

std::optional<review_step> find_review_step(
        store::transaction& tx, environment_id environment, const scim::catalogue_set& schemas) {
    auto next = reviews::next(tx);
    if (!next)
        return std::nullopt;
    review_step step;
    step.from = std::move(*next);
    const auto& only = step.from.directory;
    if (!has_begun(step.from))
        return step;
    const auto location = reviews::directory_from(tx, step.from.at);
    if (!location || (only && location->directory != *only))
        return step;
    step.directory = location->directory;
    step.is_directory_complete = true;
    if (const auto caller = caller_in(tx, environment, schemas, *location))
        find_users(tx, *caller, step);
    return step;
}

void apply_review_step(store::transaction& tx, environment_id environment, const scim::catalogue_set& schemas,
        const review_step& step) {
    auto progress = step.from;
    if (!has_begun(progress))
        return begin(tx, progress);
    if (!step.directory)
        return reviews::finish(tx, progress.id);
    const auto location = reviews::directory_from(tx, *step.directory);
    const bool is_there = location && location->directory == *step.directory;
    const auto caller = is_there ? caller_in(tx, environment, schemas, *location) : std::nullopt;
    if (caller && progress.at != *step.directory)  // the change may also end a reason to hold users
        store::held_users::request_release(tx, *step.directory);
    if (const auto* type = caller ? caller->schemas->find_type("User") : nullptr) {
        domain_lookup domains(tx, *caller);
        for (const auto user : step.users)
            check_again(tx, *caller, domains, user, *type);
    }
    if (step.is_directory_complete && progress.directory)
        return reviews::finish(tx, progress.id);
    progress.at = step.is_directory_complete ? directory_id{step.directory->value + 1} : *step.directory;
    progress.after = step.is_directory_complete ? resource_id() : step.last;
    reviews::advance(tx, progress);
}

void resolve_standing_refusals(store::transaction& tx, const caller& caller, resource_id user,
        const std::vector<gate_refusal>& objections) {
    for (const auto& one : refusals::standing_of(tx, caller.directory, user))
        if (!is_among(objections, one))
            refusals::resolve_standing(tx, caller.directory, user, one, tx.now());
}

}  // namespace scimd::service

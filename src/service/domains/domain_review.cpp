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

// Empty: the directory is gone, or its organization.
std::optional<caller> caller_in(
    store::transaction& tx,
    environment_id environment,
    const scim::catalogue_set& schemas,
    const reviews::place& where
)
{
    const auto directory = tenants::find_directory(tx, where.organization, where.directory);
    if (!directory)
        return std::nullopt;
    return caller_for(system_source(environment), *directory, schemas);
}

std::vector<user_address> stored_addresses(const std::string& document, const scim::resource_type& type)
{
    return addresses_of(scim::visible_document(document, type));
}

bool is_listed(const std::vector<refusals::refusal>& listed, const gate_refusal& one)
{
    return std::ranges::any_of(listed, [&](const refusals::refusal& other) {
        return other.reason == one.reason && other.domain == one.domain && other.address == one.address;
    });
}

bool is_among(const std::vector<gate_refusal>& objections, const refusals::refusal& one)
{
    return std::ranges::any_of(objections, [&](const gate_refusal& other) {
        return other.reason == one.reason && other.domain == one.domain;
    });
}

// Whether the ledger has to be changed about this user.
bool needs_note(
    store::transaction& tx,
    const caller& who,
    domain_look_up& domains,
    const reviews::user& user,
    const scim::resource_type& type
)
{
    const auto objections = standing_objections_to(domains, who, stored_addresses(user.document, type));
    const auto listed = refusals::standing_of(tx, who.directory, user.id);
    const auto is_known = [&](const gate_refusal& one) { return is_listed(listed, one); };
    const auto still_holds = [&](const refusals::refusal& one) { return is_among(objections, one); };
    return !std::ranges::all_of(objections, is_known) || !std::ranges::all_of(listed, still_holds);
}

void list_user(
    store::transaction& tx,
    const caller& who,
    resource_id user,
    const json::object& document,
    const std::vector<gate_refusal>& objections
)
{
    const auto subject = person_in(document);
    for (const auto& one : objections) {
        if (refusals::count_standing(tx, who.directory) >= standing_refusals_max)
            return;
        refusals::record(
            tx,
            who.directory,
            {.subject = subject_of(subject),
             .reason = one.reason,
             .user_name = subject.user_name,
             .external_id = subject.external_id,
             .domain = one.domain,
             .detail = one.detail,
             .address = one.address,
             .user = user},
            tx.now()
        );
    }
}

void judge_again(
    store::transaction& tx,
    const caller& who,
    domain_look_up& domains,
    resource_id user,
    const scim::resource_type& type
)
{
    const auto row = store::resources::find(tx, who.directory, type.name, user);
    if (!row || store::held_users::is_held(tx, who.directory, user))  // those are listed for themselves
        return;
    const auto document = scim::visible_document(row->document, type);
    const auto addresses = addresses_of(document);
    const auto objections = standing_objections_to(domains, who, addresses);
    resolve_standing_refusals(tx, who, user, objections);
    list_user(tx, who, user, document, objections);
}

bool has_begun(const reviews::review& what)
{
    return what.at != directory_id();
}

// Noted before anything is read: a change that comes later asks for a review of its own.
void begin(store::transaction& tx, reviews::review what)
{
    what.at = what.directory.value_or(directory_id{1});
    if (what.directory)
        store::held_users::request_release(tx, *what.directory);
    reviews::advance(tx, what);
}

// Looks at users behind the last one until there is enough to write.
void look_at_users(store::transaction& tx, const caller& who, review_step& step)
{
    const auto* type = who.schemas->find_type("User");
    if (!type) {  // the configuration does not know users any more
        step.is_directory_complete = true;
        return;
    }
    auto from = step.from;
    if (from.at != who.directory)
        from.after = {};
    const auto read = reviews::read_users(tx, from, who.directory, review_rows_max, review_bytes_max);
    domain_look_up domains(tx, who);
    step.last = read.last;
    step.is_directory_complete = read.is_complete;
    for (const auto& user : read.users) {
        if (!needs_note(tx, who, domains, user, *type))
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

std::optional<review_step> look_over_some(
    store::transaction& tx, environment_id environment, const scim::catalogue_set& schemas
)
{
    auto next = reviews::next(tx);
    if (!next)
        return std::nullopt;
    review_step step;
    step.from = std::move(*next);
    const auto& only = step.from.directory;
    if (!has_begun(step.from))
        return step;
    const auto where = reviews::directory_from(tx, step.from.at);
    if (!where || (only && where->directory != *only))
        return step;
    step.directory = where->directory;
    step.is_directory_complete = true;
    if (const auto who = caller_in(tx, environment, schemas, *where))
        look_at_users(tx, *who, step);
    return step;
}

void finish_step(
    store::transaction& tx,
    environment_id environment,
    const scim::catalogue_set& schemas,
    const review_step& what
)
{
    auto to = what.from;
    if (!has_begun(to))
        return begin(tx, to);
    if (!what.directory)
        return reviews::finish(tx, to.id);
    const auto where = reviews::directory_from(tx, *what.directory);
    const bool is_there = where && where->directory == *what.directory;
    const auto who = is_there ? caller_in(tx, environment, schemas, *where) : std::nullopt;
    if (who && to.at != *what.directory)  // held users may be released for the same reason
        store::held_users::request_release(tx, *what.directory);
    if (const auto* type = who ? who->schemas->find_type("User") : nullptr) {
        domain_look_up domains(tx, *who);
        for (const auto user : what.users)
            judge_again(tx, *who, domains, user, *type);
    }
    if (what.is_directory_complete && to.directory)
        return reviews::finish(tx, to.id);
    to.at = what.is_directory_complete ? directory_id{what.directory->value + 1} : *what.directory;
    to.after = what.is_directory_complete ? resource_id() : what.last;
    reviews::advance(tx, to);
}

void resolve_standing_refusals(
    store::transaction& tx, const caller& who, resource_id user, const std::vector<gate_refusal>& objections
)
{
    for (const auto& one : refusals::standing_of(tx, who.directory, user))
        if (!is_among(objections, one))
            refusals::resolve_standing(tx, who.directory, user, one, tx.now());
}

}  // namespace scimd::service

#include "service/scim/provisioning.hpp"

#include "service/scim/prepared_removal.hpp"

#include <stdexcept>
#include <string>
#include <utility>

namespace scimd::service {
namespace {

// Applies a change in the transaction that prepared it.
result<provisioned> apply_at_once(
        store::transaction& tx, const caller& caller, const prepared_change& change) {
    auto outcome = apply(tx, caller, change);
    if (!outcome)
        return outcome.error();
    if (auto* refusal = std::get_if<refused>(&*outcome))
        return std::move(*refusal);
    const auto* done = std::get_if<written>(&*outcome);
    if (!done)
        throw std::logic_error("provisioning: a change is stale in the transaction that prepared it");
    return represent(tx, caller, change, *done);
}

}  // namespace

result<provisioned> create(store::transaction& tx, const caller& caller, const scim::resource_type& type,
        const scim::parsed_body& body, const scim::projection& shown) {
    return apply_at_once(tx, caller, prepare_creation(tx, caller, type, body, shown));
}

result<provisioned> replace(
        store::transaction& tx, const caller& caller, const target& target, const scim::parsed_body& body) {
    auto found = load(tx, caller, target);
    if (!found)
        return found.error();
    const auto change = prepare_replacement(tx, caller, target, std::move(*found), body);
    return change ? apply_at_once(tx, caller, *change) : result<provisioned>(change.error());
}

result<provisioned> patch(
        store::transaction& tx, const caller& caller, const target& target, const scim::patch& operations) {
    auto found = load(tx, caller, target);
    if (!found)
        return found.error();
    const auto change = prepare_patch(tx, caller, target, std::move(*found), operations);
    return change ? apply_at_once(tx, caller, *change) : result<provisioned>(change.error());
}

result<representation> get(store::transaction& tx, const caller& caller, const target& target) {
    const auto row = load(tx, caller, target);
    if (!row)
        return row.error();
    return represent(tx, caller, *target.type, *row, target.wanted);
}

result<representation> get_whole(
        store::transaction& tx, const caller& caller, const target& target, spooled_text& into) {
    const auto row = load(tx, caller, target);
    if (!row)
        return row.error();
    append_page(into, tx, caller, {{target.type, &target.wanted, &*row}});
    return representation{
            .location = caller.base_url + target.type->endpoint + '/' + target.id, .version = row->version};
}

result<std::string> remove(store::transaction& tx, const caller& caller, const target& target) {
    const auto found = load(tx, caller, target);
    if (!found)
        return found.error();
    const auto removal = prepare_removal(tx, caller, target, *found);
    return removal ? result<std::string>(remove(tx, caller, *removal).value()) : removal.error();
}

}  // namespace scimd::service

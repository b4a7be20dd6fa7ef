#include "service/scim/provisioning.hpp"

#include "service/scim/prepared_removal.hpp"

#include <stdexcept>
#include <string>
#include <utility>

namespace scimd::service {
namespace {

// In one transaction with its preparation.
result<provisioned> apply_at_once(store::transaction& tx, const caller& who, const prepared_change& change)
{
    auto outcome = apply(tx, who, change);
    if (!outcome)
        return outcome.error();
    if (auto* refusal = std::get_if<refused>(&*outcome))
        return std::move(*refusal);
    const auto* done = std::get_if<written>(&*outcome);
    if (!done)
        throw std::logic_error("provisioning: a change is stale in the transaction that prepared it");
    return represent(tx, who, change, *done);
}

}  // namespace

result<provisioned> create(
    store::transaction& tx,
    const caller& who,
    const scim::resource_type& type,
    const scim::parsed_body& body,
    const scim::projection& wanted
)
{
    return apply_at_once(tx, who, prepare_creation(tx, who, type, body, wanted));
}

result<provisioned> replace(
    store::transaction& tx, const caller& who, const target& what, const scim::parsed_body& body
)
{
    auto found = load(tx, who, what);
    if (!found)
        return found.error();
    const auto change = prepare_replacement(tx, who, what, std::move(*found), body);
    return change ? apply_at_once(tx, who, *change) : result<provisioned>(change.error());
}

result<provisioned> patch(
    store::transaction& tx, const caller& who, const target& what, const scim::patch& wanted
)
{
    auto found = load(tx, who, what);
    if (!found)
        return found.error();
    const auto change = prepare_patch(tx, who, what, std::move(*found), wanted);
    return change ? apply_at_once(tx, who, *change) : result<provisioned>(change.error());
}

result<representation> get(store::transaction& tx, const caller& who, const target& what)
{
    const auto row = load(tx, who, what);
    if (!row)
        return row.error();
    return represent(tx, who, *what.type, *row, what.wanted);
}

result<representation> get_whole(
    store::transaction& tx, const caller& who, const target& what, spooled_text& into
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

result<std::string> remove(store::transaction& tx, const caller& who, const target& what)
{
    const auto found = load(tx, who, what);
    if (!found)
        return found.error();
    const auto removal = prepare_removal(tx, who, what, *found);
    return removal ? result<std::string>(remove(tx, who, *removal).value()) : removal.error();
}

}  // namespace scimd::service

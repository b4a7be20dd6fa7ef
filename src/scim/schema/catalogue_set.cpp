#include "scim/schema/catalogue_set.hpp"

#include "base/text.hpp"
#include "scim/quoted_input.hpp"

#include <algorithm>
#include <mutex>
#include <utility>

namespace scimd::scim {

std::vector<std::string> urns_of(std::string_view choice) {
    std::vector<std::string> urns;
    if (choice.empty())
        return urns;
    for (const std::string_view urn : split(choice, ' '))
        urns.emplace_back(urn);
    return urns;
}

const catalogue& catalogue_set::of(const schema_choice& choice) const {
    if (!choice)
        return all_;
    {
        const std::shared_lock hold(lock_);
        if (const auto known = chosen_.find(*choice); known != chosen_.end())
            return known->second;
    }
    std::vector<const schema*> schemas;
    for (const std::string& urn : urns_of(*choice))
        if (const schema* const found = all_.find_schema(urn))
            schemas.push_back(found);
    catalogue made = all_.subset(schemas);
    const std::unique_lock hold(lock_);
    return chosen_.try_emplace(*choice, std::move(made)).first->second;
}

result<std::string> catalogue_set::choose(std::span<const std::string> urns) const {
    const auto choices = all_.choices();
    std::vector<bool> is_chosen(choices.size(), false);
    for (const std::string& urn : urns) {
        const auto found = std::ranges::find_if(
                choices, [&](const schema* each) { return equals_ignoring_case(each->urn, urn); });
        if (found == choices.end())
            return error{errc::not_found, quoted_input(urn) + " is no schema that a directory can choose."};
        is_chosen[static_cast<std::size_t>(found - choices.begin())] = true;
    }
    std::string choice;
    for (std::size_t i = 0; i < choices.size(); ++i)
        if (is_chosen[i])
            choice += (choice.empty() ? "" : " ") + choices[i]->urn;

    const std::shared_lock hold(lock_);
    if (chosen_.size() >= schema_choices_max && !chosen_.contains(choice))
        return error{errc::conflict, "The directories have too many different choices of schemas already."};
    return choice;
}

}  // namespace scimd::scim

#include "service/domains/domain_ownership.hpp"

#include "store/tenants.hpp"

#include <algorithm>

namespace scimd::service {

void verified_domains::add(const domain_name& name, bool is_verified) {
    const auto place =
            std::ranges::lower_bound(names_, name.text(), {}, &std::pair<std::string, bool>::first);
    if (place == names_.end() || place->first != name.text())
        names_.insert(place, {name.text(), is_verified});
}

bool verified_domains::contains(const domain_name& name) const {
    const auto place =
            std::ranges::lower_bound(names_, name.text(), {}, &std::pair<std::string, bool>::first);
    return place != names_.end() && place->first == name.text() && place->second;
}

domain_ownership domain_lookup::of(const domain_name& name) {
    const auto known =
            std::ranges::find(known_, name.text(), &std::pair<std::string, domain_ownership>::first);
    if (known != known_.end())
        return known->second;
    const auto owner = store::tenants::owner_of(tx_, caller_.environment, name);
    const auto ownership = !owner                          ? domain_ownership::unclaimed
                           : owner == caller_.organization ? domain_ownership::own
                                                           : domain_ownership::foreign;
    if (known_.size() == remembered_max)
        known_.clear();
    known_.emplace_back(name.text(), ownership);
    return ownership;
}

namespace {

void add_all(verified_domains& to, domain_lookup& domains, const std::vector<user_address>& addresses) {
    for (const auto& address : addresses)
        if (address.domain && to.size() < user_domains_max)
            to.add(*address.domain, domains.is_own(*address.domain));
}

}  // namespace

verified_domains verified_of(domain_lookup& domains, const std::vector<user_address>& addresses) {
    verified_domains found;
    add_all(found, domains, addresses);
    return found;
}

verified_domains verified_of(domain_lookup& domains, const std::vector<user_address>& before,
        const std::vector<user_address>& after) {
    // The new state first, because the event contains all of it.
    auto found = verified_of(domains, after);
    add_all(found, domains, before);
    return found;
}

}  // namespace scimd::service

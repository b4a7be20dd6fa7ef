// The normalized form of users, groups and other resources: the `data` of events and the details of the
// directory API, with the field names of Scalekit's API. Pure.
#pragma once

#include "base/json/json.hpp"
#include "service/auth/caller.hpp"
#include "service/domains/domain_ownership.hpp"
#include "store/resources.hpp"

#include <cstddef>
#include <string>
#include <vector>

namespace scimd::service {

constexpr std::size_t event_groups_max = 100;  // of a user in one event; with more, groups_truncated is set

// Adds what is known of the domains of a user's addresses: email_domain_verified,
// preferred_username_domain_verified, email_addresses and, where a domain looks like another one,
// domain_warnings.
void add_address_marks(json::object& to, const json::object& document, const verified_domains& domains);

// `document` is the canonical SCIM document; it is repeated in raw_attributes.
json::object normalize_user(const caller& caller, const std::string& id, const json::object& document,
        const std::vector<store::resources::membership>& groups, const verified_domains& domains);
json::object normalize_group(const caller& caller, const std::string& id, const json::object& document);

// Normalizes a resource of any other type.
json::object normalize_resource(const caller& caller, const scim::resource_type& type, const std::string& id,
        const json::object& document);

// Normalizes a group or a resource of another type: users need more than their documents.
json::object normalize_other(const caller& caller, const scim::resource_type& type, const std::string& id,
        const json::object& document);

// The groups of a user, for its normalized form.
json::array normalize_groups(const std::vector<store::resources::membership>& groups);

}  // namespace scimd::service

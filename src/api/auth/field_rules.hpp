// Rules about which callers may set which members of a request's body.
//
// Members that concern the environment, or what an organization may do (vouching for a domain, limits,
// policies, features, the roles of the environment), are set by the operator and by clients of the whole
// environment. Callers of one organization may set the members that a rule opens to them; a member without a
// rule is refused to them, so that a new one is closed until it has a rule. Pure; any thread.
#pragma once

#include "base/error.hpp"
#include "base/json/json.hpp"
#include "service/auth/caller.hpp"
#include "service/auth/caller_kinds.hpp"

#include <array>
#include <span>
#include <string>
#include <string_view>

namespace scimd::api {

enum class rule_kind {
    of_field,             // about the member, whatever it holds
    of_environment_role,  // about the member when it names a role of the environment: checked by the handler
};

struct field_rule {
    std::string_view field;  // "domain_policy"; "assignments.role_name" of the elements of a list
    service::caller_set who;
    std::array<std::string_view, 2> open_values{};  // that other callers may set; an empty text: none
    rule_kind kind = rule_kind::of_field;
};

inline constexpr std::array organization_fields = {
        field_rule{"display_name", service::organization_side},
        field_rule{"logo_url", service::organization_side},
        field_rule{"external_id", service::environment_side},  // which record of the application it is
        field_rule{"region_code", service::environment_side},
        field_rule{"metadata", service::environment_side},  // data of the application about it: its plan
        field_rule{"slug", service::environment_side},      // unique in the environment
};

// Verification by DNS is a proof; the other methods are claims.
inline constexpr std::array domain_fields = {
        field_rule{"domain", service::organization_side},
        field_rule{
                "domain_type", service::environment_side, {"ORGANIZATION_DOMAIN", "DOMAIN_TYPE_UNSPECIFIED"}},
        field_rule{"verification_method", service::environment_side, {"DNS"}},
        field_rule{"covers_subdomains", service::organization_side},
};

inline constexpr std::array directory_fields = {
        field_rule{"name", service::organization_side},
        field_rule{"directory_type", service::organization_side},
        field_rule{"directory_provider", service::organization_side},
        field_rule{"enabled", service::organization_side},
        field_rule{"status", service::organization_side},
        field_rule{"schemas", service::organization_side},
        field_rule{"scim_mode", service::organization_side},
        field_rule{"unique_group_names", service::organization_side},
        field_rule{"unknown_members", service::organization_side},
        field_rule{"patch_status", service::organization_side},
        field_rule{"mappings", service::organization_side},
        field_rule{"groups", service::organization_side},
        field_rule{"domain_policy", service::environment_side},
        field_rule{"domain_gate_scope", service::environment_side},
};

inline constexpr std::array secret_fields = {
        field_rule{"expire_time", service::organization_side},
        field_rule{"directory_user_id", service::organization_side},
        field_rule{"overlap_seconds", service::organization_side},
};

inline constexpr std::array attribute_mapping_fields = {
        field_rule{"attributes", service::organization_side},
        field_rule{"limit", service::organization_side},
};

// The application decides on the permissions of a role; a role that extends another has its permissions, too.
inline constexpr std::array role_fields = {
        field_rule{"name", service::organization_side},
        field_rule{"display_name", service::organization_side},
        field_rule{"description", service::organization_side},
        field_rule{"extends", service::environment_side},
        field_rule{"permissions", service::environment_side},
};

inline constexpr std::array role_assignment_fields = {
        field_rule{"assignments", service::organization_side},
        field_rule{"assignments.role_name", service::environment_side, {}, rule_kind::of_environment_role},
};

inline constexpr std::array default_role_fields = {
        field_rule{"default_member_role", service::environment_side, {}, rule_kind::of_environment_role},
};

// forbidden: the first member that this caller may not set, or not to that value. null is taken as absent.
result<void> check_fields(
        std::span<const field_rule> rules, const service::manager& by, const json::object& body);

// The error of a handler that has found a role of the environment.
error environment_role_refusal(std::string_view field);

}  // namespace scimd::api

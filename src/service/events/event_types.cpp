#include "service/events/event_types.hpp"

#include <array>

namespace scimd::service {

std::span<const std::string_view> event_types() {
    static constexpr std::array<std::string_view, 34> names = {
            "organization.created",
            "organization.deleted",
            "organization.directory.created",
            "organization.directory.deleted",
            "organization.directory.group_created",
            "organization.directory.group_deleted",
            "organization.directory.group_member_added",
            "organization.directory.group_member_removed",
            "organization.directory.group_updated",
            "organization.directory.resource_created",
            "organization.directory.resource_deleted",
            "organization.directory.resource_updated",
            "organization.directory.token_created",
            "organization.directory.token_expiring",
            "organization.directory.token_revoked",
            "organization.directory.user_created",
            "organization.directory.user_deleted",
            "organization.directory.user_rejected",
            "organization.directory.user_updated",
            "organization.directory_disabled",
            "organization.directory_enabled",
            "organization.domain_created",
            "organization.domain_deleted",
            "organization.domain_dns_verification_failed",
            "organization.domain_dns_verification_lapsed",
            "organization.domain_dns_verification_lapsing",
            "organization.domain_dns_verification_success",
            "organization.updated",
            "role.created",
            "role.deleted",
            "role.updated",
            "webhook_endpoint.delivery_exhausted",
            "webhook_endpoint.disabled",
            "webhook_endpoint.test",
    };
    return names;
}

}  // namespace scimd::service

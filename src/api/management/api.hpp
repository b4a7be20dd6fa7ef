// Managing organizations, domains, directories and secrets: /api/v1/…, in the shapes of Scalekit's REST API.
#pragma once

#include "api/request_context.hpp"

namespace scimd::api {

reply create_organization(const house& home, call& on);
reply list_organizations(const house& home, call& on);
reply search_organizations(const house& home, call& on);
reply get_organization(const house& home, call& on);
reply get_organization_by_external_id(const house& home, call& on);
reply refuse_no_external_id(const house& home, call& on);
reply update_organization(const house& home, call& on);
reply delete_organization(const house& home, call& on);
reply update_organization_settings(const house& home, call& on);
reply get_user_limit(const house& home, call& on);
reply update_user_limit(const house& home, call& on);
reply get_session_policy(const house& home, call& on);
reply update_session_policy(const house& home, call& on);
reply get_application_session_policy(const house& home, call& on);

reply create_domain(const house& home, call& on);
reply list_domains(const house& home, call& on);
reply get_domain(const house& home, call& on);
reply delete_domain(const house& home, call& on);
reply verify_domain(const house& home, call& on);

reply create_directory(const house& home, call& on);
reply list_directories(const house& home, call& on);
reply get_directory(const house& home, call& on);
reply update_directory(const house& home, call& on);
reply delete_directory(const house& home, call& on);
reply enable_directory(const house& home, call& on);
reply disable_directory(const house& home, call& on);
reply get_quotas(const house& home, call& on);
reply update_quotas(const house& home, call& on);

reply create_secret(const house& home, call& on);
reply regenerate_secret(const house& home, call& on);
reply list_secrets(const house& home, call& on);
reply get_secret(const house& home, call& on);
reply revoke_secret(const house& home, call& on);

reply list_requests(const house& home, call& on);
reply list_directory_users(const house& home, call& on);
reply list_directory_groups(const house& home, call& on);
reply list_group_names(const house& home, call& on);

reply create_role(const house& home, call& on);
reply list_roles(const house& home, call& on);
reply get_role(const house& home, call& on);
reply update_role(const house& home, call& on);
reply delete_role(const house& home, call& on);
reply set_default_roles(const house& home, call& on);
reply assign_roles(const house& home, call& on);

reply list_attributes(const house& home, call& on);
reply create_attribute(const house& home, call& on);
reply update_attribute(const house& home, call& on);
reply delete_attribute(const house& home, call& on);
reply map_attributes(const house& home, call& on);
reply preview_attributes(const house& home, call& on);

reply list_refusals(const house& home, call& on);
reply list_held_users(const house& home, call& on);
reply list_events(const house& home, call& on);
reply stream_events(const house& home, call& on);
reply search_events(const house& home, call& on);

reply create_client(const house& home, call& on);
reply list_clients(const house& home, call& on);
reply get_client(const house& home, call& on);
reply delete_client(const house& home, call& on);
reply create_client_secret(const house& home, call& on);
reply revoke_client_secret(const house& home, call& on);

reply list_signing_keys(const house& home, call& on);
reply rotate_signing_key(const house& home, call& on);
reply renew_master_key(const house& home, call& on);

reply list_audit_log(const house& home, call& on);

reply prepare_demo(const house& home, call& on);
reply check_store(const house& home, call& on);
reply backup_store(const house& home, call& on);

}  // namespace scimd::api

// Managing organizations, domains, directories and secrets: /api/v1/…, in the shapes of Scalekit's REST API.
#pragma once

#include "api/request_context.hpp"

namespace scimd::api {

reply create_organization(const server_context& server, request_context& request);
reply list_organizations(const server_context& server, request_context& request);
reply search_organizations(const server_context& server, request_context& request);
reply get_organization(const server_context& server, request_context& request);
reply get_organization_by_external_id(const server_context& server, request_context& request);
reply refuse_no_external_id(const server_context& server, request_context& request);
reply update_organization(const server_context& server, request_context& request);
reply delete_organization(const server_context& server, request_context& request);
reply update_organization_settings(const server_context& server, request_context& request);
reply get_user_limit(const server_context& server, request_context& request);
reply update_user_limit(const server_context& server, request_context& request);
reply get_session_policy(const server_context& server, request_context& request);
reply update_session_policy(const server_context& server, request_context& request);
reply get_application_session_policy(const server_context& server, request_context& request);

reply create_domain(const server_context& server, request_context& request);
reply list_domains(const server_context& server, request_context& request);
reply get_domain(const server_context& server, request_context& request);
reply delete_domain(const server_context& server, request_context& request);
reply verify_domain(const server_context& server, request_context& request);

reply create_directory(const server_context& server, request_context& request);
reply list_directories(const server_context& server, request_context& request);
reply get_directory(const server_context& server, request_context& request);
reply update_directory(const server_context& server, request_context& request);
reply delete_directory(const server_context& server, request_context& request);
reply enable_directory(const server_context& server, request_context& request);
reply disable_directory(const server_context& server, request_context& request);
reply get_quotas(const server_context& server, request_context& request);
reply update_quotas(const server_context& server, request_context& request);

reply create_secret(const server_context& server, request_context& request);
reply regenerate_secret(const server_context& server, request_context& request);
reply list_secrets(const server_context& server, request_context& request);
reply get_secret(const server_context& server, request_context& request);
reply revoke_secret(const server_context& server, request_context& request);

reply list_requests(const server_context& server, request_context& request);
reply list_directory_users(const server_context& server, request_context& request);
reply list_directory_groups(const server_context& server, request_context& request);
reply list_group_names(const server_context& server, request_context& request);

reply create_role(const server_context& server, request_context& request);
reply list_roles(const server_context& server, request_context& request);
reply get_role(const server_context& server, request_context& request);
reply update_role(const server_context& server, request_context& request);
reply delete_role(const server_context& server, request_context& request);
reply set_default_roles(const server_context& server, request_context& request);
reply assign_roles(const server_context& server, request_context& request);

reply list_attributes(const server_context& server, request_context& request);
reply create_attribute(const server_context& server, request_context& request);
reply update_attribute(const server_context& server, request_context& request);
reply delete_attribute(const server_context& server, request_context& request);
reply map_attributes(const server_context& server, request_context& request);
reply preview_attributes(const server_context& server, request_context& request);

reply list_refusals(const server_context& server, request_context& request);
reply list_held_users(const server_context& server, request_context& request);
reply list_events(const server_context& server, request_context& request);
reply stream_events(const server_context& server, request_context& request);
reply search_events(const server_context& server, request_context& request);

reply create_client(const server_context& server, request_context& request);
reply list_clients(const server_context& server, request_context& request);
reply get_client(const server_context& server, request_context& request);
reply delete_client(const server_context& server, request_context& request);
reply create_client_secret(const server_context& server, request_context& request);
reply revoke_client_secret(const server_context& server, request_context& request);

reply list_signing_keys(const server_context& server, request_context& request);
reply rotate_signing_key(const server_context& server, request_context& request);
reply renew_master_key(const server_context& server, request_context& request);

reply list_audit_log(const server_context& server, request_context& request);

reply prepare_demo(const server_context& server, request_context& request);
reply check_store(const server_context& server, request_context& request);
reply backup_store(const server_context& server, request_context& request);

}  // namespace scimd::api

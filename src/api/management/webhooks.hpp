// Webhook endpoints: /api/v1/webhook-endpoints/…
#pragma once

#include "api/request_context.hpp"

namespace scimd::api {

reply create_webhook(const server_context& server, request_context& request);
reply list_webhooks(const server_context& server, request_context& request);
reply get_webhook(const server_context& server, request_context& request);
reply update_webhook(const server_context& server, request_context& request);
reply delete_webhook(const server_context& server, request_context& request);
reply enable_webhook(const server_context& server, request_context& request);
reply disable_webhook(const server_context& server, request_context& request);
reply test_webhook(const server_context& server, request_context& request);
reply rotate_webhook_secret(const server_context& server, request_context& request);

reply list_webhook_attempts(const server_context& server, request_context& request);
reply list_dead_letters(const server_context& server, request_context& request);
reply get_dead_letter(const server_context& server, request_context& request);
reply retry_dead_letter(const server_context& server, request_context& request);
reply discard_dead_letter(const server_context& server, request_context& request);
reply retry_failed_deliveries(const server_context& server, request_context& request);
reply replay_events(const server_context& server, request_context& request);

}  // namespace scimd::api

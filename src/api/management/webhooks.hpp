// Webhook endpoints: /api/v1/webhook-endpoints/…
#pragma once

#include "api/request_context.hpp"

namespace scimd::api {

reply create_webhook(const house& home, call& on);
reply list_webhooks(const house& home, call& on);
reply get_webhook(const house& home, call& on);
reply update_webhook(const house& home, call& on);
reply delete_webhook(const house& home, call& on);
reply enable_webhook(const house& home, call& on);
reply disable_webhook(const house& home, call& on);
reply test_webhook(const house& home, call& on);
reply rotate_webhook_secret(const house& home, call& on);

reply list_webhook_attempts(const house& home, call& on);
reply list_dead_letters(const house& home, call& on);
reply get_dead_letter(const house& home, call& on);
reply retry_dead_letter(const house& home, call& on);
reply discard_dead_letter(const house& home, call& on);
reply retry_failed_deliveries(const house& home, call& on);
reply replay_events(const house& home, call& on);

}  // namespace scimd::api

// Finds out where a webhook leads, judges it, and posts it there and nowhere else.
#pragma once

#include "service/webhooks/webhook_url.hpp"
#include "webhooks/host_resolver.hpp"
#include "webhooks/sender.hpp"

#include <memory>
#include <string>

namespace scimd::webhooks {

// `resolver` and `rules` outlive it; it outlives the resolver's answers.
// One thread, but for wake(), as webhooks/sender.hpp says.
std::unique_ptr<sender> make_http_sender(
    host_resolver& resolver, const service::webhooks::target_rules& rules, const std::string& ca_file
);

}  // namespace scimd::webhooks

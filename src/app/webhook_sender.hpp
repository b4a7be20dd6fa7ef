// Finds out where a webhook leads, judges it, and posts it there and nowhere else.
#pragma once

#include "app/host_resolver.hpp"
#include "app/sender.hpp"
#include "service/webhook_url.hpp"

#include <memory>
#include <string>

namespace scimd::app {

// `resolver` and `rules` outlive it; it outlives the resolver's answers.
// One thread, but for wake(), as app/sender.hpp says.
std::unique_ptr<sender> make_webhook_sender(
    host_resolver& resolver, const service::webhooks::target_rules& rules, const std::string& ca_file
);

}  // namespace scimd::app

// Sends webhook requests over HTTP: resolves the host, checks its addresses against the policy (the SSRF
// protection), and connects to the checked addresses only.
#pragma once

#include "service/webhooks/webhook_url.hpp"
#include "webhooks/host_resolver.hpp"
#include "webhooks/sender.hpp"

#include <memory>
#include <string>

namespace scimd::webhooks {

// `rules` outlives the sender. The resolver outlives it, too, except that it may be destroyed first once no
// more requests are sent: its last answers need the sender. Threads as in sender.hpp.
std::unique_ptr<sender> make_http_sender(
        host_resolver& resolver, const service::webhooks::target_rules& rules, const std::string& ca_file);

}  // namespace scimd::webhooks

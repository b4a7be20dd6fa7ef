// The example organization of the setup: an organization, a verified domain, a directory and its token.
#pragma once

#include "base/crypto/random.hpp"
#include "base/crypto/secret.hpp"
#include "base/error.hpp"
#include "base/id.hpp"
#include "service/events/event_source.hpp"
#include "store/engine/transaction.hpp"
#include "store/tenants.hpp"

#include <optional>

namespace scimd::service::demo {

struct demo_access {
    organization_id organization;
    directory_id directory;
    secret token;
};

// Creates the organization "Example Corp" with the verified domain example.com and a directory at the first
// call, and a token of the directory at every call.
result<demo_access> prepare_demo(store::transaction& tx, const event_source& source, random_source& random,
        std::optional<store::tenants::domain_policy> policy, std::optional<time_point> secret_expires);

}  // namespace scimd::service::demo

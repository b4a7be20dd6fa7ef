// The bearer tokens of directories: made, replaced with an overlap, ended, and a warning before they end by
// themselves. Each verb writes its events in the transaction that it is given.
#pragma once

#include "base/error.hpp"
#include "base/random.hpp"
#include "base/secret.hpp"
#include "service/origin.hpp"
#include "store/credentials.hpp"
#include "store/tenants.hpp"
#include "store/transaction.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>

namespace scimd::service::secrets {

constexpr std::size_t alive_max = 20;  // of one directory
constexpr std::chrono::seconds overlap_default{24 * 3'600};
constexpr std::chrono::seconds overlap_max{30 * 24 * 3'600};

bool is_alive(const store::credentials::secret_row& one, time_point now);

struct new_secret {
    secret plain;  // to be shown once
    store::credentials::secret_row row;
};

// conflict: alive_max are alive. invalid_value: an expiry that has passed.
result<new_secret> create(
    store::transaction& tx,
    const origin& from,
    random_source& random,
    const store::tenants::directory& owner,
    std::optional<time_point> expires
);

// A new one; those that were alive end `overlap` from now, or at once when it is 0.
result<new_secret> regenerate(
    store::transaction& tx,
    const origin& from,
    random_source& random,
    const store::tenants::directory& owner,
    std::optional<time_point> expires,
    std::chrono::seconds overlap
);

// false: there is none, or it was revoked already.
bool revoke(
    store::transaction& tx, const origin& from, const store::tenants::directory& owner, secret_id which
);

// Revokes the oldest until there is room for one more.
void make_room(store::transaction& tx, const origin& from, const store::tenants::directory& owner);

// organization.directory.token_expiring 7 days and 1 day before the end of a secret, once each, for up to
// `limit` secrets; returns for how many. A secret that is made to live no longer gets no such warning.
std::size_t warn_of_expiry(store::transaction& tx, const origin& from, std::size_t limit);

}  // namespace scimd::service::secrets

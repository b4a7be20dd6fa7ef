#include "service/auth/signing.hpp"

#include "base/time.hpp"
#include "service/auth/access_tokens.hpp"

#include <algorithm>

namespace scimd::service::signing {
namespace {

namespace keys_store = store::signing_keys;

constexpr auto tokens_outlive_for = access_token_lifetime_max + clock_skew_max;

void forget_old(store::transaction& tx, const std::vector<keys_store::key>& keys, urgency how)
{
    for (const auto& one : keys)
        if (how == urgency::at_once || !is_published(one, tx.now()))
            keys_store::erase(tx, one.id);
}

}  // namespace

bool is_published(const keys_store::key& one, time_point now)
{
    return !one.forgotten || *one.forgotten > now;
}

std::optional<keys_store::key> signer(const std::vector<keys_store::key>& keys, time_point now)
{
    std::optional<keys_store::key> chosen;
    for (const auto& one : keys)
        if (one.signs <= now && (!one.retires || *one.retires > now) &&
            (!chosen || chosen->signs < one.signs))
            chosen = one;
    return chosen;
}

bool is_due(const std::vector<keys_store::key>& keys, time_point now)
{
    const auto youngest = std::ranges::max_element(keys, {}, &keys_store::key::signs);
    return youngest != keys.end() && youngest->signs + key_life <= now;
}

result<keys_store::key> introduce(
    store::transaction& tx, const vault& key_vault, const rsa_key& fresh, urgency how
)
{
    const auto keys = keys_store::list(tx);
    const auto waiting = std::ranges::find_if(keys, [&](const auto& one) { return one.signs > tx.now(); });
    if (how == urgency::as_usual && waiting != keys.end()) {
        return error{
            errc::conflict,
            "A new key is published already; it signs from " + format_rfc3339(waiting->signs) + " on."
        };
    }
    forget_old(tx, keys, how);
    const auto current = how == urgency::as_usual ? signer(keys, tx.now()) : std::nullopt;
    const auto signs = current ? tx.now() + lead : tx.now();
    if (current)
        keys_store::retire(tx, current->id, signs, signs + tokens_outlive_for);
    return keys_store::insert(tx, key_vault, {fresh.public_der(), fresh.private_der(), signs});
}

}  // namespace scimd::service::signing

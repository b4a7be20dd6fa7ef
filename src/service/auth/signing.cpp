#include "service/auth/signing.hpp"

#include "base/time.hpp"
#include "service/auth/access_tokens.hpp"

#include <algorithm>

namespace scimd::service::signing {
namespace {

namespace rows = store::signing_keys;

constexpr auto token_life_max = access_token_lifetime_max + clock_skew_max;

void forget_old(store::transaction& tx, const std::vector<rows::key>& keys, urgency when) {
    for (const auto& one : keys)
        if (when == urgency::at_once || !is_published(one, tx.now()))
            rows::erase(tx, one.id);
}

}  // namespace

bool is_published(const rows::key& key, time_point now) {
    return !key.forgotten || *key.forgotten > now;
}

std::optional<rows::key> signer(const std::vector<rows::key>& keys, time_point now) {
    std::optional<rows::key> chosen;
    for (const auto& one : keys)
        if (one.signs <= now && (!one.retires || *one.retires > now) &&
                (!chosen || chosen->signs < one.signs))
            chosen = one;
    return chosen;
}

bool is_due(const std::vector<rows::key>& keys, time_point now) {
    const auto youngest = std::ranges::max_element(keys, {}, &rows::key::signs);
    return youngest != keys.end() && youngest->signs + key_life <= now;
}

result<rows::key> introduce(
        store::transaction& tx, const vault& key_vault, const rsa_key& key, urgency when) {
    const auto keys = rows::list(tx);
    const auto waiting = std::ranges::find_if(keys, [&](const auto& one) { return one.signs > tx.now(); });
    if (when == urgency::as_usual && waiting != keys.end()) {
        return error{errc::conflict,
                "A new key is published already; it signs from " + format_rfc3339(waiting->signs) + " on."};
    }
    forget_old(tx, keys, when);
    const auto current = when == urgency::as_usual ? signer(keys, tx.now()) : std::nullopt;
    const auto signs = current ? tx.now() + lead : tx.now();
    if (current)
        rows::retire(tx, current->id, signs, signs + token_life_max);
    return rows::insert(tx, key_vault, {key.public_der(), key.private_der(), signs});
}

}  // namespace scimd::service::signing

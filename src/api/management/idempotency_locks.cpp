#include "api/management/idempotency_locks.hpp"

namespace scimd::api {

result<std::unique_ptr<keys_in_hand::hold>> keys_in_hand::take(const std::string& key)
{
    const std::lock_guard hold_lock(lock_);
    if (keys_.contains(key))
        return error{errc::conflict, "A request with this Idempotency-Key is being carried out."};
    if (keys_.size() >= keys_max)
        return error{errc::unavailable, "The service is busy. Try again shortly."};
    keys_.insert(key);
    return std::make_unique<hold>(*this, key);
}

keys_in_hand::hold::~hold()
{
    const std::lock_guard hold_lock(of_.lock_);
    of_.keys_.erase(key_);
}

}  // namespace scimd::api

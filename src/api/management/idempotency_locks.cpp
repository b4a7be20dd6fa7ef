#include "api/management/idempotency_locks.hpp"

namespace scimd::api {

result<std::unique_ptr<idempotency_locks::lock>> idempotency_locks::take(const std::string& key) {
    const std::lock_guard guard(mutex_);
    if (keys_.contains(key))
        return error{errc::conflict, "A request with this Idempotency-Key is being carried out."};
    if (keys_.size() >= keys_max)
        return error{errc::unavailable, "The service is busy. Try again shortly."};
    keys_.insert(key);
    return std::make_unique<lock>(*this, key);
}

idempotency_locks::lock::~lock() {
    const std::lock_guard guard(owner_.mutex_);
    owner_.keys_.erase(key_);
}

}  // namespace scimd::api

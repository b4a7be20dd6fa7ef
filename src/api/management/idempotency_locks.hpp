// Locks on the Idempotency-Keys of jobs that are under way: a second request with one of these keys is
// refused.
#pragma once

#include "base/error.hpp"

#include <cstddef>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <utility>

namespace scimd::api {

// Any thread.
class idempotency_locks {
public:
    // Holds one key until it is destroyed.
    class lock {
    public:
        lock(idempotency_locks& owner, std::string key) : owner_(owner), key_(std::move(key)) {}
        lock(const lock&) = delete;
        lock& operator=(const lock&) = delete;
        ~lock();

    private:
        idempotency_locks& owner_;
        const std::string key_;
    };

    // conflict: another request holds the key; unavailable: too many keys are held.
    result<std::unique_ptr<lock>> take(const std::string& key);

private:
    static constexpr std::size_t keys_max = 1'000;

    std::mutex mutex_;
    std::set<std::string> keys_;
};

}  // namespace scimd::api

// The Idempotency-Keys of the chores that are under way: a second request with one of them is refused.
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
    // Of one key, which is free again when this ends.
    class lock {
    public:
        lock(idempotency_locks& of, std::string key) : of_(of), key_(std::move(key)) {}
        lock(const lock&) = delete;
        lock& operator=(const lock&) = delete;
        ~lock();

    private:
        idempotency_locks& of_;
        const std::string key_;
    };

    // conflict: somebody has it; unavailable: too many are held.
    result<std::unique_ptr<lock>> take(const std::string& key);

private:
    static constexpr std::size_t keys_max = 1'000;

    std::mutex lock_;
    std::set<std::string> keys_;
};

}  // namespace scimd::api

// The sessions of one server: how many there are, from where, and how to reach them all. Any thread.
#pragma once

#include "base/metrics.hpp"
#include "scimd/http.hpp"

#include <cstddef>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <unordered_map>
#include <vector>

namespace scimd::net {

class session;

class session_registry {
public:
    struct capacity {
        std::size_t sessions_max = 0;
        std::size_t sessions_per_address_max = 0;
    };

    session_registry(const capacity& room, gauge& open) : room_(room), open_(open) {}

    [[nodiscard]] bool is_full() const;

    // False, and nothing changed, when the peer's address has its share already. Loopback addresses and unix
    // sockets have no share: what stands behind them is a proxy or an operator.
    bool enter(const std::shared_ptr<session>& guest, const http::peer& from);
    void leave(const session& guest, const http::peer& from);

    [[nodiscard]] std::vector<std::shared_ptr<session>> all() const;

    // `empty` is called once: now, or by the thread on which the last session ends.
    void when_empty(std::function<void()> empty);

private:
    const capacity room_;
    gauge& open_;
    mutable std::mutex mutex_;
    std::unordered_map<const session*, std::weak_ptr<session>> guests_;
    std::unordered_map<std::string, std::size_t> by_address_;
    std::function<void()> empty_;
};

}  // namespace scimd::net

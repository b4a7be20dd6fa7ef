// The registry of a server's open connections: it counts sessions, limits them in all and per client address,
// finds idle ones to close when the server is nearly full, and reaches all of them for shutdown. Thread-safe.
#pragma once

#include "base/metrics.hpp"
#include "base/network/ip_address.hpp"
#include "scimd/http.hpp"

#include <chrono>
#include <cstddef>
#include <functional>
#include <list>
#include <memory>
#include <mutex>
#include <string>
#include <unordered_map>
#include <vector>

namespace scimd::net {

class session;

class session_registry {
public:
    using time_point = std::chrono::steady_clock::time_point;

    enum class activity {
        fresh,   // no complete request head has been received yet
        idle,    // between two requests (keep-alive)
        active,  // a request is under way
    };

    // The connection limits.
    struct capacity {
        std::size_t sessions_max = 0;
        std::size_t sessions_per_address_max = 0;
        std::vector<ip_network> trusted_proxies =
                {};  // their addresses are exempt from the limit per address
    };

    session_registry(const capacity& limits, metrics_registry& metrics);

    [[nodiscard]] bool is_full() const;

    // True when only the reserved places are left, counting sessions that were asked to end as ended.
    [[nodiscard]] bool is_nearly_full() const;

    // True while sessions that were asked to end have not ended yet.
    [[nodiscard]] bool is_closing_idle() const;

    // Adds a session, or returns false and changes nothing when the peer's address has reached its limit.
    // Loopback addresses, unix sockets and trusted proxies are exempt, because many clients share them.
    bool enter(const std::shared_ptr<session>& one, const http::peer& from,
            time_point now = std::chrono::steady_clock::now());
    void leave(const session& one);

    void mark(const session& one, activity now_is, time_point now = std::chrono::steady_clock::now());

    // When the registry is nearly full, asks one session without a request to end: the oldest that never sent
    // one, if it had at least a second to do so, or else the session that has been idle longest.
    void make_room(time_point now = std::chrono::steady_clock::now());

    [[nodiscard]] std::vector<std::shared_ptr<session>> all() const;

    // Calls `empty` once: now if there are no sessions, or on the thread on which the last session ends.
    void when_empty(std::function<void()> empty);

private:
    struct entry {
        std::weak_ptr<session> connection;
        std::string share;  // client address, or its IPv6 network; empty: not limited
        activity is = activity::fresh;
        bool is_asked_to_end = false;
        time_point since{};
        std::list<const net::session*>::iterator at{};
    };
    using entries = std::unordered_map<const session*, entry>;

    // Returns the list of an activity, oldest first.
    [[nodiscard]] std::list<const session*>& sessions_of(activity is);
    [[nodiscard]] gauge& gauge_for(activity is);
    void set_activity(entries::value_type& of, activity is, time_point now);
    [[nodiscard]] bool lacks_room() const;
    void set_asked_to_end(entry& of, bool is_asked);
    std::shared_ptr<session> next_to_close(time_point now);

    const capacity limits_;
    gauge& open_;
    gauge& fresh_gauge_;
    gauge& idle_gauge_;
    gauge& active_gauge_;
    counter& fresh_closed_;
    counter& idle_closed_;
    mutable std::mutex mutex_;
    entries sessions_;
    std::list<const session*> fresh_;
    std::list<const session*> idle_;
    std::list<const session*> active_;
    std::size_t asked_to_end_ = 0;
    std::unordered_map<std::string, std::size_t> by_address_;
    std::function<void()> empty_;
};

}  // namespace scimd::net

// The sessions of one server: how many there are, from where, how long they have been idle, and how to reach
// them all. Any thread.
#pragma once

#include "base/metrics.hpp"
#include "base/network/ip_network.hpp"
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
        fresh,   // no whole head of a request has come yet
        idle,    // between two requests
        active,  // a request is on its way
    };

    struct capacity {
        std::size_t sessions_max = 0;
        std::size_t sessions_per_address_max = 0;
        std::vector<ip_network> trusted_proxies = {};  // whose addresses have no share
    };

    session_registry(const capacity& room, metrics_registry& metrics);

    [[nodiscard]] bool is_full() const;

    // Nearly all places are taken, also when all that were asked to end have done so.
    [[nodiscard]] bool is_nearly_full() const;

    // Some that were asked to end have not done so yet.
    [[nodiscard]] bool is_closing_idle() const;

    // False, and nothing changed, when the peer's address has its share already. Loopback addresses, unix
    // sockets and trusted proxies have no share: many clients stand behind them.
    bool enter(
        const std::shared_ptr<session>& guest,
        const http::peer& from,
        time_point now = std::chrono::steady_clock::now()
    );
    void leave(const session& guest);

    void mark(const session& guest, activity now_is, time_point now = std::chrono::steady_clock::now());

    // When it is nearly full, asks one session without a request to end: the oldest that has never sent one,
    // when it had a second to do so, or else the one that has been idle longest.
    void make_room(time_point now = std::chrono::steady_clock::now());

    [[nodiscard]] std::vector<std::shared_ptr<session>> all() const;

    // `empty` is called once: now, or by the thread on which the last session ends.
    void when_empty(std::function<void()> empty);

private:
    struct place {
        std::weak_ptr<net::session> session;
        std::string share;  // empty: none
        activity is = activity::fresh;
        bool is_asked_to_end = false;
        time_point since{};
        std::list<const net::session*>::iterator at{};
    };
    using places = std::unordered_map<const session*, place>;

    // The oldest stand in front.
    [[nodiscard]] std::list<const session*>& sessions_of(activity is);
    [[nodiscard]] gauge& level_of(activity is);
    void set_activity(places::value_type& of, activity is, time_point now);
    [[nodiscard]] bool lacks_room() const;
    void set_asked_to_end(place& of, bool is_asked);
    std::shared_ptr<session> next_to_close(time_point now);

    const capacity room_;
    gauge& open_;
    gauge& fresh_level_;
    gauge& idle_level_;
    gauge& active_level_;
    counter& fresh_closed_;
    counter& idle_closed_;
    mutable std::mutex mutex_;
    places sessions_;
    std::list<const session*> fresh_;
    std::list<const session*> idle_;
    std::list<const session*> active_;
    std::size_t asked_to_end_ = 0;
    std::unordered_map<std::string, std::size_t> by_address_;
    std::function<void()> empty_;
};

}  // namespace scimd::net

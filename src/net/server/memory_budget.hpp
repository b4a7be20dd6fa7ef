// How much memory the requests under way may take: all together, those of one customer, and those of one of
// its directories. A request reserves before it buffers, and waits in a bounded queue when there is no room,
// or when its owner's other requests have all of its share. The only large request of an owner may exceed its
// share: what one request may take has limits of its own, and it could never be served otherwise.
//
// First come, first served, but for requests whose owner has its share already: those behind them that belong
// to others pass them.
//
// Threads: any. The budget outlives its reservations.
#pragma once

#include "base/metrics.hpp"

#include <cstddef>
#include <functional>
#include <list>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

namespace scimd::net {

// Whose memory it is: `member` has a share, and so has the `group` that it belongs to. Equal names are equal
// owners; all requests without a known owner share the empty names.
struct memory_owner {
    std::string group;   // an organization
    std::string member;  // a directory, an API client

    friend bool operator==(const memory_owner&, const memory_owner&) = default;
};

struct memory_limits {
    std::size_t bytes_max = 0;
    std::size_t group_bytes_max = 0;   // of the requests of one group
    std::size_t member_bytes_max = 0;  // of those of one member
    // Large requests leave this much to small ones, which have a queue of their own.
    std::size_t small_requests_bytes = 0;
    std::size_t small_request_bytes_max = 0;
    // Requests that wait, in each of the two queues. A group and a member have the same part of both as of
    // the memory, and may wait for so many times their share: what is waited for is not allocated, but the
    // last of them has to wait for the others.
    std::size_t waiting_max = 256;
    std::size_t waiting_shares_max = 8;

    // The usual shares of so many bytes: a half for a group, three eighths for a member, an eighth kept for
    // requests up to `small`.
    static memory_limits of(std::size_t bytes, std::size_t small);

    // The largest request that can be granted when there is no other.
    [[nodiscard]] std::size_t request_bytes_max() const noexcept { return bytes_max - small_requests_bytes; }
};

class memory_reservation;

class memory_budget {
public:
    // `what` is the label of its metrics.
    memory_budget(std::string_view what, const memory_limits& limits, metrics_registry& metrics);
    memory_budget(const memory_budget&) = delete;
    memory_budget& operator=(const memory_budget&) = delete;

    [[nodiscard]] const memory_limits& limits() const noexcept { return limits_; }
    [[nodiscard]] std::size_t reserved_bytes() const;

private:
    friend class memory_reservation;

    using queue = std::list<memory_reservation*>;
    // What is reserved and waited for by one owner.
    struct load {
        std::size_t large_bytes = 0;  // of requests that are not small
        std::size_t small_bytes = 0;
        std::size_t waiting = 0;
        std::size_t waiting_bytes = 0;
    };
    using loads = std::unordered_map<std::string, load>;
    using wakers = std::vector<std::function<void()>>;

    [[nodiscard]] bool is_small(std::size_t bytes) const noexcept;
    [[nodiscard]] bool fits(const load& used, std::size_t share, std::size_t bytes, std::size_t before) const;
    [[nodiscard]] bool has_group_share(const memory_owner& owner, std::size_t bytes, std::size_t before)
        const;
    [[nodiscard]] bool has_member_share(const memory_owner& owner, std::size_t bytes, std::size_t before)
        const;
    [[nodiscard]] bool has_share(const memory_owner& owner, std::size_t bytes, std::size_t before) const;
    [[nodiscard]] bool has_room(std::size_t more, bool is_small) const;
    [[nodiscard]] bool may_wait(const load& used, std::size_t share, std::size_t bytes) const;
    [[nodiscard]] bool may_wait(const memory_owner& owner, std::size_t bytes) const;
    [[nodiscard]] queue& queue_for(std::size_t bytes) { return is_small(bytes) ? small_ : large_; }
    void change(const memory_owner& owner, const std::function<void(load&)>& how);
    void set_reserved(const memory_owner& owner, std::size_t before, std::size_t after);
    void enter(memory_reservation& one);
    void leave(memory_reservation& one);
    void grant_waiting(queue& from, wakers& granted);
    wakers grant_waiting();

    const memory_limits limits_;
    mutable std::mutex mutex_;
    std::size_t granted_ = 0;
    loads by_group_;
    loads by_member_;
    queue small_;
    queue large_;

    gauge& reserved_level_;
    gauge& waiting_level_;
    counter& waits_total_;
    counter& beyond_request_total_;
    counter& beyond_share_total_;
    counter& beyond_total_total_;
};

// The part of one request: grows, and is given back when the request is over. One thread at a time.
class memory_reservation {
public:
    enum class outcome {
        granted,
        waiting,         // `when_granted` will be called, unless stop_waiting() comes before
        request_beyond,  // no request may take so much
        share_beyond,    // the owner's requests take all that it may have, and all its places to wait
        total_beyond,    // so do those of all
    };

    explicit memory_reservation(memory_budget& budget) : budget_(budget) {}
    memory_reservation(const memory_reservation&) = delete;
    memory_reservation& operator=(const memory_reservation&) = delete;
    ~memory_reservation() { release(); }

    // To be called while nothing is reserved.
    void set_owner(memory_owner owner) { owner_ = std::move(owner); }

    // It is counted, but nothing is refused.
    void set_unlimited() { is_unlimited_ = true; }

    // Reserves up to `bytes` in all, or leaves what there is as it is. To be called while nothing is waited
    // for. `when_granted` is called on any thread, must not block, and must not call back. A request that
    // holds some already does not wait for its owner's share: others of the same owner may wait for what it
    // holds.
    outcome grow_to(std::size_t bytes, std::function<void()> when_granted);

    // Without a wait: share_beyond or total_beyond instead.
    outcome grow_now(std::size_t bytes);

    // Reserves whatever the limits say: for what has been allocated already.
    void force_to(std::size_t bytes);

    [[nodiscard]] bool is_waiting() const;

    // Ends the wait: granted, or what it was that was waited for, share_beyond or total_beyond.
    outcome stop_waiting();

    void release();

    [[nodiscard]] std::size_t bytes() const noexcept { return bytes_; }

private:
    friend class memory_budget;

    [[nodiscard]] bool has_share(std::size_t bytes) const;
    std::optional<outcome> try_grow(std::size_t bytes);
    outcome wait_for(std::size_t bytes, bool is_patient, std::function<void()> when_granted);
    outcome refuse(outcome why);
    void resize(std::size_t bytes);

    memory_budget& budget_;
    memory_owner owner_;
    std::size_t bytes_ = 0;  // as everything below guarded by the budget's mutex while the request waits
    std::size_t wanted_ = 0;
    bool is_waiting_ = false;
    bool is_short_of_share_ = false;  // what it waits for is its owner's share, or another of the same owner
    bool is_unlimited_ = false;
    std::function<void()> when_granted_;
};

}  // namespace scimd::net

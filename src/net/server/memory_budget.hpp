// Memory budget for requests under way (admission control): limits for all requests together, for those of
// one customer and for those of one directory of a customer. A request reserves memory before it buffers
// anything. It waits in a bounded queue when no memory is left or its owner has used up its share. The only
// large request of an owner may exceed the share: the size of one request has limits of its own, and such a
// request could otherwise never be served.
//
// The queue is first come, first served, except that requests whose owner has used up its share are passed by
// requests of others.
//
// Threads: any. The budget must outlive its reservations.
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

// The owner to whom a request's memory is charged. `member` has a share, and so has the `group` to which it
// belongs. Owners with equal names are equal; requests whose owner is not known share the empty names.
struct memory_owner {
    std::string group;   // an organization
    std::string member;  // a directory, an API client

    friend bool operator==(const memory_owner&, const memory_owner&) = default;
};

// The limits of a memory budget.
struct memory_limits {
    std::size_t bytes_max = 0;
    std::size_t group_bytes_max = 0;   // all requests of one group
    std::size_t member_bytes_max = 0;  // all requests of one member
    // Large requests leave this much memory to small ones, which have a queue of their own.
    std::size_t small_requests_bytes = 0;
    std::size_t small_request_bytes_max = 0;
    // Limit of each of the two queues. A group and a member may fill the same fraction of a queue as of the
    // memory, and may wait for at most waiting_shares_max times their share: memory that is waited for is not
    // allocated, but the last request has to wait for all before it.
    std::size_t waiting_max = 256;
    std::size_t waiting_shares_max = 8;

    // Returns the usual division of `bytes`: half for a group, three eighths for a member, and an eighth kept
    // for requests of at most `small` bytes.
    static memory_limits of(std::size_t bytes, std::size_t small);

    // Returns the size of the largest request that can be granted when no other request is under way.
    [[nodiscard]] std::size_t request_bytes_max() const noexcept { return bytes_max - small_requests_bytes; }
};

class memory_reservation;

// The shared counter and queues of a budget. Thread-safe.
class memory_budget {
public:
    // `name` is the value of the label "of" of its metrics.
    memory_budget(std::string_view name, const memory_limits& limits, metrics_registry& metrics);
    memory_budget(const memory_budget&) = delete;
    memory_budget& operator=(const memory_budget&) = delete;

    [[nodiscard]] const memory_limits& limits() const noexcept { return limits_; }
    [[nodiscard]] std::size_t reserved_bytes() const;

private:
    friend class memory_reservation;

    using queue = std::list<memory_reservation*>;
    // Memory that one owner has reserved and memory that it waits for.
    struct load {
        std::size_t large_bytes = 0;  // requests that are not small
        std::size_t small_bytes = 0;
        std::size_t waiting = 0;
        std::size_t waiting_bytes = 0;
    };
    using loads = std::unordered_map<std::string, load>;
    using wakers = std::vector<std::function<void()>>;

    [[nodiscard]] bool is_small(std::size_t bytes) const noexcept;
    [[nodiscard]] bool fits(const load& used, std::size_t share, std::size_t bytes, std::size_t before) const;
    [[nodiscard]] bool has_group_share(
            const memory_owner& owner, std::size_t bytes, std::size_t before) const;
    [[nodiscard]] bool has_member_share(
            const memory_owner& owner, std::size_t bytes, std::size_t before) const;
    [[nodiscard]] bool has_share(const memory_owner& owner, std::size_t bytes, std::size_t before) const;
    [[nodiscard]] bool has_room(std::size_t more, bool is_small) const;
    [[nodiscard]] bool may_wait(const load& used, std::size_t share, std::size_t bytes) const;
    [[nodiscard]] bool may_wait(const memory_owner& owner, std::size_t bytes) const;
    [[nodiscard]] queue& queue_for(std::size_t bytes) { return is_small(bytes) ? small_ : large_; }
    void update_loads(const memory_owner& owner, const std::function<void(load&)>& update);
    void set_reserved(const memory_owner& owner, std::size_t before, std::size_t after);
    void enqueue(memory_reservation& one);
    void dequeue(memory_reservation& one);
    void grant_waiting(queue& from, wakers& granted);
    wakers grant_waiting();

    const memory_limits limits_;
    mutable std::mutex mutex_;
    std::size_t granted_ = 0;
    loads by_group_;
    loads by_member_;
    queue small_;
    queue large_;

    gauge& reserved_gauge_;
    gauge& waiting_gauge_;
    counter& waits_total_;
    counter& beyond_request_total_;
    counter& beyond_share_total_;
    counter& beyond_total_total_;
};

// The reservation of one request. It grows as needed and is released in the destructor. One thread at a time.
class memory_reservation {
public:
    enum class outcome {
        granted,
        waiting,         // `when_granted` will be called, unless stop_waiting() comes first
        request_beyond,  // larger than any single request may be
        share_beyond,    // the owner's requests have used up its share and its places in the queue
        total_beyond,    // all requests together have used up the budget and the queue
    };

    explicit memory_reservation(memory_budget& budget) : budget_(budget) {}
    memory_reservation(const memory_reservation&) = delete;
    memory_reservation& operator=(const memory_reservation&) = delete;
    ~memory_reservation() { release(); }

    // Must be called while nothing is reserved.
    void set_owner(memory_owner owner) { owner_ = std::move(owner); }

    // Exempts the reservation from the limits; it is still counted.
    void set_unlimited() { is_unlimited_ = true; }

    // Raises the reservation to `bytes` in all, or leaves it as it is. Must not be called while it waits.
    // `when_granted` is called on any thread; it must not block and must not call back. A reservation that
    // already holds memory does not wait for its owner's share, because other requests of the owner may be
    // waiting for the memory that it holds.
    outcome grow_to(std::size_t bytes, std::function<void()> when_granted);

    // Does not wait: returns share_beyond or total_beyond instead.
    outcome grow_now(std::size_t bytes);

    // Reserves regardless of the limits: for memory that has been allocated already.
    void force_to(std::size_t bytes);

    [[nodiscard]] bool is_waiting() const;

    // Ends the wait. Returns granted, or the limit that it was waiting for: share_beyond or total_beyond.
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
    std::size_t bytes_ = 0;  // the members below are guarded by the budget's mutex while the request waits
    std::size_t wanted_ = 0;
    bool is_waiting_ = false;
    bool is_short_of_share_ = false;  // it waits for its owner's share, or for another request of its owner
    bool is_unlimited_ = false;
    std::function<void()> when_granted_;
};

}  // namespace scimd::net

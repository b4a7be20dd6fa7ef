// What a directory may use of the store, so that one customer cannot fill it for the others.
//
// A change that would bring a counter beyond its limit is refused and undone. What makes a directory smaller
// passes always: deletions, removed members, deactivations.
#pragma once

#include "base/error.hpp"
#include "base/json/json.hpp"
#include "scim/patch/patch.hpp"
#include "scim/schema/schema.hpp"
#include "service/auth/caller.hpp"
#include "store/engine/transaction.hpp"
#include "store/usage.hpp"

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <string>
#include <unordered_map>
#include <vector>

namespace scimd::service {

// In the order of store::usage::quota; 0: any number.
using quota_limits = std::array<std::int64_t, store::usage::quota_count>;

constexpr std::int64_t gibibyte = std::int64_t{1} << 30;
constexpr quota_limits default_quota_limits = {
    1'000'000, 250'000, 1'000'000, 10'000'000, 10 * gibibyte, 5 * gibibyte, 10'000
};
constexpr std::int64_t quota_max = 1'000'000'000'000'000;  // of a limit that is set

// Events a second are counted in a token bucket that holds so many seconds' worth. A directory whose jobs
// have made more events than that waits one second at the most.
constexpr std::int64_t event_burst_seconds = 10;

// A document may grow so much by a change that passes because it deactivates its user.
constexpr std::int64_t deactivation_bytes_max = 4'096;

// What limits hold for all directories, and what changes from moment to moment. Any thread.
class quota_policy {
public:
    explicit quota_policy(const quota_limits& defaults = default_quota_limits) : defaults_(defaults) {}

    [[nodiscard]] const quota_limits& defaults() const noexcept { return defaults_; }
    [[nodiscard]] quota_limits limits_of(const store::usage::own_limits& own) const;

    // Whether the directory may make another event; `last_sequence` is that of its last one, by which what it
    // has made is known.
    bool admits_event(
        directory_id directory, std::int64_t last_sequence, std::int64_t events_per_second, time_point now
    );

    // While the disk is nearly full only deletions and the like are taken.
    void reserve_storage(bool is_reserved) noexcept { is_reserved_ = is_reserved; }
    [[nodiscard]] bool is_storage_reserved() const noexcept { return is_reserved_; }

private:
    struct bucket {
        std::int64_t sequence = 0;
        double events = 0;  // that may be made; below 0: too many have been made
        time_point at;
    };
    void forget_full(time_point now);

    const quota_limits defaults_;
    std::atomic<bool> is_reserved_{false};
    std::mutex lock_;
    std::unordered_map<std::int64_t, bucket> buckets_;
};

error storage_reserved();

// One change of a directory, in its transaction: asked before, and again when it is written. Does nothing for
// a caller without a policy.
class quota_guard {
public:
    quota_guard(store::transaction& tx, const caller& who);

    [[nodiscard]] result<void> admit_new(const scim::resource_type& type) const;
    result<void> admit_change(
        const json::object& before,
        const json::object& after,
        const std::vector<scim::membership_operation>& members
    );
    // After what was admitted has been written: by so many bytes its document has become larger.
    [[nodiscard]] result<void> check_growth(std::int64_t document_bytes, bool changes_members) const;

    // Before a change of so many memberships that is applied in pieces later.
    [[nodiscard]] result<void> admit_members(std::size_t added, std::size_t removed) const;

private:
    [[nodiscard]] result<void> admit_write() const;
    [[nodiscard]] std::int64_t used_before(store::usage::quota which) const;

    store::transaction& tx_;
    const caller& who_;
    store::usage::directory_usage before_;
    quota_limits limits_{};
    bool is_reduction_ = false;  // a deactivation, or members are removed
};

}  // namespace scimd::service

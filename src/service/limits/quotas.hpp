// Quotas of directories: limits of their number of resources, bytes and events, so that one customer cannot
// fill the store for the others.
//
// A change that would exceed a limit is refused and rolled back. Changes that make a directory smaller always
// pass: deletions, removed members, deactivations.
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

// Limits in the order of store::usage::quota; 0: unlimited.
using quota_limits = std::array<std::int64_t, store::usage::quota_count>;

constexpr std::int64_t gibibyte = std::int64_t{1} << 30;
constexpr quota_limits default_quota_limits = {
        1'000'000, 250'000, 1'000'000, 10'000'000, 10 * gibibyte, 5 * gibibyte, 10'000};
constexpr std::int64_t quota_max = 1'000'000'000'000'000;  // largest value of a limit

// The token bucket of "events_per_second" holds the events of so many seconds. A directory whose jobs have
// made more events than that waits at most one second.
constexpr std::int64_t event_burst_seconds = 10;

// Growth of a document that passes regardless of quotas because the change deactivates its user.
constexpr std::int64_t deactivation_bytes_max = 4'096;

// The default limits, and the state that is not in the store: event rates and whether the disk is nearly
// full. Any thread.
class quota_policy {
public:
    explicit quota_policy(const quota_limits& defaults = default_quota_limits) : defaults_(defaults) {}

    [[nodiscard]] const quota_limits& defaults() const noexcept { return defaults_; }
    [[nodiscard]] quota_limits limits_of(const store::usage::own_limits& own) const;

    // Whether the directory can make another event. `last_sequence` is the sequence number of its last event,
    // from which the bucket knows how many it has made.
    bool admits_event(directory_id directory, std::int64_t last_sequence, std::int64_t events_per_second,
            time_point now);

    // While the disk is nearly full, only changes that make a directory smaller are accepted.
    void reserve_storage(bool is_reserved) noexcept { is_reserved_ = is_reserved; }
    [[nodiscard]] bool is_storage_reserved() const noexcept { return is_reserved_; }

private:
    struct bucket {
        std::int64_t sequence = 0;
        double events = 0;  // that can be made; below 0: too many were made
        time_point at;
    };
    void forget_full(time_point now);

    const quota_limits defaults_;
    std::atomic<bool> is_reserved_{false};
    std::mutex lock_;
    std::unordered_map<std::int64_t, bucket> buckets_;
};

error storage_reserved();

// Checks one change of a directory in its transaction: before it, and again after it has been written. Does
// nothing for a caller without a quota_policy. Lives on the stack of its transaction.
class quota_guard {
public:
    quota_guard(store::transaction& tx, const caller& caller);

    [[nodiscard]] result<void> admit_new(const scim::resource_type& type) const;
    result<void> admit_change(const json::object& before, const json::object& after,
            const std::vector<scim::membership_operation>& members);
    // Checks the admitted change after it was written; `document_bytes` is the growth of the document.
    [[nodiscard]] result<void> check_growth(std::int64_t document_bytes, bool changes_members) const;

    // Checks a change of memberships before it is applied in batches by a job.
    [[nodiscard]] result<void> admit_members(std::size_t added, std::size_t removed) const;

private:
    [[nodiscard]] result<void> admit_write() const;
    [[nodiscard]] std::int64_t used_before(store::usage::quota counted) const;

    store::transaction& tx_;
    const caller& caller_;
    store::usage::directory_usage before_;
    quota_limits limits_{};
    bool is_reduction_ = false;  // a deactivation, or members are removed
};

}  // namespace scimd::service

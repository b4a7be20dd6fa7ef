#include "service/limits/quotas.hpp"

#include "service/domains/admission.hpp"
#include "store/resources.hpp"

#include <algorithm>
#include <chrono>
#include <utility>
#include <variant>

namespace scimd::service {
namespace {

// Threads can read the clock in another order than they get the lock. A larger difference means that the
// clock was set back.
constexpr std::chrono::minutes clock_setback_min{1};

namespace usage = store::usage;
using usage::quota;

constexpr std::size_t buckets_kept_max = 10'000;
constexpr std::chrono::seconds until_full{event_burst_seconds + 1};

error exceeded(quota exceeded_quota, std::int64_t limit, std::int64_t used, std::int64_t wanted) {
    return {errc::quota_exceeded, "The quota \"" +
                                          std::string(usage::quota_names[usage::index_of(exceeded_quota)]) +
                                          "\" of this directory is " + std::to_string(limit) + ". It uses " +
                                          std::to_string(used) + " and would use " + std::to_string(wanted) +
                                          ". Delete what is not needed, or have the quota raised."};
}

error too_many_events(std::int64_t events_per_second) {
    return {errc::too_many_requests,
            "This directory changes faster than its quota \"events_per_second\" of " +
                    std::to_string(events_per_second) + " allows. Try again shortly."};
}

bool only_removes(const std::vector<scim::membership_operation>& members) {
    return !members.empty() && std::ranges::all_of(members, [](const scim::membership_operation& one) {
        return std::holds_alternative<scim::remove_members>(one) ||
               std::holds_alternative<scim::remove_members_where>(one);
    });
}

quota quota_of(const scim::resource_type& type) {
    if (type.name == "User")
        return quota::users;
    return type.name == "Group" ? quota::groups : quota::resources;
}

}  // namespace

quota_limits quota_policy::limits_of(const usage::own_limits& own) const {
    auto limits = defaults_;
    for (std::size_t i = 0; i < limits.size(); ++i)
        limits[i] = own[i].value_or(limits[i]);
    return limits;
}

bool quota_policy::admits_event(
        directory_id directory, std::int64_t last_sequence, std::int64_t events_per_second, time_point now) {
    if (events_per_second == 0)
        return true;
    const auto rate = static_cast<double>(events_per_second);
    const auto capacity = rate * static_cast<double>(event_burst_seconds);
    const std::lock_guard lock(lock_);
    if (buckets_.size() >= buckets_kept_max)
        forget_full(now);
    auto& one = buckets_.try_emplace(directory.value, bucket{last_sequence, capacity, now}).first->second;
    const std::chrono::duration<double> passed = std::max(now - one.at, time_point::duration::zero());
    const auto made = static_cast<double>(last_sequence - one.sequence);
    one.events = std::clamp(one.events + passed.count() * rate - made, -rate, capacity);
    one.sequence = last_sequence;
    one.at = one.at - now > clock_setback_min ? now : std::max(one.at, now);
    return one.events >= 1;
}

// A bucket that has not been used for `until_full` is full again, whatever its rate.
void quota_policy::forget_full(time_point now) {
    std::erase_if(buckets_, [now](const auto& entry) { return now - entry.second.at > until_full; });
}

error storage_reserved() {
    return {errc::storage_reserved,
            "The disk of the service is nearly full: only deletions, removed members and deactivations are "
            "taken "
            "until there is room again."};
}

quota_guard::quota_guard(store::transaction& tx, const caller& caller) : tx_(tx), caller_(caller) {
    if (!caller.quotas)
        return;
    before_ = usage::find_without_counts(tx, caller.directory);
    limits_ = caller.quotas->limits_of(before_.own);
}

result<void> quota_guard::admit_write() const {
    if (caller_.quotas->is_storage_reserved())
        return storage_reserved();
    const auto rate = limits_[usage::index_of(quota::events_per_second)];
    if (!caller_.quotas->admits_event(caller_.directory, before_.last_sequence, rate, tx_.now()))
        return too_many_events(rate);
    // Retention deletes the oldest events above the quota, unless they are still to be delivered: then up to
    // twice the quota is accepted.
    const auto kept = limits_[usage::index_of(quota::event_bytes)];
    const auto events = used_before(quota::event_bytes);
    if (kept > 0 && events / 2 >= kept)
        return error{errc::quota_exceeded,
                "The quota \"event_bytes\" of this directory is " + std::to_string(kept) +
                        ". Its events have " + std::to_string(events) +
                        ", because the oldest are still to be delivered to webhooks or sinks."};
    return {};
}

result<void> quota_guard::admit_new(const scim::resource_type& type) const {
    if (!caller_.quotas)
        return {};
    if (auto admitted = admit_write(); !admitted)
        return admitted;
    const auto counted = quota_of(type);
    const auto limit = limits_[usage::index_of(counted)];
    if (limit == 0)
        return {};
    const auto used = counted == quota::resources
                              ? usage::count_other_resources(tx_, caller_.directory)
                              : store::resources::count(tx_, caller_.directory, type.name);
    return used < limit ? result<void>() : exceeded(counted, limit, used, used + 1);
}

result<void> quota_guard::admit_change(const json::object& before, const json::object& after,
        const std::vector<scim::membership_operation>& members) {
    if (!caller_.quotas)
        return {};
    is_reduction_ = (is_active(before) && !is_active(after)) || (before == after && only_removes(members));
    if (is_reduction_ || (before == after && members.empty()))
        return {};
    return admit_write();
}

result<void> quota_guard::admit_members(std::size_t added, std::size_t removed) const {
    if (!caller_.quotas || added == 0)
        return {};
    if (auto admitted = admit_write(); !admitted)
        return admitted;
    const auto limit = limits_[usage::index_of(quota::memberships)];
    const auto used = used_before(quota::memberships);
    const auto after = used + static_cast<std::int64_t>(added) - static_cast<std::int64_t>(removed);
    if (limit > 0 && after > limit && after > used)
        return exceeded(quota::memberships, limit, used, after);
    return {};
}

result<void> quota_guard::check_growth(std::int64_t document_bytes, bool changes_members) const {
    if (!caller_.quotas)
        return {};
    usage::contents now{used_before(quota::memberships), used_before(quota::document_bytes) + document_bytes};
    if (changes_members)
        now = usage::find_contents(tx_, caller_.directory);
    if (is_reduction_) {
        if (document_bytes <= deactivation_bytes_max)
            return {};
        if (auto admitted = admit_write(); !admitted)
            return admitted;
    }
    for (const auto& [counted, is] : {std::pair(quota::memberships, now.memberships),
                 std::pair(quota::document_bytes, now.document_bytes)}) {
        const auto limit = limits_[usage::index_of(counted)];
        const auto was = used_before(counted);
        if (limit > 0 && is > limit && is > was)
            return exceeded(counted, limit, was, is);
    }
    return {};
}

std::int64_t quota_guard::used_before(quota counted) const {
    return before_.used[usage::index_of(counted)];
}

}  // namespace scimd::service

#include "app/event_forwarder.hpp"

#include <exception>
#include <string_view>
#include <utility>

namespace scimd::app {
namespace {

using steady = std::chrono::steady_clock;
using std::chrono::milliseconds;

constexpr std::int64_t batch_events_max = 512;
constexpr std::size_t batch_bytes_max = 1024 * 1024;
constexpr milliseconds retry_pause{1'000};
constexpr milliseconds idle_wait_max{1'000};
constexpr milliseconds finish_time_max{2'000};

event to_public(const store::events::event& from) {
    return {.id = from.id.text(),
            .type = from.type,
            .organization_id = from.organization.value == 0 ? std::string() : from.organization.text(),
            .directory_id = from.directory.value == 0 ? std::string() : from.directory.text(),
            .sequence = from.sequence,
            .cursor = event_cursor_text(from.id),
            .body = from.body};
}

}  // namespace

counter& event_sink_failures(metrics_registry& metrics, std::string_view sink_name) {
    return metrics.counter_of(
            "scimd_event_sink_failures_total", "Times that an event sink failed.", {{"sink", sink_name}});
}

event_forwarder::event_forwarder(
        const event_forwarder_dependencies& dependencies, event_sink& to, event_id start)
        : dependencies_(dependencies),
          to_(to),
          failures_(event_sink_failures(dependencies.metrics, dependencies.sink_name)),
          lag_(dependencies.metrics.gauge_of("scimd_event_sink_lag_events",
                  "Events that the sink has not taken, counted up to 10,000.",
                  {{"sink", dependencies.sink_name}})),
          position_(start.value) {}

void event_forwarder::start() {
    thread_ = std::thread([this] { run(); });
}

void event_forwarder::notify() noexcept {
    const std::lock_guard hold(lock_);
    is_notified_ = true;
    notified_.notify_one();
}

void event_forwarder::stop() {
    {
        const std::lock_guard hold(lock_);
        if (!std::exchange(is_stopping_, true))
            end_by_ = steady::now() + finish_time_max;
        notified_.notify_one();
    }
    if (thread_.joinable())
        thread_.join();
}

std::optional<event_id> event_forwarder::needed() const {
    return has_ended_ ? std::nullopt : std::optional(event_id{position_ + 1});
}

bool event_forwarder::is_ending() const {
    const bool is_cancelled = dependencies_.is_cancelled && *dependencies_.is_cancelled;
    return has_ended_ || (is_stopping_ && (is_cancelled || steady::now() >= end_by_));
}

void event_forwarder::measure_lag() {
    std::int64_t count = 0;
    store::run(dependencies_.database, store::intent::read, [&](store::transaction& tx) {
        count = store::events::count_after(tx, {position_}, lag_events_max);
        return store::verdict::commit;
    });
    lag_.set(has_ended_ ? 0 : count);
}

// A failed read is retried: the store was busy, or it is broken, in which case the server ends.
void event_forwarder::run() {
    for (;;) {
        batch next;
        bool has_failed = false;
        try {
            next = read_batch();
        } catch (const std::exception& problem) {
            dependencies_.log.warning("event_sink.not_read", {{"reason", std::string_view(problem.what())}});
            has_failed = true;
        }
        const bool is_taken = forward(next);
        on_progress_({position_});
        {
            const std::lock_guard hold(lock_);
            const bool is_idle = next.empty() || !is_taken;
            if (is_ending() || (is_stopping_ && is_idle))
                return;
        }
        if (has_failed || !is_taken)
            wait_for(retry_pause, false);
        else if (next.empty())
            wait_for(idle_wait_max, true);
    }
}

event_forwarder::batch event_forwarder::read_batch() {
    {
        const std::lock_guard hold(lock_);
        is_notified_ = false;  // first: the read may miss commits from now on
    }
    batch found;
    std::size_t bytes = 0;
    store::run(dependencies_.database, store::intent::read, [&](store::transaction& tx) {
        store::events::list_after(tx, {position_}, batch_events_max, [&](const store::events::event& one) {
            found.push_back(one);
            bytes += one.body.size();
            return bytes < batch_bytes_max;
        });
        return store::verdict::commit;
    });
    return found;
}

bool event_forwarder::forward(const batch& events) {
    sink_result last = sink_result::accepted;
    for (const auto& one : events) {
        last = offer(one);
        if (last != sink_result::accepted)
            break;
        position_ = one.id.value;
        const std::lock_guard hold(lock_);
        if (is_ending())
            break;
    }
    if (last == sink_result::stop) {
        has_ended_ = true;
        dependencies_.log.error("event_sink.ended", {{"cursor", event_cursor_text({position_})}});
    }
    return last == sink_result::accepted;
}

sink_result event_forwarder::offer(const store::events::event& next) {
    try {
        return to_.take(to_public(next));
    } catch (const std::exception& problem) {
        failures_.add();
        dependencies_.log.warning("event_sink.failed", {{"reason", std::string_view(problem.what())}});
        return sink_result::retry;
    }
}

void event_forwarder::wait_for(milliseconds time_max, bool ends_with_notification) {
    std::unique_lock hold(lock_);
    notified_.wait_for(
            hold, time_max, [&] { return is_stopping_ || (ends_with_notification && is_notified_); });
}

}  // namespace scimd::app

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
constexpr milliseconds pump_retry_pause{1'000};
constexpr milliseconds pump_watch_interval{1'000};
constexpr milliseconds pump_finish_patience{2'000};

event to_public(const store::events::event& from)
{
    return {
        .id = from.id.text(),
        .type = from.type,
        .organization_id = from.organization.value == 0 ? std::string() : from.organization.text(),
        .directory_id = from.directory.value == 0 ? std::string() : from.directory.text(),
        .sequence = from.sequence,
        .cursor = "c_" + std::to_string(from.id.value),
        .body = from.body
    };
}

}  // namespace

counter& event_sink_failures(metrics& figures, std::string_view sink_name)
{
    return figures.count(
        "scimd_event_sink_failures_total", "Times that an event sink failed.", {{"sink", sink_name}}
    );
}

event_pump::event_pump(const event_pump_surroundings& around, event_sink& to, event_id start)
    : around_(around),
      to_(to),
      failures_(event_sink_failures(around.figures, around.sink_name)),
      lag_(around.figures.level(
          "scimd_event_sink_lag_events",
          "Events that the sink has not taken, counted up to 10,000.",
          {{"sink", around.sink_name}}
      )),
      position_(start.value)
{
}

void event_pump::start()
{
    thread_ = std::thread([this] { run(); });
}

void event_pump::ring() noexcept
{
    const std::lock_guard hold(lock_);
    has_rung_ = true;
    rung_.notify_one();
}

void event_pump::stop()
{
    {
        const std::lock_guard hold(lock_);
        if (!std::exchange(is_stopping_, true))
            end_by_ = steady::now() + pump_finish_patience;
        rung_.notify_one();
    }
    if (thread_.joinable())
        thread_.join();
}

std::optional<event_id> event_pump::needed() const
{
    return has_ended_ ? std::nullopt : std::optional(event_id{position_ + 1});
}

bool event_pump::is_ending() const
{
    const bool is_cancelled = around_.is_cancelled && *around_.is_cancelled;
    return has_ended_ || (is_stopping_ && (is_cancelled || steady::now() >= end_by_));
}

void event_pump::measure_lag()
{
    std::int64_t count = 0;
    store::run(around_.database, store::intent::read, [&](store::transaction& tx) {
        count = store::events::count_after(tx, {position_}, lag_events_max);
        return store::verdict::commit;
    });
    lag_.set(has_ended_ ? 0 : count);
}

// What fails once is tried again: it is the store that was busy, or broken, and then the server ends.
void event_pump::run()
{
    for (;;) {
        batch next;
        bool has_failed = false;
        try {
            next = read_batch();
        } catch (const std::exception& problem) {
            around_.log.warning("event_sink.not_read", {{"reason", std::string_view(problem.what())}});
            has_failed = true;
        }
        const bool is_taken = hand_over(next);
        told_({position_});
        {
            const std::lock_guard hold(lock_);
            const bool is_idle = next.empty() || !is_taken;
            if (is_ending() || (is_stopping_ && is_idle))
                return;
        }
        if (has_failed || !is_taken)
            wait_for(pump_retry_pause, false);
        else if (next.empty())
            wait_for(pump_watch_interval, true);
    }
}

event_pump::batch event_pump::read_batch()
{
    {
        const std::lock_guard hold(lock_);
        has_rung_ = false;  // first: what is committed from now on may not be among what is read
    }
    batch found;
    std::size_t bytes = 0;
    store::run(around_.database, store::intent::read, [&](store::transaction& tx) {
        store::events::list_after(tx, {position_}, batch_events_max, [&](const store::events::event& one) {
            found.push_back(one);
            bytes += one.body.size();
            return bytes < batch_bytes_max;
        });
        return store::verdict::commit;
    });
    return found;
}

bool event_pump::hand_over(const batch& what)
{
    uptake last = uptake::done;
    for (const auto& one : what) {
        last = offer(one);
        if (last != uptake::done)
            break;
        position_ = one.id.value;
        const std::lock_guard hold(lock_);
        if (is_ending())
            break;
    }
    if (last == uptake::never) {
        has_ended_ = true;
        around_.log.error("event_sink.ended", {{"cursor", "c_" + std::to_string(position_)}});
    }
    return last == uptake::done;
}

uptake event_pump::offer(const store::events::event& one)
{
    try {
        return to_.take(to_public(one));
    } catch (const std::exception& problem) {
        failures_.add();
        around_.log.warning("event_sink.failed", {{"reason", std::string_view(problem.what())}});
        return uptake::later;
    }
}

void event_pump::wait_for(milliseconds patience, bool ends_with_ring)
{
    std::unique_lock hold(lock_);
    rung_.wait_for(hold, patience, [&] { return is_stopping_ || (ends_with_ring && has_rung_); });
}

}  // namespace scimd::app

#include "webhooks/endpoint_queue.hpp"

#include "scimd/version.hpp"
#include "service/webhooks/webhook_filter.hpp"

#include <algorithm>
#include <utility>

namespace scimd::webhooks {
namespace {

namespace webhooks = service::webhooks;
namespace rows = store::webhooks;

constexpr std::size_t window_events_max = 256;
constexpr std::size_t window_bytes_max = 1024 * 1024;    // exceeded by one event at most
constexpr std::int64_t directory_queue_events_max = 32;  // read at a time
constexpr std::size_t directory_queue_bytes_max =
        256 * 1024;                                     // read at a time; exceeded by one event at most
constexpr std::size_t retries_max = 64;                 // in memory
constexpr std::size_t retries_bytes_max = 1024 * 1024;  // in memory; exceeded by one event at most
constexpr unsigned sources = 3;

// A time that is further away than the longest backoff was written before the clock was set back.
bool is_due_at(time_point due, time_point now) {
    return due <= now || due > now + webhooks::retry_delay_max + std::chrono::days(1);
}

webhooks::retry_schedule schedule_of(const rows::settings& settings) {
    if (settings.retry_seconds.empty())
        return webhooks::retry_schedule::standard();
    webhooks::retry_schedule schedule{.delays = {}, .is_own = true};
    for (const auto seconds : settings.retry_seconds)
        schedule.delays.emplace_back(seconds);
    // A leading zero is the delay before the first attempt, which is always made at once.
    if (schedule.delays.front().count() == 0)
        schedule.delays.erase(schedule.delays.begin());
    return schedule;
}

std::int64_t seconds_of(time_point when) {
    return std::chrono::floor<std::chrono::seconds>(when).time_since_epoch().count();
}

}  // namespace

endpoint_queue::endpoint_queue(
        claimed_endpoint claimed, const webhooks::target_rules& rules, random_source& random)
        : row_(std::move(claimed.row)),
          keys_(std::move(claimed.keys)),
          tenant_(claimed.tenant),
          schedule_(schedule_of(row_.is)),
          random_(random),
          is_ordered_(row_.is.mode == rows::delivery_mode::ordered),
          read_up_to_(row_.position),
          health_{row_.failing_since, row_.last_failure, row_.failures},
          last_success_(row_.last_success),
          settled_position_(row_.position) {
    if (auto url = webhooks::endpoint_url::parse(row_.is.url, rules))
        url_ = std::move(*url);
    else
        why_no_url_ = url.error().detail;
    for (auto& one : claimed.directory_queues) {
        const auto directory = one.directory;
        directory_queue made{.row = std::move(one),
                .waiting = {},
                .read_sequence = 0,
                .read_event = {},
                .is_in_flight = false};
        made.read_sequence = made.row.settled_sequence;
        made.read_event = made.row.settled;
        directory_queues_.emplace(directory, std::move(made));
    }
}

bool endpoint_queue::is_at_rest() const noexcept {
    return attempts_.empty() && !has_changes_ && !is_settling_;
}

bool endpoint_queue::is_healthy() const noexcept {
    return last_success_ && !health_.failing_since;
}

bool endpoint_queue::is_outdated(time_point now) const noexcept {
    return keys_.expires && *keys_.expires <= now;
}

std::optional<time_point> endpoint_queue::next_due(time_point now) const {
    if (is_stopped_)
        return std::nullopt;
    std::optional<time_point> first;
    const auto consider = [&](time_point due) {
        if (due > now)
            first = std::min(first.value_or(due), due);
    };
    if (keys_.expires)
        consider(*keys_.expires);
    if (next_retry_)
        consider(*next_retry_);
    for (const auto& [directory, one] : directory_queues_)
        if (!is_due_at(one.row.due, now))
            consider(one.row.due);
    for (const auto& [event, one] : retries_)
        if (!one.is_reported && !is_due_at(one.row.due, now))
            consider(one.row.due);
    return first;
}

// --- reading

bool endpoint_queue::load(store::transaction& tx, recent_events& recent) {
    if (is_stopped_)
        return false;
    bool has_more = false;
    load_retries(tx);
    if (row_.disabled)
        return false;
    load_window(tx, recent, has_more);
    std::vector<directory_id> caught_up;
    for (auto& [directory, one] : directory_queues_) {
        if (!one.waiting.empty() || one.is_in_flight || !is_due_at(one.row.due, tx.now()))
            continue;
        load_directory_queue(tx, one);
        if (one.waiting.empty())
            caught_up.push_back(directory);
    }
    for (const auto directory : caught_up)
        close_directory_queue(directory);
    return has_more;
}

bool endpoint_queue::is_window_full() const noexcept {
    return window_.size() >= window_events_max || window_bytes_ >= window_bytes_max;
}

void endpoint_queue::load_window(store::transaction& tx, recent_events& recent, bool& has_more) {
    if (is_window_full())
        return;
    const bool is_unread = recent.read(tx, read_up_to_, [&](const shared_event& one) {
        if (is_window_full())
            return false;
        read_up_to_ = one->id;
        if (webhooks::is_subscribed(row_, *one) && !directory_queues_.contains(one->directory)) {
            window_.push_back({one});
            window_bytes_ += one->body.size();
        }
        return true;
    });
    has_more = is_unread && !is_window_full();
    advance();
}

// Reads up to the end of the window: behind that, the directory's events come from the window again. An
// unhealthy endpoint has one request in flight, so one event is enough.
void endpoint_queue::load_directory_queue(store::transaction& tx, directory_queue& into) {
    const rows::directory_queue from{.directory = into.row.directory,
            .settled = into.read_event,
            .settled_sequence = into.read_sequence,
            .head = {},
            .attempts = 0,
            .due = {},
            .last_error = {}};
    const auto bytes_max = is_healthy() ? directory_queue_bytes_max : 1;
    bool has_more = true;
    while (has_more && into.waiting.empty()) {
        auto position = from;
        position.settled = into.read_event;
        position.settled_sequence = into.read_sequence;
        std::int64_t count = 0;
        std::size_t bytes = 0;
        rows::list_queued_events(
                tx, position, directory_queue_events_max, [&](const store::events::event& one) {
                    if (one.id > read_up_to_ || bytes >= bytes_max)
                        return false;
                    ++count;
                    into.read_event = one.id;
                    into.read_sequence = one.sequence;
                    if (webhooks::is_subscribed(row_, one)) {
                        into.waiting.push_back(std::make_shared<const store::events::event>(one));
                        bytes += one.body.size();
                    }
                    return true;
                });
        has_more = count == directory_queue_events_max;
    }
}

bool endpoint_queue::are_retries_full() const {
    std::size_t bytes = 0;
    for (const auto& [event, one] : retries_)
        bytes += one.event ? one.event->body.size() : one.row.test_body->size();
    return retries_.size() >= retries_max || bytes >= retries_bytes_max;
}

void endpoint_queue::load_retries(store::transaction& tx) {
    if (!next_retry_ || !is_due_at(*next_retry_, tx.now()) || are_retries_full())
        return;
    constexpr auto rows_max = static_cast<std::int64_t>(2 * retries_max);
    const auto waiting = rows::list_waiting(tx, row_.id, rows_max);
    next_retry_.reset();
    for (const auto& row : waiting) {
        if (!is_due_at(row.due, tx.now())) {
            next_retry_ = row.due;
            return;
        }
        if (retries_.contains(row.event) || next_.deliveries.contains(row.event))
            continue;
        if (row_.disabled && !row.test_body)
            continue;
        if (are_retries_full()) {
            next_retry_ = tx.now();
            return;
        }
        shared_event event;
        if (!row.test_body) {
            auto found = rows::find_event(tx, row.event);
            if (!found) {  // the event has been deleted from the log
                next_.deliveries[row.event] = {std::nullopt, row.due};
                has_changes_ = true;
                continue;
            }
            event = std::make_shared<const store::events::event>(std::move(*found));
        }
        retries_.emplace(row.event, retry{row, event});
    }
    if (static_cast<std::int64_t>(waiting.size()) == rows_max)
        next_retry_ = tx.now();
}

// --- sending

std::optional<delivery_request> endpoint_queue::take(std::uint64_t number, time_point now) {
    const auto capacity = is_healthy() ? endpoint_attempts_max : 1;
    if (is_stopped_ || attempts_.size() >= capacity)
        return std::nullopt;
    std::optional<attempt> next;
    // Round-robin: each source is first in its turn, so that none starves another.
    for (unsigned i = 0; i < sources && !next; ++i) {
        switch (turn_++ % sources) {
            case 0:
                next = take_from_window();
                break;
            case 1:
                next = take_from_directory_queue(now);
                break;
            default:
                next = take_retry(now);
        }
    }
    if (!next)
        return std::nullopt;
    next->started = now;
    last_request_ = number;
    auto request = build_request(*next, number, now);
    busy_.insert(next->directory);
    attempts_.emplace(number, std::move(*next));
    return request;
}

bool endpoint_queue::is_busy(directory_id directory) const {
    return is_ordered_ && busy_.contains(directory);
}

std::optional<endpoint_queue::attempt> endpoint_queue::take_from_window() {
    if (row_.disabled)
        return std::nullopt;
    for (auto& one : window_) {
        if (one.is_in_flight || is_busy(one.event->directory))
            continue;
        one.is_in_flight = true;
        return attempt{.from = source::window,
                .event = one.event,
                .id = one.event->id,
                .directory = one.event->directory,
                .attempt = 1,
                .started = {}};
    }
    return std::nullopt;
}

std::optional<endpoint_queue::attempt> endpoint_queue::take_from_directory_queue(time_point now) {
    if (row_.disabled)
        return std::nullopt;
    directory_queue* first = nullptr;
    for (auto& [directory, one] : directory_queues_) {
        const bool is_due = !one.is_in_flight && !one.waiting.empty() && is_due_at(one.row.due, now);
        if (is_due && !is_busy(directory) && (!first || one.row.due < first->row.due))
            first = &one;
    }
    if (!first)
        return std::nullopt;
    first->is_in_flight = true;
    const auto& head = first->waiting.front();
    return attempt{.from = source::directory_queue,
            .event = head,
            .id = head->id,
            .directory = first->row.directory,
            .attempt = first->row.attempts + 1,
            .started = {}};
}

std::optional<endpoint_queue::attempt> endpoint_queue::take_retry(time_point now) {
    for (auto& [id, one] : retries_) {
        const auto directory = one.event ? one.event->directory : directory_id{};
        const bool is_due = !one.is_in_flight && !one.is_reported && is_due_at(one.row.due, now);
        if (!is_due || (row_.disabled && one.event) || (one.event && is_busy(directory)))
            continue;
        one.is_in_flight = true;
        return attempt{.from = source::retry,
                .event = one.event,
                .id = id,
                .directory = directory,
                .attempt = one.row.attempts + 1,
                .started = {}};
    }
    return std::nullopt;
}

delivery_request endpoint_queue::build_request(
        const attempt& next, std::uint64_t number, time_point now) const {
    delivery_request made;
    made.number = number;
    if (url_)
        made.to = *url_;
    else
        made.refusal = why_no_url_;
    if (next.event)
        made.body = std::shared_ptr<const std::string>(next.event, &next.event->body);
    else
        made.body = std::make_shared<const std::string>(*retries_.at(next.id).row.test_body);
    const auto id = next.id.text();
    const auto timestamp = seconds_of(now);
    made.headers = {{"content-type", "application/json"}, {"user-agent", "scimd/" + std::string(version)},
            {"webhook-id", id}, {"webhook-timestamp", std::to_string(timestamp)},
            {"webhook-signature", webhooks::sign(keys_.keys, {id, timestamp, *made.body})}};
    made.headers.insert(made.headers.end(), row_.is.headers.begin(), row_.is.headers.end());
    return made;
}

}  // namespace scimd::webhooks

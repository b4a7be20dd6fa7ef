// What the result of a request means for its endpoint, and what is written of it.
#include "base/text.hpp"
#include "webhooks/endpoint_queue.hpp"

#include <algorithm>
#include <array>
#include <span>
#include <utility>

namespace scimd::webhooks {
namespace {

namespace webhooks = service::webhooks;
namespace rows = store::webhooks;

// The beginning of a response body, which is not trusted, as one line of valid UTF-8 without control
// characters.
std::string printable_beginning(std::string_view answer) {
    std::string text;
    while (!answer.empty()) {
        const auto next = first_code_point(answer);
        const auto bytes = std::max<std::size_t>(next.bytes, 1);
        if (text.size() + bytes > rows::response_bytes_max)
            break;
        const bool is_control = next.value < 0x20 || (next.value >= 0x7f && next.value < 0xa0);
        const bool is_separator = next.value == 0x2028 || next.value == 0x2029;
        const bool is_shown = next.bytes > 0 && !is_control && !is_separator;
        text += is_shown ? answer.substr(0, bytes) : std::string_view(next.bytes > 0 ? " " : "?");
        answer.remove_prefix(bytes);
    }
    return text;
}

std::string error_of(const delivery_result& result) {
    if (result.outcome.is_success())
        return {};
    return result.error.empty() ? "status " + std::to_string(result.outcome.status) : result.error;
}

}  // namespace

void endpoint_queue::receive(const delivery_result& result, time_point now) {
    const auto found = attempts_.extract(result.number);
    if (found.empty())
        return;  // of a queue that this one has replaced
    const auto& made = found.mapped();
    busy_.erase(busy_.find(made.directory));
    log_attempt(made, result);
    webhooks::step next = webhooks::done{};
    const bool is_test = made.from == source::retry && !made.event;
    if (!is_test) {
        std::uint32_t draw = 0;
        if (!result.outcome.is_success())
            random_.fill(std::as_writable_bytes(std::span(&draw, 1)));
        next = webhooks::next_step({made.attempt, &schedule_, draw}, result.outcome, now);
        health_ = webhooks::health_after(health_, result.outcome, now);
        if (result.outcome.is_success())
            last_success_ = now;
    }
    if (std::holds_alternative<webhooks::disable_endpoint>(next))
        next_.disable = rows::disabled_reason::gone;
    else if (!row_.disabled && webhooks::is_hopeless(health_, now))
        next_.disable = rows::disabled_reason::failing;
    if (next_.disable)
        row_.disabled = next_.disable;
    const auto error = error_of(result);
    switch (made.from) {
        case source::window:
            settle_window(made, next, error);
            break;
        case source::directory_queue:
            settle_directory_queue(made, next, error);
            break;
        case source::retry:
            settle_retry(made, next, error);
            break;
    }
    has_changes_ = true;
    advance();
}

void endpoint_queue::log_attempt(const attempt& made, const delivery_result& result) {
    next_.attempts.push_back({
            .id = {},
            .event = made.id,
            .number = made.attempt,
            .started = made.started,
            .status = result.outcome.status > 0 ? std::optional(result.outcome.status) : std::nullopt,
            .milliseconds = result.milliseconds,
            .error = result.error,
            .response = printable_beginning(result.response),
    });
}

void endpoint_queue::settle_window(
        const attempt& made, const webhooks::step& next, const std::string& error) {
    const auto at = std::ranges::find(window_, made.id, [](const auto& one) { return one.event->id; });
    if (std::holds_alternative<webhooks::disable_endpoint>(next)) {
        at->is_in_flight = false;  // to be delivered when the endpoint is enabled again
        return;
    }
    at->is_settled = true;
    if (std::holds_alternative<webhooks::give_up>(next))
        return add_dead_letter(made, error);
    const auto* again = std::get_if<webhooks::retry>(&next);
    if (!again)
        return;
    if (is_ordered_)
        return open_directory_queue(made, again->at, error);
    rows::delivery row;
    row.event = made.id;
    row.attempts = made.attempt;
    row.due = again->at;
    row.failed_at = made.started;
    row.last_error = error;
    next_.deliveries[made.id] = {row, std::nullopt};
    next_retry_ = std::min(next_retry_.value_or(again->at), again->at);
}

// Moves a directory out of the window. Its later events are dropped from the window and read again once this
// one is delivered, so that a thousand queues with a failing head hold one event each.
void endpoint_queue::open_directory_queue(const attempt& made, time_point due, const std::string& error) {
    directory_queue opened;
    opened.row = {.directory = made.directory,
            .settled = {made.id.value - 1},
            .settled_sequence = made.event->sequence - 1,
            .head = made.id,
            .attempts = made.attempt,
            .due = due,
            .last_error = error};
    for (auto& one : window_) {
        if (one.event->directory != made.directory || one.event->id < made.id)
            continue;
        one.is_in_flight = true;
        one.is_settled = true;
    }
    opened.waiting.push_back(made.event);
    opened.read_event = made.id;
    opened.read_sequence = made.event->sequence;
    record_directory_queue(opened);
    directory_queues_.insert_or_assign(made.directory, std::move(opened));
}

void endpoint_queue::settle_directory_queue(
        const attempt& made, const webhooks::step& next, const std::string& error) {
    auto& queue = directory_queues_.at(made.directory);
    queue.is_in_flight = false;
    if (std::holds_alternative<webhooks::disable_endpoint>(next))
        return;
    if (const auto* again = std::get_if<webhooks::retry>(&next)) {
        queue.row.head = made.id;
        queue.row.attempts = made.attempt;
        queue.row.due = again->at;
        queue.row.last_error = error;
        queue.waiting.resize(1);
        queue.read_event = made.id;
        queue.read_sequence = made.event->sequence;
        return record_directory_queue(queue);
    }
    if (std::holds_alternative<webhooks::give_up>(next))
        add_dead_letter(made, error);
    queue.waiting.pop_front();
    queue.row.settled = made.id;
    queue.row.settled_sequence = made.event->sequence;
    queue.row.head = queue.waiting.empty() ? event_id{} : queue.waiting.front()->id;
    queue.row.attempts = 0;
    queue.row.due = made.started;
    queue.row.last_error.clear();
    record_directory_queue(queue);
}

void endpoint_queue::settle_retry(const attempt& made, const webhooks::step& next, const std::string& error) {
    auto& one = retries_.at(made.id);
    one.is_in_flight = false;
    if (std::holds_alternative<webhooks::disable_endpoint>(next))
        return;
    one.is_reported = true;
    const auto read_due = one.row.due;
    if (std::holds_alternative<webhooks::give_up>(next)) {
        add_dead_letter(made, error);
        next_.deliveries[made.id].read_due = read_due;
        return;
    }
    const auto* again = std::get_if<webhooks::retry>(&next);
    if (!again) {
        next_.deliveries[made.id] = {std::nullopt, read_due};
        return;
    }
    one.row.attempts = made.attempt;
    one.row.due = again->at;
    one.row.failed_at = made.started;
    one.row.last_error = error;
    next_.deliveries[made.id] = {one.row, read_due};
    next_retry_ = std::min(next_retry_.value_or(again->at), again->at);
}

void endpoint_queue::add_dead_letter(const attempt& made, const std::string& error) {
    rows::delivery row;
    row.event = made.id;
    row.state = rows::delivery_state::dead;
    row.attempts = made.attempt;
    row.failed_at = made.started;
    row.last_error = error;
    next_.deliveries[made.id] = {row, std::nullopt};
    next_.exhausted.push_back({made.id, made.event->type, made.event->organization, made.attempt, error});
}

void endpoint_queue::record_directory_queue(const directory_queue& queue) {
    next_.directory_queues[queue.row.directory] = queue.row;
    has_changes_ = true;
}

void endpoint_queue::close_directory_queue(directory_id directory) {
    directory_queues_.erase(directory);
    next_.directory_queues[directory] = std::nullopt;
    has_changes_ = true;
}

// Drops the settled events at the front of the window; the position is behind the last of them.
void endpoint_queue::advance() {
    while (!window_.empty() && window_.front().is_settled) {
        window_bytes_ -= window_.front().event->body.size();
        window_.pop_front();
    }
    row_.position = window_.empty() ? read_up_to_ : event_id{window_.front().event->id.value - 1};
}

std::optional<webhooks::settlement> endpoint_queue::settle(bool is_full_flush) {
    const bool has_moved = row_.position > settled_position_;
    if (is_settling_ || !(has_changes_ || (is_full_flush && has_moved)))
        return std::nullopt;
    next_.now = {.id = row_.id,
            .fence = row_.fence,
            .position = row_.position,
            .failing_since = health_.failing_since,
            .failures = health_.failures,
            .last_failure = health_.last_failure ? health_.last_failure : row_.last_failure,
            .last_success = last_success_};
    row_.last_failure = next_.now.last_failure;
    settled_position_ = row_.position;
    for (const auto& [event, one] : retries_)
        if (one.is_reported)
            reported_.push_back(event);
    are_rows_settling_ = !next_.deliveries.empty();
    has_changes_ = false;
    is_settling_ = true;
    return std::exchange(next_, {});
}

void endpoint_queue::confirm() {
    for (const auto event : std::exchange(reported_, {}))
        retries_.erase(event);
    if (std::exchange(are_rows_settling_, false))
        next_retry_ = time_point();  // one of the written rows may be due already
    is_settling_ = false;
}

}  // namespace scimd::webhooks

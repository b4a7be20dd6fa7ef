// What receipts come to.
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

// The beginning of what a stranger answered, as text that can be shown: one line of valid UTF-8.
std::string beginning_of(std::string_view answer)
{
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

std::string reason_of(const delivery_result& what)
{
    if (what.seen.is_success())
        return {};
    return what.error.empty() ? "status " + std::to_string(what.seen.status) : what.error;
}

}  // namespace

void endpoint_queue::receive(const delivery_result& what, time_point now)
{
    const auto found = attempts_.extract(what.number);
    if (found.empty())
        return;  // of a courier before this one
    const auto& made = found.mapped();
    busy_.erase(busy_.find(made.directory));
    log_attempt(made, what);
    webhooks::step next = webhooks::done{};
    const bool is_test = made.from == source::retry && !made.what;
    if (!is_test) {
        std::uint32_t draw = 0;
        if (!what.seen.is_success())
            random_.fill(std::as_writable_bytes(std::span(&draw, 1)));
        next = webhooks::next_step({made.attempt, &schedule_, draw}, what.seen, now);
        health_ = webhooks::health_after(health_, what.seen, now);
        if (what.seen.is_success())
            last_success_ = now;
    }
    if (std::holds_alternative<webhooks::disable_endpoint>(next))
        next_.disable = rows::disabled_reason::gone;
    else if (!row_.disabled && webhooks::is_hopeless(health_, now))
        next_.disable = rows::disabled_reason::failing;
    if (next_.disable)
        row_.disabled = next_.disable;
    const auto why = reason_of(what);
    switch (made.from) {
        case source::window:
            settle_window(made, next, why);
            break;
        case source::directory_queue:
            settle_directory_queue(made, next, why);
            break;
        case source::retry:
            settle_retry(made, next, why);
            break;
    }
    has_changes_ = true;
    advance();
}

void endpoint_queue::log_attempt(const attempt& made, const delivery_result& what)
{
    next_.attempts.push_back({
        .id = {},
        .event = made.id,
        .number = made.attempt,
        .started = made.started,
        .status = what.seen.status > 0 ? std::optional(what.seen.status) : std::nullopt,
        .milliseconds = what.milliseconds,
        .error = what.error,
        .response = beginning_of(what.response),
    });
}

void endpoint_queue::settle_window(const attempt& made, const webhooks::step& next, const std::string& why)
{
    const auto at = std::ranges::find(window_, made.id, [](const auto& one) { return one.what->id; });
    if (std::holds_alternative<webhooks::disable_endpoint>(next)) {
        at->is_in_flight = false;  // still to be delivered, should the endpoint be enabled again
        return;
    }
    at->is_settled = true;
    if (std::holds_alternative<webhooks::give_up>(next))
        return add_dead_letter(made, why);
    const auto* again = std::get_if<webhooks::retry>(&next);
    if (!again)
        return;
    if (is_ordered_)
        return open_directory_queue(made, again->at, why);
    rows::delivery row;
    row.event = made.id;
    row.attempts = made.attempt;
    row.due = again->at;
    row.failed_at = made.started;
    row.last_error = why;
    next_.deliveries[made.id] = {row, std::nullopt};
    next_retry_ = std::min(next_retry_.value_or(again->at), again->at);
}

// The directory leaves the window. What the window holds of it behind this event is read again when its turn
// comes: a thousand directories that wait hold an event each.
void endpoint_queue::open_directory_queue(const attempt& made, time_point due, const std::string& why)
{
    directory_queue opened;
    opened.row = {
        .directory = made.directory,
        .settled = {made.id.value - 1},
        .settled_sequence = made.what->sequence - 1,
        .head = made.id,
        .attempts = made.attempt,
        .due = due,
        .last_error = why
    };
    for (auto& one : window_) {
        if (one.what->directory != made.directory || one.what->id < made.id)
            continue;
        one.is_in_flight = true;
        one.is_settled = true;
    }
    opened.waiting.push_back(made.what);
    opened.read_event = made.id;
    opened.read_sequence = made.what->sequence;
    record_directory_queue(opened);
    directory_queues_.insert_or_assign(made.directory, std::move(opened));
}

void endpoint_queue::settle_directory_queue(
    const attempt& made, const webhooks::step& next, const std::string& why
)
{
    auto& of = directory_queues_.at(made.directory);
    of.is_in_flight = false;
    if (std::holds_alternative<webhooks::disable_endpoint>(next))
        return;
    if (const auto* again = std::get_if<webhooks::retry>(&next)) {
        of.row.head = made.id;
        of.row.attempts = made.attempt;
        of.row.due = again->at;
        of.row.last_error = why;
        of.waiting.resize(1);
        of.read_event = made.id;
        of.read_sequence = made.what->sequence;
        return record_directory_queue(of);
    }
    if (std::holds_alternative<webhooks::give_up>(next))
        add_dead_letter(made, why);
    of.waiting.pop_front();
    of.row.settled = made.id;
    of.row.settled_sequence = made.what->sequence;
    of.row.head = of.waiting.empty() ? event_id{} : of.waiting.front()->id;
    of.row.attempts = 0;
    of.row.due = made.started;
    of.row.last_error.clear();
    record_directory_queue(of);
}

void endpoint_queue::settle_retry(const attempt& made, const webhooks::step& next, const std::string& why)
{
    auto& one = retries_.at(made.id);
    one.is_in_flight = false;
    if (std::holds_alternative<webhooks::disable_endpoint>(next))
        return;
    one.is_reported = true;
    const auto read_due = one.row.due;
    if (std::holds_alternative<webhooks::give_up>(next)) {
        add_dead_letter(made, why);
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
    one.row.last_error = why;
    next_.deliveries[made.id] = {one.row, read_due};
    next_retry_ = std::min(next_retry_.value_or(again->at), again->at);
}

void endpoint_queue::add_dead_letter(const attempt& made, const std::string& why)
{
    rows::delivery row;
    row.event = made.id;
    row.state = rows::delivery_state::dead;
    row.attempts = made.attempt;
    row.failed_at = made.started;
    row.last_error = why;
    next_.deliveries[made.id] = {row, std::nullopt};
    next_.exhausted.push_back({made.id, made.what->type, made.what->organization, made.attempt, why});
}

void endpoint_queue::record_directory_queue(const directory_queue& what)
{
    next_.directory_queues[what.row.directory] = what.row;
    has_changes_ = true;
}

void endpoint_queue::close_directory_queue(directory_id directory)
{
    directory_queues_.erase(directory);
    next_.directory_queues[directory] = std::nullopt;
    has_changes_ = true;
}

// All before the first slot that is not settled is.
void endpoint_queue::advance()
{
    while (!window_.empty() && window_.front().is_settled) {
        window_bytes_ -= window_.front().what->body.size();
        window_.pop_front();
    }
    row_.position = window_.empty() ? read_up_to_ : event_id{window_.front().what->id.value - 1};
}

std::optional<webhooks::settlement> endpoint_queue::settle(bool is_thorough)
{
    const bool has_moved = row_.position > position_handed_out_;
    if (is_settling_ || !(has_changes_ || (is_thorough && has_moved)))
        return std::nullopt;
    next_.now = {
        .id = row_.id,
        .fence = row_.fence,
        .position = row_.position,
        .failing_since = health_.failing_since,
        .failures = health_.failures,
        .last_failure = health_.last_failure ? health_.last_failure : row_.last_failure,
        .last_success = last_success_
    };
    row_.last_failure = next_.now.last_failure;
    position_handed_out_ = row_.position;
    for (const auto& [event, one] : retries_)
        if (one.is_reported)
            reported_.push_back(event);
    are_rows_settling_ = !next_.deliveries.empty();
    has_changes_ = false;
    is_settling_ = true;
    return std::exchange(next_, {});
}

void endpoint_queue::confirm()
{
    for (const auto event : std::exchange(reported_, {}))
        retries_.erase(event);
    if (std::exchange(are_rows_settling_, false))
        next_retry_ = time_point();  // one of the new rows may be due already
    is_settling_ = false;
}

}  // namespace scimd::webhooks

// Deliveries of webhooks: attempts, dead letters, retry and replay.
#include "api/management/webhook_read.hpp"
#include "base/time.hpp"
#include "management_operations.hpp"
#include "service/webhooks/webhooks.hpp"

#include <algorithm>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace scimd::api {

namespace {

namespace webhooks = service::webhooks;
namespace webhook_rows = store::webhooks;

constexpr std::int64_t revived_max = 10'000;
constexpr std::int64_t attempts_shown_max = 100;  // of one dead letter

json::object to_json(const webhook_rows::attempt& from) {
    json::object body{{"id", from.id.text()}, {"event_id", from.event.text()}, {"attempt", from.number},
            {"time", format_rfc3339(from.started)}, {"milliseconds", from.milliseconds},
            {"error", from.error}, {"response", from.response}};
    if (from.status)
        body["status"] = *from.status;
    return body;
}

json::object to_json(store::transaction& tx, const webhook_rows::delivery& from) {
    json::object body{
            {"event_id", from.event.text()}, {"attempts", from.attempts}, {"last_error", from.last_error}};
    if (from.failed_at)
        body["last_attempt_time"] = format_rfc3339(*from.failed_at);
    if (const auto event = webhook_rows::find_event(tx, from.event)) {
        body["event_type"] = event->type;
        if (event->directory.value != 0)
            body["directory_id"] = event->directory.text();
    }
    return body;
}

result<event_id> read_event_id(std::string_view name, std::string_view text) {
    const auto id = event_id::parse(text);
    if (!id)
        return error{errc::invalid_value, std::string(name) + " must be the id of an event."};
    return *id;
}

// The dead letter of the path.
result<webhook_rows::delivery> read_dead_letter(const management_request& request, webhook_id of) {
    const auto event = event_id::parse(request.parameter("event"));
    auto found = event ? webhook_rows::find_delivery(request.tx, of, *event) : std::nullopt;
    if (!found || found->state != webhook_rows::delivery_state::dead)
        return error{errc::not_found, "There is no dead letter of this event."};
    return std::move(*found);
}

// A bound of a range of events: a time, whose whole millisecond is in it, an event by its id, or the narrower
// of both.
struct range_bound {
    enum class side { lower, upper };

    side which;
    std::pair<std::string_view, std::optional<std::string>> time;   // with its name
    std::pair<std::string_view, std::optional<std::string>> event;  // with its name

    [[nodiscard]] result<std::optional<event_id>> read() const {
        std::optional<event_id> bound;
        if (event.second) {
            const auto id = read_event_id(event.first, *event.second);
            if (!id)
                return id.error();
            bound = *id;
        }
        const auto when = parse_time(time.second, time.first);
        if (!when)
            return when.error();
        if (!*when)
            return bound;
        const bool is_lower = which == side::lower;
        const auto at = is_lower ? first_id_at(**when) : last_id_at(**when);
        if (!bound)
            return std::optional(event_id{at});
        return std::optional(event_id{is_lower ? std::max(at, bound->value) : std::min(at, bound->value)});
    }
};

}  // namespace

result<http::response> list_webhook_attempts(management_request& request) {
    const auto asked = read_webhook_page(request);
    if (!asked)
        return asked.error();
    event_id of;
    if (const auto text = request.context.target.parameter("event_id"); text && !text->empty()) {
        const auto id = read_event_id("event_id", *text);
        if (!id)
            return id.error();
        of = *id;
    }
    const auto to = read_webhook(request);
    if (!to)
        return to.error();
    auto found = webhook_rows::list_attempts(request.tx, to->id, of, {asked->token}, asked->rows());
    const auto show = [](const webhook_rows::attempt& one) { return to_json(one); };
    const auto token_of = [](const webhook_rows::attempt& one) { return one.id.value; };
    return manage_response(200, page_of("attempts", std::move(found), *asked, show, token_of));
}

result<http::response> list_dead_letters(management_request& request) {
    const auto asked = read_webhook_page(request);
    if (!asked)
        return asked.error();
    const auto to = read_webhook(request);
    if (!to)
        return to.error();
    auto found = webhook_rows::list_dead(request.tx, to->id, {asked->token}, asked->rows());
    const auto show = [&](const webhook_rows::delivery& one) { return to_json(request.tx, one); };
    const auto token_of = [](const webhook_rows::delivery& one) { return one.event.value; };
    return manage_response(200, page_of("dead_letters", std::move(found), *asked, show, token_of));
}

result<http::response> get_dead_letter(management_request& request) {
    const auto to = read_webhook(request);
    if (!to)
        return to.error();
    const auto found = read_dead_letter(request, to->id);
    if (!found)
        return found.error();
    auto& tx = request.tx;
    auto body = to_json(tx, *found);
    if (const auto event = webhook_rows::find_event(tx, found->event))
        if (auto payload = parse_json(event->body))
            body["event"] = std::move(*payload);
    json::array attempts;
    for (const auto& one : webhook_rows::list_attempts(tx, to->id, found->event, {}, attempts_shown_max))
        attempts.push_back(to_json(one));
    body["log"] = std::move(attempts);
    return manage_response(200, body);
}

result<http::response> retry_dead_letter(management_request& request) {
    const auto to = read_webhook(request);
    if (!to)
        return to.error();
    auto found = read_dead_letter(request, to->id);
    if (!found)
        return found.error();
    found->state = webhook_rows::delivery_state::waiting;
    found->attempts = 0;
    found->due = request.tx.now();
    webhook_rows::put_delivery(request.tx, to->id, *found);
    webhook_rows::touch(request.tx, to->id);
    return manage_response(200, to_json(request.tx, *found));
}

result<http::response> discard_dead_letter(management_request& request) {
    const auto to = read_webhook(request);
    if (!to)
        return to.error();
    const auto found = read_dead_letter(request, to->id);
    if (!found)
        return found.error();
    webhook_rows::remove_delivery(request.tx, to->id, found->event);
    return manage_response(200, {});
}

result<http::response> retry_failed_deliveries(
        management_request& request, const retry_failed_deliveries_body& body) {
    const auto to = read_webhook(request);
    if (!to)
        return to.error();
    const range_bound lower{
            range_bound::side::lower, {"since", body.since}, {"since_event_id", body.since_event_id}};
    const range_bound upper{
            range_bound::side::upper, {"until", body.until}, {"until_event_id", body.until_event_id}};
    const auto since = lower.read();
    const auto until = upper.read();
    if (!since || !until)
        return since ? until.error() : since.error();
    const webhook_rows::event_span of{since->value_or(event_id{}), until->value_or(event_id{number_max})};
    const auto queues = webhook_rows::make_directory_queues_due(request.tx, to->id, of);
    const auto count = webhook_rows::retry_deliveries(request.tx, to->id, of, revived_max);
    if (queues + count > 0)
        webhook_rows::touch(request.tx, to->id);
    return manage_response(200, {{"count", queues + count}, {"has_more", count == revived_max}});
}

result<http::response> replay_events(management_request& request, const replay_events_body& body) {
    const auto to = read_webhook(request);
    if (!to)
        return to.error();
    const bool is_single = body.event_id.has_value();
    const range_bound single{range_bound::side::lower, {"", std::nullopt}, {"event_id", body.event_id}};
    const range_bound lower{
            range_bound::side::lower, {"from", body.from}, {"from_event_id", body.from_event_id}};
    const range_bound upper{range_bound::side::upper, {"to", body.to}, {"to_event_id", body.to_event_id}};
    const auto first = is_single ? single.read() : lower.read();
    const auto last = is_single ? first : upper.read();
    if (!first || !last)
        return first ? last.error() : first.error();
    if (!*first)
        return invalid_value("event_id, from or from_event_id is required.");
    if (is_single && !webhook_rows::find_event(request.tx, **first))
        return error{errc::not_found, "event_id: the event was not found."};
    const auto done = webhooks::replay(request.tx, *to, {**first, last->value_or(event_id{number_max})});
    return manage_response(
            200, {{"count", done.count}, {"next_event_id", done.next ? done.next->text() : ""}});
}

}  // namespace scimd::api

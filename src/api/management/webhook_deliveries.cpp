// What has been tried, what was given up, and sending it again.
#include "api/management/webhook_read.hpp"
#include "api/management/webhooks.hpp"
#include "base/time.hpp"
#include "service/webhooks/webhooks.hpp"

#include <algorithm>
#include <utility>

namespace scimd::api {

namespace {

namespace webhooks = service::webhooks;
namespace webhook_rows = store::webhooks;

constexpr std::int64_t revived_max = 10'000;
constexpr std::int64_t attempts_shown_max = 100;  // of one dead letter

json::object to_json(const webhook_rows::attempt& from)
{
    json::object body{
        {"id", from.id.text()},
        {"event_id", from.event.text()},
        {"attempt", from.number},
        {"time", format_rfc3339(from.started)},
        {"milliseconds", from.milliseconds},
        {"error", from.error},
        {"response", from.response}
    };
    if (from.status)
        body["status"] = *from.status;
    return body;
}

json::object to_json(store::transaction& tx, const webhook_rows::delivery& from)
{
    json::object body{
        {"event_id", from.event.text()}, {"attempts", from.attempts}, {"last_error", from.last_error}
    };
    if (from.failed_at)
        body["last_attempt_time"] = format_rfc3339(*from.failed_at);
    if (const auto event = webhook_rows::find_event(tx, from.event)) {
        body["event_type"] = event->type;
        if (event->directory.value != 0)
            body["directory_id"] = event->directory.text();
    }
    return body;
}

result<event_id> read_event_id(std::string_view name, std::string_view text)
{
    const auto id = event_id::parse(text);
    if (!id)
        return error{errc::invalid_value, std::string(name) + " must be the id of an event."};
    return *id;
}

// The delivery of the path, which must have been given up.
result<webhook_rows::delivery> read_dead_letter(
    store::transaction& tx, const request_context& request, webhook_id of
)
{
    const auto event = event_id::parse(request.parameter("event"));
    auto found = event ? webhook_rows::find_delivery(tx, of, *event) : std::nullopt;
    if (!found || found->state != webhook_rows::delivery_state::dead)
        return error{errc::not_found, "There is no dead letter of this event."};
    return std::move(*found);
}

// A bound of a range: a time, whose whole millisecond is in it, an event by its id, or the narrower of both.
enum class range_end { lower, upper };

result<std::optional<event_id>> read_bound(
    range_end which, const json::object& body, std::string_view time_name, std::string_view event_name
)
{
    const auto time = optional_text(body, time_name);
    const auto event = optional_text(body, event_name);
    if (!time || !event)
        return time ? event.error() : time.error();
    std::optional<event_id> bound;
    if (*event) {
        const auto id = read_event_id(event_name, **event);
        if (!id)
            return id.error();
        bound = *id;
    }
    if (!*time)
        return bound;
    const auto when = parse_rfc3339(**time);
    if (!when)
        return error{errc::invalid_value, std::string(time_name) + " must be a timestamp of RFC 3339."};
    const auto at = which == range_end::lower ? first_id_at(*when) : last_id_at(*when);
    if (!bound)
        return std::optional(event_id{at});
    return std::optional(
        event_id{which == range_end::lower ? std::max(at, bound->value) : std::min(at, bound->value)}
    );
}

}  // namespace

reply list_webhook_attempts(const server_context&, request_context& request)
{
    const auto asked = read_webhook_page(request);
    if (!asked)
        return manage_error(asked.error());
    event_id of;
    if (const auto text = request.target.parameter("event_id"); text && !text->empty()) {
        const auto id = read_event_id("event_id", *text);
        if (!id)
            return manage_error(id.error());
        of = *id;
    }
    return with_webhook(
        request,
        store::intent::scan,
        [asked = *asked, of](store::transaction& tx, const webhook_rows::endpoint& to) -> reply {
            auto found = webhook_rows::list_attempts(tx, to.id, of, {asked.token}, asked.rows());
            const auto show = [](const webhook_rows::attempt& one) { return to_json(one); };
            const auto token_of = [](const webhook_rows::attempt& one) { return one.id.value; };
            return manage_response(200, page_of("attempts", std::move(found), asked, show, token_of));
        }
    );
}

reply list_dead_letters(const server_context&, request_context& request)
{
    const auto asked = read_webhook_page(request);
    if (!asked)
        return manage_error(asked.error());
    return with_webhook(
        request,
        store::intent::scan,
        [asked = *asked](store::transaction& tx, const webhook_rows::endpoint& to) -> reply {
            auto found = webhook_rows::list_dead(tx, to.id, {asked.token}, asked.rows());
            const auto show = [&](const webhook_rows::delivery& one) { return to_json(tx, one); };
            const auto token_of = [](const webhook_rows::delivery& one) { return one.event.value; };
            return manage_response(200, page_of("dead_letters", std::move(found), asked, show, token_of));
        }
    );
}

reply get_dead_letter(const server_context&, request_context& request)
{
    return with_webhook(
        request,
        store::intent::read,
        [&request](store::transaction& tx, const webhook_rows::endpoint& to) -> reply {
            const auto found = read_dead_letter(tx, request, to.id);
            if (!found)
                return manage_error(found.error());
            auto body = to_json(tx, *found);
            if (const auto event = webhook_rows::find_event(tx, found->event))
                if (auto payload = parse_json(event->body))
                    body["event"] = std::move(*payload);
            json::array attempts;
            for (const auto& one :
                 webhook_rows::list_attempts(tx, to.id, found->event, {}, attempts_shown_max))
                attempts.push_back(to_json(one));
            body["log"] = std::move(attempts);
            return manage_response(200, body);
        }
    );
}

reply retry_dead_letter(const server_context&, request_context& request)
{
    return with_webhook(
        request,
        store::intent::write,
        [&request](store::transaction& tx, const webhook_rows::endpoint& to) -> reply {
            auto found = read_dead_letter(tx, request, to.id);
            if (!found)
                return manage_error(found.error());
            found->state = webhook_rows::delivery_state::waiting;
            found->attempts = 0;
            found->due = tx.now();
            webhook_rows::put_delivery(tx, to.id, *found);
            webhook_rows::touch(tx, to.id);
            return manage_response(200, to_json(tx, *found));
        }
    );
}

reply discard_dead_letter(const server_context&, request_context& request)
{
    return with_webhook(
        request,
        store::intent::write,
        [&request](store::transaction& tx, const webhook_rows::endpoint& to) -> reply {
            const auto found = read_dead_letter(tx, request, to.id);
            if (!found)
                return manage_error(found.error());
            webhook_rows::remove_delivery(tx, to.id, found->event);
            return manage_response(200, {});
        }
    );
}

reply retry_failed_deliveries(const server_context& server, request_context& request)
{
    return with_webhook_body(
        server,
        request,
        [](store::transaction& tx, const webhook_rows::endpoint& to, const json::object& body) -> reply {
            const auto since = read_bound(range_end::lower, body, "since", "since_event_id");
            const auto until = read_bound(range_end::upper, body, "until", "until_event_id");
            if (!since || !until)
                return manage_error(since ? until.error() : since.error());
            const webhook_rows::event_span of{
                since->value_or(event_id{}), until->value_or(event_id{number_max})
            };
            const auto lanes = webhook_rows::make_directory_queues_due(tx, to.id, of);
            const auto count = webhook_rows::retry_deliveries(tx, to.id, of, revived_max);
            if (lanes + count > 0)
                webhook_rows::touch(tx, to.id);
            return manage_response(200, {{"count", lanes + count}, {"has_more", count == revived_max}});
        }
    );
}

reply replay_events(const server_context& server, request_context& request)
{
    return with_webhook_body(
        server,
        request,
        [](store::transaction& tx, const webhook_rows::endpoint& to, const json::object& body) -> reply {
            const auto single = optional_text(body, "event_id");
            if (!single)
                return manage_error(single.error());
            const auto first = *single ? read_bound(range_end::lower, body, "", "event_id")
                                       : read_bound(range_end::lower, body, "from", "from_event_id");
            const auto last = *single ? first : read_bound(range_end::upper, body, "to", "to_event_id");
            if (!first || !last)
                return manage_error(first ? last.error() : first.error());
            if (!*first)
                return manage_error({errc::invalid_value, "event_id, from or from_event_id is required."});
            if (*single && !webhook_rows::find_event(tx, **first))
                return manage_error({errc::not_found, "event_id: the event was not found."});
            const auto done = webhooks::replay(tx, to, {**first, last->value_or(event_id{number_max})});
            return manage_response(
                200, {{"count", done.count}, {"next_event_id", done.next ? done.next->text() : ""}}
            );
        }
    );
}

}  // namespace scimd::api

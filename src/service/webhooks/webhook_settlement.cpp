#include "service/webhooks/webhook_settlement.hpp"

#include "base/json/json.hpp"
#include "base/time.hpp"
#include "service/events/events.hpp"

#include <string_view>
#include <utility>

namespace scimd::service::webhooks {

namespace {

namespace rows = store::webhooks;

// An event of the environment, or of the organization whose events the endpoint receives.
void publish_notice(store::transaction& tx, environment_id environment, const rows::endpoint& endpoint,
        std::string_view type, json::object data) {
    event_draft draft;
    draft.type = type;
    draft.object = "WebhookEndpoint";
    draft.data = std::move(data);
    publish(tx, system_source(environment), {endpoint.is.organization, std::nullopt, {}}, std::move(draft));
}

void publish_exhausted(store::transaction& tx, environment_id environment, const rows::endpoint& endpoint,
        const exhausted_delivery& delivery) {
    // Failed deliveries of events about endpoints publish nothing: they would never end.
    if (delivery.type.starts_with("webhook_endpoint."))
        return;
    json::object data{{"id", endpoint.id.text()}, {"url", endpoint.is.url},
            {"event_id", delivery.event.text()}, {"event_type", delivery.type},
            {"attempts", delivery.attempts}, {"last_error", delivery.last_error}};
    publish_notice(tx, environment, endpoint, "webhook_endpoint.delivery_exhausted", std::move(data));
}

void publish_disabled(store::transaction& tx, environment_id environment, const rows::endpoint& endpoint,
        rows::disabled_reason reason) {
    json::object data{{"id", endpoint.id.text()}, {"url", endpoint.is.url},
            {"description", endpoint.is.description}, {"reason", rows::to_text(reason)},
            {"disabled_at", format_rfc3339(tx.now())}};
    if (endpoint.failing_since)
        data["failing_since"] = format_rfc3339(*endpoint.failing_since);
    publish_notice(tx, environment, endpoint, "webhook_endpoint.disabled", std::move(data));
}

// false: the row is left as it is.
bool settle_delivery(
        store::transaction& tx, webhook_id endpoint, event_id event, const delivery_change& change) {
    if (change.read_due) {
        const auto found = rows::find_delivery(tx, endpoint, event);
        if (!found || found->due != *change.read_due)
            return false;
    }
    if (change.now)
        rows::put_delivery(tx, endpoint, *change.now);
    else
        rows::remove_delivery(tx, endpoint, event);
    return true;
}

}  // namespace

std::optional<std::size_t> write_settlement(
        store::transaction& tx, environment_id environment, const settlement& outcome) {
    const auto id = outcome.now.id;
    if (!rows::save_progress(tx, outcome.now))
        return std::nullopt;
    for (const auto& attempt : outcome.attempts)
        rows::append_attempt(tx, id, attempt);
    for (const auto& [directory, queue] : outcome.directory_queues)
        if (queue)
            rows::put_directory_queue(tx, id, *queue);
        else
            rows::remove_directory_queue(tx, id, directory);
    auto given_up = outcome.exhausted;
    for (const auto& [event, change] : outcome.deliveries)
        if (!settle_delivery(tx, id, event, change))
            std::erase_if(given_up, [event](const auto& one) { return one.event == event; });
    if (given_up.empty() && !outcome.disable)
        return 0;
    const auto endpoint = rows::find(tx, id);
    for (const auto& one : given_up)
        publish_exhausted(tx, environment, *endpoint, one);
    if (outcome.disable && !endpoint->disabled) {
        rows::disable(tx, id, *outcome.disable);
        publish_disabled(tx, environment, *endpoint, *outcome.disable);
    }
    return given_up.size();
}

}  // namespace scimd::service::webhooks

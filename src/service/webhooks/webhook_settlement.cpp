#include "service/webhooks/webhook_settlement.hpp"

#include "base/json/json.hpp"
#include "base/time.hpp"
#include "store/events.hpp"

#include <string_view>
#include <utility>

namespace scimd::service::webhooks {

namespace {

namespace rows = store::webhooks;

constexpr std::string_view exhausted_type = "webhook_endpoint.delivery_exhausted";
constexpr std::string_view disabled_type = "webhook_endpoint.disabled";

struct notice {
    std::string_view type;
    std::string_view display_name;
    std::optional<organization_id> organization;
    json::object data;
};

// An event of the environment, or of the organization whose events the endpoint is told.
void publish(store::transaction& tx, environment_id where, notice what)
{
    const event_id id{tx.next_id()};
    json::object envelope{
        {"spec_version", "1"},
        {"id", id.text()},
        {"type", what.type},
        {"object", "WebhookEndpoint"},
        {"display_name", what.display_name},
        {"environment_id", where.text()}
    };
    if (what.organization)
        envelope["organization_id"] = what.organization->text();
    envelope["occurred_at"] = format_rfc3339(tx.now());
    envelope["cursor"] = "c_" + std::to_string(id.value);
    envelope["context"] = {{"source", "system"}, {"actor", {{"type", "system"}}}};
    envelope["data"] = std::move(what.data);
    store::events::append(
        tx,
        {.id = id,
         .organization = what.organization.value_or(organization_id{}),
         .directory = {},
         .sequence = 0,
         .type = std::string(what.type),
         .body = scimd::to_text(envelope)}
    );
}

void tell_exhausted(
    store::transaction& tx, environment_id where, const rows::endpoint& of, const exhausted_delivery& what
)
{
    // Telling that a telling failed would have no end.
    if (what.type.starts_with("webhook_endpoint."))
        return;
    json::object data{
        {"id", of.id.text()},
        {"url", of.is.url},
        {"event_id", what.event.text()},
        {"event_type", what.type},
        {"attempts", what.attempts},
        {"last_error", what.last_error}
    };
    publish(
        tx,
        where,
        {exhausted_type, "Webhook Endpoint Delivery Exhausted", of.is.organization, std::move(data)}
    );
}

void tell_disabled(
    store::transaction& tx, environment_id where, const rows::endpoint& of, rows::disabled_reason reason
)
{
    json::object data{
        {"id", of.id.text()},
        {"url", of.is.url},
        {"description", of.is.description},
        {"reason", rows::to_text(reason)},
        {"disabled_at", format_rfc3339(tx.now())}
    };
    if (of.failing_since)
        data["failing_since"] = format_rfc3339(*of.failing_since);
    publish(tx, where, {disabled_type, "Webhook Endpoint Disabled", of.is.organization, std::move(data)});
}

// false: the row stays as it is.
bool settle_delivery(store::transaction& tx, webhook_id of, event_id event, const delivery_change& change)
{
    if (change.read_due) {
        const auto found = rows::find_delivery(tx, of, event);
        if (!found || found->due != *change.read_due)
            return false;
    }
    if (change.now)
        rows::put_delivery(tx, of, *change.now);
    else
        rows::remove_delivery(tx, of, event);
    return true;
}

}  // namespace

std::optional<std::size_t> write_settlement(
    store::transaction& tx, environment_id where, const settlement& what
)
{
    const auto id = what.now.id;
    if (!rows::save_progress(tx, what.now))
        return std::nullopt;
    for (const auto& attempt : what.attempts)
        rows::append_attempt(tx, id, attempt);
    for (const auto& [directory, lane] : what.directory_queues)
        if (lane)
            rows::put_directory_queue(tx, id, *lane);
        else
            rows::remove_directory_queue(tx, id, directory);
    auto given_up = what.exhausted;
    for (const auto& [event, change] : what.deliveries)
        if (!settle_delivery(tx, id, event, change))
            std::erase_if(given_up, [event](const auto& one) { return one.event == event; });
    if (given_up.empty() && !what.disable)
        return 0;
    const auto endpoint = rows::find(tx, id);
    for (const auto& one : given_up)
        tell_exhausted(tx, where, *endpoint, one);
    if (what.disable && !endpoint->disabled) {
        rows::disable(tx, id, *what.disable);
        tell_disabled(tx, where, *endpoint, *what.disable);
    }
    return given_up.size();
}

}  // namespace scimd::service::webhooks

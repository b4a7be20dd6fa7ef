#include "api/management/webhooks.hpp"

#include "api/management/webhook_read.hpp"
#include "base/time.hpp"
#include "service/webhooks/webhooks.hpp"
#include "store/idempotency.hpp"

#include <utility>

namespace scimd::api {

namespace {

namespace webhooks = service::webhooks;
namespace webhook_rows = store::webhooks;

webhooks::key_dependencies workshop_of(const server_context& server)
{
    return {.key_vault = server.key_vault, .random = server.random, .rules = server.webhook_rules};
}

http::response webhook_response(store::transaction& tx, const webhook_rows::endpoint& from)
{
    auto body = endpoint_json(tx, from);
    body["stats"] = stats_of(tx, from);
    return manage_response(200, body);
}

// As described: "v1", "v1a" or nothing.
webhooks::signature_kind read_signature(const json::object& body)
{
    const auto* text = find_string(body, "signature");
    return text && *text == "v1a" ? webhooks::signature_kind::v1a : webhooks::signature_kind::v1;
}

std::chrono::seconds read_overlap(const json::object& body)
{
    const auto* value = find(body, "overlap_seconds");
    return value && value->is_int64() ? std::chrono::seconds(value->get_int64()) : webhooks::key_overlap;
}

}  // namespace

reply create_webhook(const server_context& server, request_context&)
{
    return with_manage_body(server, [&server](store::transaction& tx, const json::object& body) -> reply {
        const auto settings = read_settings(body, {});
        if (!settings)
            return manage_error(settings.error());
        const auto made = webhooks::create(tx, workshop_of(server), *settings, read_signature(body));
        if (!made)
            return manage_error(made.error());
        auto answer = endpoint_json(tx, made->row);
        answer["secret"] = made->key.plain.reveal();
        return manage_response(201, answer);
    });
}

reply list_webhooks(const server_context&, request_context& request)
{
    const auto asked = read_webhook_page(request);
    if (!asked)
        return manage_error(asked.error());
    return transaction_step{store::intent::scan, [asked = *asked](store::transaction& tx) -> reply {
                                auto found = webhook_rows::list(tx, webhook_id{asked.token}, asked.rows());
                                const auto show = [&](const webhook_rows::endpoint& one) {
                                    return endpoint_json(tx, one);
                                };
                                const auto token_of = [](const webhook_rows::endpoint& one) {
                                    return one.id.value;
                                };
                                auto page =
                                    page_of("webhook_endpoints", std::move(found), asked, show, token_of);
                                page["total_size"] = webhook_rows::count(tx);
                                return manage_response(200, page);
                            }};
}

reply get_webhook(const server_context&, request_context& request)
{
    return with_webhook(
        request,
        store::intent::read,
        [](store::transaction& tx, const webhook_rows::endpoint& found) -> reply {
            return webhook_response(tx, found);
        }
    );
}

reply update_webhook(const server_context& server, request_context& request)
{
    return with_webhook_body(
        server,
        request,
        [&server](
            store::transaction& tx, const webhook_rows::endpoint& found, const json::object& body
        ) -> reply {
            const auto* signature = find_string(body, "signature");
            if (signature && *signature != std::string_view(found.signature))
                return manage_error({errc::invalid_value, "signature cannot be changed."});
            const auto settings = read_settings(body, found.is);
            if (!settings)
                return manage_error(settings.error());
            const auto updated = webhooks::update(tx, workshop_of(server), found, *settings);
            return updated ? webhook_response(tx, *updated) : manage_error(updated.error());
        }
    );
}

reply delete_webhook(const server_context&, request_context& request)
{
    return with_webhook(
        request,
        store::intent::write,
        [](store::transaction& tx, const webhook_rows::endpoint& found) -> reply {
            webhook_rows::remove(tx, found.id);
            return manage_response(200, {});
        }
    );
}

reply enable_webhook(const server_context& server, request_context& request)
{
    return with_webhook_body(
        server,
        request,
        [](store::transaction& tx, const webhook_rows::endpoint& found, const json::object& body) -> reply {
            const auto* flag = find(body, "skip_backlog");
            const bool skips = flag && flag->is_bool() && flag->get_bool();
            if (found.disabled || skips)
                webhook_rows::enable(
                    tx, found.id, skips ? std::optional(webhook_rows::newest_event(tx)) : std::nullopt
                );
            return webhook_response(tx, *webhook_rows::find(tx, found.id));
        }
    );
}

reply disable_webhook(const server_context&, request_context& request)
{
    return with_webhook(
        request,
        store::intent::write,
        [](store::transaction& tx, const webhook_rows::endpoint& found) -> reply {
            if (!found.disabled)
                webhook_rows::disable(tx, found.id, webhook_rows::disabled_reason::operator_);
            return webhook_response(tx, *webhook_rows::find(tx, found.id));
        }
    );
}

reply test_webhook(const server_context& server, request_context& request)
{
    return with_webhook(
        request,
        store::intent::write,
        [&server](store::transaction& tx, const webhook_rows::endpoint& found) -> reply {
            const auto event = webhooks::send_test(tx, server.environment, found);
            if (!event)
                return manage_error(event.error());
            return manage_response(202, {{"event_id", event->text()}});
        }
    );
}

reply rotate_webhook_secret(const server_context& server, request_context& request)
{
    return with_webhook_body(
        server,
        request,
        [&server](
            store::transaction& tx, const webhook_rows::endpoint& found, const json::object& body
        ) -> reply {
            const auto key = webhooks::rotate(tx, workshop_of(server), found, read_overlap(body));
            auto answer = endpoint_json(tx, *webhook_rows::find(tx, found.id));
            answer["secret"] = key.plain.reveal();
            return manage_response(200, answer);
        }
    );
}

}  // namespace scimd::api

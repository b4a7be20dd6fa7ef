// Webhook endpoints: create, list, change, enable and disable, test, rotate the secret, delete.
#include "service/webhooks/webhooks.hpp"

#include "api/management/webhook_read.hpp"
#include "management_operations.hpp"

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace scimd::api {
namespace {

namespace webhooks = service::webhooks;
namespace webhook_rows = store::webhooks;

webhooks::key_dependencies key_dependencies_of(const server_context& server) {
    return {.key_vault = server.key_vault, .random = server.random, .rules = server.webhook_rules};
}

http::response webhook_response(store::transaction& tx, const webhook_rows::endpoint& from) {
    auto body = endpoint_json(tx, from);
    body["stats"] = stats_of(tx, from);
    return manage_response(200, body);
}

// What a body says of a member: it keeps its value when it is absent, and has its default when it is null.
template <class T>
void set(T& member, const nullable<T>& given) {
    if (given)
        member = given->value_or(T());
}

template <class Id>
result<void> set_id(std::optional<Id>& member, const nullable<std::string>& given, std::string_view name) {
    if (!given)
        return {};
    const auto text = given->value_or("");
    member = Id::parse(text);
    if (!text.empty() && !member)
        return error{errc::not_found, std::string(name) + " is not valid."};
    return {};
}

// The settings with what the body of create_webhook or update_webhook changes. `url` is its url.
template <class Body>
result<webhook_rows::settings> read_settings(
        const Body& body, const nullable<std::string>& url, webhook_rows::settings settings) {
    set(settings.url, url);
    set(settings.description, body.description);
    set(settings.event_types, body.event_types);
    set(settings.retry_seconds, body.retry_schedule_seconds);
    if (body.headers) {
        settings.headers.clear();
        for (const auto& [name, value] : body.headers->value_or(json::object()))
            settings.headers.emplace_back(name, value.as_string());
    }
    if (body.mode)
        settings.mode = *body.mode == "concurrent" ? webhook_rows::delivery_mode::concurrent
                                                   : webhook_rows::delivery_mode::ordered;
    if (auto read = set_id(settings.organization, body.organization_id, "organization_id"); !read)
        return read.error();
    if (auto read = set_id(settings.directory, body.directory_id, "directory_id"); !read)
        return read.error();
    if (settings.url.empty())
        return invalid_value("url is required.");
    return settings;
}

}  // namespace

result<http::response> create_webhook(management_request& request, const create_webhook_body& body) {
    const auto settings = read_settings(body, std::optional(body.url), {});
    if (!settings)
        return settings.error();
    const auto signature = body.signature.value_or(std::nullopt) == "v1a" ? webhooks::signature_kind::v1a
                                                                          : webhooks::signature_kind::v1;
    const auto made = webhooks::create(request.tx, key_dependencies_of(request.server), *settings, signature);
    if (!made)
        return made.error();
    auto answer = endpoint_json(request.tx, made->row);
    answer["secret"] = made->key.plain.reveal();
    return manage_response(201, answer);
}

result<http::response> list_webhooks(management_request& request) {
    const auto asked = read_webhook_page(request);
    if (!asked)
        return asked.error();
    auto& tx = request.tx;
    auto found = webhook_rows::list(tx, webhook_id{asked->token}, asked->rows());
    const auto show = [&](const webhook_rows::endpoint& one) { return endpoint_json(tx, one); };
    const auto token_of = [](const webhook_rows::endpoint& one) { return one.id.value; };
    auto page = page_of("webhook_endpoints", std::move(found), *asked, show, token_of);
    page["total_size"] = webhook_rows::count(tx);
    return manage_response(200, page);
}

result<http::response> get_webhook(management_request& request) {
    const auto found = read_webhook(request);
    if (!found)
        return found.error();
    return webhook_response(request.tx, *found);
}

result<http::response> update_webhook(management_request& request, const update_webhook_body& body) {
    const auto found = read_webhook(request);
    if (!found)
        return found.error();
    const auto signature = body.signature.value_or(std::nullopt);
    if (signature && *signature != found->signature)
        return invalid_value("signature cannot be changed.");
    const auto settings = read_settings(body, body.url, found->is);
    if (!settings)
        return settings.error();
    const auto updated = webhooks::update(request.tx, key_dependencies_of(request.server), *found, *settings);
    if (!updated)
        return updated.error();
    return webhook_response(request.tx, *updated);
}

result<http::response> delete_webhook(management_request& request) {
    const auto found = read_webhook(request);
    if (!found)
        return found.error();
    webhook_rows::remove(request.tx, found->id);
    return manage_response(200, {});
}

result<http::response> enable_webhook(management_request& request, const enable_webhook_body& body) {
    const auto found = read_webhook(request);
    if (!found)
        return found.error();
    auto& tx = request.tx;
    const bool skips = body.skip_backlog.value_or(false);
    if (found->disabled || skips)
        webhook_rows::enable(
                tx, found->id, skips ? std::optional(webhook_rows::newest_event(tx)) : std::nullopt);
    return webhook_response(tx, *webhook_rows::find(tx, found->id));
}

result<http::response> disable_webhook(management_request& request) {
    const auto found = read_webhook(request);
    if (!found)
        return found.error();
    if (!found->disabled)
        webhook_rows::disable(request.tx, found->id, webhook_rows::disabled_reason::operator_);
    return webhook_response(request.tx, *webhook_rows::find(request.tx, found->id));
}

result<http::response> test_webhook(management_request& request) {
    const auto found = read_webhook(request);
    if (!found)
        return found.error();
    const auto event = webhooks::send_test(request.tx, request.server.environment, *found);
    if (!event)
        return event.error();
    return manage_response(202, {{"event_id", event->text()}});
}

result<http::response> rotate_webhook_secret(
        management_request& request, const rotate_webhook_secret_body& body) {
    const auto found = read_webhook(request);
    if (!found)
        return found.error();
    const auto overlap = body.overlap_seconds ? std::chrono::seconds(*body.overlap_seconds)
                                              : std::chrono::seconds(webhooks::key_overlap);
    const auto key = webhooks::rotate(request.tx, key_dependencies_of(request.server), *found, overlap);
    auto answer = endpoint_json(request.tx, *webhook_rows::find(request.tx, found->id));
    answer["secret"] = key.plain.reveal();
    return manage_response(200, answer);
}

}  // namespace scimd::api

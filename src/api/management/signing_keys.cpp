// The keys that access tokens are signed with, and the master key that stored secrets are sealed with.
#include "api/management/api.hpp"
#include "api/management/management_request.hpp"
#include "base/time.hpp"
#include "service/auth/signing.hpp"

#include <memory>
#include <utility>

namespace scimd::api {
namespace {

namespace signing = service::signing;
namespace signing_keys = store::signing_keys;

json::object to_json(const signing_keys::key& from, bool is_signing)
{
    json::object body{
        {"id", from.id.text()},
        {"create_time", format_rfc3339(from.created)},
        {"sign_time", format_rfc3339(from.signs)},
        {"is_signing", is_signing}
    };
    if (from.retires)
        body["retire_time"] = format_rfc3339(*from.retires);
    if (from.forgotten)
        body["forget_time"] = format_rfc3339(*from.forgotten);
    return body;
}

http::response key_list(store::transaction& tx)
{
    const auto keys = signing_keys::list(tx);
    const auto signer = signing::signer(keys, tx.now());
    json::array listed;
    for (const auto& key : keys)
        if (signing::is_published(key, tx.now()))
            listed.push_back(to_json(key, signer && signer->id == key.id));
    return manage_response(200, {{"signing_keys", std::move(listed)}});
}

}  // namespace

reply list_signing_keys(const server_context&, request_context&)
{
    return transaction_step{store::intent::read, [](store::transaction& tx) -> reply {
                                return key_list(tx);
                            }};
}

reply rotate_signing_key(const server_context& server, request_context&)
{
    return body_request{server.bounds.manage_body_bytes_max, [&server](const std::string& text) -> reply {
                            const auto body = parse_json_object(text.empty() ? "{}" : text);
                            if (!body)
                                return manage_error(body.error());
                            const auto at_once = optional_flag(*body, "at_once");
                            if (!at_once)
                                return manage_error(at_once.error());
                            const auto how =
                                *at_once ? signing::urgency::at_once : signing::urgency::as_usual;
                            return blocking_task{[&server, how](store::database&) -> reply {
                                const auto fresh = std::make_shared<rsa_key>(rsa_key::generate());
                                return transaction_step{
                                    store::intent::write,
                                    [&server, how, fresh](store::transaction& tx) -> reply {
                                        server.public_keys->forget();
                                        const auto made =
                                            signing::introduce(tx, server.key_vault, *fresh, how);
                                        return made ? key_list(tx) : manage_error(made.error());
                                    }
                                };
                            }};
                        }};
}

reply renew_master_key(const server_context& server, request_context&)
{
    return blocking_task{[&server](store::database& database) -> reply {
        const auto renewed = server.renew_master_key(database);
        if (!renewed)
            return manage_error(renewed.error());
        return transaction_step{store::intent::write, [id = *renewed](store::transaction&) -> reply {
                                    return manage_response(200, {{"key_id", id}});
                                }};
    }};
}

}  // namespace scimd::api

// Keys: those that sign access tokens, and the master key that encrypts stored secrets.
#include "api/management/management_request.hpp"
#include "base/time.hpp"
#include "management_operations.hpp"
#include "service/auth/signing.hpp"

#include <memory>
#include <utility>

namespace scimd::api {
namespace {

namespace signing = service::signing;
namespace signing_keys = store::signing_keys;

json::object to_json(const signing_keys::key& from, bool is_signing) {
    json::object body{{"id", from.id.text()}, {"create_time", format_rfc3339(from.created)},
            {"sign_time", format_rfc3339(from.signs)}, {"is_signing", is_signing}};
    if (from.retires)
        body["retire_time"] = format_rfc3339(*from.retires);
    if (from.forgotten)
        body["forget_time"] = format_rfc3339(*from.forgotten);
    return body;
}

http::response key_list(store::transaction& tx) {
    const auto keys = signing_keys::list(tx);
    const auto signer = signing::signer(keys, tx.now());
    json::array listed;
    for (const auto& key : keys)
        if (signing::is_published(key, tx.now()))
            listed.push_back(to_json(key, signer && signer->id == key.id));
    return manage_response(200, {{"signing_keys", std::move(listed)}});
}

}  // namespace

result<http::response> list_signing_keys(management_request& request) {
    return key_list(request.tx);
}

result<job_outcome> rotate_signing_key(
        const server_context&, store::database&, const rotate_signing_key_body& body) {
    const auto urgency =
            body.at_once.value_or(false) ? signing::urgency::at_once : signing::urgency::as_usual;
    const auto fresh = std::make_shared<rsa_key>(rsa_key::generate());
    return make_step([urgency, fresh](management_request& request) -> result<http::response> {
        request.server.public_keys->forget();
        const auto made = signing::introduce(request.tx, request.server.key_vault, *fresh, urgency);
        if (!made)
            return made.error();
        return key_list(request.tx);
    });
}

result<job_outcome> renew_master_key(const server_context& server, store::database& database) {
    const auto renewed = server.renew_master_key(database);
    if (!renewed)
        return renewed.error();
    return make_step([id = *renewed](management_request&) -> result<http::response> {
        return manage_response(200, {{"key_id", id}});
    });
}

}  // namespace scimd::api

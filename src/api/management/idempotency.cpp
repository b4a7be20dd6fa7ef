#include "api/management/idempotency.hpp"

#include "api/management/audit_trail.hpp"
#include "api/render.hpp"
#include "base/codec.hpp"
#include "base/crypto/digest.hpp"
#include "base/text.hpp"
#include "store/idempotency.hpp"

#include <utility>

namespace scimd::api {
namespace {

namespace answers = store::idempotency;

// Empty for an answer without content.
std::string kept_text(const std::string& body) {
    auto shown = parse_json_object(body);
    if (!shown)
        return {};
    withhold_headers(*shown);
    return to_text(*shown);
}

}  // namespace

result<std::optional<idempotency_key>> read_idempotency_key(
        const request_context& request, const route& row) {
    const auto* key = request.http.headers.find("Idempotency-Key");
    if (!key || row.idempotency == idempotency_policy::run_again)
        return std::optional<idempotency_key>();
    if (key->empty() || key->size() > idempotency_key_bytes_max || !is_storable(*key))
        return invalid_value("Idempotency-Key must have 1 to 255 bytes of text.");
    return std::optional(idempotency_key{request.api_client.name + ' ' + *key, {}});
}

std::string digest_of_request(const request_context& request, std::string_view body) {
    return to_hex(sha256(request.http.target + '\n' + std::string(body)));
}

std::optional<http::response> find_kept_answer(
        const idempotency_key& key, request_context& request, store::transaction& tx) {
    const auto earlier = answers::find(tx, key.text);
    request.is_repeat = earlier && earlier->request == key.digest;
    if (!earlier && answers::has_many(tx, request.api_client.name, idempotency_answers_max))
        return manage_error({errc::quota_exceeded,
                "The answers to 10000 requests with an Idempotency-Key are kept already, each for 24 hours. "
                "Send this "
                "one without, or later."});
    if (!earlier)
        return std::nullopt;
    if (earlier->request != key.digest)
        return manage_error({errc::conflict, "This Idempotency-Key was used with another request."});
    if (!earlier->body)
        return manage_error({errc::conflict,
                "This request was carried out already. Its answer held a secret, which is shown once."});
    return manage_response(earlier->status, parse_json_object(*earlier->body).value());
}

void keep_answer(const idempotency_key& key, idempotency_policy policy, const http::response& answer,
        store::transaction& tx) {
    if (answer.status >= 400)
        return;
    std::optional<std::string> body;
    if (policy == idempotency_policy::same_answer)
        body = kept_text(answer.body);
    answers::keep(tx, key.text, {key.digest, answer.status, body});
}

}  // namespace scimd::api

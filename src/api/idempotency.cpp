#include "api/idempotency.hpp"

#include "api/render.hpp"
#include "base/codec.hpp"
#include "base/crypto.hpp"
#include "base/text.hpp"
#include "store/idempotency.hpp"

#include <optional>
#include <string>
#include <utility>

namespace scimd::api {
namespace {

reply answer_again(const store::idempotency::answer& earlier, std::string_view request)
{
    if (earlier.request != request)
        return manage_error({errc::conflict, "This Idempotency-Key was used with another request."});
    if (!earlier.body)
        return manage_error(
            {errc::conflict,
             "This request was carried out already. Its answer held a secret, which is shown once."}
        );
    return manage_response(earlier.status, parse_json_object(*earlier.body).value());
}

}  // namespace

reply once(
    const call& on,
    std::string_view body,
    repeat told,
    store::transaction& tx,
    const std::function<reply()>& run
)
{
    const auto* key = on.head.headers.find("Idempotency-Key");
    if (!key || on.head.method != "POST")
        return run();
    if (key->empty() || key->size() > idempotency_key_bytes_max || !is_storable(*key))
        return manage_error({errc::invalid_value, "Idempotency-Key must have 1 to 255 bytes of text."});
    const auto whose = on.by.name + ' ' + *key;  // a key is its caller's own
    const auto request = to_hex(sha256(on.head.target + '\n' + std::string(body)));
    if (const auto earlier = store::idempotency::find(tx, whose))
        return answer_again(*earlier, request);
    auto outcome = run();
    const auto* response = std::get_if<http::response>(&outcome);
    if (response && response->status < 400) {
        const auto kept = told == repeat::same_answer ? std::optional(response->body) : std::nullopt;
        store::idempotency::keep(tx, whose, {request, response->status, kept});
    }
    return outcome;
}

}  // namespace scimd::api

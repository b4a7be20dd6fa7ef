#include "api/management/idempotency.hpp"

#include "api/management/audit_trail.hpp"
#include "api/render.hpp"
#include "base/codec.hpp"
#include "base/crypto/digest.hpp"
#include "base/text.hpp"
#include "store/idempotency.hpp"

#include <optional>
#include <string>
#include <utility>

namespace scimd::api {
namespace {

namespace answers = store::idempotency;

// One request that came with a key.
struct repeatable {
    const server_context& server;
    request_context& request;
    idempotency_policy policy = idempotency_policy::run_again;
    std::string key;             // a key is its caller's own
    std::string request_digest;  // its digest
};

std::string digest_of(const request_context& request, std::string_view body)
{
    return to_hex(sha256(request.http.target + '\n' + std::string(body)));
}

// What was answered before, in the words of today.
std::optional<http::response> answer_again(const repeatable& asked, store::transaction& tx)
{
    const auto earlier = answers::find(tx, asked.key);
    asked.request.is_repeat = earlier && earlier->request == asked.request_digest;
    if (!earlier && answers::has_many(tx, asked.request.api_client.name, idempotency_answers_max))
        return manage_error(
            {errc::quota_exceeded,
             "The answers to 10000 requests with an Idempotency-Key are kept already, each for 24 hours. "
             "Send this "
             "one without, or later."}
        );
    if (!earlier)
        return std::nullopt;
    if (earlier->request != asked.request_digest)
        return manage_error({errc::conflict, "This Idempotency-Key was used with another request."});
    if (!earlier->body)
        return manage_error(
            {errc::conflict,
             "This request was carried out already. Its answer held a secret, which is shown once."}
        );
    return manage_response(earlier->status, parse_json_object(*earlier->body).value());
}

// Without the header values of an endpoint, which may be secrets; nothing of an answer without content.
std::string kept_text(const std::string& body)
{
    auto shown = parse_json_object(body);
    if (!shown)
        return {};
    withhold_headers(*shown);
    return to_text(*shown);
}

void keep(const repeatable& asked, const http::response& made, store::transaction& tx)
{
    if (made.status >= 400)
        return;
    std::optional<std::string> body;
    if (asked.policy == idempotency_policy::same_answer)
        body = kept_text(made.body);
    answers::keep(tx, asked.key, {asked.request_digest, made.status, body});
}

reply guarded(repeatable asked, reply next);

reply guarded_write(repeatable asked, transaction_step job)
{
    return transaction_step{
        store::intent::write,
        [asked = std::move(asked), run = std::move(job.run)](store::transaction& tx) -> reply {
            if (auto earlier = answer_again(asked, tx))
                return std::move(*earlier);
            auto outcome = run(tx);
            if (const auto* made = std::get_if<http::response>(&outcome)) {
                keep(asked, *made, tx);
                return outcome;
            }
            return guarded(asked, std::move(outcome));
        }
    };
}

// Whoever holds the key asks once more: the one who held it before may have ended in between.
reply run_held(const repeatable& asked, const blocking_task& job, store::database& database)
{
    std::optional<http::response> earlier;
    store::run(database, store::intent::read, [&](store::transaction& tx) {
        earlier = answer_again(asked, tx);
        return store::verdict::commit;
    });
    return earlier ? reply(std::move(*earlier)) : guarded(asked, job.run(database));
}

// A chore changes things outside of any transaction of ours: it is asked before whether it was done already,
// or is under way.
reply guarded_chore(repeatable asked, blocking_task job)
{
    return transaction_step{
        store::intent::read,
        [asked = std::move(asked), job = std::move(job)](store::transaction& tx) -> reply {
            if (auto earlier = answer_again(asked, tx))
                return std::move(*earlier);
            if (!asked.request.idempotency_lock) {
                auto taken = asked.server.idempotency_keys->take(asked.key);
                if (!taken)
                    return manage_error(taken.error());
                asked.request.idempotency_lock = std::move(*taken);
            }
            return blocking_task{[asked, job](store::database& database) {
                return run_held(asked, job, database);
            }};
        }
    };
}

reply guarded(repeatable asked, reply next)
{
    if (auto* job = std::get_if<blocking_task>(&next))
        return guarded_chore(std::move(asked), std::move(*job));
    auto* job = std::get_if<transaction_step>(&next);
    if (!job)
        return next;
    if (job->mode == store::intent::write)
        return guarded_write(std::move(asked), std::move(*job));
    return transaction_step{
        job->mode,
        [asked = std::move(asked), run = std::move(job->run)](store::transaction& tx) {
            return guarded(asked, run(tx));
        }
    };
}

}  // namespace

reply run_idempotent(
    const server_context& server, request_context& request, idempotency_policy policy, reply next
)
{
    const auto* key = request.http.headers.find("Idempotency-Key");
    if (!key || policy == idempotency_policy::run_again)
        return next;
    if (key->empty() || key->size() > idempotency_key_bytes_max || !is_storable(*key))
        return manage_error({errc::invalid_value, "Idempotency-Key must have 1 to 255 bytes of text."});
    repeatable asked{server, request, policy, request.api_client.name + ' ' + *key, {}};
    if (auto* wanted = std::get_if<body_request>(&next)) {
        wanted->then = [&request, asked, then = std::move(wanted->then)](std::string body) mutable {
            asked.request_digest = digest_of(request, body);
            return guarded(asked, then(std::move(body)));
        };
        return next;
    }
    asked.request_digest = digest_of(request, {});
    return guarded(std::move(asked), std::move(next));
}

}  // namespace scimd::api

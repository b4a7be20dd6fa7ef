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
    const house& home;
    call& on;
    repeat told = repeat::anew;
    std::string whose;    // a key is its caller's own
    std::string request;  // its digest
};

std::string digest_of(const call& on, std::string_view body)
{
    return to_hex(sha256(on.head.target + '\n' + std::string(body)));
}

// What was answered before, in the words of today.
std::optional<http::response> answer_again(const repeatable& asked, store::transaction& tx)
{
    const auto earlier = answers::find(tx, asked.whose);
    asked.on.is_repeat = earlier && earlier->request == asked.request;
    if (!earlier && answers::has_many(tx, asked.on.by.name, idempotency_answers_max))
        return manage_error(
            {errc::quota_exceeded,
             "The answers to 10000 requests with an Idempotency-Key are kept already, each for 24 hours. "
             "Send this "
             "one without, or later."}
        );
    if (!earlier)
        return std::nullopt;
    if (earlier->request != asked.request)
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
    if (asked.told == repeat::same_answer)
        body = kept_text(made.body);
    answers::keep(tx, asked.whose, {asked.request, made.status, body});
}

reply guarded(repeatable asked, reply next);

reply guarded_write(repeatable asked, work job)
{
    return work{
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
reply run_held(const repeatable& asked, const chore& job, store::database& database)
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
reply guarded_chore(repeatable asked, chore job)
{
    return work{
        store::intent::read,
        [asked = std::move(asked), job = std::move(job)](store::transaction& tx) -> reply {
            if (auto earlier = answer_again(asked, tx))
                return std::move(*earlier);
            if (!asked.on.holds) {
                auto taken = asked.home.keys->take(asked.whose);
                if (!taken)
                    return manage_error(taken.error());
                asked.on.holds = std::move(*taken);
            }
            return chore{[asked, job](store::database& database) { return run_held(asked, job, database); }};
        }
    };
}

reply guarded(repeatable asked, reply next)
{
    if (auto* job = std::get_if<chore>(&next))
        return guarded_chore(std::move(asked), std::move(*job));
    auto* job = std::get_if<work>(&next);
    if (!job)
        return next;
    if (job->mode == store::intent::write)
        return guarded_write(std::move(asked), std::move(*job));
    return work{job->mode, [asked = std::move(asked), run = std::move(job->run)](store::transaction& tx) {
                    return guarded(asked, run(tx));
                }};
}

}  // namespace

reply once(const house& home, call& on, repeat told, reply next)
{
    const auto* key = on.head.headers.find("Idempotency-Key");
    if (!key || told == repeat::anew)
        return next;
    if (key->empty() || key->size() > idempotency_key_bytes_max || !is_storable(*key))
        return manage_error({errc::invalid_value, "Idempotency-Key must have 1 to 255 bytes of text."});
    repeatable asked{home, on, told, on.by.name + ' ' + *key, {}};
    if (auto* wanted = std::get_if<body_wanted>(&next)) {
        wanted->then = [&on, asked, then = std::move(wanted->then)](std::string body) mutable {
            asked.request = digest_of(on, body);
            return guarded(asked, then(std::move(body)));
        };
        return next;
    }
    asked.request = digest_of(on, {});
    return guarded(std::move(asked), std::move(next));
}

}  // namespace scimd::api

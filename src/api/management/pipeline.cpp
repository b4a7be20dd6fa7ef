#include "api/management/pipeline.hpp"

#include "api/auth/authorize.hpp"
#include "api/auth/field_rules.hpp"
#include "api/auth/reauthenticate.hpp"
#include "api/management/audit_trail.hpp"
#include "api/management/idempotency.hpp"
#include "api/openapi.hpp"
#include "api/render.hpp"
#include "api/routes.hpp"
#include "store/engine/savepoint.hpp"

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <variant>

namespace scimd::api {
namespace {

// What is known of a request when its handler is about to run.
struct prepared_request {
    const server_context& server;
    request_context& request;
    const route& row;
    std::optional<idempotency_key> key = {};
    std::function<reply(store::transaction&)> step = {};
    store::intent mode = store::intent::read;
};

// While the disk is nearly full, only what makes the store smaller, or takes access away, is carried out.
bool may_use_reserve(const request_context& request, const route& row)
{
    return request.http.from.is_operator || row.does == effect::none || row.method == "GET" ||
           row.method == "DELETE" || row.path.ends_with(":disable");
}

// The body parsed, held against its description and the caller's rights. `text` is normalized where it writes
// whole numbers with a fraction.
result<json::value> read_body(const request_context& request, const route& row, std::string& text)
{
    auto parsed = parse_json_object(text.empty() ? "{}" : text);
    if (!parsed)
        return parsed.error();
    json::value body = std::move(*parsed);
    if (write_whole_numbers(body))
        text = to_text(body.get_object());
    if (const auto* schema = served_description().body_schema(row.method, row.path))
        if (const auto checked = served_description().check(*schema, body); !checked)
            return checked.error();
    if (const auto allowed = check_fields(row.who.fields, request.api_client, body.get_object()); !allowed)
        return allowed.error();
    return body;
}

// The transaction of a changing request. A failure undoes the change and leaves its entry in the audit log
// alone; a repeat changes nothing and leaves none.
reply change(const prepared_request& prepared, store::transaction& tx)
{
    auto& request = prepared.request;
    auto kept = prepared.key ? find_kept_answer(*prepared.key, request, tx) : std::nullopt;
    if (kept && request.is_repeat)
        return std::move(*kept);
    audit_writer audit(prepared.server, request, tx);
    reply outcome;
    if (kept)
        outcome = std::move(*kept);
    else
        store::attempt(tx, [&] {
            outcome = prepared.step(tx);
            if (const auto* answer = std::get_if<http::response>(&outcome); answer && prepared.key)
                keep_answer(*prepared.key, prepared.row.idempotency, *answer, tx);
            return verdict_of(outcome);
        });
    auto* answer = std::get_if<http::response>(&outcome);
    if (!answer)
        return outcome;
    audit.write(*answer);
    return answer->status < 400 ? std::move(outcome) : reply(committed_error{std::move(*answer)});
}

reply in_transaction(prepared_request prepared)
{
    const auto mode = prepared.mode;
    return transaction_step{mode, [prepared = std::move(prepared)](store::transaction& tx) {
                                return prepared.mode == store::intent::write ? change(prepared, tx)
                                                                             : prepared.step(tx);
                            }};
}

reply after_job(prepared_request prepared, reply next)
{
    auto* step = std::get_if<transaction_step>(&next);
    if (!step)
        return next;
    prepared.mode = step->mode;
    prepared.step = std::move(step->run);
    return in_transaction(std::move(prepared));
}

// A job changes things outside of any transaction: whether its key was used already, or is in use, is asked
// before it begins, and again by the request that holds the key, since the request that held it before may
// just have ended.
reply run_job(prepared_request prepared, blocking_task job)
{
    if (!prepared.key)
        return blocking_task{[prepared = std::move(prepared), job = std::move(job)](store::database& database
                             ) { return after_job(prepared, job.run(database)); }};
    return transaction_step{
        store::intent::read,
        [prepared = std::move(prepared), job = std::move(job)](store::transaction& tx) -> reply {
            auto& request = prepared.request;
            if (auto kept = find_kept_answer(*prepared.key, request, tx))
                return std::move(*kept);
            if (!request.idempotency_lock) {
                auto lock = prepared.server.idempotency_keys->take(prepared.key->text);
                if (!lock)
                    return manage_error(lock.error());
                request.idempotency_lock = std::move(*lock);
            }
            return blocking_task{[prepared, job](store::database& database) -> reply {
                std::optional<http::response> kept;
                store::run(database, store::intent::read, [&](store::transaction& again) {
                    kept = find_kept_answer(*prepared.key, prepared.request, again);
                    return store::verdict::commit;
                });
                return kept ? reply(std::move(*kept)) : after_job(prepared, job.run(database));
            }};
        }
    };
}

reply go_on(prepared_request prepared, reply next)
{
    if (auto* job = std::get_if<blocking_task>(&next))
        return run_job(std::move(prepared), std::move(*job));
    return after_job(std::move(prepared), std::move(next));
}

// The request of a caller who may make it.
reply carry_out(const server_context& server, request_context& request, const match& found)
{
    if (!found.row)
        return no_route_response(request, found);
    const auto& row = *found.row;
    if (auto checked = served_description().check_query(row.method, row.path, request.target); !checked)
        return manage_error(checked.error());
    if (server.quotas->is_storage_reserved() && !may_use_reserve(request, row))
        return manage_error(service::storage_reserved());
    auto next = row.handle(server, request);
    if (row.method == "GET")
        return next;
    auto key = read_idempotency_key(request, row);
    if (!key)
        return manage_error(key.error());
    prepared_request prepared{server, request, row, std::move(*key)};
    auto* wanted = std::get_if<body_request>(&next);
    if (!wanted) {
        if (prepared.key)
            prepared.key->digest = digest_of_request(request, {});
        return go_on(std::move(prepared), std::move(next));
    }
    return body_request{
        .bytes_max = wanted->bytes_max,
        .then = [prepared, then = std::move(wanted->then)](std::string text) mutable -> reply {
            if (const auto body = read_body(prepared.request, prepared.row, text); !body)
                return manage_error(body.error());
            if (prepared.key)
                prepared.key->digest = digest_of_request(prepared.request, text);
            return go_on(std::move(prepared), then(std::move(text)));
        },
        .recheck = recheck_when_late(
            server,
            request,
            [&server, &request](store::transaction& tx) { return reauthorize(server, request, tx); }
        )
    };
}

}  // namespace

reply handle_management(const server_context& server, request_context& request, match found)
{
    if (request.http.from.is_operator) {
        authorize_operator(request);
        return carry_out(server, request, found);
    }
    if (found.who == principal::operator_only)
        return error_for(request, no_such_path());
    if (!has_access_token(request.http))
        return manage_error(no_access_token());
    return transaction_step{
        store::intent::read,
        [&server, &request, found = std::move(found)](store::transaction& tx) -> reply {
            if (const auto allowed = authorize(server, request, found.row, tx); !allowed)
                return manage_error(allowed.error());
            auto next = carry_out(server, request, found);
            // Another read goes on in this transaction.
            const auto* more = std::get_if<transaction_step>(&next);
            return more && more->mode == store::intent::read ? more->run(tx) : std::move(next);
        }
    };
}

}  // namespace scimd::api

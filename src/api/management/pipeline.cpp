#include "api/management/pipeline.hpp"

#include "api/auth/authorize.hpp"
#include "api/auth/field_rules.hpp"
#include "api/auth/reauthenticate.hpp"
#include "api/management/audit_trail.hpp"
#include "api/management/idempotency.hpp"
#include "api/management/management_request.hpp"
#include "api/management/operation.hpp"
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

// One request on its way. The steps follow in the order in which they run; each ends in the answer, or in the
// reply that leads to the next one. Shared by these replies; one thread at a time.
class management_run : public std::enable_shared_from_this<management_run> {
public:
    management_run(const server_context& server, request_context& request, match found)
            : server_(server), request_(request), found_(std::move(found)) {}

    reply authorize_caller();

private:
    reply check_head();
    reply take_body(std::string text);
    result<void> parse_body(std::string& text);
    reply run_job(const management_job& job);
    reply lock_key_and_run_job(const management_job& job);
    reply run_job_in(store::database& database, const management_job& job);
    reply begin_transaction(store::intent mode);
    reply change(store::transaction& tx);
    reply run_handler(store::transaction& tx);

    [[nodiscard]] const route& row() const { return *found_.row; }
    [[nodiscard]] bool may_use_reserve() const;

    const server_context& server_;
    request_context& request_;
    const match found_;
    std::optional<idempotency_key> key_;
    json::value body_ = json::object();
    management_step step_;  // the handler with its body
};

// 1. The operator comes by the control socket, all others with an access token. A reading handler goes on in
// the transaction in which the token was looked up.
reply management_run::authorize_caller() {
    if (request_.http.from.is_operator) {
        authorize_operator(request_);
        return check_head();
    }
    if (found_.who == principal::operator_only)
        return error_for(request_, no_such_path());
    if (!has_access_token(request_.http))
        return manage_error(no_access_token());
    return transaction_step{
            store::intent::read, [self = shared_from_this()](store::transaction& tx) -> reply {
                if (const auto allowed = authorize(self->server_, self->request_, self->found_.row, tx);
                        !allowed)
                    return manage_error(allowed.error());
                auto next = self->check_head();
                const auto* more = std::get_if<transaction_step>(&next);
                return more && more->mode == store::intent::read ? more->run(tx) : std::move(next);
            }};
}

// 2. Path and method, query, free disk space, Idempotency-Key; then the body, and the token again when it
// came late.
reply management_run::check_head() {
    if (!found_.row)
        return no_route_response(request_, found_);
    if (auto checked = check_query(row().operation.query, request_.target); !checked)
        return manage_error(checked.error());
    if (server_.quotas->is_storage_reserved() && !may_use_reserve())
        return manage_error(service::storage_reserved());
    if (row().handle)  // waits without a transaction
        return row().handle(server_, request_);
    auto key = read_idempotency_key(request_, row());
    if (!key)
        return manage_error(key.error());
    key_ = std::move(*key);
    if (!row().operation.takes_body)
        return take_body({});
    return body_request{.bytes_max = server_.bounds.manage_body_bytes_max,
            .then = [self = shared_from_this()](
                            std::string text) { return self->take_body(std::move(text)); },
            .recheck = recheck_when_late(
                    server_, request_, [&server = server_, &request = request_](store::transaction& tx) {
                        return reauthorize(server, request, tx);
                    })};
}

// While the disk is nearly full, only what makes the store smaller, or takes access away, is carried out.
bool management_run::may_use_reserve() const {
    return request_.http.from.is_operator || is_reading(row()) || row().method == "DELETE" ||
           row().path.ends_with(":disable");
}

// 3. The body is parsed once, held against its description, and against the rights of the caller. `text` is
// empty where the route takes none.
reply management_run::take_body(std::string text) {
    if (auto parsed = parse_body(text); !parsed)
        return manage_error(parsed.error());
    if (key_)
        key_->digest = digest_of_request(request_, text);
    const auto check_rights = [&] {
        return check_fields(row().who.fields, request_.api_client, body_.get_object());
    };
    if (row().operation.prepare_job) {
        const auto job = row().operation.prepare_job(body_);
        if (!job)
            return manage_error(job.error());
        if (const auto allowed = check_rights(); !allowed)
            return manage_error(allowed.error());
        return key_ ? lock_key_and_run_job(*job) : run_job(*job);
    }
    auto step = row().operation.prepare(body_);
    if (!step)
        return manage_error(step.error());
    if (const auto allowed = check_rights(); !allowed)
        return manage_error(allowed.error());
    step_ = std::move(*step);
    return begin_transaction(row().operation.mode);
}

// Whole numbers that are written with a fraction are written without it, in `text`, too: requests that differ
// in nothing else are the same under an Idempotency-Key.
result<void> management_run::parse_body(std::string& text) {
    if (!row().operation.takes_body)
        return {};
    auto parsed = parse_json_object(text.empty() ? "{}" : text);
    if (!parsed)
        return parsed.error();
    body_ = std::move(*parsed);
    if (write_whole_numbers(body_))
        text = to_text(body_.get_object());
    return {};
}

// 4. A job, if the route has one, changes things outside of any transaction. Whether its Idempotency-Key was
// used before, or is in use, is found out before it begins; and again when the key is held, since the request
// that held it before may just have ended.
reply management_run::lock_key_and_run_job(const management_job& job) {
    return transaction_step{
            store::intent::read, [self = shared_from_this(), job](store::transaction& tx) -> reply {
                if (auto kept = find_kept_answer(*self->key_, self->request_, tx))
                    return std::move(*kept);
                if (!self->request_.idempotency_lock) {
                    auto lock = self->server_.idempotency_keys->take(self->key_->text);
                    if (!lock)
                        return manage_error(lock.error());
                    self->request_.idempotency_lock = std::move(*lock);
                }
                return self->run_job(job);
            }};
}

reply management_run::run_job(const management_job& job) {
    return blocking_task{[self = shared_from_this(), job](store::database& database) -> reply {
        std::optional<http::response> kept;
        if (self->key_)
            store::run(database, store::intent::read, [&](store::transaction& tx) {
                kept = find_kept_answer(*self->key_, self->request_, tx);
                return store::verdict::commit;
            });
        return kept ? reply(std::move(*kept)) : self->run_job_in(database, job);
    }};
}

reply management_run::run_job_in(store::database& database, const management_job& job) {
    auto outcome = job(server_, database);
    if (!outcome)
        return manage_error(outcome.error());
    if (auto* answer = std::get_if<http::response>(&*outcome))
        return std::move(*answer);
    step_ = std::move(std::get<management_step>(*outcome));
    return begin_transaction(store::intent::write);
}

// 5. One transaction, which may run more than once.
reply management_run::begin_transaction(store::intent mode) {
    return transaction_step{mode, [self = shared_from_this(), mode](store::transaction& tx) {
                                return mode == store::intent::write ? self->change(tx)
                                                                    : self->run_handler(tx);
                            }};
}

// 6. A change: the kept answer of its Idempotency-Key, else a snapshot, the handler, the answer to keep, and
// the entry in the audit log. A failure undoes what the handler did and leaves its entry; a repeat leaves
// none.
reply management_run::change(store::transaction& tx) {
    auto kept = key_ ? find_kept_answer(*key_, request_, tx) : std::nullopt;
    if (kept && request_.is_repeat)
        return std::move(*kept);
    audit_writer audit(server_, request_, tx);
    reply outcome;
    if (kept) {  // an error: the key cannot be used
        outcome = std::move(*kept);
    } else {
        store::attempt(tx, [&] {
            outcome = run_handler(tx);
            if (const auto* answer = std::get_if<http::response>(&outcome); answer && key_)
                keep_answer(*key_, row().idempotency, *answer, tx);
            return verdict_of(outcome);
        });
    }
    auto* answer = std::get_if<http::response>(&outcome);
    if (!answer)
        return outcome;
    audit.write(*answer);
    return answer->status < 400 ? std::move(outcome) : reply(committed_error{std::move(*answer)});
}

// 7. The handler.
reply management_run::run_handler(store::transaction& tx) {
    management_request request{server_, request_, tx, body_.get_object()};
    auto answer = step_(request);
    return answer ? std::move(*answer) : reply(manage_error(answer.error()));
}

}  // namespace

reply handle_management(const server_context& server, request_context& request, match found) {
    return std::make_shared<management_run>(server, request, std::move(found))->authorize_caller();
}

}  // namespace scimd::api

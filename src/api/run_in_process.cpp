#include "api/run_in_process.hpp"

#include "api/render.hpp"
#include "api/scheduling.hpp"
#include "api/transaction_task.hpp"
#include "base/error.hpp"

#include <chrono>
#include <exception>
#include <future>
#include <optional>
#include <string>
#include <utility>
#include <variant>

namespace scimd::api {
namespace {

// Runs the replies to one request until one is its response: there is a perform() for each alternative of
// reply. (Its counterpart for the server, which suspends the request meanwhile, is app/dispatch.) One thread.
class runner {
public:
    runner(store::database& database, request_context& request, std::string body)
            : database_(database), request_(request), body_(std::move(body)) {}

    http::response run(reply next) {
        while (!std::holds_alternative<http::response>(next)) {
            auto step = std::move(next);
            next = std::visit([this](auto& one) { return perform(std::move(one)); }, step);
        }
        return read_whole(std::get<http::response>(std::move(next)));
    }

private:
    reply perform(http::response made) { return made; }
    reply perform(committed_error failure) { return std::move(failure.response); }
    reply perform(const after_commit& step) { return step.make(); }
    reply perform(const blocking_task& task) { return task.run(database_); }
    reply perform(const memory_request& wanted) { return wanted.then(); }  // no other request competes for it
    reply perform(const transaction_step& step);
    reply perform(const long_poll& poll);
    reply perform(const body_request& wanted);
    reply perform(const external_call& call);
    reply perform(response_stream stream);

    static http::response read_whole(http::response made);

    store::database& database_;
    request_context& request_;
    std::string body_;
};

reply runner::perform(const transaction_step& step) {
    transaction_task stage(request_, step);
    const auto run_as = [&](store::intent mode) {
        store::run(database_, mode, scheduling_key_of(request_), stage.task(mode));
    };
    try {
        if (step.mode != store::intent::read) {
            run_as(step.mode);
            return stage.take();
        }
        try {
            run_as(store::intent::inline_read);
        } catch (const std::exception&) {
            if (!is_too_long_inline(std::current_exception()))
                throw;
            run_as(store::intent::scan);
        }
    } catch (const std::exception&) {
        if (!step.on_failure)
            throw;
        return step.on_failure();
    }
    return stage.take();
}

// Looks once, without waiting: no other request can commit anything meanwhile.
reply runner::perform(const long_poll& poll) {
    std::optional<reply> outcome;
    store::run(database_, store::intent::scan, scheduling_key_of(request_), [&](store::transaction& tx) {
        outcome = poll.look(tx, true);
        return store::verdict::commit;
    });
    return std::move(outcome.value());
}

reply runner::perform(const body_request& wanted) {
    if (body_.size() > wanted.bytes_max)
        return error_for(request_, body_refusal(wanted, {errc::too_large, "The body is too large."}));
    request_.body_bytes = body_.size();
    if (const auto recheck = wanted.recheck ? wanted.recheck() : std::nullopt)
        if (auto outcome = perform(*recheck); is_refusal(outcome))
            return outcome;
    return wanted.then(std::exchange(body_, {}));
}

reply runner::perform(const external_call& call) {
    std::promise<void> done;
    call.run([&done] { done.set_value(); });
    done.get_future().wait();
    return call.then();
}

reply runner::perform(response_stream stream) {
    auto state = http::body_source::state::more;
    while (state == http::body_source::state::more) {
        store::run(database_, store::intent::read, [&](store::transaction& tx) {
            state = stream.next(tx, stream.head.body);
            return store::verdict::commit;
        });
    }
    return std::move(stream.head);
}

http::response runner::read_whole(http::response made) {
    const auto source = std::move(made.stream);
    while (source && source->next(made.body) != http::body_source::state::done) {}
    return made;
}

http::response respond(const request_pipeline& pipeline, store::database& database, request_context& request,
        std::string body) {
    try {
        return runner(database, request, std::move(body)).run(pipeline.handle(request));
    } catch (const work_limit_exceeded& reason) {
        return error_for(request, work_refusal(request, reason));
    } catch (const work_cancelled& reason) {
        return error_for(request, work_refusal(reason));
    }
}

}  // namespace

http::response run_in_process(
        const request_pipeline& pipeline, store::database& database, http::request head) {
    const auto started = std::chrono::steady_clock::now();
    request_context request(head, pipeline.server().bounds, pipeline.server().cancelled);
    auto body = std::exchange(head.body, {});
    auto response = respond(pipeline, database, request, std::move(body));
    pipeline.finish(request, response);
    const auto took = std::chrono::steady_clock::now() - started;
    pipeline.log_request(request, response, std::chrono::duration_cast<std::chrono::microseconds>(took));
    return response;
}

}  // namespace scimd::api

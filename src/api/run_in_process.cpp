#include "api/run_in_process.hpp"

#include "api/render.hpp"
#include "api/scheduling.hpp"
#include "api/transaction_task.hpp"
#include "base/error.hpp"

#include <chrono>
#include <exception>
#include <future>
#include <string>
#include <utility>

namespace scimd::api {
namespace {

reply perform(request_context& request, const transaction_step& job, store::database& database)
{
    transaction_task stage(request, job);
    const auto run_as = [&](store::intent mode) {
        store::run(database, mode, scheduling_key_of(request), stage.task(mode));
    };
    try {
        if (job.mode != store::intent::read) {
            run_as(job.mode);
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
        if (!job.on_failure)
            throw;
        return job.on_failure();
    }
    return stage.take();
}

// Nobody else is there to commit anything.
reply look_once(const request_context& request, const long_poll& patient, store::database& database)
{
    std::optional<reply> outcome;
    store::run(database, store::intent::scan, scheduling_key_of(request), [&](store::transaction& tx) {
        outcome = patient.look(tx, true);
        return store::verdict::commit;
    });
    return std::move(outcome.value());
}

reply perform(const external_call& outside)
{
    std::promise<void> done;
    outside.run([&done] { done.set_value(); });
    done.get_future().wait();
    return outside.then();
}

http::response read_whole(response_stream stream, store::database& database)
{
    auto state = http::body_source::state::more;
    while (state == http::body_source::state::more) {
        store::run(database, store::intent::read, [&](store::transaction& tx) {
            state = stream.next(tx, stream.head.body);
            return store::verdict::commit;
        });
    }
    return std::move(stream.head);
}

// Nobody takes it piece by piece here.
http::response read_whole(http::response made)
{
    using state = http::body_source::state;
    const auto source = std::move(made.stream);
    while (source && source->next(made.body) != state::done) {}
    return made;
}

http::response answer(
    const request_pipeline& pipeline, store::database& database, request_context& request, std::string body
)
{
    auto next = pipeline.handle(request);
    for (;;) {
        if (auto* response = std::get_if<http::response>(&next))
            return read_whole(std::move(*response));
        if (auto* refusal = std::get_if<committed_error>(&next))
            return std::move(refusal->response);
        if (auto* stream = std::get_if<response_stream>(&next))
            return read_whole(std::move(*stream), database);
        if (auto* job = std::get_if<transaction_step>(&next)) {
            next = perform(request, transaction_step(std::move(*job)), database);
        } else if (auto* later = std::get_if<after_commit>(&next)) {
            const auto make = std::move(later->make);
            next = make();
        } else if (auto* patient = std::get_if<long_poll>(&next)) {
            next = look_once(request, long_poll(std::move(*patient)), database);
        } else if (auto* wanted = std::get_if<body_request>(&next)) {
            if (body.size() > wanted->bytes_max)
                return error_for(request, body_refusal(*wanted, {errc::too_large, "The body is too large."}));
            request.body_bytes = body.size();
            const auto want = std::move(*wanted);
            const auto judged = want.recheck ? want.recheck() : std::nullopt;
            next = judged ? perform(request, *judged, database) : reply();
            if (!is_refusal(next))
                next = want.then(std::exchange(body, {}));
        } else if (auto* memory = std::get_if<memory_request>(&next)) {
            const auto then = std::move(memory->then);  // there is no other request
            next = then();
        } else if (auto* outside = std::get_if<external_call>(&next)) {
            next = perform(external_call(std::move(*outside)));
        } else {
            const auto long_job = std::move(std::get<blocking_task>(next).run);
            next = long_job(database);
        }
    }
}

http::response answer_or_refuse(
    const request_pipeline& pipeline, store::database& database, request_context& request, std::string body
)
{
    try {
        return answer(pipeline, database, request, std::move(body));
    } catch (const work_limit_exceeded& reason) {
        return error_for(request, work_refusal(request, reason));
    } catch (const work_cancelled& reason) {
        return error_for(request, work_refusal(reason));
    }
}

}  // namespace

http::response run_in_process(const request_pipeline& pipeline, store::database& database, http::request head)
{
    const auto started = std::chrono::steady_clock::now();
    request_context request(head, pipeline.server().bounds, pipeline.server().cancelled);
    auto body = std::exchange(head.body, {});
    auto response = answer_or_refuse(pipeline, database, request, std::move(body));
    pipeline.finish(request, response);
    const auto took = std::chrono::steady_clock::now() - started;
    pipeline.log_request(request, response, std::chrono::duration_cast<std::chrono::microseconds>(took));
    return response;
}

}  // namespace scimd::api

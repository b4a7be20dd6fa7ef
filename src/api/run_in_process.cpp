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

reply perform(call& on, const work& job, store::database& database)
{
    work_stage stage(on, job);
    const auto run_as = [&](store::intent mode) {
        store::run(database, mode, scheduling_key_of(on), stage.task(mode));
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
        if (!job.otherwise)
            throw;
        return job.otherwise();
    }
    return stage.take();
}

// Nobody else is there to commit anything.
reply look_once(const call& on, const awaited& patient, store::database& database)
{
    std::optional<reply> outcome;
    store::run(database, store::intent::scan, scheduling_key_of(on), [&](store::transaction& tx) {
        outcome = patient.look(tx, true);
        return store::verdict::commit;
    });
    return std::move(outcome.value());
}

reply perform(const errand& outside)
{
    std::promise<void> done;
    outside.run([&done] { done.set_value(); });
    done.get_future().wait();
    return outside.then();
}

http::response read_whole(streamed stream, store::database& database)
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

http::response answer(const site& served, store::database& database, call& on, std::string body)
{
    auto next = served.handle(on);
    for (;;) {
        if (auto* response = std::get_if<http::response>(&next))
            return read_whole(std::move(*response));
        if (auto* refusal = std::get_if<recorded_refusal>(&next))
            return std::move(refusal->response);
        if (auto* stream = std::get_if<streamed>(&next))
            return read_whole(std::move(*stream), database);
        if (auto* job = std::get_if<work>(&next)) {
            next = perform(on, work(std::move(*job)), database);
        } else if (auto* later = std::get_if<deferred>(&next)) {
            const auto make = std::move(later->make);
            next = make();
        } else if (auto* patient = std::get_if<awaited>(&next)) {
            next = look_once(on, awaited(std::move(*patient)), database);
        } else if (auto* wanted = std::get_if<body_wanted>(&next)) {
            if (body.size() > wanted->bytes_max)
                return error_for(on, body_refusal(*wanted, {errc::too_large, "The body is too large."}));
            on.body_bytes = body.size();
            const auto want = std::move(*wanted);
            const auto judged = want.judge ? want.judge() : std::nullopt;
            next = judged ? perform(on, *judged, database) : reply();
            if (!is_refusal(next))
                next = want.then(std::exchange(body, {}));
        } else if (auto* memory = std::get_if<memory_wanted>(&next)) {
            const auto then = std::move(memory->then);  // there is no other request
            next = then();
        } else if (auto* outside = std::get_if<errand>(&next)) {
            next = perform(errand(std::move(*outside)));
        } else {
            const auto long_job = std::move(std::get<chore>(next).run);
            next = long_job(database);
        }
    }
}

http::response answer_or_refuse(const site& served, store::database& database, call& on, std::string body)
{
    try {
        return answer(served, database, on, std::move(body));
    } catch (const work_limit_exceeded& reason) {
        return error_for(on, work_refusal(on, reason));
    } catch (const work_cancelled& reason) {
        return error_for(on, work_refusal(reason));
    }
}

}  // namespace

http::response run_to_end(const site& served, store::database& database, http::request request)
{
    const auto started = std::chrono::steady_clock::now();
    call on(request, served.home().bounds, served.home().cancelled);
    auto body = std::exchange(request.body, {});
    auto response = answer_or_refuse(served, database, on, std::move(body));
    served.finish(on, response);
    const auto took = std::chrono::steady_clock::now() - started;
    served.note(on, response, std::chrono::duration_cast<std::chrono::microseconds>(took));
    return response;
}

}  // namespace scimd::api

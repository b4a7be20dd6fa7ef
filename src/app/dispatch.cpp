#include "app/dispatch.hpp"

#include "api/auth/anonymous.hpp"
#include "api/render.hpp"
#include "api/scheduling.hpp"
#include "api/transaction_task.hpp"
#include "app/streamed_body.hpp"
#include "base/json/json_meter.hpp"
#include "base/spooled_text.hpp"

#include <boost/asio/async_result.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <chrono>
#include <functional>
#include <limits>
#include <memory>
#include <optional>
#include <string_view>
#include <utility>
#include <variant>

namespace scimd::app {
namespace {

namespace asio = boost::asio;

// Long jobs: backups, checks, new keys. One organization has one of them under way.
constexpr std::size_t chore_threads = 2;
constexpr store::queue_limits chore_limits{
    .places_max = 64, .bytes_max = 32 * 1024 * 1024, .quantum = 100'000
};

constexpr std::size_t parser_threads = 2;
constexpr store::queue_limits parser_limits{
    .places_max = 1'024, .bytes_max = 128 * 1024 * 1024, .quantum = 1'000
};

// What large requests leave behind.
constexpr store::queue_limits leftover_limits{
    .places_max = 64, .bytes_max = 256 * 1024 * 1024, .quantum = 1'000
};

// Suspends the calling coroutine until the callback handed to `start` is called, on whatever thread.
template <class Start>
asio::awaitable<void> until_called_back(Start& start)
{
    const auto executor = co_await asio::this_coro::executor;
    auto initiate = [&start, &executor](auto handler) {
        auto shared = std::make_shared<decltype(handler)>(std::move(handler));
        start([shared, executor] { asio::post(executor, [shared] { std::move (*shared)(); }); });
    };
    co_await asio::async_initiate<const asio::use_awaitable_t<>, void()>(initiate, asio::use_awaitable);
}

std::uint64_t microseconds_since(std::chrono::steady_clock::time_point start)
{
    const auto passed = std::chrono::steady_clock::now() - start;
    return static_cast<std::uint64_t>(std::chrono::duration_cast<std::chrono::microseconds>(passed).count());
}

class meter_of_json final : public net::body_meter {
public:
    void add(std::string_view piece) override { meter_.add(piece); }
    [[nodiscard]] std::size_t memory() const override { return meter_.request_memory(); }

private:
    json_meter meter_;
};

// The directory's of a request to one, or the API client's.
net::memory_owner owner_of(const api::request_context& request)
{
    net::memory_owner owner;
    if (!request.access_log.directory.empty()) {
        owner.group = request.access_log.organization;
        owner.member = request.access_log.directory;
    } else {
        owner.group = request.api_client.organization ? request.api_client.organization->text()
                                                      : request.api_client.name;
        owner.member = request.api_client.name;
    }
    return owner;
}

}  // namespace

dispatcher::dispatcher(
    const api::request_pipeline& pipeline,
    store::database& database,
    commit_notifier& notifier,
    logger& log,
    metrics_registry& metrics
)
    : pipeline_(pipeline),
      database_(database),
      notifier_(notifier),
      log_(log),
      metrics_(metrics),
      duration_(
          metrics.histogram_of("scimd_request_seconds", "Time from the head of a request to its response.")
      ),
      steps_(metrics.counter_of("scimd_work_steps_total", "Steps of computation charged by requests.")),
      blocking_tasks_("chore", chore_threads, chore_limits, metrics),
      parsers_("parse", parser_threads, parser_limits, metrics),
      leftovers_("free", 1, leftover_limits, metrics),
      executor_(notifier.get_executor(), "compute", std::numeric_limits<std::size_t>::max(), metrics),
      anonymous_executor_(notifier.get_executor(), "anonymous", 1, metrics)
{
}

dispatcher::~dispatcher()
{
    blocking_tasks_.abandon();
    parsers_.abandon();
    leftovers_.abandon();
}

asio::awaitable<http::response> dispatcher::respond(net::exchange& on_the_way)
{
    const auto started = std::chrono::steady_clock::now();
    api::request_context request(on_the_way.head(), pipeline_.server().bounds, pipeline_.server().cancelled);
    http::response response;
    try {
        if (api::is_anonymous(request.http))
            co_await anonymous_executor_.wait(api::anonymous_tenant(request.http));
        response = co_await run(request, on_the_way);
    } catch (...) {
        response = error_response(std::current_exception(), request);
    }
    on_the_way.set_owner(owner_of(request));
    pipeline_.finish(request, response);
    const auto took = microseconds_since(started);
    record(request, response, took);
    pipeline_.log_request(request, response, std::chrono::microseconds(took));
    co_return response;
}

http::response dispatcher::refuse(const error& reason, std::string_view target)
{
    return pipeline_.refuse(reason, target);
}

std::unique_ptr<net::body_meter> dispatcher::meter_body() const
{
    return std::make_unique<meter_of_json>();
}

asio::awaitable<http::response> dispatcher::run(api::request_context& request, net::exchange& on_the_way)
{
    api::reply next = pipeline_.handle(request);
    for (;;) {
        if (auto* response = std::get_if<http::response>(&next))
            co_return std::move(*response);
        if (auto* refusal = std::get_if<api::committed_error>(&next))
            co_return std::move(refusal->response);
        if (auto* stream = std::get_if<api::response_stream>(&next))
            co_return with_stream(
                database_, notifier_, api::scheduling_key_of(request).owner, std::move(*stream)
            );
        if (auto* work = std::get_if<api::transaction_step>(&next)) {
            api::transaction_step job = std::move(*work);
            next = co_await perform(request, std::move(job));
        } else if (auto* later = std::get_if<api::after_commit>(&next)) {
            const auto make = std::move(later->make);
            next = make();
        } else if (auto* patient = std::get_if<api::long_poll>(&next)) {
            api::long_poll job = std::move(*patient);
            next = co_await perform(request, std::move(job));
        } else if (auto* wanted = std::get_if<api::body_request>(&next)) {
            const api::body_request want = std::move(*wanted);
            on_the_way.set_owner(owner_of(request));
            result<std::string> body = co_await on_the_way.read_body(want.bytes_max);
            if (!body) {
                const error reason = api::body_refusal(want, body.error());
                co_return api::error_for(request, reason);
            }
            request.body_bytes = body->size();
            if (auto judge = want.recheck ? want.recheck() : std::nullopt) {
                next = co_await perform(request, std::move(*judge));
                if (api::is_refusal(next))
                    continue;
            }
            if (body->size() <= request.bounds.inline_body_bytes_max) {
                const auto owner = api::scheduling_key_of(request).owner;
                co_await executor_.wait(owner);
                next = want.then(std::move(*body));
                continue;
            }
            // Parsing it takes longer than others may wait for a thread that reads sockets.
            const auto text = std::make_shared<std::string>(std::move(*body));
            std::function<api::reply()> parse = [&want, text] { return want.then(std::move(*text)); };
            next = co_await run_in(parsers_, api::scheduling_key_of(request), std::move(parse));
        } else if (auto* memory = std::get_if<api::memory_request>(&next)) {
            const api::memory_request want = std::move(*memory);
            const auto room = co_await on_the_way.reserve_memory(want.bytes);
            if (!room)
                co_return api::error_for(request, room.error());
            next = want.then();
        } else if (auto* outside = std::get_if<api::external_call>(&next)) {
            api::external_call job = std::move(*outside);
            next = co_await perform(std::move(job));
        } else {
            api::blocking_task job = std::move(std::get<api::blocking_task>(next));
            next = co_await perform(request, std::move(job));
        }
    }
}

asio::awaitable<api::reply> dispatcher::perform(api::request_context& request, api::transaction_step job)
{
    std::exception_ptr failure;
    auto key = api::scheduling_key_of(request);
    api::transaction_task stage(request, job);
    auto mode = job.mode;
    if (mode == store::intent::read) {
        // Done when submit returns: no hop, no suspension. What takes too long for that is a scan.
        const auto inline_read = store::intent::inline_read;
        const auto done = [&](std::exception_ptr thrown) { failure = std::move(thrown); };
        database_.submit(inline_read, key, stage.task(inline_read), done);
        if (api::is_too_long_inline(failure)) {
            mode = store::intent::scan;
            key = api::scheduling_key_of(request);  // whose it is may have been learnt in the attempt
        }
    }
    if (mode != store::intent::read) {
        failure = nullptr;
        auto start = [&](auto resume) {
            database_.submit(mode, key, stage.task(mode), [&failure, resume](std::exception_ptr thrown) {
                failure = std::move(thrown);
                resume();
            });
        };
        co_await until_called_back(start);
    }
    if (failure && job.on_failure) {
        error_response(failure, request);  // into the log
        co_return job.on_failure();
    }
    if (failure)
        std::rethrow_exception(failure);
    auto outcome = stage.take();
    if (std::holds_alternative<http::response>(outcome))
        dispose(request, std::move(job));
    co_return outcome;
}

// The last work of a request with a large body holds its values, which take as long to free as they took to
// make. Without room for it that is done here.
void dispatcher::dispose(const api::request_context& request, api::transaction_step job)
{
    if (request.body_bytes > request.bounds.inline_body_bytes_max)
        static_cast<void>(leftovers_.offer(
            api::scheduling_key_of(request),
            [left = std::make_shared<api::transaction_step>(std::move(job))] {}
        ));
}

asio::awaitable<api::reply> dispatcher::run_in(
    store::worker_pool& pool, store::scheduling_key key, std::function<api::reply()> job
)
{
    api::reply outcome;
    std::exception_ptr failure;
    auto start = [&](auto resume) {
        const auto admitted = pool.offer(key, [&, resume] {
            try {
                outcome = job();
            } catch (...) {
                failure = std::current_exception();
            }
            resume();
        });
        if (admitted == store::admission::accepted)
            return;
        failure = store::queue_refusal(admitted);
        resume();
    };
    co_await until_called_back(start);
    if (failure)
        std::rethrow_exception(failure);
    co_return outcome;
}

asio::awaitable<api::reply> dispatcher::perform(api::request_context& request, api::blocking_task job)
{
    std::function<api::reply()> run = [&] { return job.run(database_); };
    co_return co_await run_in(blocking_tasks_, api::scheduling_key_of(request), std::move(run));
}

asio::awaitable<api::reply> dispatcher::perform(api::request_context& request, api::long_poll job)
{
    const auto owner = api::scheduling_key_of(request).owner;
    const auto deadline = std::chrono::steady_clock::now() + job.patience;
    for (;;) {
        const auto heard = notifier_.generation();
        const bool is_last = notifier_.is_closed() || std::chrono::steady_clock::now() >= deadline;
        std::optional<api::reply> outcome;
        api::transaction_step look{store::intent::scan, [&](store::transaction& tx) -> api::reply {
                                       outcome = job.look(tx, is_last);
                                       return http::response{};
                                   }};
        co_await perform(request, std::move(look));
        if (outcome)
            co_return std::move(*outcome);
        co_await notifier_.wait(owner, heard, deadline);
    }
}

asio::awaitable<api::reply> dispatcher::perform(api::external_call job)
{
    auto start = [&](auto resume) { job.run(resume); };
    co_await until_called_back(start);
    co_return job.then();
}

// The machine's failures: what the client learns is that it may try again, or that it was not its fault.
http::response dispatcher::error_response(std::exception_ptr failure, const api::request_context& request)
{
    try {
        std::rethrow_exception(std::move(failure));
    } catch (const store::over_share& reason) {
        log_.warning("queue.over_share", {{"request_id", request.http.id}, {"reason", reason.what()}});
        return api::error_for(
            request,
            {errc::too_many_requests, "Too many requests of the same directory or client are waiting."}
        );
    } catch (const store::sql::busy& reason) {
        log_.warning("store.busy", {{"request_id", request.http.id}, {"reason", reason.what()}});
        return api::error_for(request, {errc::unavailable, "The service is busy. Try again shortly."});
    } catch (const work_limit_exceeded& reason) {
        log_.info(
            "request.over_budget",
            {{"request_id", request.http.id}, {"steps", static_cast<std::int64_t>(request.budget.used())}}
        );
        return api::error_for(request, api::work_refusal(request, reason));
    } catch (const work_cancelled& reason) {
        log_.warning("request.cancelled", {{"request_id", request.http.id}, {"reason", reason.what()}});
        return api::error_for(request, api::work_refusal(reason));
    } catch (const spool_failure& reason) {
        log_.error("reply.not_spooled", {{"request_id", request.http.id}, {"reason", reason.what()}});
        return api::error_for(request, {errc::unavailable, "The service cannot make so long a reply now."});
    } catch (const store::sql::failure& reason) {
        log_.error("store.failed", {{"request_id", request.http.id}, {"reason", reason.what()}});
        return api::error_for(request, {errc::unavailable, "The service cannot reach its store now."});
    } catch (const std::exception& reason) {
        log_.error("request.failed", {{"request_id", request.http.id}, {"reason", reason.what()}});
        return api::error_for(request, {errc::internal, "The service failed on this request."});
    }
}

void dispatcher::record(
    const api::request_context& request, const http::response& response, std::uint64_t microseconds
)
{
    const auto status = std::to_string(response.status);
    const auto route = request.access_log.route.empty() ? std::string_view("none") : request.access_log.route;
    metrics_
        .counter_of(
            "scimd_requests_total",
            "Requests answered.",
            {{"method", request.http.method.size() < 8 ? request.http.method : "other"},
             {"route", route},
             {"status", status}}
        )
        .add();
    duration_.observe_us(microseconds);
    steps_.add(request.budget.used());
    log_.info(
        "request",
        {{"method", request.http.method},
         {"route", route},
         {"status", response.status},
         {"bytes", static_cast<std::int64_t>(response.body_bytes().value_or(response.body.size()))},
         {"microseconds", static_cast<std::int64_t>(microseconds)},
         {"request_id", request.http.id},
         {"organization_id", request.access_log.organization},
         {"directory_id", request.access_log.directory}}
    );
}

}  // namespace scimd::app

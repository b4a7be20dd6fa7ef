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

// Worker pool for blocking tasks: backups, integrity checks, new keys. One organization runs one at a time.
constexpr std::size_t blocking_threads = 2;
constexpr store::queue_limits blocking_limits{
        .places_max = 64, .bytes_max = 32 * 1024 * 1024, .quantum = 100'000};

// Worker pool that parses large bodies.
constexpr std::size_t parser_threads = 2;
constexpr store::queue_limits parser_limits{
        .places_max = 1'024, .bytes_max = 128 * 1024 * 1024, .quantum = 1'000};

// Worker that frees the memory of large requests.
constexpr store::queue_limits disposal_limits{
        .places_max = 64, .bytes_max = 256 * 1024 * 1024, .quantum = 1'000};

// Suspends the calling coroutine until the callback that `start` receives is called, on any thread.
template <class Start>
asio::awaitable<void> until_called_back(Start& start) {
    const auto executor = co_await asio::this_coro::executor;
    auto initiate = [&start, &executor](auto handler) {
        auto shared = std::make_shared<decltype(handler)>(std::move(handler));
        start([shared, executor] { asio::post(executor, [shared] { std::move (*shared)(); }); });
    };
    co_await asio::async_initiate<const asio::use_awaitable_t<>, void()>(initiate, asio::use_awaitable);
}

std::uint64_t microseconds_since(std::chrono::steady_clock::time_point start) {
    const auto passed = std::chrono::steady_clock::now() - start;
    return static_cast<std::uint64_t>(std::chrono::duration_cast<std::chrono::microseconds>(passed).count());
}

// Estimates the memory that a JSON body will take once it is parsed. One thread.
class json_body_meter final : public net::body_meter {
public:
    void add(std::string_view piece) override { meter_.add(piece); }
    [[nodiscard]] std::size_t memory() const override { return meter_.request_memory(); }

private:
    json_meter meter_;
};

// The owner of the memory that the request takes: the directory of a SCIM request, otherwise the API client.
net::memory_owner owner_of(const api::request_context& request) {
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

// Runs the replies to one request until one is its response: there is a perform() for each alternative of
// api::reply that takes time, on the thread and in the queue that it belongs to. (Its counterpart for one
// thread, without sockets, is api/run_in_process.) Lives as long as the request. One thread at a time.
class dispatcher::runner {
public:
    runner(dispatcher& owner, api::request_context& request, net::exchange& exchange)
            : owner_(owner), request_(request), exchange_(exchange) {}

    asio::awaitable<http::response> run(api::reply next) {
        while (!std::holds_alternative<http::response>(next)) {
            auto step = std::move(next);
            next = co_await std::visit([this](auto& one) { return perform(std::move(one)); }, step);
        }
        co_return std::get<http::response>(std::move(next));
    }

private:
    using result_of_step = asio::awaitable<api::reply>;

    result_of_step perform(http::response made) { co_return made; }
    result_of_step perform(api::committed_error failure) { co_return std::move(failure.response); }
    result_of_step perform(api::after_commit step) { co_return step.make(); }
    result_of_step perform(api::response_stream stream) {
        co_return with_stream(owner_.database_, owner_.notifier_, key().owner, std::move(stream));
    }
    result_of_step perform(api::transaction_step step);
    result_of_step perform(api::long_poll poll);
    result_of_step perform(api::body_request wanted);
    result_of_step perform(api::memory_request wanted);
    result_of_step perform(api::external_call call);
    result_of_step perform(api::blocking_task task) {
        return run_in(
                owner_.blocking_tasks_, [this, run = std::move(task.run)] { return run(owner_.database_); });
    }

    result_of_step run_in(store::worker_pool& pool, std::function<api::reply()> task);
    void dispose(api::transaction_step step);
    [[nodiscard]] store::scheduling_key key() const { return api::scheduling_key_of(request_); }

    dispatcher& owner_;
    api::request_context& request_;
    net::exchange& exchange_;
};

asio::awaitable<api::reply> dispatcher::runner::perform(api::transaction_step step) {
    std::exception_ptr failure;
    api::transaction_task stage(request_, step);
    auto mode = step.mode;
    if (mode == store::intent::read) {
        // An inline read is done when submit() returns, without a switch of threads. A read that is too long
        // for that is repeated as a scan.
        const auto inline_read = store::intent::inline_read;
        const auto done = [&](std::exception_ptr thrown) { failure = std::move(thrown); };
        owner_.database_.submit(inline_read, key(), stage.task(inline_read), done);
        if (api::is_too_long_inline(failure))
            mode = store::intent::scan;
    }
    if (mode != store::intent::read) {
        failure = nullptr;
        // The key may have changed: an inline read that authenticates the request finds out its tenant.
        auto start = [&](auto resume) {
            owner_.database_.submit(
                    mode, key(), stage.task(mode), [&failure, resume](std::exception_ptr thrown) {
                        failure = std::move(thrown);
                        resume();
                    });
        };
        co_await until_called_back(start);
    }
    if (failure && step.on_failure) {
        owner_.error_response(failure, request_);  // for the log
        co_return step.on_failure();
    }
    if (failure)
        std::rethrow_exception(failure);
    auto outcome = stage.take();
    if (std::holds_alternative<http::response>(outcome))
        dispose(std::move(step));
    co_return outcome;
}

asio::awaitable<api::reply> dispatcher::runner::perform(api::long_poll poll) {
    const auto owner = key().owner;
    const auto deadline = std::chrono::steady_clock::now() + poll.patience;
    for (;;) {
        const auto generation = owner_.notifier_.generation();
        const bool is_last = owner_.notifier_.is_closed() || std::chrono::steady_clock::now() >= deadline;
        std::optional<api::reply> outcome;
        api::transaction_step look{store::intent::scan, [&](store::transaction& tx) -> api::reply {
                                       outcome = poll.look(tx, is_last);
                                       return http::response{};
                                   }};
        co_await perform(std::move(look));
        if (outcome)
            co_return std::move(*outcome);
        co_await owner_.notifier_.wait(owner, generation, deadline);
    }
}

asio::awaitable<api::reply> dispatcher::runner::perform(api::body_request wanted) {
    exchange_.set_owner(owner_of(request_));
    result<std::string> body = co_await exchange_.read_body(wanted.bytes_max);
    if (!body)
        co_return api::error_for(request_, api::body_refusal(wanted, body.error()));
    request_.body_bytes = body->size();
    if (auto recheck = wanted.recheck ? wanted.recheck() : std::nullopt) {
        auto outcome = co_await perform(std::move(*recheck));
        if (api::is_refusal(outcome))
            co_return outcome;
    }
    if (body->size() <= request_.bounds.inline_body_bytes_max) {
        co_await owner_.executor_.wait(key().owner);
        co_return wanted.then(std::move(*body));
    }
    // Parsing a large body takes longer than other requests may wait for a thread that reads sockets.
    const auto text = std::make_shared<std::string>(std::move(*body));
    co_return co_await run_in(owner_.parsers_, [&wanted, text] { return wanted.then(std::move(*text)); });
}

asio::awaitable<api::reply> dispatcher::runner::perform(api::memory_request wanted) {
    const auto reserved = co_await exchange_.reserve_memory(wanted.bytes);
    if (!reserved)
        co_return api::error_for(request_, reserved.error());
    co_return wanted.then();
}

asio::awaitable<api::reply> dispatcher::runner::perform(api::external_call call) {
    auto start = [&](auto resume) { call.run(resume); };
    co_await until_called_back(start);
    co_return call.then();
}

asio::awaitable<api::reply> dispatcher::runner::run_in(
        store::worker_pool& pool, std::function<api::reply()> task) {
    api::reply outcome;
    std::exception_ptr failure;
    auto start = [&](auto resume) {
        const auto admitted = pool.offer(key(), [&, resume] {
            try {
                outcome = task();
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

// The last step of a request with a large body holds its parsed values, which take as long to free as they
// took to make. They are freed by a worker thread, or here when its queue is full.
void dispatcher::runner::dispose(api::transaction_step step) {
    if (request_.body_bytes > request_.bounds.inline_body_bytes_max)
        static_cast<void>(owner_.disposal_.offer(
                key(), [left = std::make_shared<api::transaction_step>(std::move(step))] {}));
}

dispatcher::dispatcher(const api::request_pipeline& pipeline, store::database& database,
        commit_notifier& notifier, logger& log, metrics_registry& metrics)
        : pipeline_(pipeline),
          database_(database),
          notifier_(notifier),
          log_(log),
          metrics_(metrics),
          duration_(metrics.histogram_of(
                  "scimd_request_seconds", "Time from the head of a request to its response.")),
          steps_(metrics.counter_of("scimd_work_steps_total", "Steps of computation charged by requests.")),
          blocking_tasks_("chore", blocking_threads, blocking_limits, metrics),
          parsers_("parse", parser_threads, parser_limits, metrics),
          disposal_("free", 1, disposal_limits, metrics),
          executor_(notifier.get_executor(), "compute", std::numeric_limits<std::size_t>::max(), metrics),
          anonymous_executor_(notifier.get_executor(), "anonymous", 1, metrics) {}

dispatcher::~dispatcher() {
    blocking_tasks_.abandon();
    parsers_.abandon();
    disposal_.abandon();
}

asio::awaitable<http::response> dispatcher::respond(net::exchange& exchange) {
    const auto started = std::chrono::steady_clock::now();
    api::request_context request(exchange.head(), pipeline_.server().bounds, pipeline_.server().cancelled);
    http::response response;
    try {
        if (api::is_anonymous(request.http))
            co_await anonymous_executor_.wait(api::anonymous_tenant(request.http));
        response = co_await runner(*this, request, exchange).run(pipeline_.handle(request));
    } catch (...) {
        response = error_response(std::current_exception(), request);
    }
    exchange.set_owner(owner_of(request));
    pipeline_.finish(request, response);
    const auto took = microseconds_since(started);
    record(request, response, took);
    pipeline_.log_request(request, response, std::chrono::microseconds(took));
    co_return response;
}

http::response dispatcher::refuse(const error& reason, std::string_view target) {
    return pipeline_.refuse(reason, target);
}

std::unique_ptr<net::body_meter> dispatcher::meter_body() const {
    return std::make_unique<json_body_meter>();
}

// The response to an exception, which is logged: the client learns only whether it may try again.
http::response dispatcher::error_response(std::exception_ptr failure, const api::request_context& request) {
    try {
        std::rethrow_exception(std::move(failure));
    } catch (const store::over_share& reason) {
        log_.warning("queue.over_share", {{"request_id", request.http.id}, {"reason", reason.what()}});
        return api::error_for(request,
                {errc::too_many_requests, "Too many requests of the same directory or client are waiting."});
    } catch (const store::sql::busy& reason) {
        log_.warning("store.busy", {{"request_id", request.http.id}, {"reason", reason.what()}});
        return api::error_for(request, {errc::unavailable, "The service is busy. Try again shortly."});
    } catch (const work_limit_exceeded& reason) {
        log_.info(
                "request.over_budget", {{"request_id", request.http.id},
                                               {"steps", static_cast<std::int64_t>(request.budget.used())}});
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
        const api::request_context& request, const http::response& response, std::uint64_t microseconds) {
    const auto status = std::to_string(response.status);
    const auto route = request.access_log.route.empty() ? std::string_view("none") : request.access_log.route;
    metrics_.counter_of("scimd_requests_total", "Requests answered.",
                    {{"method", request.http.method.size() < 8 ? request.http.method : "other"},
                            {"route", route}, {"status", status}})
            .add();
    duration_.observe_us(microseconds);
    steps_.add(request.budget.used());
    log_.info("request",
            {{"method", request.http.method}, {"route", route}, {"status", response.status},
                    {"bytes",
                            static_cast<std::int64_t>(response.body_bytes().value_or(response.body.size()))},
                    {"microseconds", static_cast<std::int64_t>(microseconds)},
                    {"request_id", request.http.id}, {"organization_id", request.access_log.organization},
                    {"directory_id", request.access_log.directory}});
}

}  // namespace scimd::app

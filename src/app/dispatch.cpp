#include "app/dispatch.hpp"

#include "api/auth/anonymous.hpp"
#include "api/render.hpp"
#include "api/scheduling.hpp"
#include "api/transaction_task.hpp"
#include "app/streamed_body.hpp"
#include "base/json/json_size.hpp"
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
net::memory_owner owner_of(const api::call& on)
{
    net::memory_owner owner;
    if (!on.notes.directory.empty()) {
        owner.group = on.notes.organization;
        owner.member = on.notes.directory;
    } else {
        owner.group = on.by.organization ? on.by.organization->text() : on.by.name;
        owner.member = on.by.name;
    }
    return owner;
}

}  // namespace

dispatcher::dispatcher(
    const api::site& served, store::database& database, commit_bell& bell, logger& log, metrics& figures
)
    : site_(served),
      database_(database),
      bell_(bell),
      log_(log),
      figures_(figures),
      duration_(figures.duration("scimd_request_seconds", "Time from the head of a request to its response.")
      ),
      steps_(figures.count("scimd_work_steps_total", "Steps of computation charged by requests.")),
      chores_("chore", chore_threads, chore_limits, figures),
      parsers_("parse", parser_threads, parser_limits, figures),
      leftovers_("free", 1, leftover_limits, figures),
      turns_(bell.get_executor(), "compute", std::numeric_limits<std::size_t>::max(), figures),
      anonymous_turns_(bell.get_executor(), "anonymous", 1, figures)
{
}

dispatcher::~dispatcher()
{
    chores_.abandon();
    parsers_.abandon();
    leftovers_.abandon();
}

asio::awaitable<http::response> dispatcher::respond(net::exchange& on_the_way)
{
    const auto started = std::chrono::steady_clock::now();
    api::call on(on_the_way.head(), site_.home().bounds, site_.home().cancelled);
    http::response response;
    try {
        if (api::is_anonymous(on.head))
            co_await anonymous_turns_.wait(api::anonymous_tenant(on.head));
        response = co_await run(on, on_the_way);
    } catch (...) {
        response = apologize(std::current_exception(), on);
    }
    on_the_way.set_owner(owner_of(on));
    site_.finish(on, response);
    const auto took = microseconds_since(started);
    record(on, response, took);
    site_.note(on, response, std::chrono::microseconds(took));
    co_return response;
}

http::response dispatcher::refuse(const error& reason, std::string_view target)
{
    return site_.refuse(reason, target);
}

std::unique_ptr<net::body_meter> dispatcher::meter_body() const
{
    return std::make_unique<meter_of_json>();
}

asio::awaitable<http::response> dispatcher::run(api::call& on, net::exchange& on_the_way)
{
    api::reply next = site_.handle(on);
    for (;;) {
        if (auto* response = std::get_if<http::response>(&next))
            co_return std::move(*response);
        if (auto* refusal = std::get_if<api::recorded_refusal>(&next))
            co_return std::move(refusal->response);
        if (auto* stream = std::get_if<api::streamed>(&next))
            co_return with_stream(database_, bell_, api::scheduling_key_of(on).owner, std::move(*stream));
        if (auto* work = std::get_if<api::work>(&next)) {
            api::work job = std::move(*work);
            next = co_await perform(on, std::move(job));
        } else if (auto* later = std::get_if<api::deferred>(&next)) {
            const auto make = std::move(later->make);
            next = make();
        } else if (auto* patient = std::get_if<api::awaited>(&next)) {
            api::awaited job = std::move(*patient);
            next = co_await perform(on, std::move(job));
        } else if (auto* wanted = std::get_if<api::body_wanted>(&next)) {
            const api::body_wanted want = std::move(*wanted);
            on_the_way.set_owner(owner_of(on));
            result<std::string> body = co_await on_the_way.read_body(want.bytes_max);
            if (!body) {
                const error reason = api::body_refusal(want, body.error());
                co_return api::error_for(on, reason);
            }
            on.body_bytes = body->size();
            if (auto judge = want.judge ? want.judge() : std::nullopt) {
                next = co_await perform(on, std::move(*judge));
                if (api::is_refusal(next))
                    continue;
            }
            if (body->size() <= on.bounds.inline_body_bytes_max) {
                const auto owner = api::scheduling_key_of(on).owner;
                co_await turns_.wait(owner);
                next = want.then(std::move(*body));
                continue;
            }
            // Parsing it takes longer than others may wait for a thread that reads sockets.
            const auto text = std::make_shared<std::string>(std::move(*body));
            std::function<api::reply()> parse = [&want, text] { return want.then(std::move(*text)); };
            next = co_await run_in(parsers_, api::scheduling_key_of(on), std::move(parse));
        } else if (auto* memory = std::get_if<api::memory_wanted>(&next)) {
            const api::memory_wanted want = std::move(*memory);
            const auto room = co_await on_the_way.reserve_memory(want.bytes);
            if (!room)
                co_return api::error_for(on, room.error());
            next = want.then();
        } else if (auto* outside = std::get_if<api::errand>(&next)) {
            api::errand job = std::move(*outside);
            next = co_await perform(std::move(job));
        } else {
            api::chore job = std::move(std::get<api::chore>(next));
            next = co_await perform(on, std::move(job));
        }
    }
}

asio::awaitable<api::reply> dispatcher::perform(api::call& on, api::work job)
{
    std::exception_ptr failure;
    auto key = api::scheduling_key_of(on);
    api::work_stage stage(on, job);
    auto mode = job.mode;
    if (mode == store::intent::read) {
        // Done when submit returns: no hop, no suspension. What takes too long for that is a scan.
        const auto inline_read = store::intent::inline_read;
        const auto done = [&](std::exception_ptr thrown) { failure = std::move(thrown); };
        database_.submit(inline_read, key, stage.task(inline_read), done);
        if (api::is_too_long_inline(failure)) {
            mode = store::intent::scan;
            key = api::scheduling_key_of(on);  // whose it is may have been learnt in the attempt
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
    if (failure && job.otherwise) {
        apologize(failure, on);  // into the log
        co_return job.otherwise();
    }
    if (failure)
        std::rethrow_exception(failure);
    auto outcome = stage.take();
    if (std::holds_alternative<http::response>(outcome))
        dispose(on, std::move(job));
    co_return outcome;
}

// The last work of a request with a large body holds its values, which take as long to free as they took to
// make. Without room for it that is done here.
void dispatcher::dispose(const api::call& on, api::work job)
{
    if (on.body_bytes > on.bounds.inline_body_bytes_max)
        static_cast<void>(leftovers_.offer(
            api::scheduling_key_of(on), [left = std::make_shared<api::work>(std::move(job))] {}
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

asio::awaitable<api::reply> dispatcher::perform(api::call& on, api::chore job)
{
    std::function<api::reply()> run = [&] { return job.run(database_); };
    co_return co_await run_in(chores_, api::scheduling_key_of(on), std::move(run));
}

asio::awaitable<api::reply> dispatcher::perform(api::call& on, api::awaited job)
{
    const auto owner = api::scheduling_key_of(on).owner;
    const auto deadline = std::chrono::steady_clock::now() + job.patience;
    for (;;) {
        const auto heard = bell_.rings();
        const bool is_last = bell_.is_closed() || std::chrono::steady_clock::now() >= deadline;
        std::optional<api::reply> outcome;
        api::work look{store::intent::scan, [&](store::transaction& tx) -> api::reply {
                           outcome = job.look(tx, is_last);
                           return http::response{};
                       }};
        co_await perform(on, std::move(look));
        if (outcome)
            co_return std::move(*outcome);
        co_await bell_.wait(owner, heard, deadline);
    }
}

asio::awaitable<api::reply> dispatcher::perform(api::errand job)
{
    auto start = [&](auto resume) { job.run(resume); };
    co_await until_called_back(start);
    co_return job.then();
}

// The machine's failures: what the client learns is that it may try again, or that it was not its fault.
http::response dispatcher::apologize(std::exception_ptr failure, const api::call& on)
{
    try {
        std::rethrow_exception(std::move(failure));
    } catch (const store::over_share& reason) {
        log_.warning("queue.over_share", {{"request_id", on.head.id}, {"reason", reason.what()}});
        return api::error_for(
            on, {errc::too_many_requests, "Too many requests of the same directory or client are waiting."}
        );
    } catch (const store::sql::busy& reason) {
        log_.warning("store.busy", {{"request_id", on.head.id}, {"reason", reason.what()}});
        return api::error_for(on, {errc::unavailable, "The service is busy. Try again shortly."});
    } catch (const work_limit_exceeded& reason) {
        log_.info(
            "request.over_budget",
            {{"request_id", on.head.id}, {"steps", static_cast<std::int64_t>(on.work.used())}}
        );
        return api::error_for(on, api::work_refusal(on, reason));
    } catch (const work_cancelled& reason) {
        log_.warning("request.cancelled", {{"request_id", on.head.id}, {"reason", reason.what()}});
        return api::error_for(on, api::work_refusal(reason));
    } catch (const spool_failure& reason) {
        log_.error("reply.not_spooled", {{"request_id", on.head.id}, {"reason", reason.what()}});
        return api::error_for(on, {errc::unavailable, "The service cannot make so long a reply now."});
    } catch (const store::sql::failure& reason) {
        log_.error("store.failed", {{"request_id", on.head.id}, {"reason", reason.what()}});
        return api::error_for(on, {errc::unavailable, "The service cannot reach its store now."});
    } catch (const std::exception& reason) {
        log_.error("request.failed", {{"request_id", on.head.id}, {"reason", reason.what()}});
        return api::error_for(on, {errc::internal, "The service failed on this request."});
    }
}

void dispatcher::record(const api::call& on, const http::response& response, std::uint64_t microseconds)
{
    const auto status = std::to_string(response.status);
    const auto route = on.notes.route.empty() ? std::string_view("none") : on.notes.route;
    figures_
        .count(
            "scimd_requests_total",
            "Requests answered.",
            {{"method", on.head.method.size() < 8 ? on.head.method : "other"},
             {"route", route},
             {"status", status}}
        )
        .add();
    duration_.observe_us(microseconds);
    steps_.add(on.work.used());
    log_.info(
        "request",
        {{"method", on.head.method},
         {"route", route},
         {"status", response.status},
         {"bytes", static_cast<std::int64_t>(response.body_bytes().value_or(response.body.size()))},
         {"microseconds", static_cast<std::int64_t>(microseconds)},
         {"request_id", on.head.id},
         {"organization_id", on.notes.organization},
         {"directory_id", on.notes.directory}}
    );
}

}  // namespace scimd::app

// The request dispatcher: runs the handlers of api for the HTTP server of net. A handler returns a reply that
// says what it needs next (api/handler.hpp); the dispatcher does that on the right thread while the coroutine
// of the session is suspended.
#pragma once

#include "api/pipeline.hpp"
#include "app/commit_notifier.hpp"
#include "app/fair_queue_executor.hpp"
#include "base/log.hpp"
#include "base/metrics.hpp"
#include "net/server/server.hpp"
#include "store/engine/database.hpp"
#include "store/engine/worker_pool.hpp"

#include <exception>
#include <functional>
#include <memory>

namespace scimd::app {

// Any thread. Outlives the requests that it handles.
class dispatcher final : public net::service {
public:
    dispatcher(const api::request_pipeline& pipeline, store::database& database, commit_notifier& notifier,
            logger& log, metrics_registry& metrics);
    ~dispatcher() override;
    dispatcher(const dispatcher&) = delete;
    dispatcher& operator=(const dispatcher&) = delete;

    net::asio::awaitable<http::response> respond(net::exchange& exchange) override;
    http::response refuse(const error& reason, std::string_view target) override;
    [[nodiscard]] std::unique_ptr<net::body_meter> meter_body() const override;

private:
    class runner;

    http::response error_response(std::exception_ptr failure, const api::request_context& request);
    void record(
            const api::request_context& request, const http::response& response, std::uint64_t microseconds);

    const api::request_pipeline& pipeline_;
    store::database& database_;
    commit_notifier& notifier_;
    logger& log_;
    metrics_registry& metrics_;
    histogram& duration_;
    counter& steps_;
    store::worker_pool blocking_tasks_;
    store::worker_pool parsers_;   // of large bodies
    store::worker_pool disposal_;  // frees the memory of requests with large bodies
    fair_executor executor_;

    // Anonymous requests take turns, so that requests of known tenants run in between.
    fair_executor anonymous_executor_;
};

}  // namespace scimd::app

// The bridge between net, api and store: takes replies to their end while sessions sleep.
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

class dispatcher final : public net::service {
public:
    dispatcher(
        const api::request_pipeline& pipeline,
        store::database& database,
        commit_notifier& notifier,
        logger& log,
        metrics_registry& metrics
    );
    ~dispatcher() override;
    dispatcher(const dispatcher&) = delete;
    dispatcher& operator=(const dispatcher&) = delete;

    net::asio::awaitable<http::response> respond(net::exchange& on_the_way) override;
    http::response refuse(const error& reason, std::string_view target) override;
    [[nodiscard]] std::unique_ptr<net::body_meter> meter_body() const override;

private:
    net::asio::awaitable<http::response> run(api::request_context& request, net::exchange& on_the_way);
    net::asio::awaitable<api::reply> perform(api::request_context& request, api::transaction_step job);
    net::asio::awaitable<api::reply> perform(api::request_context& request, api::blocking_task job);
    net::asio::awaitable<api::reply> perform(api::request_context& request, api::long_poll job);
    net::asio::awaitable<api::reply> perform(api::external_call job);
    net::asio::awaitable<api::reply> run_in(
        store::worker_pool& pool, store::scheduling_key key, std::function<api::reply()> job
    );
    void dispose(const api::request_context& request, api::transaction_step job);
    http::response error_response(std::exception_ptr failure, const api::request_context& request);
    void record(
        const api::request_context& request, const http::response& response, std::uint64_t microseconds
    );

    const api::request_pipeline& pipeline_;
    store::database& database_;
    commit_notifier& notifier_;
    logger& log_;
    metrics_registry& metrics_;
    histogram& duration_;
    counter& steps_;
    store::worker_pool blocking_tasks_;
    store::worker_pool parsers_;    // of large bodies
    store::worker_pool leftovers_;  // of requests with large bodies, which are freed there
    fair_executor executor_;
    fair_executor
        anonymous_executor_;  // one at a time: what is ready of known customers goes on between them
};

}  // namespace scimd::app

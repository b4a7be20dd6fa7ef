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
        const api::site& served, store::database& database, commit_bell& bell, logger& log, metrics& figures
    );
    ~dispatcher() override;
    dispatcher(const dispatcher&) = delete;
    dispatcher& operator=(const dispatcher&) = delete;

    net::asio::awaitable<http::response> respond(net::exchange& on_the_way) override;
    http::response refuse(const error& reason, std::string_view target) override;
    [[nodiscard]] std::unique_ptr<net::body_meter> meter_body() const override;

private:
    net::asio::awaitable<http::response> run(api::call& on, net::exchange& on_the_way);
    net::asio::awaitable<api::reply> perform(api::call& on, api::work job);
    net::asio::awaitable<api::reply> perform(api::call& on, api::chore job);
    net::asio::awaitable<api::reply> perform(api::call& on, api::awaited job);
    net::asio::awaitable<api::reply> perform(api::errand job);
    net::asio::awaitable<api::reply> run_in(
        store::worker_pool& pool, store::scheduling_key key, std::function<api::reply()> job
    );
    void dispose(const api::call& on, api::work job);
    http::response apologize(std::exception_ptr failure, const api::call& on);
    void record(const api::call& on, const http::response& response, std::uint64_t microseconds);

    const api::site& site_;
    store::database& database_;
    commit_bell& bell_;
    logger& log_;
    metrics& figures_;
    histogram& duration_;
    counter& steps_;
    store::worker_pool chores_;
    store::worker_pool parsers_;    // of large bodies
    store::worker_pool leftovers_;  // of requests with large bodies, which are freed there
    fair_turns turns_;
    fair_turns anonymous_turns_;  // one at a time: what is ready of known customers goes on between them
};

}  // namespace scimd::app

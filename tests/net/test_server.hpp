// A server on port 0 with a service that records its requests, and the threads that run it.
#pragma once

#include "net/server/server.hpp"
#include "raw_connection.hpp"

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>

#include <atomic>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace scimd::net {

// A service that answers by path:
//   /echo          200 with the body, at most `body_bytes_max`; what read_body refuses is its error's status
//   /large         200 with the number of its bytes, at most 300,000
//   /holds/N       200 once N bytes have been reserved and release() has been called
//   /unread        401, the body is not read
//   /who           200 "address loopback operator"
//   /bytes/N       200 with N bytes
//   /none          204
//   /stream        200 "begun " and what the source of make_stream makes
//   /throw         an exception
//   /wait          200 once release() has been called, and its body has come
//   anything else  200 with method and target
// A field "X-Owner: group/member" names the memory owner.
class recording_service final : public service {
public:
    static constexpr std::size_t body_bytes_max = 1'000;

    asio::awaitable<http::response> respond(exchange& on_the_way) override;
    http::response refuse(const error& reason, std::string_view target) override;

    void release() { is_released_ = true; }
    [[nodiscard]] bool is_waited_on() const { return is_waited_on_; }
    [[nodiscard]] std::vector<std::string> targets() const;
    [[nodiscard]] std::vector<std::string> reasons() const;  // of refusals

    std::function<std::unique_ptr<http::body_source>()> make_stream;  // set it before the first request

private:
    asio::awaitable<void> until_released();

    mutable std::mutex mutex_;
    std::vector<std::string> targets_;
    std::vector<std::string> reasons_;
    std::atomic<bool> is_released_{false};
    std::atomic<bool> is_waited_on_{false};
};

class test_server {
public:
    explicit test_server(const limits& bounds = {}, std::size_t threads = 2);
    ~test_server();

    std::uint16_t listen_on_port(std::optional<tls_files> tls = {});
    raw_connection connect();  // to the first port
    bool drains_within(std::chrono::milliseconds patience);

    metrics_registry metrics;
    logger log;
    recording_service handlers;
    asio::io_context io;
    std::optional<server> tested;

private:
    asio::executor_work_guard<asio::io_context::executor_type> work_;
    std::uint16_t port_ = 0;
    std::vector<std::thread> threads_;
};

std::string get(std::string_view target);
std::string post(std::string_view target, std::string_view body);

// Returns the status of one exchange; 0: no response.
int status_of(raw_connection& wire, std::string_view request);

}  // namespace scimd::net

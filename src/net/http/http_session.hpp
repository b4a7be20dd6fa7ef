// The HTTP/1.1 session of one connection: it receives a request, calls the service, sends the response, and
// repeats (keep-alive). Reading bodies is in http_session_body.cpp, reserving memory in
// http_session_memory.cpp.
//
// Threads: everything private runs on the executor of the transport, a strand; the public functions say where
// they may be called in session.hpp.
#pragma once

#include "net/http/body_pace.hpp"
#include "net/http/request_id.hpp"
#include "net/http/request_parser.hpp"
#include "net/http/response_writer.hpp"
#include "net/http/session.hpp"
#include "net/http/session_context.hpp"
#include "net/server/deadline_timer.hpp"
#include "net/server/memory_budget.hpp"

#include <boost/asio/steady_timer.hpp>
#include <boost/beast/core/flat_buffer.hpp>

#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace scimd::net {

enum class ending {
    none,       // read the next request
    quiet,      // close at once
    lingering,  // close after the peer has had time to read the last response (RFC 9112 §9.6)
};

class http_session final : public session,
                           public std::enable_shared_from_this<http_session>,
                           private exchange {
public:
    http_session(
            std::unique_ptr<transport> wire, const http::peer& from, std::shared_ptr<session_context> shared);
    ~http_session() override;

    asio::any_io_executor executor() override { return wire_->executor(); }
    asio::awaitable<void> run() override;
    void drain() override;
    void end_if_idle() override;
    void abort() override;

private:
    http::request& head() override { return request_; }
    void set_owner(memory_owner owner) override;
    asio::awaitable<result<std::string>> read_body(std::size_t bytes_max) override;
    asio::awaitable<result<void>> reserve_memory(std::size_t bytes) override;

    asio::awaitable<ending> serve();
    asio::awaitable<bool> await_handshake();
    asio::awaitable<ending> serve_one();
    asio::awaitable<result<std::size_t>> receive_head();
    result<void> parse_head(std::size_t bytes);
    asio::awaitable<http::response> ask_service();
    asio::awaitable<ending> answer(http::response made);
    asio::awaitable<ending> refuse(const error& reason);
    asio::awaitable<ending> refuse_http2();
    asio::awaitable<void> linger();

    [[nodiscard]] std::string_view received() const noexcept;
    [[nodiscard]] bool stays_open() const;
    void release_idle_resources();

    // http_session_body.cpp
    asio::awaitable<result<void>> ignore_body();
    result<void> limit_body(std::size_t bytes_max);
    asio::awaitable<result<std::string>> receive_body(std::size_t bytes_max);
    asio::awaitable<result<void>> receive_some_of(body_pace& pace);
    result<bool> parse_body();
    bool settle_body();

    // http_session_memory.cpp
    asio::awaitable<result<void>> reserve(memory_reservation& of, std::size_t bytes);
    std::function<void()> reserve_waker();
    result<void> reserve_response(std::size_t bytes);
    void give_back();

    static constexpr std::size_t read_bytes = 8 * 1024;

    const std::shared_ptr<session_context> shared_;
    const limits& bounds_;
    const http::peer from_;
    const std::shared_ptr<transport> wire_;
    const std::shared_ptr<deadline_timer> deadline_;
    const std::shared_ptr<response_writer> writer_;
    asio::steady_timer timer_;        // waits for memory and for the handshake rate limit
    memory_reservation body_memory_;  // for the body while it is received
    memory_reservation memory_;       // for the request while it is processed, then for its response

    boost::beast::flat_buffer in_;
    http::request request_;
    std::optional<request_parser> parser_;
    response_options
            options_;  // for the next response; kept here because the service may move the request away
    request_ids ids_;
    std::string id_;
    std::size_t requests_ = 0;
    bool is_idle_ = false;
    bool is_safe_ = false;  // the request's method is safe (RFC 9110 §9.2.1)
    bool is_aborted_ = false;
    bool is_body_asked_ = false;
    bool awaits_continue_ = false;
};

}  // namespace scimd::net

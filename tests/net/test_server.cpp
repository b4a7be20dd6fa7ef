#include "test_server.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <future>
#include <stdexcept>

namespace scimd::net {
namespace {

http::response text(int status, std::string body) {
    http::response made;
    made.status = status;
    made.headers.add("Content-Type", "text/plain");
    made.body = std::move(body);
    return made;
}

std::string describe(const http::peer& from) {
    return from.address + (from.is_loopback ? " loopback" : " distant") +
           (from.is_operator ? " operator" : " client");
}

memory_owner owner_of(const http::request& head) {
    memory_owner owner;
    const auto* const text = head.headers.find("X-Owner");
    const auto slash = text ? text->find('/') : std::string::npos;
    if (slash == std::string::npos)
        return owner;
    owner.group = text->substr(0, slash);
    owner.member = text->substr(slash + 1);
    return owner;
}

http::response refusal(const error& reason) {
    return text(http_status(reason.code), reason.detail);
}

}  // namespace

asio::awaitable<http::response> recording_service::respond(exchange& on_the_way) {
    on_the_way.set_owner(owner_of(on_the_way.head()));
    const std::string target = std::move(on_the_way.head().target);
    {
        const std::lock_guard lock(mutex_);
        targets_.push_back(target);
    }
    if (target == "/echo") {
        auto body = co_await on_the_way.read_body(body_bytes_max);
        if (body.has_error())
            co_return refusal(body.error());
        co_return text(200, *std::move(body));
    }
    if (target == "/large") {
        constexpr std::size_t large_bytes_max = 300'000;
        const auto body = co_await on_the_way.read_body(large_bytes_max);
        if (body.has_error())
            co_return refusal(body.error());
        co_return text(200, std::to_string(body->size()));
    }
    if (target.starts_with("/holds/")) {
        const auto body = co_await on_the_way.read_body(body_bytes_max);
        if (body.has_error())
            co_return refusal(body.error());
        const auto room = co_await on_the_way.reserve_memory(std::stoul(target.substr(7)));
        if (room.has_error())
            co_return refusal(room.error());
        co_await until_released();
        co_return text(200, "held");
    }
    if (target == "/unread")
        co_return text(401, "no");
    if (target == "/who")
        co_return text(200, describe(on_the_way.head().from));
    if (target.starts_with("/bytes/"))
        co_return text(200, std::string(std::stoul(target.substr(7)), 'x'));
    if (target == "/stream") {
        auto made = text(200, "begun ");
        made.stream = make_stream();
        co_return made;
    }
    if (target == "/none")
        co_return text(204, "");
    if (target == "/throw")
        throw std::runtime_error("as asked");
    if (target == "/wait") {
        const auto body = co_await on_the_way.read_body(body_bytes_max);
        if (body.has_error())
            co_return refusal(body.error());
        co_await until_released();
    }
    co_return text(200, on_the_way.head().method + " " + target);
}

asio::awaitable<void> recording_service::until_released() {
    asio::steady_timer pause(co_await asio::this_coro::executor);
    for (is_waited_on_ = true; !is_released_;) {
        pause.expires_after(std::chrono::milliseconds(5));
        co_await pause.async_wait(asio::as_tuple(asio::use_awaitable));
    }
}

http::response recording_service::refuse(const error& reason, std::string_view target) {
    {
        const std::lock_guard lock(mutex_);
        reasons_.push_back(reason.detail);
    }
    return text(http_status(reason.code), "refused " + std::string(target));
}

std::vector<std::string> recording_service::reasons() const {
    const std::lock_guard lock(mutex_);
    return reasons_;
}

std::vector<std::string> recording_service::targets() const {
    const std::lock_guard lock(mutex_);
    return targets_;
}

test_server::test_server(const limits& bounds, std::size_t threads)
        : log([](std::string_view) {}), work_(io.get_executor()) {
    tested.emplace(io, handlers, bounds, log, metrics);
    for (std::size_t i = 0; i < threads; ++i)
        threads_.emplace_back([this] { io.run(); });
}

test_server::~test_server() {
    handlers.release();
    io.stop();
    for (auto& thread : threads_)
        thread.join();
    tested.reset();
}

std::uint16_t test_server::listen_on_port(std::optional<tls_files> tls) {
    listen_options where;
    where.at.host = "127.0.0.1";
    where.tls = std::move(tls);
    const auto bound = tested->listen(where);
    if (bound.has_error())
        throw std::runtime_error(bound.error().detail);
    return bound->port;
}

raw_connection test_server::connect() {
    if (port_ == 0)
        port_ = listen_on_port();
    return raw_connection::to_port(port_);
}

bool test_server::drains_within(std::chrono::milliseconds patience) {
    auto done = std::make_shared<std::promise<void>>();
    auto drained = done->get_future();
    tested->drain([done] { done->set_value(); });
    return drained.wait_for(patience) == std::future_status::ready;
}

std::string get(std::string_view target) {
    return "GET " + std::string(target) + " HTTP/1.1\r\nHost: a\r\n\r\n";
}

std::string post(std::string_view target, std::string_view body) {
    return "POST " + std::string(target) +
           " HTTP/1.1\r\nHost: a\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" +
           std::string(body);
}

int status_of(raw_connection& wire, std::string_view request) {
    wire.send(request);
    const auto answer = wire.read();
    return answer ? answer->status : 0;
}

}  // namespace scimd::net

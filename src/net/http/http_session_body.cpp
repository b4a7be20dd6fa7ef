#include "net/http/framing.hpp"
#include "net/http/http_session.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <algorithm>
#include <chrono>
#include <utility>

namespace scimd::net {
namespace {

using std::chrono::steady_clock;

constexpr std::size_t chunked_body_bytes = 64 * 1024;  // initial reservation for a body of unknown length

}  // namespace

asio::awaitable<result<std::string>> http_session::read_body(std::size_t bytes_max) {
    if (std::exchange(is_body_asked_, true))
        co_return error{errc::internal, "The body was read before."};
    if (parser_->is_complete())
        co_return std::string();
    if (const auto fits = limit_body(bytes_max); fits.has_error())
        co_return fits.error();

    const auto expected = parser_->announced_bytes().value_or(std::min(bytes_max, chunked_body_bytes));
    if (auto room = co_await reserve(body_memory_, static_cast<std::size_t>(expected)); room.has_error()) {
        is_body_asked_ = false;  // so that settle_body() may skip a body that has arrived completely
        co_return room.error();
    }
    parser_->expect_body(static_cast<std::size_t>(expected));
    if (awaits_continue_ && in_.size() == 0) {
        if (!co_await writer_->send_continue())
            co_return error{errc::bad_request, "The connection ended before the body."};
    }
    auto body = co_await receive_body(bytes_max);
    deadline_->pause();
    body_memory_.release();
    co_return body;
}

// Reads and drops the body of a method that has no use for one (RFC 9110 §9.3). It happens before the request
// is processed, so that a request with a broken body has no effect. The body takes no memory.
asio::awaitable<result<void>> http_session::ignore_body() {
    if (parser_->is_complete() || !ignores_body(request_.method))
        co_return result<void>();
    if (const auto fits = limit_body(bounds_.ignored_body_bytes_max); fits.has_error())
        co_return fits;
    parser_->ignore_body();
    if (awaits_continue_ && in_.size() == 0) {
        if (!co_await writer_->send_continue())
            co_return error{errc::bad_request, "The connection ended before the body."};
    }
    body_pace pace(bounds_, parser_->announced_bytes(), steady_clock::now());
    for (;;) {
        const auto is_whole = parse_body();
        if (is_whole.has_error())
            co_return is_whole.error();
        if (*is_whole)
            co_return result<void>();
        if (auto more = co_await receive_some_of(pace); more.has_error())
            co_return more;
    }
}

result<void> http_session::limit_body(std::size_t bytes_max) {
    if (parser_->announced_bytes().value_or(0) > bytes_max)
        return error{errc::too_large, "The body is larger than " + std::to_string(bytes_max) + " bytes."};
    parser_->limit_body(bytes_max);
    return {};
}

asio::awaitable<result<std::string>> http_session::receive_body(std::size_t bytes_max) {
    const auto announced = parser_->announced_bytes();
    body_pace pace(bounds_, announced, steady_clock::now());
    const auto meter = shared_->handlers.meter_body();
    for (;;) {
        const auto bytes_before = parser_->body().size();
        const auto is_whole = parse_body();
        if (is_whole.has_error())
            co_return is_whole.error();
        if (meter)
            meter->add(parser_->body().substr(bytes_before));
        if (*is_whole)
            break;
        // The reservation for a body of unknown length doubles whenever half of it is used.
        const auto expected = announced ? 0 : std::min(bytes_max, 2 * parser_->body().size());
        if (auto room = co_await reserve(body_memory_, expected); room.has_error())
            co_return room.error();
        if (auto more = co_await receive_some_of(pace); more.has_error())
            co_return more.error();
    }
    auto body = parser_->take_body();
    deadline_->pause();
    const auto needed = meter ? meter->memory() : body.size();
    const auto most = bounds_.request_memory.request_bytes_max();
    if (auto room = co_await reserve(memory_, std::min(needed, most)); room.has_error())
        co_return room.error();
    co_return body;
}

asio::awaitable<result<void>> http_session::receive_some_of(body_pace& pace) {
    deadline_->expect_by(pace.deadline());
    const auto [failure, count] = co_await wire_->read_some(in_.prepare(read_bytes));
    in_.commit(count);
    pace.receive(count, steady_clock::now());
    if (deadline_->is_late())
        co_return error{errc::request_timeout, "The body came too slowly."};
    if (failure)
        co_return error{errc::bad_request, "The connection ended within the body."};
    co_return result<void>();
}

// Parses what has been received; true when the body is complete.
result<bool> http_session::parse_body() {
    if (in_.size() == 0)
        return false;
    const auto read = parser_->put_body(received());
    if (read.has_error())
        return read.error();
    in_.consume(*read);
    return parser_->is_complete();
}

// Skips a body that the service did not read if all of it has arrived. Returns true when the next byte in the
// buffer begins the next request.
bool http_session::settle_body() {
    if (parser_->is_complete())
        return true;
    const auto bytes = parser_->content_length();
    if (is_body_asked_ || !bytes || *bytes > in_.size())
        return false;
    in_.consume(static_cast<std::size_t>(*bytes));
    return true;
}

}  // namespace scimd::net

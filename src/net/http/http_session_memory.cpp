#include "net/http/http_session.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <algorithm>
#include <chrono>
#include <utility>

namespace scimd::net {
namespace {

using std::chrono::steady_clock;

constexpr std::size_t trimmed_bytes_min = 16 * 1024 * 1024;

error memory_refusal(memory_reservation::outcome why) {
    using outcome = memory_reservation::outcome;
    if (why == outcome::request_beyond)
        return error{errc::too_large, "The request would take more memory than one request may."};
    if (why == outcome::share_beyond)
        return error{errc::too_many_requests,
                "The requests under way of this directory or organization take all the memory that they may."
                " Try again shortly."};
    return error{errc::unavailable,
            "The requests under way take all the memory that they may. Try again shortly."};
}

}  // namespace

void http_session::set_owner(memory_owner owner) {
    if (memory_.bytes() != 0 || body_memory_.bytes() != 0)
        return;
    body_memory_.set_owner(owner);
    memory_.set_owner(std::move(owner));
}

// Reserves memory for the current request, `bytes` in all, and waits when other requests hold it.
asio::awaitable<result<void>> http_session::reserve(memory_reservation& of, std::size_t bytes) {
    using outcome = memory_reservation::outcome;
    auto got = of.grow_to(bytes, reserve_waker());
    if (got == outcome::waiting) {
        const auto deadline = steady_clock::now() + bounds_.memory_wait_max;
        while (of.is_waiting() && !is_aborted_ && steady_clock::now() < deadline) {
            timer_.expires_at(deadline);
            co_await timer_.async_wait(asio::as_tuple(asio::use_awaitable));
        }
        got = of.stop_waiting();
    }
    if (got == outcome::granted)
        co_return result<void>();
    co_return memory_refusal(got);
}

std::function<void()> http_session::reserve_waker() {
    return [weak = weak_from_this(), executor = wire_->executor()] {
        asio::post(executor, [weak] {
            if (const auto self = weak.lock())
                self->timer_.cancel();
        });
    };
}

asio::awaitable<result<void>> http_session::reserve_memory(std::size_t bytes) {
    const auto& most = bounds_.request_memory;
    const auto wanted = std::min(bytes, most.request_bytes_max());
    if (memory_.bytes() <= most.small_request_bytes_max)
        co_return co_await reserve(memory_, wanted);
    const auto got = memory_.grow_now(wanted);
    if (got == memory_reservation::outcome::granted)
        co_return result<void>();
    co_return memory_refusal(got);
}

// Reserves memory for a long response, which stays in memory until the peer has received it. A safe request
// can be repeated, so its response may be refused; the outcome of any other request is not withheld.
result<void> http_session::reserve_response(std::size_t bytes) {
    using outcome = memory_reservation::outcome;
    if (bytes <= response_writer::uncounted_bytes_max)
        return {};
    if (!is_safe_) {
        memory_.force_to(bytes);
        return {};
    }
    const auto got = memory_.grow_now(std::min(bytes, bounds_.request_memory.request_bytes_max()));
    return got == outcome::granted ? result<void>() : memory_refusal(got);
}

// Releases the request's memory. After a large request the allocator is trimmed, because it would otherwise
// keep most of that memory.
void http_session::give_back() {
    const bool is_large = memory_.bytes() >= trimmed_bytes_min;
    memory_.release();
    if (is_large)
        shared_->trimmer.ask();
}

}  // namespace scimd::net

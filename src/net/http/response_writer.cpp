#include "net/http/response_writer.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <algorithm>
#include <array>
#include <charconv>
#include <exception>
#include <optional>
#include <utility>

namespace scimd::net {
namespace {

using std::chrono::steady_clock;
using state = http::body_source::state;

constexpr std::size_t copied_body_bytes_max =
        16 * 1024;  // a body up to this size is copied, to share one write with its head
constexpr std::string_view last_chunk = "0\r\n\r\n";

// Returns the time that so many bytes take at the minimum transfer rate.
std::chrono::seconds time_at_least_rate(const limits& bounds, std::size_t bytes) noexcept {
    return std::chrono::seconds(bytes / std::max<std::size_t>(bounds.response_bytes_per_second_min, 1));
}

// Adds the framing of a chunk (RFC 9112 §7.1): the size in hexadecimal, then the bytes, each followed by
// CRLF.
void frame_as_chunk(std::string& before, std::string& piece) {
    std::array<char, 16> digits{};
    const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), piece.size(), 16).ptr;
    before.append(digits.data(), end).append("\r\n");
    piece += "\r\n";
}

// Reserves memory for a piece of a stream. A stream of unknown length may be cut, because its client can
// resume it. A stream of known length is stored elsewhere and only its piece is in memory, so it is never
// cut.
bool has_memory_for(const std::string& piece, bool is_kept, memory_reservation& memory) {
    if (piece.size() <= response_writer::uncounted_bytes_max)
        return true;
    if (!is_kept)
        return memory.grow_now(piece.size()) == memory_reservation::outcome::granted;
    memory.force_to(piece.size());
    return true;
}

}  // namespace

response_writer::response_writer(std::shared_ptr<transport> wire, std::shared_ptr<deadline_timer> deadline,
        const limits& bounds, logger& log)
        : wire_(std::move(wire)),
          deadline_(std::move(deadline)),
          bounds_(bounds),
          log_(log),
          pause_timer_(wire_->executor()) {}

asio::awaitable<bool> response_writer::send(
        http::response& made, const response_options& options, memory_reservation& memory) {
    out_.clear();
    append_response_head(out_, made, options, date_.now());
    if (!has_body(made, options))
        co_return co_await write(std::string_view(), end_for(std::string_view()));
    if (made.stream)
        co_return co_await send_stream(made, is_chunked(made, options), memory);
    co_return co_await write(made.body, end_for(made.body));
}

asio::awaitable<bool> response_writer::send_continue() {
    out_ = "HTTP/1.1 100 Continue\r\n\r\n";
    co_return co_await write(std::string_view(), end_for(std::string_view()));
}

asio::awaitable<bool> response_writer::send_raw(std::string_view bytes) {
    out_ = bytes;
    co_return co_await write(std::string_view(), end_for(std::string_view()));
}

void response_writer::release_buffers() {
    constexpr std::size_t kept_bytes = 1024;
    if (out_.capacity() > kept_bytes)
        std::string().swap(out_);
}

void response_writer::drain() {
    is_draining_ = true;
    wake();
}

asio::awaitable<bool> response_writer::send_stream(
        http::response& made, bool in_chunks, memory_reservation& memory) {
    http::body_source& source = *made.stream;
    source.on_wake(waker());
    // A body of known length is stored somewhere until it is sent, so the peer must read it at a steady rate.
    const bool is_kept = source.bytes_left().has_value();
    const auto started_at = steady_clock::now();
    std::size_t sent = 0;
    std::string piece = std::move(made.body);
    for (auto now = state::more;;) {
        sent += piece.size();
        if (!has_memory_for(piece, is_kept, memory)) {
            log_.warning("http.stream_without_memory", {{"bytes", static_cast<std::int64_t>(piece.size())}});
            wire_->reset();
            co_return false;
        }
        const auto by =
                is_kept ? started_at + bounds_.write_stall_deadline + time_at_least_rate(bounds_, sent)
                        : end_for(piece);
        if (!co_await send_piece(piece, in_chunks, now == state::done, by))
            co_return false;
        memory.release();
        if (now == state::done)
            co_return true;
        if (now == state::later)
            co_await pause();
        else if (piece.empty())
            co_await let_others_run();

        piece.clear();
        try {
            if (is_draining_)
                source.drain();
            now = source.next(piece);
        } catch (const std::exception& failure) {
            log_.error("http.stream_failed", {{"reason", failure.what()}});
            wire_->reset();
            co_return false;
        }
    }
}

// Sends a piece after the contents of `out_`. An empty piece sends nothing: an empty chunk would end the
// body.
asio::awaitable<bool> response_writer::send_piece(
        std::string& piece, bool in_chunks, bool is_last, time_point by) {
    if (in_chunks && !piece.empty())
        frame_as_chunk(out_, piece);
    if (in_chunks && is_last)
        piece += last_chunk;
    if (out_.empty() && piece.empty())
        co_return true;
    const bool is_sent = co_await write(piece, by);
    out_.clear();
    co_return is_sent;
}

// Returns the time by which `out_` and `body` must have been written.
response_writer::time_point response_writer::end_for(std::string_view body) const {
    return steady_clock::now() + bounds_.write_stall_deadline +
           time_at_least_rate(bounds_, out_.size() + body.size());
}

// Writes `out_`, then `body`. Gives up on a peer that stalls or falls below the minimum transfer rate.
asio::awaitable<bool> response_writer::write(std::string_view body, time_point by) {
    if (body.size() <= copied_body_bytes_max) {
        out_.append(body);
        body = {};
    }
    std::string_view first = out_;
    if (first.empty())  // `body` is a piece without chunk framing, and no head precedes it
        std::swap(first, body);
    while (!first.empty()) {
        deadline_->expect_by(std::min(by, steady_clock::now() + bounds_.write_stall_deadline));
        const transport::pieces pieces = {
                asio::const_buffer(first.data(), first.size()), asio::const_buffer(body.data(), body.size())};
        const auto [failure, count] = co_await wire_->write_some(pieces);
        if (failure || deadline_->is_late())
            co_return false;
        const auto of_first = std::min(count, first.size());
        first.remove_prefix(of_first);
        body.remove_prefix(count - of_first);
        if (first.empty())
            std::swap(first, body);
    }
    deadline_->pause();
    co_return true;
}

// Waits until the source wakes the writer, at most stream_pause_max: a source may not rely on its wake-up
// being heard.
asio::awaitable<void> response_writer::pause() {
    if (!is_woken_) {
        pause_timer_.expires_after(bounds_.stream_pause_max);
        co_await pause_timer_.async_wait(asio::as_tuple(asio::use_awaitable));
    }
    is_woken_ = false;
}

asio::awaitable<void> response_writer::let_others_run() {
    co_await asio::post(wire_->executor(), asio::use_awaitable);
}

// Calls that arrive before the writer has woken are merged into one.
std::function<void()> response_writer::waker() {
    return [weak = weak_from_this()] {
        const auto self = weak.lock();
        if (!self || self->is_wake_under_way_.exchange(true))
            return;
        asio::post(self->wire_->executor(), [self] {
            self->is_wake_under_way_ = false;
            self->wake();
        });
    };
}

void response_writer::wake() {
    is_woken_ = true;
    pause_timer_.cancel();
}

}  // namespace scimd::net

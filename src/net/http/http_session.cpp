#include "net/http/http_session.hpp"

#include "base/network/address_share.hpp"
#include "net/http/framing.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <algorithm>
#include <exception>
#include <utility>

namespace scimd::net {
namespace {

using boost::system::error_code;
using std::chrono::steady_clock;

using activity = session_registry::activity;

constexpr std::size_t idle_buffer_bytes = 4 * 1024;  // buffer of a connection without a request
constexpr std::chrono::milliseconds linger_deadline{2'000};

std::string_view refusal_reason(errc code) noexcept {
    switch (code) {
        case errc::uri_too_long:
            return "uri_too_long";
        case errc::fields_too_large:
            return "fields_too_large";
        case errc::not_implemented:
            return "transfer_coding";
        case errc::http_version_not_supported:
            return "version";
        case errc::unsupported_media_type:
            return "content_encoding";
        case errc::expectation_failed:
            return "expectation";
        case errc::request_timeout:
            return "timeout";
        default:
            return "framing";
    }
}

chunk_limits chunk_limits_of(const limits& bounds) {
    return {
            .header_bytes_max = bounds.chunk_header_bytes_max,
            .extensions_bytes_max = bounds.chunk_extensions_bytes_max,
            .trailer_bytes_max = bounds.trailer_bytes_max,
            .trailer_fields_max = bounds.trailer_fields_max,
    };
}

}  // namespace

http_session::http_session(
        std::unique_ptr<transport> wire, const http::peer& from, std::shared_ptr<session_context> shared)
        : shared_(std::move(shared)),
          bounds_(shared_->bounds),
          from_(from),
          wire_(std::move(wire)),
          deadline_(std::make_shared<deadline_timer>(wire_)),
          writer_(std::make_shared<response_writer>(wire_, deadline_, bounds_, shared_->log)),
          timer_(wire_->executor()),
          body_memory_(shared_->bodies),
          memory_(shared_->requests),
          ids_(*shared_->random) {
    if (!from_.is_operator)
        return;
    body_memory_.set_unlimited();  // operators need the server most when memory is short
    memory_.set_unlimited();
}

http_session::~http_session() {
    shared_->registry.leave(*this);
}

void http_session::drain() {
    asio::post(wire_->executor(), [self = shared_from_this()] {
        self->writer_->drain();
        if (self->is_idle_ && !self->wire_->has_arrivals())
            self->wire_->cancel();
    });
}

// Bytes that have arrived but have not been read yet are the start of a request, so the session is not idle.
void http_session::end_if_idle() {
    asio::post(wire_->executor(), [self = shared_from_this()] {
        const bool has_request = !self->is_idle_ && self->requests_ > 0;
        if (!has_request && !self->wire_->has_arrivals())
            self->wire_->cancel();
        else
            self->shared_->registry.mark(*self, self->requests_ > 0 ? activity::active : activity::fresh);
    });
}

void http_session::abort() {
    asio::post(wire_->executor(), [self = shared_from_this()] {
        self->is_aborted_ = true;
        self->timer_.cancel();
        self->wire_->close();
    });
}

asio::awaitable<void> http_session::run() {
    try {
        if (co_await serve() == ending::lingering)
            co_await linger();
    } catch (const std::exception& failure) {
        shared_->log.error("http.session_failed", {{"reason", failure.what()}});
    }
    deadline_->stop();
    wire_->close();
}

asio::awaitable<ending> http_session::serve() {
    if (!co_await await_handshake()) {
        shared_->count_refusal("handshake_rate");
        co_return ending::quiet;
    }
    deadline_->expect_within(bounds_.handshake_deadline);
    if (const auto failure = co_await wire_->handshake(); failure || deadline_->is_late()) {
        shared_->count_refusal("handshake");
        co_return ending::quiet;
    }
    auto end = ending::none;
    while (end == ending::none)
        end = co_await serve_one();
    co_return end;
}

// Applies the rate limit on TLS handshakes per client address: a handshake costs as much as a hundred
// requests and precedes any authentication. Returns false when the address exceeds it.
asio::awaitable<bool> http_session::await_handshake() {
    if (!wire_->is_encrypted() || !shared_->handshakes)
        co_return true;
    const auto address = address_share(from_, bounds_.trusted_proxies);
    if (address.empty())
        co_return true;
    const auto now = steady_clock::now();
    const auto wait =
            shared_->handshakes->reserve(address, now.time_since_epoch(), bounds_.handshake_deadline / 2);
    if (wait && wait->count() > 0) {
        timer_.expires_at(now + *wait);
        co_await timer_.async_wait(asio::as_tuple(asio::use_awaitable));
    }
    co_return wait && !is_aborted_;
}

asio::awaitable<ending> http_session::serve_one() {
    const auto bytes = co_await receive_head();
    if (bytes.has_error())
        co_return co_await refuse(bytes.error());
    if (*bytes == 0)
        co_return ending::quiet;
    ++requests_;
    shared_->registry.mark(*this, activity::active);
    if (requests_ == 1 && received().starts_with(http2_preface))
        co_return co_await refuse_http2();
    if (const auto parsed = parse_head(*bytes); parsed.has_error())
        co_return co_await refuse(parsed.error());
    if (const auto ignored = co_await ignore_body(); ignored.has_error())
        co_return co_await answer(shared_->handlers.refuse(ignored.error(), request_.target));

    deadline_->pause();
    auto made = co_await ask_service();
    give_back();
    if (const auto room = reserve_response(made.body.size()); room.has_error())
        made = shared_->handlers.refuse(room.error(), request_.target);
    const auto end = co_await answer(std::move(made));
    give_back();
    co_return end;
}

// Frees what an idle keep-alive connection does not need: most connections are idle most of the time.
void http_session::release_idle_resources() {
    shared_->registry.mark(*this, requests_ == 0 ? activity::fresh : activity::idle);
    parser_.reset();
    request_ = {};
    writer_->release_buffers();
    if (in_.capacity() > idle_buffer_bytes) {
        in_.clear();
        in_.shrink_to_fit();
    }
}

// Receives a request head into the buffer. Returns its size, or 0 when the connection ended between two
// requests.
asio::awaitable<result<std::size_t>> http_session::receive_head() {
    std::size_t scanned = 0;
    bool has_begun = false;
    for (;;) {
        const auto bytes = find_head(received(), scanned, bounds_);
        const bool awaits_preface = requests_ == 0 && received().size() < http2_preface.size() &&
                                    http2_preface.starts_with(received());
        if (bytes.has_error() || (*bytes > 0 && !awaits_preface))
            co_return bytes;
        scanned = in_.size();
        is_idle_ = scanned == 0;
        if (is_idle_ && shared_->is_draining)
            co_return std::size_t{0};
        if (is_idle_) {
            release_idle_resources();
            deadline_->expect_within(requests_ == 0 ? bounds_.first_request_deadline : bounds_.idle_deadline);
        } else if (!std::exchange(has_begun, true)) {
            deadline_->expect_within(bounds_.header_deadline);
        }
        const auto wanted = is_idle_ ? idle_buffer_bytes : read_bytes;
        const auto [failure, count] = co_await wire_->read_some(in_.prepare(wanted));
        const bool was_idle = std::exchange(is_idle_, false);
        in_.commit(count);
        if (was_idle && requests_ > 0)
            shared_->registry.mark(*this, activity::active);
        if (deadline_->is_late() && !was_idle)
            co_return error{errc::request_timeout, "The header came too slowly."};
        if (failure || deadline_->is_late())
            co_return std::size_t{0};
    }
}

result<void> http_session::parse_head(std::size_t bytes) {
    auto head = received().substr(0, bytes);
    if (auto sound = check_head(head, bounds_); sound.has_error())
        return sound;
    const auto known = with_known_version(head);
    if (!known.empty())
        head = known;

    request_ = {};
    request_.from = from_;
    parser_.emplace(request_, chunk_limits_of(bounds_));
    error_code failure;
    const auto parsed = parser_->put(asio::const_buffer(head.data(), head.size()), failure);
    if (failure || parsed != bytes || !parser_->is_header_done())
        return error{errc::bad_request, "The header cannot be parsed."};
    in_.consume(bytes);
    request_.target = origin_form(request_.method, request_.target);

    const auto* const id = request_.headers.find("X-Request-Id");
    id_ = id && is_request_id(*id) ? *id : ids_.next();
    request_.id = id_;
    options_ = response_options{
            .request_id = id_,
            .is_http_1_0 = parser_->is_http_1_0(),
            .answers_head = request_.method == "HEAD",
            .is_encrypted = wire_->is_encrypted(),
    };
    is_safe_ = request_.method == "GET" || options_.answers_head;
    set_owner({});
    is_body_asked_ = false;
    // Expect is ignored when it comes from an HTTP/1.0 client (RFC 9110 §10.1.1).
    awaits_continue_ = !options_.is_http_1_0 && request_.headers.find("Expect");
    return {};
}

asio::awaitable<http::response> http_session::ask_service() {
    try {
        co_return co_await shared_->handlers.respond(*this);
    } catch (const std::exception& failure) {
        shared_->log.error("http.service_failed", {{"request", id_}, {"reason", failure.what()}});
    }
    const error reason{errc::internal, "The request could not be served."};
    co_return shared_->handlers.refuse(reason, request_.target);
}

asio::awaitable<ending> http_session::answer(http::response made) {
    // An HTTP/1.0 client finds the end of a stream by the end of the connection.
    const bool ends_with_connection = made.stream && options_.is_http_1_0;
    options_.closes = !settle_body() || !stays_open() || ends_with_connection;
    if (!co_await writer_->send(made, options_, memory_))
        co_return ending::quiet;
    co_return options_.closes ? ending::lingering : ending::none;
}

asio::awaitable<ending> http_session::refuse(const error& reason) {
    shared_->count_refusal(refusal_reason(reason.code));
    id_ = ids_.next();
    options_ = response_options{
            .request_id = id_,
            .closes = true,
            .answers_head = received().starts_with("HEAD "),
            .is_encrypted = wire_->is_encrypted(),
    };
    auto made = shared_->handlers.refuse(reason, readable_target(received()));
    co_return co_await writer_->send(made, options_, memory_) ? ending::lingering : ending::quiet;
}

// Answers a client that starts HTTP/2 with prior knowledge in HTTP/2 frames, which tell it to use HTTP/1.1.
asio::awaitable<ending> http_session::refuse_http2() {
    shared_->count_refusal("http2");
    co_return co_await writer_->send_raw(http1_required_frames()) ? ending::lingering : ending::quiet;
}

// Lingering close (RFC 9112 §9.6): closing while bytes of the peer are unread resets the connection, and the
// peer may then never see the response. Bytes are read and dropped until the peer ends, within limits of time
// and size.
asio::awaitable<void> http_session::linger() {
    deadline_->expect_within(linger_deadline);
    co_await wire_->end_writing();
    in_.clear();
    std::size_t left = bounds_.drain_bytes_max;
    while (left > 0 && !deadline_->is_late()) {
        const auto [failure, count] = co_await wire_->read_raw(in_.prepare(read_bytes));
        if (failure)
            break;
        left -= std::min(left, count);
    }
}

std::string_view http_session::received() const noexcept {
    return {static_cast<const char*>(in_.data().data()), in_.size()};
}

bool http_session::stays_open() const {
    return parser_->keep_alive() && !shared_->is_draining && requests_ < bounds_.requests_per_connection_max;
}

std::shared_ptr<session> make_session(
        std::unique_ptr<transport> wire, const http::peer& from, std::shared_ptr<session_context> shared) {
    return std::make_shared<http_session>(std::move(wire), from, std::move(shared));
}

}  // namespace scimd::net

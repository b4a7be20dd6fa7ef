#include "net/session.hpp"

#include "base/address_share.hpp"
#include "net/body_pace.hpp"
#include "net/framing.hpp"
#include "net/memory_budget.hpp"
#include "net/request_id.hpp"
#include "net/request_parser.hpp"
#include "net/response_writer.hpp"
#include "net/watchdog.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/core/flat_buffer.hpp>

#include <algorithm>
#include <exception>
#include <optional>
#include <utility>

namespace scimd::net {
namespace {

using boost::system::error_code;
using std::chrono::steady_clock;

using activity = session_registry::activity;

constexpr std::size_t read_bytes = 8 * 1024;
constexpr std::size_t idle_buffer_bytes = 4 * 1024;    // that a connection without a request holds
constexpr std::size_t chunked_body_bytes = 64 * 1024;  // reserved for a body of unknown length at first
constexpr std::size_t trimmed_bytes_min = 16 * 1024 * 1024;
constexpr std::chrono::milliseconds linger_deadline{2'000};

enum class ending {
    none,       // the next request
    quiet,      // close
    lingering,  // let the peer read what we wrote before we close
};

std::string_view refusal_reason(errc code) noexcept
{
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

error memory_refusal(memory_reservation::outcome why)
{
    using outcome = memory_reservation::outcome;
    if (why == outcome::request_beyond)
        return error{errc::too_large, "The request would take more memory than one request may."};
    if (why == outcome::share_beyond)
        return error{
            errc::too_many_requests,
            "The requests under way of this directory or organization take all the memory that they may."
            " Try again shortly."
        };
    return error{
        errc::unavailable, "The requests under way take all the memory that they may. Try again shortly."
    };
}

chunk_limits chunk_limits_of(const limits& bounds)
{
    return {
        .header_bytes_max = bounds.chunk_header_bytes_max,
        .extensions_bytes_max = bounds.chunk_extensions_bytes_max,
        .trailer_bytes_max = bounds.trailer_bytes_max,
        .trailer_fields_max = bounds.trailer_fields_max,
    };
}

error body_too_large(std::size_t bytes_max)
{
    return error{errc::too_large, "The body is larger than " + std::to_string(bytes_max) + " bytes."};
}

class http_session final : public session,
                           public std::enable_shared_from_this<http_session>,
                           private exchange {
public:
    http_session(
        std::unique_ptr<transport> wire, const http::peer& from, std::shared_ptr<session_context> shared
    );
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
    asio::awaitable<result<void>> reserve(memory_reservation& of, std::size_t bytes);
    std::function<void()> reserve_waker();
    asio::awaitable<result<void>> ignore_body();
    asio::awaitable<result<std::string>> receive_body(std::size_t bytes_max);
    asio::awaitable<result<void>> receive_some_of(body_pace& pace);
    result<bool> parse_body();
    result<void> reserve_response(std::size_t bytes);
    asio::awaitable<ending> answer(http::response made);
    asio::awaitable<ending> refuse(const error& reason);
    asio::awaitable<ending> refuse_http2();
    asio::awaitable<void> linger();

    [[nodiscard]] std::string_view received() const noexcept;
    [[nodiscard]] bool stays_open() const;
    bool settle_body();
    void give_back();
    void rest();

    const std::shared_ptr<session_context> shared_;
    const limits& bounds_;
    const http::peer from_;
    const std::shared_ptr<transport> wire_;
    const std::shared_ptr<watchdog> dog_;
    const std::shared_ptr<response_writer> writer_;
    asio::steady_timer timer_;        // of the waits for memory and for the handshake
    memory_reservation body_memory_;  // of the body while it is received
    memory_reservation memory_;       // of the request while it is carried out, then of its response

    boost::beast::flat_buffer in_;
    http::request request_;
    std::optional<request_parser> parser_;
    response_manner manner_;  // of the response to come; the service may move the request away under it
    request_ids ids_;
    std::string id_;
    std::size_t requests_ = 0;
    bool is_idle_ = false;
    bool is_safe_ = false;  // the method of the request, RFC 9110 §9.2.1
    bool is_aborted_ = false;
    bool is_body_asked_ = false;
    bool awaits_continue_ = false;
};

http_session::http_session(
    std::unique_ptr<transport> wire, const http::peer& from, std::shared_ptr<session_context> shared
)
    : shared_(std::move(shared)),
      bounds_(shared_->bounds),
      from_(from),
      wire_(std::move(wire)),
      dog_(std::make_shared<watchdog>(wire_)),
      writer_(std::make_shared<response_writer>(wire_, dog_, bounds_, shared_->log)),
      timer_(wire_->executor()),
      body_memory_(shared_->bodies),
      memory_(shared_->requests),
      ids_(*shared_->random)
{
    if (!from_.is_operator)
        return;
    body_memory_.set_unlimited();  // needed most when there is no room
    memory_.set_unlimited();
}

http_session::~http_session()
{
    shared_->registry.leave(*this);
}

void http_session::drain()
{
    asio::post(wire_->executor(), [self = shared_from_this()] {
        self->writer_->drain();
        if (self->is_idle_ && !self->wire_->has_arrivals())
            self->wire_->cancel();
    });
}

// What has arrived and was not read yet is the start of a request.
void http_session::end_if_idle()
{
    asio::post(wire_->executor(), [self = shared_from_this()] {
        const bool has_request = !self->is_idle_ && self->requests_ > 0;
        if (!has_request && !self->wire_->has_arrivals())
            self->wire_->cancel();
        else
            self->shared_->registry.mark(*self, self->requests_ > 0 ? activity::active : activity::fresh);
    });
}

void http_session::abort()
{
    asio::post(wire_->executor(), [self = shared_from_this()] {
        self->is_aborted_ = true;
        self->timer_.cancel();
        self->wire_->close();
    });
}

asio::awaitable<void> http_session::run()
{
    try {
        if (co_await serve() == ending::lingering)
            co_await linger();
    } catch (const std::exception& failure) {
        shared_->log.error("http.session_failed", {{"reason", failure.what()}});
    }
    dog_->stop();
    wire_->close();
}

asio::awaitable<ending> http_session::serve()
{
    if (!co_await await_handshake()) {
        shared_->count_refusal("handshake_rate");
        co_return ending::quiet;
    }
    dog_->expect_within(bounds_.handshake_deadline);
    if (const auto failure = co_await wire_->handshake(); failure || dog_->is_late()) {
        shared_->count_refusal("handshake");
        co_return ending::quiet;
    }
    auto end = ending::none;
    while (end == ending::none)
        end = co_await serve_one();
    co_return end;
}

// A handshake costs as much as a hundred requests, and whoever asks for it need not be known. False: its
// address has too many of them.
asio::awaitable<bool> http_session::await_handshake()
{
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

asio::awaitable<ending> http_session::serve_one()
{
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

    dog_->rest();
    auto made = co_await ask_service();
    give_back();
    if (const auto room = reserve_response(made.body.size()); room.has_error())
        made = shared_->handlers.refuse(room.error(), request_.target);
    const auto end = co_await answer(std::move(made));
    give_back();
    co_return end;
}

// Of what a large request has used, the allocator would keep most.
void http_session::give_back()
{
    const bool is_large = memory_.bytes() >= trimmed_bytes_min;
    memory_.release();
    if (is_large)
        shared_->trimmer.ask();
}

// A connection that waits for its next request, as most do, holds little.
void http_session::rest()
{
    shared_->registry.mark(*this, requests_ == 0 ? activity::fresh : activity::idle);
    parser_.reset();
    request_ = {};
    writer_->release_buffers();
    if (in_.capacity() > idle_buffer_bytes) {
        in_.clear();
        in_.shrink_to_fit();
    }
}

// The size of the head at the front of the buffer; 0 when the connection ended between requests.
asio::awaitable<result<std::size_t>> http_session::receive_head()
{
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
            rest();
            dog_->expect_within(requests_ == 0 ? bounds_.first_request_deadline : bounds_.idle_deadline);
        } else if (!std::exchange(has_begun, true)) {
            dog_->expect_within(bounds_.header_deadline);
        }
        const auto wanted = is_idle_ ? idle_buffer_bytes : read_bytes;
        const auto [failure, count] = co_await wire_->read_some(in_.prepare(wanted));
        const bool was_idle = std::exchange(is_idle_, false);
        in_.commit(count);
        if (was_idle && requests_ > 0)
            shared_->registry.mark(*this, activity::active);
        if (dog_->is_late() && !was_idle)
            co_return error{errc::request_timeout, "The header came too slowly."};
        if (failure || dog_->is_late())
            co_return std::size_t{0};
    }
}

result<void> http_session::parse_head(std::size_t bytes)
{
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
    manner_ = response_manner{
        .request_id = id_,
        .is_http_1_0 = parser_->is_http_1_0(),
        .answers_head = request_.method == "HEAD",
        .is_encrypted = wire_->is_encrypted(),
    };
    is_safe_ = request_.method == "GET" || manner_.answers_head;
    set_owner({});
    is_body_asked_ = false;
    // RFC 9110 §10.1.1: an expectation of an HTTP/1.0 client is ignored.
    awaits_continue_ = !manner_.is_http_1_0 && request_.headers.find("Expect");
    return {};
}

asio::awaitable<http::response> http_session::ask_service()
{
    try {
        co_return co_await shared_->handlers.respond(*this);
    } catch (const std::exception& failure) {
        shared_->log.error("http.service_failed", {{"request", id_}, {"reason", failure.what()}});
    }
    const error reason{errc::internal, "The request could not be served."};
    co_return shared_->handlers.refuse(reason, request_.target);
}

asio::awaitable<result<std::string>> http_session::read_body(std::size_t bytes_max)
{
    if (std::exchange(is_body_asked_, true))
        co_return error{errc::internal, "The body was read before."};
    if (parser_->is_complete())
        co_return std::string();
    const auto announced = parser_->announced_bytes();
    if (announced.value_or(0) > bytes_max)
        co_return body_too_large(bytes_max);
    parser_->limit_body(bytes_max);

    const auto expected = announced.value_or(std::min(bytes_max, chunked_body_bytes));
    if (auto room = co_await reserve(body_memory_, static_cast<std::size_t>(expected)); room.has_error()) {
        is_body_asked_ = false;  // one that has arrived whole is skipped
        co_return room.error();
    }
    parser_->expect_body(static_cast<std::size_t>(expected));
    if (awaits_continue_ && in_.size() == 0) {
        if (!co_await writer_->send_continue())
            co_return error{errc::bad_request, "The connection ended before the body."};
    }
    auto body = co_await receive_body(bytes_max);
    dog_->rest();
    body_memory_.release();
    co_return body;
}

asio::awaitable<result<void>> http_session::reserve_memory(std::size_t bytes)
{
    const auto& most = bounds_.request_memory;
    const auto wanted = std::min(bytes, most.request_bytes_max());
    if (memory_.bytes() <= most.small_request_bytes_max)
        co_return co_await reserve(memory_, wanted);
    const auto got = memory_.grow_now(wanted);
    if (got == memory_reservation::outcome::granted)
        co_return result<void>();
    co_return memory_refusal(got);
}

// RFC 9110 §9.3: the body of a method that has no use for one, before the request is carried out, so that a
// broken one has no effect. It takes no memory.
asio::awaitable<result<void>> http_session::ignore_body()
{
    if (parser_->is_complete() || !ignores_body(request_.method))
        co_return result<void>();
    const auto bytes_max = bounds_.ignored_body_bytes_max;
    const auto announced = parser_->announced_bytes();
    if (announced.value_or(0) > bytes_max)
        co_return body_too_large(bytes_max);
    parser_->limit_body(bytes_max);
    parser_->ignore_body();
    if (awaits_continue_ && in_.size() == 0) {
        if (!co_await writer_->send_continue())
            co_return error{errc::bad_request, "The connection ended before the body."};
    }
    body_pace pace(bounds_, announced, steady_clock::now());
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

void http_session::set_owner(memory_owner owner)
{
    if (memory_.bytes() != 0 || body_memory_.bytes() != 0)
        return;
    body_memory_.set_owner(owner);
    memory_.set_owner(std::move(owner));
}

// Memory for the request under way, `bytes` in all, after a wait when others have it.
asio::awaitable<result<void>> http_session::reserve(memory_reservation& of, std::size_t bytes)
{
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

std::function<void()> http_session::reserve_waker()
{
    return [weak = weak_from_this(), executor = wire_->executor()] {
        asio::post(executor, [weak] {
            if (const auto self = weak.lock())
                self->timer_.cancel();
        });
    };
}

// Of a long response, which is in memory until the peer has taken it. What a safe method would have shown can
// be asked for again; the outcome of any other is not withheld.
result<void> http_session::reserve_response(std::size_t bytes)
{
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

asio::awaitable<result<std::string>> http_session::receive_body(std::size_t bytes_max)
{
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
        // Of a body of unknown length twice as much is reserved whenever half is there.
        const auto expected = announced ? 0 : std::min(bytes_max, 2 * parser_->body().size());
        if (auto room = co_await reserve(body_memory_, expected); room.has_error())
            co_return room.error();
        if (auto more = co_await receive_some_of(pace); more.has_error())
            co_return more.error();
    }
    auto body = parser_->take_body();
    dog_->rest();
    const auto needed = meter ? meter->memory() : body.size();
    const auto most = bounds_.request_memory.request_bytes_max();
    if (auto room = co_await reserve(memory_, std::min(needed, most)); room.has_error())
        co_return room.error();
    co_return body;
}

asio::awaitable<result<void>> http_session::receive_some_of(body_pace& pace)
{
    dog_->expect_by(pace.deadline());
    const auto [failure, count] = co_await wire_->read_some(in_.prepare(read_bytes));
    in_.commit(count);
    pace.receive(count, steady_clock::now());
    if (dog_->is_late())
        co_return error{errc::request_timeout, "The body came too slowly."};
    if (failure)
        co_return error{errc::bad_request, "The connection ended within the body."};
    co_return result<void>();
}

// Whether the body is whole after what has been received.
result<bool> http_session::parse_body()
{
    if (in_.size() == 0)
        return false;
    const auto read = parser_->put_body(received());
    if (read.has_error())
        return read.error();
    in_.consume(*read);
    return parser_->is_complete();
}

asio::awaitable<ending> http_session::answer(http::response made)
{
    // The end of a body that is neither chunked nor counted is the connection's.
    const bool ends_with_connection = made.stream && manner_.is_http_1_0;
    manner_.closes = !settle_body() || !stays_open() || ends_with_connection;
    if (!co_await writer_->send(made, manner_, memory_))
        co_return ending::quiet;
    co_return manner_.closes ? ending::lingering : ending::none;
}

asio::awaitable<ending> http_session::refuse(const error& reason)
{
    shared_->count_refusal(refusal_reason(reason.code));
    id_ = ids_.next();
    manner_ = response_manner{
        .request_id = id_,
        .closes = true,
        .answers_head = received().starts_with("HEAD "),
        .is_encrypted = wire_->is_encrypted(),
    };
    auto made = shared_->handlers.refuse(reason, readable_target(received()));
    co_return co_await writer_->send(made, manner_, memory_) ? ending::lingering : ending::quiet;
}

// A client that begins HTTP/2 without having asked learns what to use instead, in the frames that it reads.
asio::awaitable<ending> http_session::refuse_http2()
{
    shared_->count_refusal("http2");
    co_return co_await writer_->send_raw(http1_required_frames()) ? ending::lingering : ending::quiet;
}

// RFC 9112 §9.6: closing while bytes of the peer are unread resets the connection, and the peer may then
// never see the response. So the peer's end is awaited, for a while and for so many bytes.
asio::awaitable<void> http_session::linger()
{
    dog_->expect_within(linger_deadline);
    co_await wire_->end_writing();
    in_.clear();
    std::size_t left = bounds_.drain_bytes_max;
    while (left > 0 && !dog_->is_late()) {
        const auto [failure, count] = co_await wire_->read_raw(in_.prepare(read_bytes));
        if (failure)
            break;
        left -= std::min(left, count);
    }
}

std::string_view http_session::received() const noexcept
{
    return {static_cast<const char*>(in_.data().data()), in_.size()};
}

bool http_session::stays_open() const
{
    return parser_->keep_alive() && !shared_->is_draining && requests_ < bounds_.requests_per_connection_max;
}

// Whether the next byte in the buffer begins the next request. A body nobody asked for is skipped when all of
// it has arrived.
bool http_session::settle_body()
{
    if (parser_->is_complete())
        return true;
    const auto bytes = parser_->content_length();
    if (is_body_asked_ || !bytes || *bytes > in_.size())
        return false;
    in_.consume(static_cast<std::size_t>(*bytes));
    return true;
}

}  // namespace

std::shared_ptr<session> make_session(
    std::unique_ptr<transport> wire, const http::peer& from, std::shared_ptr<session_context> shared
)
{
    return std::make_shared<http_session>(std::move(wire), from, std::move(shared));
}

}  // namespace scimd::net

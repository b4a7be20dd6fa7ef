#include "net/server/transport.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <utility>

namespace scimd::net {
namespace {

using boost::system::error_code;

constexpr auto outcome_awaited = asio::as_tuple(asio::use_awaitable);

// Closes with SO_LINGER 0, which makes TCP send a reset.
template <class Socket>
void reset_connection(Socket& socket) {
    error_code ignored;
    socket.set_option(asio::socket_base::linger(true, 0), ignored);
    socket.close(ignored);
}

template <class Socket>
class plain_transport final : public transport {
public:
    explicit plain_transport(Socket socket) : socket_(std::move(socket)) {
        error_code ignored;
        socket_.non_blocking(true, ignored);
    }

    asio::any_io_executor executor() override { return socket_.get_executor(); }
    [[nodiscard]] bool is_encrypted() const override { return false; }

    asio::awaitable<error_code> handshake() override { co_return error_code(); }

    asio::awaitable<outcome> read_some(asio::mutable_buffer into) override {
        return socket_.async_read_some(into, outcome_awaited);
    }

    asio::awaitable<outcome> write_some(const pieces& from) override {
        return socket_.async_write_some(from, outcome_awaited);
    }

    asio::awaitable<void> end_writing() override {
        error_code ignored;
        socket_.shutdown(Socket::shutdown_send, ignored);
        co_return;
    }

    asio::awaitable<outcome> read_raw(asio::mutable_buffer into) override { return read_some(into); }

    bool has_arrivals() const override {
        error_code failure;
        return socket_.available(failure) > 0 && !failure;
    }

    void cancel() override {
        error_code ignored;
        socket_.cancel(ignored);
    }

    void close() override {
        error_code ignored;
        socket_.close(ignored);
    }

    void reset() override { reset_connection(socket_); }

private:
    Socket socket_;
};

class tls_transport final : public transport {
public:
    tls_transport(asio::ip::tcp::socket socket, std::shared_ptr<tls_context> secrets)
            : secrets_(std::move(secrets)), stream_(std::move(socket), *secrets_) {}

    asio::any_io_executor executor() override { return stream_.get_executor(); }
    [[nodiscard]] bool is_encrypted() const override { return true; }

    asio::awaitable<error_code> handshake() override {
        const auto [failure] = co_await stream_.async_handshake(tls_stream::server, outcome_awaited);
        co_return failure;
    }

    asio::awaitable<outcome> read_some(asio::mutable_buffer into) override {
        return stream_.async_read_some(into, outcome_awaited);
    }

    asio::awaitable<outcome> write_some(const pieces& from) override {
        return stream_.async_write_some(from, outcome_awaited);
    }

    // Sends close_notify first, so that the peer can tell the end from a cut connection (RFC 8446 §6.1).
    asio::awaitable<void> end_writing() override {
        [[maybe_unused]] const auto [ignored] = co_await stream_.async_shutdown(outcome_awaited);
        error_code also_ignored;
        stream_.next_layer().shutdown(asio::ip::tcp::socket::shutdown_send, also_ignored);
    }

    asio::awaitable<outcome> read_raw(asio::mutable_buffer into) override {
        return stream_.next_layer().async_read_some(into, outcome_awaited);
    }

    bool has_arrivals() const override {
        error_code failure;
        return stream_.next_layer().available(failure) > 0 && !failure;
    }

    void cancel() override {
        error_code ignored;
        stream_.next_layer().cancel(ignored);
    }

    void close() override {
        error_code ignored;
        stream_.next_layer().close(ignored);
    }

    void reset() override { reset_connection(stream_.next_layer()); }

private:
    using tls_stream = asio::ssl::stream<asio::ip::tcp::socket>;

    std::shared_ptr<tls_context> secrets_;
    tls_stream stream_;
};

}  // namespace

std::unique_ptr<transport> make_transport(asio::ip::tcp::socket socket) {
    return std::make_unique<plain_transport<asio::ip::tcp::socket>>(std::move(socket));
}

std::unique_ptr<transport> make_transport(asio::local::stream_protocol::socket socket) {
    return std::make_unique<plain_transport<asio::local::stream_protocol::socket>>(std::move(socket));
}

std::unique_ptr<transport> make_transport(
        asio::ip::tcp::socket socket, std::shared_ptr<tls_context> secrets) {
    return std::make_unique<tls_transport>(std::move(socket), std::move(secrets));
}

}  // namespace scimd::net

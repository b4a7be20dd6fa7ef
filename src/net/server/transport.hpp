// The byte stream of an accepted connection, behind one interface for plain TCP, TLS and unix sockets, so
// that the code of a session is compiled once.
//
// Threads: every function is called on the executor with which the socket was accepted, the session's strand.
#pragma once

#include "net/server/tls.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/system/error_code.hpp>

#include <array>
#include <cstddef>
#include <memory>
#include <tuple>

namespace scimd::net {

namespace asio = boost::asio;

class transport {
public:
    using outcome = std::tuple<boost::system::error_code, std::size_t>;
    using pieces = std::array<asio::const_buffer, 2>;

    virtual ~transport() = default;

    virtual asio::any_io_executor executor() = 0;
    [[nodiscard]] virtual bool is_encrypted() const = 0;
    virtual asio::awaitable<boost::system::error_code> handshake() = 0;
    virtual asio::awaitable<outcome> read_some(asio::mutable_buffer into) = 0;
    virtual asio::awaitable<outcome> write_some(const pieces& from) = 0;

    // Signals the end of output to the peer (TLS close_notify, TCP FIN). Only read_raw may be used
    // afterwards.
    virtual asio::awaitable<void> end_writing() = 0;

    // Reads raw bytes from the wire, to be discarded.
    virtual asio::awaitable<outcome> read_raw(asio::mutable_buffer into) = 0;

    // True when received bytes are waiting to be read.
    virtual bool has_arrivals() const = 0;

    // Makes operations under way complete with operation_aborted.
    virtual void cancel() = 0;
    virtual void close() = 0;

    // Closes the connection with a reset, so that the peer sees a failure rather than an end.
    virtual void reset() = 0;
};

std::unique_ptr<transport> make_transport(asio::ip::tcp::socket socket);
std::unique_ptr<transport> make_transport(asio::local::stream_protocol::socket socket);
std::unique_ptr<transport> make_transport(asio::ip::tcp::socket socket, std::shared_ptr<tls_context> secrets);

}  // namespace scimd::net

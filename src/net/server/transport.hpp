// One accepted connection as a session sees it: plain TCP, TLS over TCP or a unix socket behind one
// interface, so that a session is compiled once.
//
// Threads: everything is called on the executor the socket was accepted with, which is the session's strand.
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

    // Tells the peer that nothing more will come; after that only read_raw makes sense.
    virtual asio::awaitable<void> end_writing() = 0;

    // Bytes as they are on the wire, to be thrown away.
    virtual asio::awaitable<outcome> read_raw(asio::mutable_buffer into) = 0;

    // Whether bytes wait to be read.
    virtual bool has_arrivals() const = 0;

    // What waits ends with operation_aborted.
    virtual void cancel() = 0;
    virtual void close() = 0;

    // Closes so that the peer sees a failure, not an end.
    virtual void reset() = 0;
};

std::unique_ptr<transport> make_transport(asio::ip::tcp::socket socket);
std::unique_ptr<transport> make_transport(asio::local::stream_protocol::socket socket);
std::unique_ptr<transport> make_transport(asio::ip::tcp::socket socket, std::shared_ptr<tls_context> secrets);

}  // namespace scimd::net

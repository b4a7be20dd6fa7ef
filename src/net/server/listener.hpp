// A listener: a bound, listening socket and the accept loop that starts sessions. TCP (with or without TLS)
// or a unix socket.
//
// Threads: the accept loop runs on a strand of its own.
#pragma once

#include "base/error.hpp"
#include "net/http/session_context.hpp"
#include "net/server/endpoint.hpp"

#include <boost/asio/io_context.hpp>

#include <memory>

namespace scimd::net {

class listener {
public:
    virtual ~listener() = default;

    // Returns the endpoint as bound, with the real port.
    [[nodiscard]] virtual const endpoint& at() const noexcept = 0;

    virtual void open() = 0;   // starts to accept; once
    virtual void close() = 0;  // any thread
    virtual result<void> reload_certificate() = 0;
};

// Binds and listens; no connection is accepted before open(). The file of a unix socket is removed when the
// listener closes.
result<std::shared_ptr<listener>> make_listener(
        asio::io_context& io, const listen_options& options, std::shared_ptr<session_context> shared);

}  // namespace scimd::net

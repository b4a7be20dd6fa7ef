// A bound, listening socket and the loop that accepts from it.
#pragma once

#include "base/error.hpp"
#include "net/http/session.hpp"
#include "net/server/server.hpp"

#include <boost/asio/io_context.hpp>

#include <memory>

namespace scimd::net {

class listener {
public:
    virtual ~listener() = default;

    // As bound, with the real port.
    [[nodiscard]] virtual const endpoint& at() const noexcept = 0;

    virtual void open() = 0;   // once
    virtual void close() = 0;  // any thread
    virtual result<void> reload_certificate() = 0;
};

// Binds and listens; nobody is let in before open(). A unix socket's file is removed with the door.
result<std::shared_ptr<listener>> make_listener(
    asio::io_context& io, const listen_options& where, std::shared_ptr<session_context> shared
);

}  // namespace scimd::net

// The interface of a session, which serves one connection from its handshake to its end.
#pragma once

#include "net/server/transport.hpp"
#include "scimd/http.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>

#include <memory>

namespace scimd::net {

struct session_context;

// One connection. A session keeps itself alive while run() is active.
class session {
public:
    virtual ~session() = default;

    virtual asio::any_io_executor executor() = 0;
    virtual asio::awaitable<void> run() = 0;  // once, on executor()

    // Begins a graceful shutdown: an idle session ends; another one answers its current request with
    // Connection: close. Any thread.
    virtual void drain() = 0;

    // Ends the session if it has no request. Any thread.
    virtual void end_if_idle() = 0;

    // Cuts the connection in whatever state it is. Any thread.
    virtual void abort() = 0;
};

// The session leaves the registry of `shared` in its destructor, if it was entered.
std::shared_ptr<session> make_session(
        std::unique_ptr<transport> wire, const http::peer& from, std::shared_ptr<session_context> shared);

}  // namespace scimd::net

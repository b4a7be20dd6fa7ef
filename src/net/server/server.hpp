// The HTTP/1.1 server: sockets, TLS, framing, limits and deadlines. It knows nothing of SCIM.
//
// Threads: one io_context run by any number of threads; a strand per session. A service is called on a
// session's strand, for several sessions at once.
#pragma once

#include "base/error.hpp"
#include "base/log.hpp"
#include "base/metrics.hpp"
#include "net/server/endpoint.hpp"
#include "net/server/limits.hpp"
#include "net/server/service.hpp"

#include <boost/asio/io_context.hpp>

#include <functional>
#include <memory>

namespace scimd::net {

// The server: its listeners, its sessions and its graceful shutdown. Thread-safe, except that drain() may be
// called once.
class server {
public:
    server(asio::io_context& io, service& handlers, const limits& bounds, logger& log,
            metrics_registry& metrics);
    ~server();
    server(const server&) = delete;
    server& operator=(const server&) = delete;

    // Starts to accept connections. Returns the endpoint as bound (with the real port), or an error: address
    // in use, bad certificate, path too long for a unix socket. The file of a unix socket on which no server
    // answers is replaced.
    result<endpoint> listen(const listen_options& options);

    // Reloads certificate and key of every TLS listener. On failure the old ones stay in use and the error is
    // returned.
    result<void> reload_certificates();

    // Graceful shutdown: stops accepting, closes idle connections, and answers requests that have arrived
    // with Connection: close. `done` is called on the io_context when the last session has ended or
    // drain_deadline has passed. May be called once, on any thread.
    void drain(std::function<void()> done);

private:
    struct state;
    std::shared_ptr<state> state_;
};

}  // namespace scimd::net

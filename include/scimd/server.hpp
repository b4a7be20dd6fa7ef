// The embedding API: a complete scimd server inside another program, on threads of its own.
//
//   scimd::server served({"--data", "/var/lib/app/scimd", "--listen", "127.0.0.1:0"}, &sink);
//
// Link the CMake target scimd::embedded; these headers need nothing but the standard library.
#pragma once

#include "scimd/event.hpp"
#include "scimd/http.hpp"

#include <memory>
#include <string>
#include <vector>

namespace scimd {

// A running server. Thread-safe.
class server {
public:
    // Serves when the constructor returns. `options` are those of `scimd serve`; environment variables count
    // as well. `sink` must outlive the server; nullptr: none. Throws std::invalid_argument that names every
    // mistake in the options or the sink's cursor, and std::runtime_error when the store or a listener cannot
    // be opened, or when events after the sink's cursor have been deleted.
    //
    // Does not touch signals: the program itself has to ignore SIGPIPE, before it constructs a server.
    explicit server(const std::vector<std::string>& options, event_sink* sink = nullptr);
    server(const server&) = delete;
    server& operator=(const server&) = delete;
    ~server();  // calls stop()

    // Returns the listen addresses, as "127.0.0.1:41234".
    [[nodiscard]] std::vector<std::string> endpoints() const;

    // Serves a request without a socket. `from.is_operator` grants the rights of the control socket. Any
    // thread; blocks until the whole response is there, but does not wait for events that are yet to come.
    // Throws std::runtime_error when the store fails, and after stop().
    http::response call(http::request request);

    // Graceful shutdown: answers the requests under way, delivers pending events for a moment, saves and
    // closes. May be called again.
    void stop();

private:
    struct state;
    std::unique_ptr<state> state_;
};

}  // namespace scimd

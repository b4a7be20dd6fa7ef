// scimd inside another program: the whole server on threads of its own.
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

class server {
public:
    // Serves when this returns. `options` are those of `scimd serve`, and the environment's variables count
    // here, too. `sink` outlives the server; nullptr: none. Throws std::invalid_argument that names every
    // mistake in the options or the sink's cursor, and std::runtime_error when the store or a listener cannot
    // be opened, or events behind the sink's cursor have been deleted.
    //
    // Leaves signals alone: a program that has not ignored SIGPIPE does so before.
    explicit server(const std::vector<std::string>& options, event_sink* sink = nullptr);
    server(const server&) = delete;
    server& operator=(const server&) = delete;
    ~server();  // stop()

    // Where it listens, as "127.0.0.1:41234".
    [[nodiscard]] std::vector<std::string> endpoints() const;

    // A request without a socket. `from.is_operator` opens what the control socket opens. Any thread; blocks
    // until the whole answer is there, and does not wait for events that are yet to come. Throws
    // std::runtime_error when the store fails, and after stop().
    http::response call(http::request request);

    // Answers what has been asked, hands over what events there are for a moment, saves and closes. May be
    // called again.
    void stop();

private:
    struct state;
    std::unique_ptr<state> state_;
};

}  // namespace scimd

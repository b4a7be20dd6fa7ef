// HTTP requests and responses as plain values: the server passes them to handlers, and tests and embedding
// applications make them themselves. Independent of sockets.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace scimd::http {

struct field {
    std::string name;
    std::string value;
};

// Header fields in order of arrival; names are matched without regard to case (RFC 9110 §5.1). A value.
class fields {
public:
    void add(std::string name, std::string value);
    void set(std::string_view name, std::string value);  // replaces all fields of that name

    [[nodiscard]] const std::string* find(std::string_view name) const noexcept;  // the first; nullptr: none
    [[nodiscard]] std::size_t count(std::string_view name) const noexcept;

    [[nodiscard]] auto begin() const noexcept { return rows_.begin(); }
    [[nodiscard]] auto end() const noexcept { return rows_.end(); }

private:
    std::vector<field> rows_;
};

// The client at the other end of a connection.
struct peer {
    std::string address;       // "192.0.2.7", "::1"; empty on a unix socket
    bool is_loopback = false;  // a loopback address or a unix socket
    bool is_operator =
            false;  // came by the control socket in the data directory, which only its owner may open
};

struct request {
    std::string method;  // as sent: methods are case-sensitive
    std::string target;  // origin-form: "/a%20b?c=d"; "*" for OPTIONS
    fields headers;
    std::string body;  // empty while only the head has been read
    peer from;
    std::string id;  // X-Request-Id, taken from the client or generated
};

// A streamed response body, produced piece by piece while it is sent. The next piece is requested only after
// the peer has received the one before, so a slow reader costs the memory of one piece.
//
// Threads: one at a time, a session's. next() must not block for longer than an index look-up. Longer work is
// done on another thread: next() returns `later`, and the waker is called when the data is there.
class body_source {
public:
    enum class state {
        more,   // call again at once
        later,  // nothing yet: call again after a wake-up, or after limits::stream_pause_max
        done,   // the body is complete
    };

    virtual ~body_source() = default;

    // Appends the next piece, some ten kilobytes. An exception cuts the connection, so that the client can
    // tell that the body is incomplete.
    virtual state next(std::string& piece) = 0;

    // Returns the number of bytes still to come, if known: the response then has a Content-Length.
    [[nodiscard]] virtual std::optional<std::uint64_t> bytes_left() const { return std::nullopt; }

    // Called once, before the first next(). `wake` may be called at any time on any thread, even after the
    // source is gone.
    virtual void on_wake(std::function<void()> /*wake*/) {}

    // Called on graceful shutdown: a source without an end of its own must return `done` with its next piece.
    virtual void drain() {}
};

// A response. Move-only.
struct response {
    int status = 200;
    fields headers;
    std::string body;                       // the whole body, or the part before the stream's first piece
    std::unique_ptr<body_source> stream{};  // nullptr: the body is complete

    // Returns the size of the whole body, if known.
    [[nodiscard]] std::optional<std::uint64_t> body_bytes() const {
        const auto left = stream ? stream->bytes_left() : 0;
        return left ? std::optional(body.size() + *left) : std::nullopt;
    }
};

}  // namespace scimd::http

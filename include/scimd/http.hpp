// Requests and responses as plain values: what the server hands to handlers, and what tests and embedders
// make themselves. Knows nothing of sockets.
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

// Header fields in the order of arrival; names match whatever their case (RFC 9110 §5.1).
class fields {
public:
    void add(std::string name, std::string value);
    void set(std::string_view name, std::string value);  // replaces all of that name

    [[nodiscard]] const std::string* find(std::string_view name) const noexcept;  // the first; nullptr: none
    [[nodiscard]] std::size_t count(std::string_view name) const noexcept;

    [[nodiscard]] auto begin() const noexcept { return rows_.begin(); }
    [[nodiscard]] auto end() const noexcept { return rows_.end(); }

private:
    std::vector<field> rows_;
};

// Who is at the other end.
struct peer {
    std::string address;       // "192.0.2.7", "::1"; empty on a unix socket
    bool is_loopback = false;  // a loopback address or a unix socket
    bool is_operator =
        false;  // came by the control socket in the data directory, which only its owner may open
};

struct request {
    std::string method;  // as sent: methods are case-sensitive
    std::string target;  // origin-form: "/a%20b?c=d"; "*" of OPTIONS
    fields headers;
    std::string body;  // empty while only the head has been read
    peer from;
    std::string id;  // X-Request-Id as taken or made
};

// A body that is made piece by piece while it is sent. The piece before has been taken by the peer when the
// next one is asked for, so a slow reader costs the memory of one piece.
//
// Threads: one at a time, a session's; next() must not block for longer than a look-up by an index. What
// takes longer is done elsewhere meanwhile: `later`, and a call of the waker when it is there.
class body_source {
public:
    enum class state {
        more,   // there is more at once
        later,  // nothing more now: ask again when woken, or after a while (limits::stream_pause_max)
        done,   // that was all
    };

    virtual ~body_source() = default;

    // Appends the next piece, some ten kilobytes. An exception cuts the connection, so that the client can
    // tell that the body is not whole.
    virtual state next(std::string& piece) = 0;

    // How many bytes are still to come, where that is known: the response has a Content-Length then.
    [[nodiscard]] virtual std::optional<std::uint64_t> bytes_left() const { return std::nullopt; }

    // Called once, before the first next(). `wake` may be called at any time on any thread, also when the
    // source has gone.
    virtual void on_wake(std::function<void()> /*wake*/) {}

    // The server is ending: what has no end of its own is `done` with its next piece.
    virtual void drain() {}
};

struct response {
    int status = 200;
    fields headers;
    std::string body;                       // the whole, or what comes before the stream's first piece
    std::unique_ptr<body_source> stream{};  // nullptr: none

    // Of the whole body, where that is known.
    [[nodiscard]] std::optional<std::uint64_t> body_bytes() const
    {
        const auto left = stream ? stream->bytes_left() : 0;
        return left ? std::optional(body.size() + *left) : std::nullopt;
    }
};

}  // namespace scimd::http

// The interface between the HTTP server and an application: requests with their bodies, and the service that
// answers them.
#pragma once

#include "base/error.hpp"
#include "net/server/memory_budget.hpp"
#include "scimd/http.hpp"

#include <boost/asio/awaitable.hpp>

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

namespace scimd::net {

namespace asio = boost::asio;

// One HTTP request and its body. The head is available at once; the body is read when the service asks for
// it, so that a request can be rejected by its head alone. The object lives until the response has been made.
// It is used on the strand of its session.
class exchange {
public:
    virtual ~exchange() = default;

    // Returns the request with an empty body; the service may move parts out of it.
    virtual http::request& head() = 0;

    // Sets the owner to whom the memory for body and response is charged. Must be called before read_body();
    // all exchanges without an owner are charged together.
    virtual void set_owner(memory_owner /*owner*/) {}

    // Reads the whole body, at most `bytes_max`. Errors: too_large beyond that, request_timeout when it
    // arrives too slowly, bad_request when its framing is broken, too_many_requests when the owner's requests
    // have used up its share of memory, unavailable when all requests together have. The reserved memory is
    // released when the response has been made. May be awaited once. A body that is not read makes the server
    // close the connection after the response.
    virtual asio::awaitable<result<std::string>> read_body(std::size_t bytes_max) = 0;

    // Reserves memory that the request is about to use, `bytes` in all including its body. When other
    // requests hold the memory, a request that holds little waits; one that holds much does not, since two of
    // them would wait for each other (deadlock). The errors are those of read_body(). May be awaited after
    // read_body(), any number of times.
    virtual asio::awaitable<result<void>> reserve_memory(std::size_t /*bytes*/) { co_return result<void>(); }
};

// Estimates the memory that a request will take while it is processed. It sees the body in pieces as they
// arrive.
class body_meter {
public:
    virtual ~body_meter() = default;
    virtual void add(std::string_view piece) = 0;
    [[nodiscard]] virtual std::size_t memory() const = 0;
};

// The interface that an application implements to answer requests. Called on the sessions' strands, for
// several sessions at once.
class service {
public:
    virtual ~service() = default;

    // Must not throw: every failure is a response.
    virtual asio::awaitable<http::response> respond(exchange& request) = 0;

    // Makes the response for a request that the server itself rejects (bad framing, too large, too slow).
    // `target` is empty when none could be read. The server adds Connection: close.
    virtual http::response refuse(const error& reason, std::string_view target) = 0;

    // Returns a meter for the body of one request; null: the request takes as much memory as its body has
    // bytes.
    [[nodiscard]] virtual std::unique_ptr<body_meter> meter_body() const { return nullptr; }
};

}  // namespace scimd::net

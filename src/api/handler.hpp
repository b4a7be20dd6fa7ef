// The reply of a handler: a response, or the next step that is needed for it.
//
// A handler is a plain function from the head of a request to a reply. It never waits: a step that takes time
// (a transaction, the body, a call to another server) is an alternative of the reply, which carries the
// function that goes on afterwards. app/dispatch runs the steps for the HTTP server, api/run_in_process on
// one thread. Replies may refer to the request, which outlives them.
#pragma once

#include "base/error.hpp"
#include "scimd/http.hpp"
#include "store/engine/database.hpp"
#include "store/engine/transaction.hpp"

#include <chrono>
#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

namespace scimd::api {

struct reply;

// Runs in a transaction, from beginning to end, and perhaps more than once: it must not have other effects.
// The transaction commits unless the step returns a response of status 400 or more.
struct transaction_step {
    store::intent mode = store::intent::read;
    std::function<reply(store::transaction&)> run;

    // Makes the response when the store or the disk fails: for a step that only reads what the request has
    // committed before. An error would make the client repeat a change that has been made.
    std::function<http::response()> on_failure = {};
};

// Reads the body of the request, up to a limit, and passes it to `then`. A larger body is answered 413.
struct body_request {
    std::size_t bytes_max = 0;
    std::function<reply(std::string)> then;
    std::string too_large = {};  // detail of the 413; empty: a default text

    // Called when the body has arrived. May return a read to run before `then`, which authenticates the
    // request again; when that ends in a response of status 400 or more, it is the answer, and `then` is not
    // called.
    std::function<std::optional<transaction_step>()> recheck = {};
};

// Whether the outcome of body_request::recheck is the answer.
bool is_refusal(const reply& outcome);

// The error of reading a body, with the detail that the handler gave for it.
error body_refusal(const body_request& wanted, error failure);

// Reserves memory for what the request is about to hold, `bytes` in all with its body, and then calls `then`.
// The request is rejected when there is not enough memory.
struct memory_request {
    std::size_t bytes = 0;
    std::function<reply()> then;
};

// Runs long and blocks: on a worker thread, with the database instead of a transaction (backup, integrity
// check, key generation).
struct blocking_task {
    std::function<reply(store::database&)> run;
};

// Calls another server (DNS), or waits for another request. `run` starts it and calls `done` once, on any
// thread; then `then` is called.
struct external_call {
    std::function<void(std::function<void()> done)> run;
    std::function<reply()> then;
};

// Makes the next reply outside of a transaction, after the commit of the step that returned it. Fast enough
// for the threads that read sockets.
struct after_commit {
    std::function<reply()> make;
};

// An error response whose transaction commits nevertheless, because it has recorded the refusal.
struct committed_error {
    http::response response;
};

// A response whose body continues after the beginning in `head`: `next` makes each piece in a read
// transaction of its own, after the commit of the step that returned it (see http::body_source). An exception
// ends the connection.
struct response_stream {
    http::response head;
    std::function<http::body_source::state(store::transaction&, std::string& piece)> next;
    bool is_endless = false;  // `next` is called again after each commit, until the server stops
};

// Long polling: a scan that may have no answer yet. It runs again after each commit, until it has an answer
// or the patience has passed. `is_last` says that it runs for the last time and must answer.
struct long_poll {
    std::chrono::milliseconds patience{};
    std::function<std::optional<reply>(store::transaction&, bool is_last)> look;
};

// The alternatives. A runner has a case for each of them (app/dispatch, api/run_in_process).
struct reply : std::variant<http::response, committed_error, transaction_step, after_commit, body_request,
                       memory_request, blocking_task, external_call, response_stream, long_poll> {
    using variant::variant;
};

// Whether the transaction that returned the reply commits: it rolls back for a response of status 400 or
// more.
store::verdict verdict_of(const reply& outcome);

// Fields of the access log that are learned while the request is handled. Ids and static texts only.
struct access_log_fields {
    std::string_view route;  // the template: "/directory/{directory}/scim/v2/Users/{id}"
    std::string organization;
    std::string directory;
    std::string user;  // the user of the token; empty: the token belongs to a directory
};

}  // namespace scimd::api

// What a handler answers: a response, or what it needs first.
//
// A handler is a plain function from a request's head to a reply. It cannot wait: whatever takes time is
// named in the reply and done by whoever runs it (app/dispatch; three lines in tests). Replies may borrow
// from the request, which outlives them.
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

// To be run in a transaction, whole, perhaps more than once. It commits unless it ends in a response of
// status 400 or more.
struct transaction_step {
    store::intent mode = store::intent::read;
    std::function<reply(store::transaction&)> run;

    // Makes the answer when the store or the disk fails at it: of work that only shows what has been
    // committed before. Whoever was told to try again would do it twice.
    std::function<http::response()> on_failure = {};
};

// To be called with the request's body, read up to that limit; more is answered 413.
struct body_request {
    std::size_t bytes_max = 0;
    std::function<reply(std::string)> then;
    std::string too_large = {};  // the detail of the 413; empty: that of whoever reads the body

    // To be asked for when the body has come: a read that is done before `then` is called. A response of
    // status 400 or more that it ends in is the answer, and `then` is not called.
    std::function<std::optional<transaction_step>()> recheck = {};
};

// Whether the outcome of body_wanted::judge is the answer.
bool is_refusal(const reply& outcome);

// The failure of reading a body, in the words of the handler that wanted it.
error body_refusal(const body_request& wanted, error failure);

// To be called once memory for what the request is about to hold is reserved: `bytes` in all, with its body.
// When there is none, the request is refused.
struct memory_request {
    std::size_t bytes = 0;
    std::function<reply()> then;
};

// Takes long and blocks: runs on a thread of its own with the database itself.
struct blocking_task {
    std::function<reply(store::database&)> run;
};

// Asks somebody outside the house. `run` begins it and calls `done` once, on any thread; then `then` goes on.
struct external_call {
    std::function<void(std::function<void()> done)> run;
    std::function<reply()> then;
};

// To be made outside of a transaction, once the work that it comes from has been committed. Takes no time
// that is worth a thread of its own.
struct after_commit {
    std::function<reply()> make;
};

// A refusal whose work is committed all the same, because it has recorded the refusal.
struct committed_error {
    http::response response;
};

// A response whose body goes on behind what it has already: piece after piece, each made in a read of its own
// after the work that this came from has been committed (see http::body_source). An exception cuts it off.
struct response_stream {
    http::response head;
    std::function<http::body_source::state(store::transaction&, std::string& piece)> next;
    bool is_endless = false;  // asked again after each commit, and ended with the server
};

// A work of a scan that may have no answer yet: done again after each commit, until it has one or the
// patience is at an end. Then it must have one: it is told that it is the last time.
struct long_poll {
    std::chrono::milliseconds patience{};
    std::function<std::optional<reply>(store::transaction&, bool is_last)> look;
};

struct reply : std::variant<
                   http::response,
                   committed_error,
                   transaction_step,
                   after_commit,
                   body_request,
                   memory_request,
                   blocking_task,
                   external_call,
                   response_stream,
                   long_poll> {
    using variant::variant;
};

// Whether the works so far stand: what a transaction's verdict follows from.
store::verdict verdict_of(const reply& outcome);

// What is learned of a request on its way, for the access log. Ids and static texts only.
struct access_log_fields {
    std::string_view route;  // the template: "/directory/{directory}/scim/v2/Users/{id}"
    std::string organization;
    std::string directory;
    std::string user;  // for whom the token stands; empty: nobody
};

}  // namespace scimd::api

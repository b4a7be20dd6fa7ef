// Entries of the audit log: who changed what, what was there before and after, and how it ended. The pipeline
// writes one for every changing request of the management API, so that no handler has to.
#pragma once

#include "api/request_context.hpp"
#include "api/router.hpp"
#include "base/json/json.hpp"
#include "store/audit.hpp"

namespace scimd::api {

// Writes the entry of one request in the transaction of its change: made before the handler runs, when it
// takes a snapshot of what the request is about, and completed with the answer. One thread.
class audit_writer {
public:
    audit_writer(const server_context& server, const request_context& request, store::transaction& tx);

    void write(const http::response& answer);

private:
    void add_snapshots(json::object& body, const json::object& answer);

    const server_context& server_;
    const request_context& request_;
    store::transaction& tx_;
    const route* row_;  // which shows what the request is about; nullptr: none does
    json::value before_;
    store::audit::new_entry entry_;
};

// Replaces what must not be readable in a log: the texts of secrets, tokens and links, and the values of the
// headers that a webhook endpoint is sent.
void redact(json::value& document);

// Replaces the values of these headers only, where the document is the endpoint itself.
void withhold_headers(json::object& document);

}  // namespace scimd::api

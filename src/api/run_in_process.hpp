// Handles a request on the calling thread, without sockets: for the command line, embedding programs and
// tests.
#pragma once

#include "api/pipeline.hpp"
#include "scimd/http.hpp"
#include "store/engine/database.hpp"

namespace scimd::api {

// `head` carries the whole body. Blocks. Failures of the store and of the system are thrown. The response is
// complete: a stream is read to its end, or to where it pauses.
http::response run_in_process(
        const request_pipeline& pipeline, store::database& database, http::request head);

}  // namespace scimd::api

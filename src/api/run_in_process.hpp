// Runs a request through the site and the store on this thread, without sockets: for the command line,
// embedders and tests.
#pragma once

#include "api/pipeline.hpp"
#include "scimd/http.hpp"
#include "store/engine/database.hpp"

namespace scimd::api {

// `request` holds its whole body. Blocks. The machine's failures are thrown. The response is whole, too: a
// stream is read to its end, or to where it pauses.
http::response run_in_process(
    const request_pipeline& pipeline, store::database& database, http::request head
);

}  // namespace scimd::api

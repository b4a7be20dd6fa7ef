// Replies that go on, as bodies that the server sends: each piece is a read of the store.
#pragma once

#include "api/handler.hpp"
#include "scimd/http.hpp"
#include "store/store.hpp"

namespace scimd::app {

// The database outlives the response.
http::response with_stream(store::database& database, api::streamed reply);

}  // namespace scimd::app

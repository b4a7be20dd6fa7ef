// Streamed response bodies (api::response_stream): each piece is a read of the store. Event streams are
// endless.
#pragma once

#include "api/handler.hpp"
#include "app/commit_notifier.hpp"
#include "scimd/http.hpp"
#include "store/engine/database.hpp"

namespace scimd::app {

// The database and the notifier outlive the response. Throws sql::busy when too many endless streams are
// open, and over_share when too many of that owner are.
http::response with_stream(store::database& database, commit_notifier& notifier, const store::tenant& owner,
        api::response_stream reply);

}  // namespace scimd::app

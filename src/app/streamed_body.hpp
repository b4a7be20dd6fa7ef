// Replies that go on, as bodies that the server sends: each piece is a read of the store.
#pragma once

#include "api/handler.hpp"
#include "app/commit_notifier.hpp"
#include "scimd/http.hpp"
#include "store/engine/database.hpp"

namespace scimd::app {

// The database and the bell outlive the response. Throws sql::busy or over_share: too many endless ones are
// open, or too many of that owner.
http::response with_stream(
    store::database& database,
    commit_notifier& notifier,
    const store::tenant& owner,
    api::response_stream reply
);

}  // namespace scimd::app

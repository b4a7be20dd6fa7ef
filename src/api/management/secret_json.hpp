// The secrets of a directory as the management API shows them, wherever they stand, and when new ones end.
#pragma once

#include "api/request_context.hpp"
#include "base/json/json.hpp"
#include "store/credentials.hpp"

#include <optional>
#include <string>

namespace scimd::api {

json::object secret_json(const store::credentials::secret_row& from, time_point now);

// Of a secret: Scalekit's clients read what has never been as the first instant.
std::string time_or_never(const std::optional<time_point>& when);

// Uses are noted to the minute, which may have begun before what was used was made.
std::string last_use_json(time_point created, std::optional<time_point> last);

// A row with what is known of its last use and not stored yet.
store::credentials::secret_row with_last_use(
    const server_context& server, store::credentials::secret_row row
);

// When a new secret ends for which nothing is asked: none, or as late as the operator lets it.
std::optional<time_point> latest_end(const server_context& server, time_point now);

// Those that stand for the directory: what its users do with theirs is not the identity provider's doing.
struct secret_list {
    json::array listed;
    std::optional<time_point> last_used;  // of any of them
};
secret_list secrets_of(const server_context& server, store::transaction& tx, directory_id directory);

}  // namespace scimd::api

// Secrets of a directory as JSON, with the times of their last use, and when new ones expire.
#pragma once

#include "api/request_context.hpp"
#include "base/json/json.hpp"
#include "store/credentials.hpp"

#include <optional>
#include <string>

namespace scimd::api {

json::object secret_json(const store::credentials::secret_row& from, time_point now);

// A time of a secret. Never is the first instant, as clients of Scalekit expect.
std::string time_or_never(const std::optional<time_point>& when);

// The time of the last use, which is kept to the minute: it is not shown as before the creation.
std::string last_use_json(time_point created, std::optional<time_point> last);

// The row with the last use that is in memory and not stored yet.
store::credentials::secret_row with_last_use(
        const server_context& server, store::credentials::secret_row row);

// The latest expiry of a new secret that the operator allows; empty: secrets may last for ever.
std::optional<time_point> latest_end(const server_context& server, time_point now);

// The secrets of the directory itself, without those of its users, which the identity provider does not use.
struct secret_list {
    json::array listed;
    std::optional<time_point> last_used;  // of any of them
};
secret_list secrets_of(const server_context& server, store::transaction& tx, directory_id directory);

}  // namespace scimd::api

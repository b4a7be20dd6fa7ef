// The request id, X-Request-Id: taken from the client or generated. It names a request in logs and responses.
#pragma once

#include "base/crypto/random.hpp"

#include <cstdint>
#include <string>
#include <string_view>

namespace scimd::net {

// True for [A-Za-z0-9._-]{1,64}, which is harmless in a log line, a header and a shell.
bool is_request_id(std::string_view text) noexcept;

// Generates the request ids of one connection: "req_", 16 hex digits that are random per connection, and an
// 8-digit hexadecimal counter. Not thread-safe.
class request_ids {
public:
    explicit request_ids(random_source& random) : random_(random) {}

    std::string next();

private:
    random_source& random_;
    std::string prefix_;
    std::uint32_t count_ = 0;
};

}  // namespace scimd::net

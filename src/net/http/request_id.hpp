// The name of a request in logs and answers: X-Request-Id, taken or made.
#pragma once

#include "base/crypto/random.hpp"

#include <cstdint>
#include <string>
#include <string_view>

namespace scimd::net {

// [A-Za-z0-9._-]{1,64}: harmless in a log line, a header and a shell.
bool is_request_id(std::string_view text) noexcept;

// The ids of one connection: "req_", 16 hex digits drawn once, 8 that count.
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

// Last-use times of secrets, with the address and User-Agent of the client. They are collected in memory and
// written in batches by a job, so that no request waits for the write. Any thread.
#pragma once

#include "base/id.hpp"
#include "store/credentials.hpp"

#include <cstddef>
#include <map>
#include <mutex>
#include <optional>
#include <string_view>

namespace scimd::service {

constexpr std::size_t user_agent_bytes_max = 200;  // longer ones are cut off

class last_used_times {
public:
    using usage = store::credentials::usage;

    void note(secret_id token, time_point when, std::string_view address = {}, std::string_view agent = {});

    // Removes and returns what has been noted since the last call.
    std::map<secret_id, usage> take();

    // The use that is noted and not yet taken; empty: none.
    [[nodiscard]] std::optional<usage> of(secret_id token) const;

private:
    mutable std::mutex mutex_;
    std::map<secret_id, usage> last_used_;
};

}  // namespace scimd::service

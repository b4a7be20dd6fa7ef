// When, from where and by what each secret was used last, kept in memory and written now and then: no request
// waits for it. Any thread.
#pragma once

#include "base/id.hpp"
#include "store/credentials.hpp"

#include <cstddef>
#include <map>
#include <mutex>
#include <optional>
#include <string_view>

namespace scimd::service {

constexpr std::size_t user_agent_bytes_max = 200;  // more is cut off

class last_used_times {
public:
    using usage = store::credentials::usage;

    void note(secret_id token, time_point when, std::string_view address = {}, std::string_view agent = {});

    // What has been noted since the last call.
    std::map<secret_id, usage> take();

    // What is noted and not yet taken; empty: nothing.
    [[nodiscard]] std::optional<usage> of(secret_id token) const;

private:
    mutable std::mutex mutex_;
    std::map<secret_id, usage> last_used_;
};

}  // namespace scimd::service

// When each secret was used last, kept in memory and written now and then: no request waits for it. Any
// thread.
#pragma once

#include "base/clock.hpp"
#include "base/id.hpp"

#include <map>
#include <mutex>

namespace scimd::service {

class token_usage {
public:
    void note(secret_id token, time_point when);

    // What has been noted since the last call.
    std::map<secret_id, time_point> take();

private:
    std::mutex mutex_;
    std::map<secret_id, time_point> last_used_;
};

}  // namespace scimd::service

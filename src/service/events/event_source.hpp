// Who is behind a change, and what it is about: what every event says of itself.
#pragma once

#include "base/id.hpp"

#include <optional>
#include <string>

namespace scimd::service {

struct actor {
    std::string type;    // "directory_token", "directory_user", "client", "operator", "system"; empty: none
    std::string id;      // empty: none
    std::string suffix;  // of its token, for people to recognize it by; empty: none
};

struct event_source {
    environment_id environment;
    std::string source;  // "scim", "api", "system"
    actor by;
    std::string request_id;  // empty: no request
};

// The source of the events of jobs and schedules.
inline event_source system_source(environment_id environment)
{
    return {environment, "system", {"system", {}, {}}, {}};
}

// What an event belongs to. Those of a directory are numbered.
struct event_place {
    std::optional<organization_id> organization;  // empty: the environment as a whole
    std::optional<directory_id> directory;
    std::string provider;  // of the directory; empty: none
};

}  // namespace scimd::service

// The origin of a change and the place of its events: parts of every event envelope. Values.
#pragma once

#include "base/id.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace scimd::service {

// The one who made the change.
struct event_actor {
    std::string type;    // "directory_token", "directory_user", "client", "operator", "system"; empty: none
    std::string id;      // empty: none
    std::string suffix;  // last characters of its token, for people to recognize it by; empty: none
};

struct event_source {
    environment_id environment;
    std::string source;  // "scim", "api", "system"
    event_actor actor;
    std::string request_id;  // empty: not made by a request
};

// The source of the events of jobs and schedules.
inline event_source system_source(environment_id environment) {
    return {environment, "system", {"system", {}, {}}, {}};
}

// Text of an event source, in which the store keeps it for the job that completes what a request began.
std::string event_source_text(const event_source& source);
event_source parse_event_source(std::string_view text);  // reads a text of event_source_text()

// The organization and directory that an event belongs to. Events of a directory have sequence numbers.
struct event_place {
    std::optional<organization_id> organization;  // empty: the environment as a whole
    std::optional<directory_id> directory;
    std::string provider;  // of the directory; empty: none
};

}  // namespace scimd::service

// Directory events as an application that embeds scimd takes them.
#pragma once

#include <cstdint>
#include <string>

namespace scimd {

// What happened, as docs/events.md describes it. A value.
struct event {
    std::string id;               // "evt_…", never changes: what to deduplicate by
    std::string type;             // "organization.directory.user_created"
    std::string organization_id;  // empty: of the environment
    std::string directory_id;     // empty: of none
    std::int64_t sequence = 0;    // in the directory, from 1 without gaps; 0: in none
    std::string cursor;           // its position among all events
    std::string body;             // the whole envelope: the JSON that every other way delivers, byte for byte
};

enum class sink_result {
    accepted,  // the next one, please
    retry,     // the same again in a second
    stop,      // no more of them
};

// Takes events one after the other in the order of commit, on a thread of the server's. However long it
// takes, nobody but itself waits; meanwhile the log of events is kept for it.
class event_sink {
public:
    virtual ~event_sink() = default;

    // Asked once, before the first event: the cursor of the last event that was dealt with. Empty: none,
    // begin with the oldest that is kept. A sink that keeps the cursor together with what it makes of the
    // events takes each of them exactly once.
    virtual std::string resume_after() = 0;

    // An exception counts as `later`, and is logged. The end of the server waits for a call that is under
    // way.
    virtual sink_result take(const event& what) = 0;
};

}  // namespace scimd

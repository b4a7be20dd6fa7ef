// Directory events, as an application that embeds scimd receives them.
#pragma once

#include <cstdint>
#include <string>

namespace scimd {

// An event as docs/events.md describes it. A value.
struct event {
    std::string id;               // "evt_…", never changes: the key for deduplication
    std::string type;             // "organization.directory.user_created"
    std::string organization_id;  // empty: an event of the environment
    std::string directory_id;     // empty: not of a directory
    std::int64_t sequence = 0;    // per directory, from 1 without gaps; 0: not of a directory
    std::string cursor;           // position among all events
    std::string body;  // the whole envelope: the JSON that every other channel delivers, byte for byte
};

// The answer of a sink to an event.
enum class sink_result {
    accepted,  // deliver the next event
    retry,     // deliver this event again in a second
    stop,      // deliver no more events
};

// Receives events one after the other in the order of commit, on a thread of the server's. A slow sink delays
// only itself; the event log is kept for it meanwhile.
class event_sink {
public:
    virtual ~event_sink() = default;

    // Called once, before the first event: returns the cursor of the last event that was processed. Empty:
    // begin with the oldest event that is kept. A sink that stores the cursor together with the effects of
    // the events processes each event exactly once.
    virtual std::string resume_after() = 0;

    // Processes one event. An exception counts as `retry` and is logged. stop() of the server waits for a
    // call under way.
    virtual sink_result take(const event& received) = 0;
};

}  // namespace scimd

#include "app/stdout_events.hpp"

#include "store/event_sinks.hpp"
#include "store/feed.hpp"

#include <exception>
#include <string_view>

namespace scimd::app {
namespace {

using steady = std::chrono::steady_clock;

constexpr std::string_view sink_name = "stdout";
constexpr std::chrono::seconds save_interval{1};
constexpr std::chrono::milliseconds stdout_finish_patience{1'500};

}  // namespace

stdout_events::stdout_events(store::database& database, logger& log, int descriptor)
    : database_(database),
      out_(descriptor, {}),
      saved_(start_of(database, log)),
      pump_(database, log, out_, saved_)
{
    pump_.on_progress([this](event_id position) { note(position); });
}

// Events that were deleted while the server ran without the sink are lost to it, which is said.
event_id stdout_events::start_of(store::database& database, logger& log)
{
    event_id start;
    event_id deleted;
    store::run(database, store::intent::read, [&](store::transaction& tx) {
        start = store::event_sinks::position_of(tx, sink_name).value_or(event_id());
        deleted = store::feed::deleted_up_to(tx);
        return store::verdict::commit;
    });
    if (start.value != 0 && start < deleted)
        log.warning("event_sink.events_missed", {{"after", start.text()}, {"up_to", deleted.text()}});
    return start;
}

void stdout_events::note(event_id position)
{
    const auto now = steady::now();
    if (position == saved_ || now < save_at_)
        return;
    saved_ = position;
    save_at_ = now + save_interval;
    database_.submit(
        store::intent::write,
        [position](store::transaction& tx) {
            store::event_sinks::set_position(tx, sink_name, position);
            return store::verdict::commit;
        },
        [](const std::exception_ptr&) {}  // lines that come again do no harm
    );
}

void stdout_events::stop()
{
    out_.end_by(steady::now() + stdout_finish_patience);
    pump_.stop();
    save_at_ = {};
    if (const auto next = pump_.needed())
        note({next->value - 1});
}

}  // namespace scimd::app

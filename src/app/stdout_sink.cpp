#include "app/stdout_sink.hpp"

#include "store/event_log.hpp"
#include "store/event_sinks.hpp"

#include <exception>
#include <string_view>

namespace scimd::app {
namespace {

using steady = std::chrono::steady_clock;

constexpr std::string_view sink_name = "stdout";
constexpr std::chrono::seconds save_interval{1};
constexpr std::chrono::milliseconds stdout_finish_patience{1'500};

}  // namespace

stdout_events::stdout_events(
    store::database& database,
    logger& log,
    metrics& figures,
    int descriptor,
    const std::atomic<bool>* is_cancelled
)
    : database_(database),
      log_(log),
      failures_(event_sink_failures(figures, sink_name)),
      is_up_(figures.level(
          "scimd_event_sink_up", "Whether events can be written to the sink.", {{"sink", sink_name}}
      )),
      out_(descriptor, {}, is_cancelled),
      saved_(start_of(database, log)),
      pump_({database, log, figures, sink_name, is_cancelled}, out_, saved_)
{
    is_up_.set(1);
    pump_.on_progress([this](event_id position) { note(position); });
}

std::string stdout_events::why_not_ready() const
{
    const auto problem = out_.problem();
    return problem.empty() ? problem : "the event sink stdout fails: " + problem;
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
    note_state();
    if (position != saved_ && steady::now() >= save_at_)
        save(position);
}

void stdout_events::note_state()
{
    out_.look();
    auto problem = out_.problem();
    if (problem == known_problem_)
        return;
    const bool has_begun = known_problem_.empty();
    known_problem_ = std::move(problem);
    is_up_.set(known_problem_.empty() ? 1 : 0);
    if (known_problem_.empty()) {
        log_.info("event_sink.recovered");
        return;
    }
    log_.error("event_sink.failed", {{"reason", known_problem_}});
    if (!has_begun)
        return;
    failures_.add();
    on_failure_();
}

void stdout_events::save(event_id position)
{
    saved_ = position;
    save_at_ = steady::now() + save_interval;
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
    if (const auto next = pump_.needed(); next && event_id{next->value - 1} != saved_)
        save({next->value - 1});
}

}  // namespace scimd::app

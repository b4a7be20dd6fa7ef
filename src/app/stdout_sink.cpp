#include "app/stdout_sink.hpp"

#include "store/event_log.hpp"
#include "store/events.hpp"

#include <exception>
#include <string_view>

namespace scimd::app {
namespace {

using steady = std::chrono::steady_clock;

constexpr std::string_view sink_name = "stdout";
constexpr std::chrono::seconds save_interval{1};
constexpr std::chrono::milliseconds finish_time_max{1'500};

}  // namespace

stdout_sink::stdout_sink(store::database& database, logger& log, metrics_registry& metrics, int descriptor,
        const std::atomic<bool>* is_cancelled)
        : database_(database),
          log_(log),
          failures_(event_sink_failures(metrics, sink_name)),
          is_up_(metrics.gauge_of("scimd_event_sink_up", "Whether events can be written to the sink.",
                  {{"sink", sink_name}})),
          out_(descriptor, {}, is_cancelled),
          saved_(start_of(database, log)),
          forwarder_({database, log, metrics, sink_name, is_cancelled}, out_, saved_) {
    is_up_.set(1);
    forwarder_.on_progress([this](event_id position) { save_if_due(position); });
}

std::string stdout_sink::why_not_ready() const {
    const auto problem = out_.problem();
    return problem.empty() ? problem : "the event sink stdout fails: " + problem;
}

// The saved position. Events that were deleted while the server ran without the sink are missing; the log
// says so.
event_id stdout_sink::start_of(store::database& database, logger& log) {
    event_id start;
    event_id deleted;
    store::run(database, store::intent::read, [&](store::transaction& tx) {
        start = store::events::sink_position(tx, sink_name).value_or(event_id());
        deleted = store::event_log::deleted_up_to(tx);
        return store::verdict::commit;
    });
    if (start.value != 0 && start < deleted)
        log.warning("event_sink.events_missed", {{"after", start.text()}, {"up_to", deleted.text()}});
    return start;
}

void stdout_sink::save_if_due(event_id position) {
    record_state();
    if (position != saved_ && steady::now() >= save_at_)
        save(position);
}

void stdout_sink::record_state() {
    out_.look();
    auto problem = out_.problem();
    if (problem == known_problem_)
        return;
    const bool is_new_failure = known_problem_.empty();
    known_problem_ = std::move(problem);
    is_up_.set(known_problem_.empty() ? 1 : 0);
    if (known_problem_.empty()) {
        log_.info("event_sink.recovered");
        return;
    }
    log_.error("event_sink.failed", {{"reason", known_problem_}});
    if (!is_new_failure)
        return;
    failures_.add();
    on_failure_();
}

void stdout_sink::save(event_id position) {
    saved_ = position;
    save_at_ = steady::now() + save_interval;
    database_.submit(
            store::intent::write,
            [position](store::transaction& tx) {
                store::events::set_sink_position(tx, sink_name, position);
                return store::verdict::commit;
            },
            [](const std::exception_ptr&) {}  // repeated lines do no harm
    );
}

void stdout_sink::stop() {
    out_.end_by(steady::now() + finish_time_max);
    forwarder_.stop();
    if (const auto next = forwarder_.needed(); next && event_id{next->value - 1} != saved_)
        save({next->value - 1});
}

}  // namespace scimd::app

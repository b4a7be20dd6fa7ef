#include "jobs/request_log_writer.hpp"

#include "jobs/batch_runner.hpp"
#include "store/request_log.hpp"

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

namespace scimd::jobs {
namespace {

constexpr std::chrono::milliseconds write_interval{500};
constexpr std::chrono::seconds trim_interval{10};
constexpr std::size_t batch_max = 200;  // of one transaction, which takes a few milliseconds

}  // namespace

void request_log_writer::add_jobs(scheduler& scheduler) {
    scheduler.add({"request_log", write_interval, [this] { flush(); }});
    scheduler.add({"request_log_trim", trim_interval, [this] { trim(); }, true});
}

// Requests that arrive meanwhile wait for the next run: under heavy load this would otherwise never end.
void request_log_writer::flush() {
    const auto waiting = requests_.take(service::queued_records_max);
    for (std::span<const service::request_record> rest(waiting); !rest.empty();) {
        const auto batch = rest.first(std::min(batch_max, rest.size()));
        rest = rest.subspan(batch.size());
        try {
            write(batch);
        } catch (const store::sql::failure& problem) {
            log_.warning("request_log.lost", {{"requests", static_cast<std::int64_t>(batch.size())},
                                                     {"reason", std::string_view(problem.what())}});
        }
    }
}

void request_log_writer::write(std::span<const service::request_record> batch) {
    std::vector<service::request_line> lines;
    lines.reserve(batch.size());
    for (const auto& note : batch) {
        lines.push_back(service::to_line(note));
        grown_.insert(note.directory);
    }
    store::run(database_, store::intent::write, [&](store::transaction& tx) {
        for (const auto& line : lines)
            service::write_line(tx, line, keep_);
        return store::verdict::commit;
    });
}

void request_log_writer::trim() {
    add_all_directories();
    for (const auto directory : std::exchange(grown_, {}))
        run_in_batches(database_,
                [&](store::transaction& tx) { return service::trim_requests(tx, directory, keep_); });
    run_in_batches(
            database_, [this](store::transaction& tx) { return service::trim_old_requests(tx, keep_); });
}

// Once after the start, because the limits may be lower than those of the run before.
void request_log_writer::add_all_directories() {
    if (std::exchange(has_seen_all_, true))
        return;
    std::optional<directory_id> next;
    do {
        store::run(database_, store::intent::read, [&](store::transaction& tx) {
            next = store::request_log::next_directory(tx, next.value_or(directory_id()));
            return store::verdict::commit;
        });
        if (next)
            grown_.insert(*next);
    } while (next);
}

}  // namespace scimd::jobs

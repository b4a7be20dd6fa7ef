// The metric scimd_log_lines_dropped_total.
#pragma once

#include "base/log_queue.hpp"
#include "base/metrics.hpp"

namespace scimd::app {

// Counts the lines that the log drops during its lifetime. One thread; both arguments outlive it.
class dropped_lines_metric {
public:
    dropped_lines_metric(log_queue& lines, metrics_registry& metrics) : lines_(lines) {
        lines_.count_in(
                &metrics.counter_of("scimd_log_lines_dropped_total", "Lines of the log that were dropped."));
    }
    ~dropped_lines_metric() { lines_.count_in(nullptr); }
    dropped_lines_metric(const dropped_lines_metric&) = delete;
    dropped_lines_metric& operator=(const dropped_lines_metric&) = delete;

private:
    log_queue& lines_;
};

}  // namespace scimd::app

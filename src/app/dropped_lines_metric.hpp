// The metric of the lines that the log has dropped.
#pragma once

#include "base/log_queue.hpp"
#include "base/metrics.hpp"

namespace scimd::app {

// Counts as long as it lives. Both outlive it.
class counted_drops {
public:
    counted_drops(log_queue& lines, metrics& figures) : lines_(lines)
    {
        lines_.count_in(&figures.count("scimd_log_lines_dropped_total", "Lines of the log that were dropped.")
        );
    }
    ~counted_drops() { lines_.count_in(nullptr); }
    counted_drops(const counted_drops&) = delete;
    counted_drops& operator=(const counted_drops&) = delete;

private:
    log_queue& lines_;
};

}  // namespace scimd::app

// The metrics of one queue: its length, its bytes and its rejections. Thread-safe.
#pragma once

#include "base/metrics.hpp"
#include "store/engine/scheduling_key.hpp"

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace scimd::store {

class queue_metrics {
public:
    queue_metrics(metrics_registry& metrics, std::string_view queue)
            : works_(metrics.gauge_of(
                      "scimd_queue_works", "Works that wait in a queue.", {{"queue", queue}})),
              bytes_(metrics.gauge_of("scimd_queue_bytes",
                      "Estimated memory of the works that wait in a queue.", {{"queue", queue}})),
              full_(refusals(metrics, queue, "full")),
              over_share_(refusals(metrics, queue, "share")) {}

    void record_load(std::size_t works, std::size_t bytes) noexcept {
        works_.set(static_cast<std::int64_t>(works));
        bytes_.set(static_cast<std::int64_t>(bytes));
    }

    void note(admission outcome) noexcept {
        if (outcome == admission::full)
            full_.add();
        else if (outcome == admission::over_share)
            over_share_.add();
    }

private:
    static counter& refusals(metrics_registry& metrics, std::string_view queue, std::string_view reason) {
        return metrics.counter_of("scimd_queue_refused_total",
                "Works that a queue has refused: all of it was taken, or the tenant's share.",
                {{"queue", queue}, {"reason", reason}});
    }

    gauge& works_;
    gauge& bytes_;
    counter& full_;
    counter& over_share_;
};

}  // namespace scimd::store

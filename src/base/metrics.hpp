// Metrics: counters, gauges and histograms in the Prometheus text exposition format 0.0.4. Thread-safe:
// values are atomics, and returned references stay valid as long as the registry.
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace scimd {

// A value that only grows.
class counter {
public:
    void add(std::uint64_t amount = 1) noexcept { value_.fetch_add(amount, std::memory_order_relaxed); }
    [[nodiscard]] std::uint64_t value() const noexcept { return value_.load(std::memory_order_relaxed); }

private:
    std::atomic<std::uint64_t> value_{0};
};

// A value that can go up and down.
class gauge {
public:
    void set(std::int64_t value) noexcept { value_.store(value, std::memory_order_relaxed); }
    void add(std::int64_t amount) noexcept { value_.fetch_add(amount, std::memory_order_relaxed); }
    [[nodiscard]] std::int64_t value() const noexcept { return value_.load(std::memory_order_relaxed); }

private:
    std::atomic<std::int64_t> value_{0};
};

// A distribution of durations with fixed bucket bounds: 100 µs to 10 s in steps of about 3; exposed in
// seconds.
class histogram {
public:
    static constexpr std::array<std::uint64_t, 11> bounds_us = {
            100, 300, 1'000, 3'000, 10'000, 30'000, 100'000, 300'000, 1'000'000, 3'000'000, 10'000'000};

    void observe_us(std::uint64_t microseconds) noexcept;

    std::array<std::atomic<std::uint64_t>, bounds_us.size() + 1> buckets{};
    std::atomic<std::uint64_t> sum_us{0};
};

// All metrics of a server.
class metrics_registry {
public:
    using labels = std::initializer_list<std::pair<std::string_view, std::string_view>>;

    metrics_registry();
    ~metrics_registry();
    metrics_registry(const metrics_registry&) = delete;
    metrics_registry& operator=(const metrics_registry&) = delete;

    // Return the series of that name and those labels, creating it on first use. `help` is taken from the
    // first use of a name. A name may have 1,000 label sets; further ones share one series labelled
    // overflow="true". Using a name for two kinds of metric is a programming error: std::logic_error.
    counter& counter_of(std::string_view name, std::string_view help, labels set = {});
    gauge& gauge_of(std::string_view name, std::string_view help, labels set = {});
    histogram& histogram_of(std::string_view name, std::string_view help, labels set = {});

    [[nodiscard]] std::string exposition() const;

private:
    struct family;
    family& family_of(std::string_view name, std::string_view help, std::size_t kind);

    mutable std::mutex mutex_;
    std::vector<std::unique_ptr<family>> families_;
};

}  // namespace scimd

// Single flight (request coalescing): when several requests need the result of one expensive computation, one
// of them runs it and the others wait.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <mutex>
#include <vector>

namespace scimd::api {

// Any thread. A flight refers to its single_flight, which must live longer.
class single_flight {
public:
    // The computation that is running; it ends when the flight is destroyed, which resumes those that wait.
    class flight {
    public:
        explicit flight(single_flight& owner) : owner_(owner) {}
        flight(const flight&) = delete;
        flight& operator=(const flight&) = delete;
        ~flight() { owner_.finish(); }

    private:
        single_flight& owner_;
    };

    // Starts a flight, which the caller keeps while it computes. nullptr: another flight is running.
    std::shared_ptr<flight> start();

    // Calls `done` once: when the running flight ends, or at once when none is running. `done` must not
    // throw. Returns false, without a call of `done`, when `waiting_max` callbacks wait already.
    bool wait(std::function<void()> done);

    static constexpr std::size_t waiting_max = 1'000;

private:
    void finish();

    std::mutex mutex_;
    bool is_running_ = false;
    std::vector<std::function<void()>> waiting_;
};

}  // namespace scimd::api

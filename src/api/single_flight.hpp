// Expensive work that several requests need at a time: one of them does it, the others wait for it.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <mutex>
#include <vector>

namespace scimd::api {

// Any thread.
class single_flight {
public:
    // The work under way; it is over when this is destroyed.
    class flight {
    public:
        explicit flight(single_flight& of) : of_(of) {}
        flight(const flight&) = delete;
        flight& operator=(const flight&) = delete;
        ~flight() { of_.land(); }

    private:
        single_flight& of_;
    };

    // To be held by whoever does the work, which this outlives. Null: it is under way already.
    std::shared_ptr<flight> take_off();

    // Calls `done` once: when the work under way is over, or at once when there is none. It must not throw.
    // False: too many wait, and it is not called.
    bool wait(std::function<void()> done);

    static constexpr std::size_t waiting_max = 1'000;

private:
    void land();

    std::mutex lock_;
    bool is_under_way_ = false;
    std::vector<std::function<void()>> waiting_;
};

}  // namespace scimd::api

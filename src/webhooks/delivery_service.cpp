#include "webhooks/delivery_service.hpp"

#include "base/codec.hpp"

#include <array>
#include <exception>
#include <utility>

namespace scimd::webhooks {
namespace {

using std::chrono::milliseconds;

constexpr milliseconds failure_pause{1'000};
constexpr milliseconds failure_step{50};  // how late stop() is noticed during the pause
constexpr milliseconds finish_time_max{2'000};
constexpr std::size_t owner_bytes = 8;

std::string make_owner(random_source& random) {
    std::array<std::byte, owner_bytes> bytes{};
    random.fill(bytes);
    return to_hex(bytes);
}

}  // namespace

delivery_service::delivery_service(const delivery_dependencies& dependencies, const webhook_options& options)
        : log_(dependencies.log),
          resolver_(make_host_resolver(options.dns, dependencies.metrics)),
          out_(make_http_sender(*resolver_, dependencies.rules, options.ca_file)) {
    delivery_options delivering;
    delivering.owner = make_owner(dependencies.random);
    loop_ = std::make_unique<delivery_loop>(std::move(delivering), dependencies, *out_);
    thread_ = std::thread([this] { run(); });
}

void delivery_service::stop() {
    is_stopping_ = true;
    loop_->notify();
    if (thread_.joinable())
        thread_.join();
    resolver_.reset();  // before the sender, which gets the answers of pending look-ups
}

void delivery_service::run() {
    while (!is_stopping_)
        loop_->wait(run_once());
    try {
        loop_->finish(finish_time_max);
    } catch (const std::exception& problem) {
        log_.warning("webhooks.not_finished", {{"reason", std::string_view(problem.what())}});
    }
}

// A failure is retried: the store was busy, or it is broken, in which case the server ends.
milliseconds delivery_service::run_once() {
    try {
        return loop_->run_once();
    } catch (const std::exception& problem) {
        log_.warning("webhooks.failed", {{"reason", std::string_view(problem.what())}});
        for (milliseconds slept{0}; slept < failure_pause && !is_stopping_; slept += failure_step)
            std::this_thread::sleep_for(failure_step);
        return milliseconds(0);
    }
}

}  // namespace scimd::webhooks

// Webhook delivery of a running server: the delivery loop on a thread of its own, with its sender and
// resolver.
#pragma once

#include "webhooks/delivery_loop.hpp"
#include "webhooks/http_sender.hpp"

#include <atomic>
#include <memory>
#include <string>
#include <thread>

namespace scimd::webhooks {

struct webhook_options {
    net::dns_options dns;
    std::string ca_file;  // PEM; empty: the authorities that the system trusts
};

// Any thread.
class delivery_service {
public:
    // Starts the thread. Throws when libcurl does not start or the store fails.
    delivery_service(const delivery_dependencies& dependencies, const webhook_options& options);
    delivery_service(const delivery_service&) = delete;
    delivery_service& operator=(const delivery_service&) = delete;
    ~delivery_service() { stop(); }

    // Called after a commit. Does not block.
    void notify() noexcept { loop_->notify(); }

    // Waits for the requests in flight, for two seconds at most, and writes their results. May be called
    // again.
    void stop();

private:
    void run();
    std::chrono::milliseconds run_once();

    logger& log_;
    std::unique_ptr<host_resolver> resolver_;
    std::unique_ptr<sender> out_;  // the resolver calls it back
    std::unique_ptr<delivery_loop> loop_;
    std::atomic<bool> is_stopping_{false};
    std::thread thread_;
};

}  // namespace scimd::webhooks

// Webhooks of a running server: the delivery loop on a thread of its own, with its sender and its resolver.
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
    std::string ca_file;  // empty: what the system trusts
};

class delivery_service {
public:
    // Starts at once. Throws when libcurl does not start or the store fails.
    delivery_service(const delivery_dependencies& dependencies, const webhook_options& options);
    delivery_service(const delivery_service&) = delete;
    delivery_service& operator=(const delivery_service&) = delete;
    ~delivery_service() { stop(); }

    // Something has been committed. Any thread; does not block.
    void notify() noexcept { loop_->notify(); }

    // Lets what is on its way arrive, for a moment, and writes it. May be called again.
    void stop();

private:
    void run();
    std::chrono::milliseconds turn();

    logger& log_;
    std::unique_ptr<host_resolver> resolver_;
    std::unique_ptr<sender> out_;  // is called back by the resolver
    std::unique_ptr<delivery_loop> loop_;
    std::atomic<bool> is_stopping_{false};
    std::thread thread_;
};

}  // namespace scimd::webhooks

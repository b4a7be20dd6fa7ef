// Domain checks: asks DNS for the TXT records of domains whose check is due.
// service/domains/domain_verification decides what an answer means.
#pragma once

#include "base/id.hpp"
#include "base/log.hpp"
#include "net/dns/dns.hpp"
#include "service/domains/domains.hpp"
#include "service/events/event_source.hpp"
#include "store/engine/database.hpp"

#include <condition_variable>
#include <cstddef>
#include <exception>
#include <mutex>
#include <set>

namespace scimd::jobs {

// Adapts the resolver to the interface of the service.
service::txt_look_up make_txt_look_up(net::dns_resolver& resolver);

// Checks start on the scheduler's thread and end on those of the resolver and the writer.
class domain_checks {
public:
    // Checks in flight at a time. A thousand domains due at once must not take the whole resolver.
    static constexpr std::size_t in_flight_max = 32;

    domain_checks(store::database& database, const service::domains::domain_policy_config& policy,
            service::txt_look_up look_up, environment_id environment, logger& log);

    // Starts the checks that are due, and does not wait for the answers.
    void ask_about_due();

    // Starts and writes no more checks; answers that still come are dropped. Any thread.
    void stop();

    // Waits until all answers have come and been written.
    void wait_until_idle();

private:
    bool begin(domain_id domain);
    void write(service::domains::dns_finding finding);
    void end(domain_id domain);

    store::database& database_;
    const service::domains::domain_policy_config& policy_;
    service::txt_look_up look_up_;
    service::event_source system_;
    logger& log_;
    std::mutex lock_;
    std::condition_variable idle_;
    std::set<domain_id> in_flight_;
    bool is_stopped_ = false;
};

}  // namespace scimd::jobs

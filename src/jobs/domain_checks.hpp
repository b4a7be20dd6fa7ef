// The loop that asks DNS about domains whose check is due; service/domains/domain_verification decides what
// comes of it.
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

// Answers of the resolver as the service understands them.
service::txt_look_up make_txt_look_up(net::dns_resolver& resolver);

class domain_checks {
public:
    // Questions under way at a time, so that a thousand domains due at once leave the resolver to others,
    // too.
    static constexpr std::size_t in_flight_max = 32;

    domain_checks(
        store::database& database,
        const service::domains::domain_policy_config& policy,
        service::txt_look_up look_up,
        environment_id environment,
        logger& log
    );

    // Asks about domains that are due and does not wait for the answers.
    void ask_about_due();

    // Nothing is asked or written any more, whatever answers still come.
    void stop();

    // Until every answer has come and been written.
    void wait_until_idle();

private:
    bool take_up(domain_id which);
    void take_in(service::domains::dns_finding finding);
    void let_go(domain_id which);

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

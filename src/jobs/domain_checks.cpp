#include "jobs/domain_checks.hpp"

#include "store/tenants.hpp"

#include <utility>
#include <vector>

namespace scimd::jobs {
namespace {

using net::dns_outcome;
using service::check_outcome;

check_outcome outcome_of(dns_outcome outcome) {
    switch (outcome) {
        case dns_outcome::found:
            return check_outcome::found;
        case dns_outcome::no_records:
            return check_outcome::no_record;
        case dns_outcome::no_such_name:
            return check_outcome::no_such_name;
        case dns_outcome::alias_failure:
            return check_outcome::alias_failure;
        case dns_outcome::server_failure:
            return check_outcome::server_failure;
        case dns_outcome::unreachable:
            return check_outcome::unreachable;
        case dns_outcome::timed_out:
            return check_outcome::timed_out;
        case dns_outcome::overloaded:
            return check_outcome::overloaded;
    }
    return check_outcome::server_failure;
}

}  // namespace

service::txt_look_up make_txt_look_up(net::dns_resolver& resolver) {
    return [&resolver](std::string name, std::function<void(std::vector<service::txt_answer>)> done) {
        resolver.look_up_everywhere(std::move(name), net::dns_kind::txt,
                [done = std::move(done)](std::vector<net::dns_answer> answers) {
                    std::vector<service::txt_answer> converted;
                    converted.reserve(answers.size());
                    for (auto& answer : answers)
                        converted.push_back({outcome_of(answer.outcome), std::move(answer.values)});
                    done(std::move(converted));
                });
    };
}

domain_checks::domain_checks(store::database& database, const service::domains::domain_policy_config& policy,
        service::txt_look_up look_up, environment_id environment, logger& log)
        : database_(database),
          policy_(policy),
          look_up_(std::move(look_up)),
          system_(service::system_source(environment)),
          log_(log) {}

void domain_checks::ask_about_due() {
    std::vector<store::tenants::domain> due;
    store::run(database_, store::intent::read, [&](store::transaction& tx) {
        due = store::tenants::list_due_domains(tx, static_cast<std::int64_t>(2 * in_flight_max));
        return store::verdict::commit;
    });
    for (const auto& domain : due) {
        if (!begin(domain.id))
            continue;
        const auto receive = [this, id = domain.id](std::vector<service::txt_answer> answers) {
            write({id, std::move(answers), true});
        };
        look_up_(service::domains::record_name(domain), receive);
    }
}

void domain_checks::stop() {
    const std::lock_guard hold(lock_);
    is_stopped_ = true;
}

void domain_checks::wait_until_idle() {
    std::unique_lock hold(lock_);
    idle_.wait(hold, [this] { return in_flight_.empty(); });
}

bool domain_checks::begin(domain_id domain) {
    const std::lock_guard hold(lock_);
    return !is_stopped_ && in_flight_.size() < in_flight_max && in_flight_.insert(domain).second;
}

void domain_checks::end(domain_id domain) {
    const std::lock_guard hold(lock_);
    in_flight_.erase(domain);
    idle_.notify_all();
}

void domain_checks::write(service::domains::dns_finding finding) {
    const auto id = finding.domain;
    {
        const std::lock_guard hold(lock_);
        if (is_stopped_) {
            in_flight_.erase(id);
            idle_.notify_all();
            return;
        }
    }
    const auto step = [this, finding = std::move(finding)](store::transaction& tx) {
        service::domains::apply_finding(tx, system_, policy_, finding);
        return store::verdict::commit;
    };
    database_.submit(store::intent::write, step, [this, id](const std::exception_ptr& problem) {
        if (problem)  // the domain stays due
            log_.warning("domain.check_not_saved", {{"domain_id", id.text()}});
        end(id);
    });
}

}  // namespace scimd::jobs

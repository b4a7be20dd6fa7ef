#include "webhooks/http_sender.hpp"

#include "net/client/http_client.hpp"

#include <algorithm>
#include <chrono>
#include <map>
#include <mutex>
#include <utility>
#include <vector>

namespace scimd::webhooks {
namespace {

using steady = std::chrono::steady_clock;
using std::chrono::milliseconds;

constexpr std::chrono::seconds resolve_deadline{5};
constexpr milliseconds resolve_poll_interval{100};
// How long checked addresses are reused. Connections are made to the checked addresses, so that a host that
// has moved meanwhile costs a failed attempt at most.
constexpr std::chrono::seconds addresses_kept_for{5};
constexpr std::size_t addresses_kept_max = 4'096;

class webhook_sender final : public sender {
public:
    webhook_sender(
            host_resolver& resolver, const service::webhooks::target_rules& rules, const std::string& ca_file)
            : resolver_(resolver),
              rules_(rules),
              out_(net::make_http_client({.may_connect =
                                                  [&rules](const ip_address& to) {
                                                      return rules.addresses.why_not(to).empty();
                                                  },
                      .allows_plain = rules.addresses.allows_private,
                      .ca_file = ca_file,
                      .limits = {}})) {}

    void send(delivery_request request) override;
    void wait(milliseconds time_max, std::vector<delivery_result>& results) override;
    void wake() noexcept override { out_->wake(); }

private:
    struct known_host {
        host_answer answer;  // checked
        steady::time_point until;
    };
    struct waiting_host {
        std::vector<delivery_request> requests;
        steady::time_point since;
    };

    void resolve(delivery_request request);
    void take_answers();
    void end_overdue();
    void start(delivery_request request, const host_answer& checked, milliseconds spent);
    void fail(const delivery_request& request, std::string reason, bool is_timeout, milliseconds spent);
    [[nodiscard]] host_answer check(host_answer found) const;

    host_resolver& resolver_;
    const service::webhooks::target_rules& rules_;
    std::unique_ptr<net::http_client> out_;
    std::map<std::string, known_host> known_;
    std::map<std::string, waiting_host> waiting_;
    std::vector<delivery_result> failed_;
    std::vector<net::http_client_result> ended_;
    std::mutex answers_lock_;
    std::vector<std::pair<std::string, host_answer>> answers_;
};

milliseconds since(steady::time_point start) {
    return std::chrono::duration_cast<milliseconds>(steady::now() - start);
}

bool is_local_name(const std::string& host) {
    return host == "localhost" || host.ends_with(".localhost");
}

void webhook_sender::send(delivery_request request) {
    if (request.to.literal) {
        const auto checked = check({{*request.to.literal}, {}});
        return start(std::move(request), checked, milliseconds(0));
    }
    // RFC 6761 §6.3: localhost is not looked up in DNS.
    if (is_local_name(request.to.host)) {
        const host_answer local{{*ip_address::parse("127.0.0.1"), *ip_address::parse("::1")}, {}};
        return start(std::move(request), check(local), milliseconds(0));
    }
    const auto known = known_.find(request.to.host);
    if (known != known_.end() && steady::now() < known->second.until)
        return start(std::move(request), known->second.answer, milliseconds(0));
    resolve(std::move(request));
}

void webhook_sender::resolve(delivery_request request) {
    const auto host = request.to.host;
    const auto [at, is_new] = waiting_.try_emplace(host, waiting_host{{}, steady::now()});
    at->second.requests.push_back(std::move(request));
    if (!is_new)
        return;
    resolver_.resolve(host, [this, host](host_answer answer) {
        {
            const std::lock_guard hold(answers_lock_);
            answers_.emplace_back(host, std::move(answer));
        }
        out_->wake();
    });
}

// One forbidden address rejects the host, whichever of its addresses would be connected to.
host_answer webhook_sender::check(host_answer found) const {
    for (const auto& address : found.addresses)
        if (const auto kind = rules_.addresses.why_not(address); !kind.empty())
            return {{}, "the host has a " + std::string(kind) + " address"};
    if (found.addresses.empty() && found.problem.empty())
        found.problem = "the host has no address";
    return found;
}

void webhook_sender::take_answers() {
    std::vector<std::pair<std::string, host_answer>> answers;
    {
        const std::lock_guard hold(answers_lock_);
        answers.swap(answers_);
    }
    if (!answers.empty() && known_.size() + answers.size() > addresses_kept_max)
        known_.clear();
    for (auto& [host, answer] : answers) {
        const auto checked = check(std::move(answer));
        if (checked.problem.empty())
            known_[host] = {checked, steady::now() + addresses_kept_for};
        auto waited = waiting_.extract(host);
        if (waited.empty())
            continue;  // the requests have timed out
        const auto spent = since(waited.mapped().since);
        for (auto& one : waited.mapped().requests)
            start(std::move(one), checked, spent);
    }
}

void webhook_sender::end_overdue() {
    std::erase_if(waiting_, [this](const auto& one) {
        const auto spent = since(one.second.since);
        if (spent < resolve_deadline)
            return false;
        for (const auto& late : one.second.requests)
            fail(late, "the host's addresses were not found in time", true, spent);
        return true;
    });
}

void webhook_sender::start(delivery_request request, const host_answer& checked, milliseconds spent) {
    if (!checked.problem.empty())
        return fail(request, checked.problem, false, spent);
    out_->start({.number = request.number,
            .url = std::move(request.to.text),
            .host = request.to.host,
            .port = request.to.port,
            .addresses = checked.addresses,
            .headers = std::move(request.headers),
            .body = std::move(request.body),
            .spent = spent});
}

void webhook_sender::fail(
        const delivery_request& request, std::string reason, bool is_timeout, milliseconds spent) {
    delivery_result made;
    made.number = request.number;
    made.outcome.is_timeout = is_timeout;
    made.milliseconds = spent.count();
    made.error = std::move(reason);
    failed_.push_back(std::move(made));
}

void webhook_sender::wait(milliseconds time_max, std::vector<delivery_result>& results) {
    if (!failed_.empty())
        time_max = milliseconds(0);
    else if (!waiting_.empty())
        time_max = std::min(time_max, resolve_poll_interval);
    out_->run(time_max, ended_);
    take_answers();
    end_overdue();
    for (auto& one : std::exchange(ended_, {})) {
        delivery_result made;
        made.number = one.number;
        made.outcome = {one.status, one.is_timeout, one.retry_after};
        made.milliseconds = one.took.count();
        made.error = std::move(one.error);
        made.response = std::move(one.body);
        results.push_back(std::move(made));
    }
    for (auto& one : std::exchange(failed_, {}))
        results.push_back(std::move(one));
}

}  // namespace

std::unique_ptr<sender> make_http_sender(
        host_resolver& resolver, const service::webhooks::target_rules& rules, const std::string& ca_file) {
    return std::make_unique<webhook_sender>(resolver, rules, ca_file);
}

}  // namespace scimd::webhooks

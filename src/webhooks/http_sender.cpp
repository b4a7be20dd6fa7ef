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
constexpr milliseconds resolve_watch_interval{100};
// How long judged addresses are used again: what is connected to is what was judged, so that a name that has
// moved meanwhile costs a failed attempt at most.
constexpr std::chrono::seconds addresses_kept_for{5};
constexpr std::size_t addresses_kept_max = 4'096;

class webhook_sender final : public sender {
public:
    webhook_sender(
        host_resolver& resolver, const service::webhooks::target_rules& rules, const std::string& ca_file
    )
        : resolver_(resolver),
          rules_(rules),
          out_(net::make_http_client(
              {.may_connect = [&rules](const ip_address& to) { return rules.addresses.why_not(to).empty(); },
               .allows_plain = rules.addresses.allows_private,
               .ca_file = ca_file,
               .limits = {}}
          ))
    {
    }

    void send(delivery_request what) override;
    void wait(milliseconds patience, std::vector<delivery_result>& into) override;
    void wake() noexcept override { out_->wake(); }

private:
    struct known_host {
        host_answer answer;  // judged
        steady::time_point until;
    };
    struct waiting_host {
        std::vector<delivery_request> shipments;
        steady::time_point since;
    };

    void ask(delivery_request what);
    void take_answers();
    void end_overdue();
    void go_on(delivery_request what, const host_answer& checked, milliseconds spent);
    void fail(const delivery_request& what, std::string reason, bool is_timeout, milliseconds spent);
    [[nodiscard]] host_answer judge(host_answer found) const;

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

milliseconds since(steady::time_point start)
{
    return std::chrono::duration_cast<milliseconds>(steady::now() - start);
}

bool is_local_name(const std::string& host)
{
    return host == "localhost" || host.ends_with(".localhost");
}

void webhook_sender::send(delivery_request what)
{
    if (what.to.literal) {
        const auto checked = judge({{*what.to.literal}, {}});
        return go_on(std::move(what), checked, milliseconds(0));
    }
    // RFC 6761 §6.3: not a matter of DNS.
    if (is_local_name(what.to.host)) {
        const host_answer local{{*ip_address::parse("127.0.0.1"), *ip_address::parse("::1")}, {}};
        return go_on(std::move(what), judge(local), milliseconds(0));
    }
    const auto known = known_.find(what.to.host);
    if (known != known_.end() && steady::now() < known->second.until)
        return go_on(std::move(what), known->second.answer, milliseconds(0));
    ask(std::move(what));
}

void webhook_sender::ask(delivery_request what)
{
    const auto host = what.to.host;
    const auto [at, is_new] = waiting_.try_emplace(host, waiting_host{{}, steady::now()});
    at->second.shipments.push_back(std::move(what));
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

// One forbidden address among good ones is not left to chance.
host_answer webhook_sender::judge(host_answer found) const
{
    for (const auto& address : found.addresses)
        if (const auto kind = rules_.addresses.why_not(address); !kind.empty())
            return {{}, "the host has a " + std::string(kind) + " address"};
    if (found.addresses.empty() && found.problem.empty())
        found.problem = "the host has no address";
    return found;
}

void webhook_sender::take_answers()
{
    std::vector<std::pair<std::string, host_answer>> answers;
    {
        const std::lock_guard hold(answers_lock_);
        answers.swap(answers_);
    }
    if (!answers.empty() && known_.size() + answers.size() > addresses_kept_max)
        known_.clear();
    for (auto& [host, answer] : answers) {
        const auto checked = judge(std::move(answer));
        if (checked.problem.empty())
            known_[host] = {checked, steady::now() + addresses_kept_for};
        auto waited = waiting_.extract(host);
        if (waited.empty())
            continue;  // nobody waits any more
        const auto spent = since(waited.mapped().since);
        for (auto& one : waited.mapped().shipments)
            go_on(std::move(one), checked, spent);
    }
}

void webhook_sender::end_overdue()
{
    std::erase_if(waiting_, [this](const auto& one) {
        const auto spent = since(one.second.since);
        if (spent < resolve_deadline)
            return false;
        for (const auto& late : one.second.shipments)
            fail(late, "the host's addresses were not found in time", true, spent);
        return true;
    });
}

void webhook_sender::go_on(delivery_request what, const host_answer& checked, milliseconds spent)
{
    if (!checked.problem.empty())
        return fail(what, checked.problem, false, spent);
    out_->start(
        {.number = what.number,
         .url = std::move(what.to.text),
         .host = what.to.host,
         .port = what.to.port,
         .addresses = checked.addresses,
         .headers = std::move(what.headers),
         .body = std::move(what.body),
         .spent = spent}
    );
}

void webhook_sender::fail(
    const delivery_request& what, std::string reason, bool is_timeout, milliseconds spent
)
{
    delivery_result made;
    made.number = what.number;
    made.seen.is_timeout = is_timeout;
    made.milliseconds = spent.count();
    made.error = std::move(reason);
    failed_.push_back(std::move(made));
}

void webhook_sender::wait(milliseconds patience, std::vector<delivery_result>& into)
{
    if (!failed_.empty())
        patience = milliseconds(0);
    else if (!waiting_.empty())
        patience = std::min(patience, resolve_watch_interval);
    out_->run(patience, ended_);
    take_answers();
    end_overdue();
    for (auto& one : std::exchange(ended_, {})) {
        delivery_result made;
        made.number = one.number;
        made.seen = {one.status, one.is_timeout, one.retry_after};
        made.milliseconds = one.took.count();
        made.error = std::move(one.error);
        made.response = std::move(one.body);
        into.push_back(std::move(made));
    }
    for (auto& one : std::exchange(failed_, {}))
        into.push_back(std::move(one));
}

}  // namespace

std::unique_ptr<sender> make_http_sender(
    host_resolver& resolver, const service::webhooks::target_rules& rules, const std::string& ca_file
)
{
    return std::make_unique<webhook_sender>(resolver, rules, ca_file);
}

}  // namespace scimd::webhooks

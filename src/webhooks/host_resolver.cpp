#include "webhooks/host_resolver.hpp"

#include "net/dns/dns.hpp"

#include <array>
#include <chrono>
#include <mutex>
#include <utility>

namespace scimd::webhooks {
namespace {

// Deliveries need more look-ups than domain checks, for which the defaults are. There is room for the two
// look-ups of each delivery that may be in flight: names whose servers do not answer must not delay other
// names.
constexpr std::size_t queries_per_second = 1'000;
constexpr std::size_t in_flight_max = 1'024;
constexpr std::chrono::milliseconds deadline{5'000};

// Combines the answers of the two look-ups of a host. Any thread.
class combined_answer {
public:
    explicit combined_answer(std::function<void(host_answer)> done) : done_(std::move(done)) {}

    void add(const net::dns_answer& one) {
        {
            const std::lock_guard hold(lock_);
            take(one);
            if (--missing_ > 0)
                return;
        }
        if (!answer_.problem.empty())
            answer_.addresses.clear();
        done_(std::move(answer_));
    }

private:
    void take(const net::dns_answer& one) {
        if (one.outcome == net::dns_outcome::timed_out)
            answer_.problem = "the name server did not answer in time";
        else if (one.outcome != net::dns_outcome::found && !net::is_negative(one.outcome))
            answer_.problem = "the name server could not be asked";
        for (const auto& text : one.values)
            if (const auto address = ip_address::parse(text))
                answer_.addresses.push_back(*address);
            else
                answer_.problem = "the name server answered what is no address";
    }

    std::function<void(host_answer)> done_;
    std::mutex lock_;
    host_answer answer_;
    int missing_ = 2;
};

class dns_host_resolver final : public host_resolver {
public:
    dns_host_resolver(const net::dns_options& options, metrics_registry& metrics)
            : dns_(net::make_dns_resolver(options, metrics)) {}

    void resolve(const std::string& host, std::function<void(host_answer)> done) override {
        const auto answers =
                std::make_shared<combined_answer>(std::move(done));  // lives until the later answer
        for (const auto kind : {net::dns_kind::a, net::dns_kind::aaaa})
            dns_->look_up(host, kind, [answers](const net::dns_answer& one) { answers->add(one); });
    }

private:
    std::unique_ptr<net::dns_resolver> dns_;
};

}  // namespace

std::unique_ptr<host_resolver> make_host_resolver(net::dns_options options, metrics_registry& metrics) {
    options.queries_per_second = queries_per_second;
    options.in_flight_max = in_flight_max;
    options.deadline = deadline;
    return std::make_unique<dns_host_resolver>(options, metrics);
}

}  // namespace scimd::webhooks
